"""Open data tell what is over and released, in tables that programs and people can read."""

import csv
import io
import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from fastapi import FastAPI
from sqlmodel import Session
from starlette.testclient import TestClient

from app.core.base.clock import now
from app.core.base.translations import LANGUAGES
from app.notices.lifecycle import NoticeState
from app.programmes.lifecycle import CallKind
from app.programmes.models import Call, Programme
from app.settings import Settings
from app.statistics.schemas.open_data import MEANINGS, ChallengeRow, Statistic
from app.statistics.service import open_data
from app.submissions.lifecycle import Kind, State
from app.submissions.models import Submission
from tests.factories import (
    a_call,
    a_challenge,
    a_late_permit,
    a_notice,
    a_programme,
    a_text,
    a_theme,
    an_organisation,
    decided,
)

PLACE = "/public/v1"
ADDRESSES = [
    *("statistics", "statistics.csv", "statistics.jsonl", "dictionary", "catalog.jsonld"),
    *("challenges.csv", "challenges.jsonl"),
]
YESTERDAY = now() - timedelta(days=1)


@pytest.fixture
def call(session: Session) -> Call:
    programme = a_programme(session, code="first-edition")
    return a_call(session, programme_id=programme.id, closes_at=YESTERDAY)


def submitted(session: Session, call: Call, country: str, *states: State) -> list[Submission]:
    made = []
    for state in states:
        team = an_organisation(session, country=country, level="local")
        made.append(a_challenge(session, call_id=call.id, organisation_id=team.id, state=state))
    session.commit()
    return made


def items(client: TestClient, query: str = "") -> dict[str, Any]:
    found = client.get(f"{PLACE}/statistics{query}").json()["items"]
    return {one["id"]: one["count"] for one in found}


def test_what_was_submitted_is_told_once_the_call_is_closed(
    session: Session, client: TestClient, call: Call
) -> None:
    submitted(session, call, "FR", *[State.SUBMITTED] * 6)
    submitted(session, call, "BR", *[State.SUBMITTED] * 7)

    closed = items(client)
    call.closes_at = call.ends_at = now() + timedelta(days=1)
    session.commit()

    assert items(client) == {}
    of = "first-edition/challenge"
    assert {key: count for key, count in closed.items() if "theme" not in key} == {
        f"{of}/all/all/submitted": 13,
        f"{of}/region/019/submitted": 7,
        f"{of}/region/150/submitted": 6,
        f"{of}/region/rest/submitted": None,
        f"{of}/country/BR/submitted": 7,
        f"{of}/country/FR/submitted": 6,
        f"{of}/country/rest/submitted": None,
        f"{of}/level/local/submitted": 13,
        f"{of}/level/rest/submitted": None,
        f"{of}/language/en/submitted": 13,
        f"{of}/language/rest/submitted": None,
        f"{of}/experience/first_time/submitted": 13,
        f"{of}/experience/rest/submitted": None,
    }


def test_nothing_is_told_while_somebody_may_still_send(
    session: Session, client: TestClient, call: Call
) -> None:
    row, *_ = submitted(session, call, "FR", *[State.SUBMITTED] * 6)
    a_late_permit(
        session, call, organisation_id=row.organisation_id, until=now() + timedelta(days=1)
    )
    session.commit()

    assert items(client) == {}


def test_what_was_decided_is_told_once_all_of_it_is_released(
    session: Session, client: TestClient, call: Call
) -> None:
    rows = submitted(session, call, "FR", *[State.ELIGIBLE] * 12)
    other = a_call(session, programme_id=call.programme_id, closes_at=YESTERDAY)
    session.commit()
    before = items(client)
    decided(session, *rows, answer_by=now() + timedelta(days=9))
    session.commit()
    half = items(client)
    decided(session, *submitted(session, other, "FR", State.ELIGIBLE), answer_by=AHEAD)
    session.commit()

    place = "first-edition/challenge/all/all"
    assert before[f"{place}/submitted"] == 12
    assert before == half
    after = items(client)
    assert [after[f"{place}/{one}"] for one in ("submitted", "eligible", "selected")] == [
        13
    ] * 3
    assert f"{place}/matched" not in after


AHEAD = datetime(2100, 1, 1, tzinfo=UTC)


