"""A table is for people: names and local times, and identifiers where they are asked for."""

import io
import re
from datetime import UTC, datetime
from typing import Any

import openpyxl
import pytest
from fastapi import FastAPI
from sqlmodel import Session
from starlette.testclient import TestClient

from app.access.policy import Role
from app.matchmaking.lifecycle import Outcome
from app.matchmaking.models import Verdict
from app.submissions.lifecycle import State
from tests.advice.people import an_advisor, put
from tests.conftest import SignIn
from tests.core.tables.test_exporting import rows_of
from tests.factories import (
    a_call,
    a_challenge,
    a_programme,
    a_run,
    a_suggestion,
    a_theme,
    a_token,
    a_user,
    an_organisation,
)
from tests.reviews.people import a_rubric, a_submission
from tests.webhooks.world import told_by_webhook

ADDRESS = "/api/v1/challenges"
IDENTIFIER = re.compile(r"[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}")


@pytest.fixture
def staff(session: Session, as_user: SignIn) -> TestClient:
    programme = a_programme(session, code="gov-2026", zone="Europe/Paris")
    a_theme(session, "practice:open-data", labels={"en": "Open data"})
    owner = an_organisation(session, name="Ministry of Water", country="NL")
    a_challenge(
        session,
        programme_id=programme.id,
        organisation_id=owner.id,
        title="Floods in small rivers",
        language="fr",
        themes=["practice:open-data"],
        state=State.NOT_SELECTED,
        submitted_at=datetime(2026, 7, 1, 22, 30, tzinfo=UTC),
    )
    return as_user(a_user(session, Role.STAFF, name="Sam Staff"))


def row_of(client: TestClient, address: str) -> dict[str, str]:
    header, line = rows_of(client.get(address).content)
    return dict(zip(header, line, strict=True))


def test_a_row_says_names_countries_states_and_local_times(staff: TestClient) -> None:
    row = row_of(staff, f"{ADDRESS}?format=csv")

    assert {
        name: row[name]
        for name in (
            "Title",
            "Programme",
            "Organisation",
            "Country",
            "Language",
            "Themes",
            "State",
            "Submitted at (Europe/Paris)",
        )
    } == {
        "Title": "Floods in small rivers",
        "Programme": "gov-2026",
        "Organisation": "Ministry of Water",
        "Country": "Netherlands",
        "Language": "French",
        "Themes": "Open data",
        "State": "Not selected",
        "Submitted at (Europe/Paris)": "2026-07-02 00:30",
    }
    assert not IDENTIFIER.search(" ".join(row.values()))


def test_columns_are_chosen_in_their_order_and_identifiers_only_there(
    staff: TestClient,
) -> None:
    [item] = staff.get(ADDRESS).json()["items"]

    row = row_of(staff, f"{ADDRESS}?format=csv&columns=code,id,organisation_id,content.problem")

    assert list(row.items()) == [
        ("Code", item["code"]),
        ("Id", item["id"]),
        ("Organisation id", item["organisation_id"]),
        ("Problem", item["content"]["problem"]),
    ]


@pytest.mark.parametrize(
    "query",
    [
        "format=csv&columns=code,colour",
        "format=xlsx&columns=code,code",
        "format=csv&columns=",
        "columns=code",
        "zone=Europe/Paris",
        "format=csv&zone=Mars/Base",
        "format=csv&zone=",
    ],
)
def test_a_column_or_a_zone_that_is_not_known_is_refused(staff: TestClient, query: str) -> None:
    answer = staff.get(f"{ADDRESS}?{query}")

    assert (answer.status_code, answer.json()["code"]) == (400, "bad-query")


def test_times_are_shown_in_the_zone_that_is_asked_for(staff: TestClient) -> None:
    row = row_of(staff, f"{ADDRESS}?format=csv&columns=submitted_at&zone=Asia/Tokyo")

    assert row == {"Submitted at (Asia/Tokyo)": "2026-07-02 07:30"}


