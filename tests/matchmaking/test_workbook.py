"""The decision workbook of a run: its best five for each challenge, why, and the verdicts."""

import io
from datetime import datetime
from typing import Any
from uuid import UUID

import openpyxl
import pytest
from sqlmodel import Session, select
from starlette.testclient import TestClient

from app.access.policy import Role
from app.matchmaking.lifecycle import Outcome, RunState
from app.matchmaking.models import MatchRun, Suggestion, Verdict
from app.matchmaking.schemas.settings import RunSettings
from app.matchmaking.service import workbooks
from app.matchmaking.service.settings_in_words import settings_in_words
from app.submissions.lifecycle import State
from app.submissions.models import Submission
from tests.conftest import SignIn
from tests.factories import (
    a_challenge,
    a_programme,
    a_run,
    a_solution,
    a_suggestion,
    a_user,
    an_organisation,
)

SHARED = [{"kind": "word", "feature": "flood", "share": 0.4, "words": ["floods"]}]


@pytest.fixture
def run(session: Session) -> MatchRun:
    programme = a_programme(session, zone="Europe/Paris", title="=Second edition")
    fields: dict[str, Any] = {"programme_id": programme.id, "state": State.SELECTED}
    owner = an_organisation(session, name="Ministry of Water", country="NL")
    served = a_challenge(session, organisation_id=owner.id, title="Floods", **fields)
    left = a_challenge(session, title="Droughts", **fields)
    run = a_run(
        session,
        programme_id=programme.id,
        state=RunState.COMPLETE,
        challenges=[{"id": served.code}, {"id": left.code}],
    )
    for rank in range(1, 8):
        a_suggestion(
            session,
            run,
            challenge_id=served.id,
            solution_id=a_solution(session, title=f"@Solution {rank}", **fields).id,
            rank=rank,
            contributions=SHARED,
        )
    session.commit()
    return run


def sheets_of(body: bytes) -> dict[str, list[list[Any]]]:
    book = openpyxl.load_workbook(io.BytesIO(body))
    for sheet in book.worksheets:
        assert {c.data_type for row in sheet.rows for c in row} <= {*"snbd"}
        assert sheet.freeze_panes == "A2"
    return {sheet.title: [[c.value for c in row] for row in sheet.rows] for sheet in book}


def test_it_names_the_best_five_with_reason_verdict_and_who_gave_it(
    session: Session, as_user: SignIn, run: MatchRun
) -> None:
    sam = a_user(session, Role.STAFF, name="Sam Staff")
    lines = {line.rank: line for line in _suggestions(session, run.id)}
    session.add(
        Verdict(
            run_id=run.id,
            challenge_id=lines[1].challenge_id,
            solution_id=lines[1].solution_id,
            number=1,
            outcome=Outcome.CHOSEN,
            reason="They have done it.",
            decided_by=sam.id,
        )
    )

    answer = as_user(sam).get(f"/api/v1/match-runs/{run.id}/workbook")

    sheets = sheets_of(answer.content)
    header, *rows = sheets["Decisions"]
    first = dict(zip(header, rows[0], strict=True))
    assert answer.headers["content-disposition"] == f'attachment; filename="{run.code}.xlsx"'
    assert [row[header.index("Rank")] for row in rows] == [1, 2, 3, 4, 5]
    assert (first["Challenge title"], first["Organisation"], first["Country"]) == (
        "Floods",
        "Ministry of Water",
        "Netherlands",
    )
    assert (first["Solution title"], first["Reason"]) == ("@Solution 1", "Both mention floods.")
    assert (first["Verdict"], first["Why"], first["Decided by"]) == (
        "Chosen",
        "They have done it.",
        "Sam Staff",
    )
    assert isinstance(first["Decided at (Europe/Paris)"], datetime)
    assert [row[1] for row in sheets["Without a suggestion"][1:]] == ["Droughts"]
    about = dict(sheets["About the run"])
    assert (about["Run"], about["State"]) == (run.code, "Complete")
    assert about["Programme"].endswith(": =Second edition")