def test_who_is_in_the_catalogue_protects_nobody(
    session: Session, client: TestClient, call: Call
) -> None:
    """Six of France were selected, and the catalogue names five: so one more was."""
    rows = submitted(session, call, "FR", *[State.ELIGIBLE] * 6)
    others = submitted(session, call, "BR", *[State.ELIGIBLE] * 9)
    decided(session, *rows, *others, answer_by=AHEAD)
    for row in rows[:5]:
        a_notice(session, challenge=row, state=NoticeState.PUBLISHED, names_country=True)
    session.commit()

    found = items(client)

    place = "first-edition/challenge/country"
    assert found[f"{place}/rest/selected"] == 15
    assert not any(key.startswith((f"{place}/FR", f"{place}/BR")) for key in found)


def test_a_theme_is_withheld_if_few_name_it_or_few_do_not(
    session: Session, client: TestClient, call: Call
) -> None:
    for key, label in (("practice:open-data", "Données ouvertes"), ("practice:rare", "Rare")):
        a_theme(session, key, labels={"en": key, "fr": label})
    for themes, n in (
        (["practice:open-data", "practice:usual"], 6),
        (["practice:usual"], 5),
        (["practice:usual", "practice:rare"], 2),
        (["practice:rare"], 1),
    ):
        for row in submitted(session, call, "FR", *[State.SUBMITTED] * n):
            row.themes = themes
    session.commit()

    rows = client.get(f"{PLACE}/statistics?language=fr").json()["items"]

    told = [
        (row["group"], row["name"], row["count"]) for row in rows if row["division"] == "theme"
    ]
    assert [one for one in told if one[0] != "rest"] == [
        ("practice:open-data", "Données ouvertes", 6)
    ]


def test_one_programme_is_told_alone(session: Session, client: TestClient, call: Call) -> None:
    submitted(session, call, "FR", *[State.SUBMITTED] * 6)
    second = a_programme(session, code="second-edition")
    session.commit()

    assert items(client, "?programme=first-edition") == items(client)
    assert items(client, f"?programme={second.code}") == {}
    assert client.get(f"{PLACE}/statistics?programme=nowhere").status_code == 404


def read(table: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(table.removeprefix("\ufeff"))))


def in_cells(line: dict[str, Any]) -> dict[str, str]:
    """Return a line of JSON Lines as a row of CSV says it."""
    parts = {
        name: value if isinstance(value, list) else [value] for name, value in line.items()
    }
    return {
        name: "; ".join("" if one is None else str(one) for one in value)
        for name, value in parts.items()
    }


def test_tables_say_the_same_as_json(session: Session, client: TestClient, call: Call) -> None:
    submitted(session, call, "FR", *[State.SUBMITTED] * 6)

    whole = client.get(f"{PLACE}/statistics").json()["items"]
    lines = client.get(f"{PLACE}/statistics.jsonl")
    table = client.get(f"{PLACE}/statistics.csv")

    assert [json.loads(line) for line in lines.text.splitlines()] == whole
    assert read(table.text) == [in_cells(one) for one in whole]
    assert read(table.text)[0]["kind"] == "challenge"
    assert lines.headers["content-type"] == "application/jsonl"
    assert table.headers["content-type"] == "text/csv; charset=utf-8"


def test_published_challenges_have_a_row_for_each_language(
    session: Session, client: TestClient
) -> None:
    notice = a_notice(
        session,
        state=NoticeState.PUBLISHED,
        texts=[a_text(title="=1+1"), a_text("fr", title="Crues")],
    )
    a_notice(session, state=NoticeState.APPROVED)
    session.commit()

    lines = client.get(f"{PLACE}/challenges.jsonl").text.splitlines()
    table = client.get(f"{PLACE}/challenges.csv").text

    found = [json.loads(line) for line in lines]
    assert [(one["code"], one["language"], one["title"], one["country"]) for one in found] == [
        (notice.code, "en", "=1+1", None),
        (notice.code, "fr", "Crues", None),
    ]
    assert read(table) == [in_cells(one) for one in (found[0] | {"title": "'=1+1"}, found[1])]
    assert notice.published_at is not None
    assert datetime.fromisoformat(read(table)[0]["published_at"]) == notice.published_at


def test_the_heads_of_tables_are_the_members_of_the_dictionary(client: TestClient) -> None:
    told = client.get(f"{PLACE}/dictionary").json()["data_sets"]

    heads = {
        one["name"]: client.get(f"{PLACE}/{one['name']}.csv").text.removeprefix("\ufeff")
        for one in told
    }

    assert {name: next(csv.reader([head])) for name, head in heads.items()} == {
        one["name"]: [member["name"] for member in one["members"]] for one in told
    }