def test_a_workbook_has_typed_cells_a_fixed_heading_a_filter_and_widths(
    staff: TestClient,
) -> None:
    body = staff.get(f"{ADDRESS}?format=xlsx&columns=code,title,submitted_at,version").content

    book = openpyxl.load_workbook(io.BytesIO(body))
    [sheet] = book.worksheets
    assert sheet.title == "Challenges"
    assert [cell.value for cell in sheet[1]] == [
        "Code",
        "Title",
        "Submitted at (Europe/Paris)",
        "Version",
    ]
    assert [type(cell.value) for cell in sheet[2]] == [str, str, datetime, int]
    assert (sheet.freeze_panes, sheet.auto_filter.ref) == ("A2", "A1:D2")
    assert sheet.column_dimensions["B"].width > sheet.column_dimensions["A"].width > 9


def test_no_list_shows_an_identifier_or_json_to_those_who_ask_for_none(
    app: FastAPI, session: Session, staff: TestClient, as_user: SignIn
) -> None:
    suggestion = a_suggestion(
        session,
        a_run(session),
        contributions=[
            {"kind": "word", "feature": "flood", "share": 0.3, "words": ["floods", "flooding"]},
            {"kind": "theme", "feature": "practice:open-data", "share": 0.2, "words": []},
        ],
        hub={"places": 3, "eligible": 4, "expected": 1.0},
        passages={
            "challenge": {"field": "problem", "text": "It floods.", "marks": [[3, 9]]},
            "solution": None,
        },
    )
    lead = a_user(session, Role.LEAD, name="Lea Lead")
    session.add(
        Verdict(
            run_id=suggestion.run_id,
            challenge_id=suggestion.challenge_id,
            solution_id=suggestion.solution_id,
            number=1,
            outcome=Outcome.CHOSEN,
            reason="They fit.",
            decided_by=lead.id,
        )
    )
    call = a_call(session)
    a_rubric(session, call)
    a_submission(session, call)
    an_advisor(session, call.programme_id)
    consultation = put(session, call_id=str(call.id))
    webhook_id = told_by_webhook(session, lead, a_token(session, lead))["webhook_id"]
    client, admin = as_user(lead), as_user(a_user(session, Role.ADMIN))
    lists = [
        path
        for path, methods in app.openapi()["paths"].items()
        if "/ListOf_" in str(methods.get("get", {}).get("responses", {}).get("200"))
    ]

    for path in lists:
        address = path.format(
            run_id=suggestion.run_id,
            user_id=lead.id,
            call_id=call.id,
            consultation_id=consultation.id,
            webhook_id=webhook_id,
        )
        reader = admin if "user_id" in path else client
        body = reader.get(f"{address}?format=csv").content
        cells = [cell for row in rows_of(body) for cell in row]
        found = [
            c for c in cells if IDENTIFIER.search(c) or c.lstrip(" '").startswith(("[", "{"))
        ]
        assert found == [], path

    row = row_of(client, f"/api/v1/match-runs/{suggestion.run_id}/suggestions?format=csv")
    assert row["Reason"] == "Both mention floods/flooding; both are about Open data."
    assert (row["Verdict outcome"], row["Verdict decided by"]) == ("Chosen", "Lea Lead")
    verdict = row_of(client, "/api/v1/verdicts?format=csv")
    assert (verdict["Outcome"], verdict["Decided by"]) == ("Chosen", "Lea Lead")
    assert verdict["Challenge title"] == row["Challenge title"]


def test_what_a_list_writes_can_be_read_back_as_an_import(staff: TestClient) -> None:
    from app.core.tables.importing import parse_table  # noqa: PLC0415 -- beside what it compares
    from app.submissions.records import ChallengeRecord, Vocabulary, named  # noqa: PLC0415 -- as above

    names = Vocabulary(named([("practice:open-data", ["Open data"])]))
    [item] = staff.get(ADDRESS).json()["items"]

    for kind in ("csv", "xlsx"):
        body = staff.get(f"{ADDRESS}?format={kind}").content
        [(_, record)] = parse_table(body, f"c.{kind}", ChallengeRecord, context=names)
        assert (record.id, record.title, record.organisation, record.country) == (
            item["code"],
            item["title"],
            "Ministry of Water",
            ["NL"],
        )
        assert (record.language, record.themes) == ("fr", item["themes"])
        assert record.content()["problem"] == item["content"]["problem"]


def test_who_may_not_know_of_a_thing_reads_no_name_of_it(
    session: Session, as_user: SignIn
) -> None:
    a_challenge(session, state=State.SUBMITTED)
    reader: Any = as_user(a_user(session))

    assert len(rows_of(reader.get(f"{ADDRESS}?format=csv").content)) == 1