def test_it_says_what_was_decided_in_another_run_and_which_sides_have_withdrawn(
    session: Session, as_user: SignIn, run: MatchRun
) -> None:
    ann = a_user(session, Role.STAFF, name="Ann Before")
    earlier = a_run(session, programme_id=run.programme_id, state=RunState.COMPLETE)
    lines = {line.rank: line for line in _suggestions(session, run.id)}
    pair = {name: getattr(lines[2], name) for name in ("challenge_id", "solution_id")}
    no: dict[str, Any] = {"number": 1, "outcome": Outcome.REJECTED, "reason": "Too far away."}
    session.add(Verdict(run_id=earlier.id, decided_by=ann.id, **pair, **no))
    session.get_one(Submission, lines[3].solution_id).state = State.WITHDRAWN
    session.commit()

    answer = as_user(a_user(session, Role.STAFF)).get(f"/api/v1/match-runs/{run.id}/workbook")

    header, *rows = sheets_of(answer.content)["Decisions"]
    told = [dict(zip(header, row, strict=True)) for row in rows]
    there = ("Verdict in another run", "Run", "Why there", "Decided there by")
    assert [told[1][name] for name in there] == [
        *("Rejected", earlier.code, "Too far away.", "Ann Before")
    ]
    assert isinstance(told[1]["Decided there at (Europe/Paris)"], datetime)
    assert told[1]["Verdict"] is None
    assert [told[0][name] for name in there] == [None] * 4
    assert [line["Takes no part"] for line in told] == [None, None, "Solution", None, None]


def test_its_settings_are_in_words(session: Session, staff: TestClient, run: MatchRun) -> None:
    run.settings = run.settings | {
        "rejected": [["CH-2026-001", "SO-2026-004"], ["CH-2026-002", "SO-2026-004"]],
        "objective": "maxmin",
        "require_all": False,
        "working_language": "fr",
    }
    session.commit()

    body = staff.get(f"/api/v1/match-runs/{run.id}/workbook").content

    about = sheets_of(body)["About the run"]
    kept_out = "Kept out of the assignment, as rejected in earlier runs"
    assert [value for name, value in about if name == kept_out] == [
        "CH-2026-001 with SO-2026-004",
        "CH-2026-002 with SO-2026-004",
    ]
    told = dict(about)
    assert told["What counts first in the assignment"] == "The weakest sum of a challenge"
    assert told["Every challenge must have the least number"] == "No"
    assert told["Working language"] == "French"
    assert not {*RunSettings.model_fields} & {str(name).lower() for name, _ in about}


def test_every_setting_stands_in_it_in_words() -> None:
    changes: dict[str, Any] = {
        "top": 7,
        "text_weight": 0.123,
        "providers_min": 3,
        "providers_max": 4,
        "working_language": "pt",
        "objective": "total",
        "require_all": False,
        "cross_border": False,
        "rejected": (("CH-1", "SO-1"),),
        "basis": "submitted",
        "encoder": "abc",
        "floor": 0.25,
        "interest_weight": 0.5,
    }
    plain: dict[str, Any] = {
        "top": 5,
        "text_weight": 0.6,
        "providers_min": 1,
        "providers_max": 2,
        "working_language": "en",
        "objective": "leximin",
        "require_all": True,
        "cross_border": True,
    }
    before = list(settings_in_words(RunSettings.model_validate(plain)))

    for name, value in changes.items():
        changed = RunSettings.model_validate(plain | {name: value})

        assert list(settings_in_words(changed)) != before, name
    assert set(changes) == set(RunSettings.model_fields)


def _suggestions(session: Session, run_id: UUID) -> list[Suggestion]:
    return list(session.exec(select(Suggestion).where(Suggestion.run_id == run_id)))


def test_pages_are_read_one_after_another(
    session: Session, staff: TestClient, run: MatchRun, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(workbooks, "AT_ONCE", 2)

    body = staff.get(f"/api/v1/match-runs/{run.id}/workbook").content

    assert len(sheets_of(body)["Decisions"]) == 6


@pytest.fixture
def staff(session: Session, as_user: SignIn) -> TestClient:
    return as_user(a_user(session, Role.STAFF))


def test_a_run_without_a_result_has_none(session: Session, staff: TestClient) -> None:
    waiting = a_run(session, state=RunState.QUEUED)
    session.commit()

    assert staff.get(f"/api/v1/match-runs/{waiting.id}/workbook").status_code == 409