def test_a_long_table_is_followed_by_its_next(session: Session, client: TestClient) -> None:
    codes = [a_notice(session, state=NoticeState.PUBLISHED).code for _ in range(3)]
    session.commit()

    first = client.get(f"{PLACE}/challenges.jsonl?limit=2")
    following = client.get(first.links["next"]["url"])

    told = [json.loads(line)["code"] for line in (first.text + following.text).splitlines()]
    assert sorted(told) == codes
    assert "next" not in following.links


def test_every_member_is_explained_in_every_language(client: TestClient) -> None:
    assert [list(one) for one in MEANINGS.values()] == [
        list(Statistic.model_fields),
        list(ChallengeRow.model_fields),
    ]
    told = [client.get(f"{PLACE}/dictionary?language={tag}").json() for tag in LANGUAGES]
    meanings = [
        [member["meaning"] for one in read["data_sets"] for member in one["members"]]
        for read in told
    ]
    assert len({tuple(one) for one in meanings}) == len(LANGUAGES)
    assert told[0]["data_sets"][0]["members"][8] == {
        "name": "count",
        "type": "integer | null",
        "meaning": "How many. Empty where it is withheld: it is small, or a small figure could "
        "be computed from it.",
    }


def test_the_entry_for_catalogues_names_each_file_and_the_licence(
    app: FastAPI, client: TestClient, settings: Settings
) -> None:
    app.state.settings = settings.model_copy(
        update={"open_data_licence": "CC-BY-4.0", "contact": "desk@example.org"}
    )

    entry = client.get(f"{PLACE}/catalog.jsonld").json()

    files = [file for one in entry["dcat:dataset"] for file in one["dcat:distribution"]]
    addresses = [file["dcat:downloadURL"]["@id"] for file in files]
    assert [one.removeprefix(settings.public_url) for one in addresses] == [
        f"{PLACE}/{name}"
        for name in (
            *("statistics.csv", "statistics.jsonl"),
            *("challenges.csv", "challenges.jsonl"),
        )
    ]
    licence = "http://publications.europa.eu/resource/authority/licence/CC_BY_4_0"
    assert {file["dct:license"]["@id"] for file in files} == {licence}
    assert {text["@language"] for text in entry["dct:title"]} == set(LANGUAGES)
    assert entry["dcat:dataset"][0]["dcat:contactPoint"] == {
        "@type": "vcard:Kind",
        "vcard:hasEmail": {"@id": "mailto:desk@example.org"},
    }
    assert all(
        client.get(one.removeprefix(settings.public_url)).status_code == 200
        for one in addresses
    )


def test_an_entry_without_a_licence_states_none(client: TestClient) -> None:
    assert "dct:license" not in client.get(f"{PLACE}/catalog.jsonld").text


@pytest.mark.parametrize("name", ADDRESSES)
def test_caches_keep_it_and_other_sites_read_it(client: TestClient, name: str) -> None:
    first = client.get(f"{PLACE}/{name}", headers={"Origin": "https://elsewhere.example"})
    again = client.get(f"{PLACE}/{name}", headers={"If-None-Match": first.headers["etag"]})

    assert [first.status_code, again.status_code] == [200, 304]
    for answer in (first, again):
        assert answer.headers["cache-control"] == "public, max-age=300"
        assert answer.headers["access-control-allow-origin"] == "*"
        assert "set-cookie" not in answer.headers


@pytest.mark.parametrize(
    "address",
    [
        "statistics.xlsx",
        "statistics?language=xx",
        "challenges.csv?format=csv",
        "challenges.pdf",
    ],
)
def test_nonsense_is_refused(client: TestClient, address: str) -> None:
    answer = client.get(f"{PLACE}/{address}")

    assert answer.status_code in {400, 404}
    assert answer.headers["content-type"] == "application/problem+json"


def test_solutions_are_told_by_calls_of_their_own(session: Session, call: Call) -> None:
    programme = session.get_one(Programme, call.programme_id)
    a_call(session, CallKind.SOLUTIONS, programme_id=programme.id, closes_at=AHEAD)
    session.flush()

    found = open_data.edition(session, programme, now(), 5)

    assert [side.kind for side in found.sides] == [Kind.CHALLENGE]
