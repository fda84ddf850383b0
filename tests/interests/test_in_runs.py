"""A run freezes what sides say; staff read it beside the score, and the assignment heeds it."""

import io
from typing import Any

import openpyxl
import pytest
from sqlmodel import Session, select
from starlette.testclient import TestClient

from app.access.policy import Role
from app.core.storage.database import Database
from app.matchmaking.engine.run import carry_out
from app.matchmaking.models import MatchRun
from app.matchmaking.service import heeding as kept
from app.matchmaking.service import inputs
from app.settings import Settings
from app.submissions.lifecycle import Kind
from app.submissions.models import Submission
from tests.conftest import SignIn
from tests.documents.pdf import words_of
from tests.factories import a_run, a_suggestion, a_user
from tests.interests.telling import asked_about, said
from tests.matchmaking.test_run import a_small_programme, work

Pool = tuple[Submission, Submission, Submission]


@pytest.fixture
def pool(session: Session) -> Pool:
    """A challenge about floods, the solution that fits best, and one that fits less."""
    _, challenge, (italian, spanish, _) = a_small_programme(session)
    less = (
        "We simplified the forms of the land registry for households, with lawyers, notaries,"
        " clerks, designers and owners."
    )
    spanish.content = {**spanish.content, "experience": less}
    session.commit()
    return challenge, italian, spanish


@pytest.fixture
def staff(session: Session, as_user: SignIn) -> TestClient:
    return as_user(a_user(session, Role.STAFF))


def ran(staff: TestClient, database: Database, pool: Pool, **more: Any) -> str:
    asked = staff.post(
        "/api/v1/match-runs", json={"programme_id": str(pool[0].programme_id), **more}
    )
    assert (asked.status_code, work(database)) == (202, 1)
    return f"/api/v1/match-runs/{asked.json()['code']}"


def test_what_both_sides_say_stands_beside_the_score_and_stays_as_it_was(
    session: Session, database: Database, staff: TestClient, pool: Pool
) -> None:
    challenge, italian, spanish = pool
    said(session, challenge, italian, Kind.CHALLENGE, "very")
    row = said(session, challenge, italian, Kind.SOLUTION, "rather_not")
    asked_about(session, challenge, spanish)
    session.commit()
    run = ran(staff, database, pool)
    session.delete(row)
    session.commit()

    first, second = staff.get(f"{run}/suggestions").json()["items"]
    alone = staff.get(f"{run}/suggestions/{challenge.code}/{italian.code}").json()
    table = staff.get(f"{run}/suggestions?format=csv").text

    assert first["interests"] == {
        "challenge": "very",
        "solution": "rather_not",
        "obstacles": [],
    }
    assert second["interests"] is None
    assert alone == first
    assert "challenge: very; solution: rather not" in table


def test_a_no_leaves_a_pair_out_of_the_assignment_and_staff_read_who_said_it(
    session: Session, database: Database, staff: TestClient, pool: Pool
) -> None:
    challenge, italian, spanish = pool
    before = ran(staff, database, pool)
    plain = staff.get(f"{before}/suggestions").json()["items"]
    said(session, challenge, italian, Kind.SOLUTION, "cannot")
    session.commit()
    run = ran(staff, database, pool)

    lines = staff.get(f"{run}/suggestions").json()["items"]
    assigned = staff.get(f"{run}/suggestions?assigned=true").json()["items"]
    whole = staff.get(f"{run}/assignment").json()
    read = staff.get(run).json()

    facts = ("rank", "score", "text_part", "theme_part", "band", "stability")
    assert [[one[name] for name in facts] for one in lines] == [
        [one[name] for name in facts] for one in plain
    ]
    assert [one["assigned"] for one in plain] == [True, False]
    assert [one["assigned"] for one in lines] == [False, True]
    assert [one["solution"]["code"] for one in assigned] == [spanish.code]
    assert lines[0]["interests"]["obstacles"] == [
        f"The team of {italian.code} says that it cannot work with {challenge.code}."
    ]
    pairs = [[challenge.code, spanish.code]]
    assert whole["pairs"] == read["assignment"]["pairs"] == pairs
    assert [one["solution"]["code"] for one in whole["chosen"]] == [spanish.code]


def test_a_weight_can_turn_the_assignment_and_no_place(
    session: Session, database: Database, staff: TestClient, pool: Pool
) -> None:
    challenge, italian, spanish = pool
    before = staff.get(f"{ran(staff, database, pool)}/suggestions").json()["items"]
    scores = [one["score"] for one in before]
    assert scores[0] > scores[1] > scores[0] / 4  # so that the loudest words can turn it
    for side in Kind:
        said(session, challenge, italian, side, "rather_not")
        said(session, challenge, spanish, side, "very")
    session.commit()

    shown, weighed = (ran(staff, database, pool, interest_weight=w) for w in (0, 1))

    def told(run: str, name: str) -> list[float | bool]:
        return [one[name] for one in staff.get(f"{run}/suggestions").json()["items"]]

    assert told(weighed, "score") == scores
    assert told(shown, "assigned") == [True, False]
    assert told(weighed, "assigned") == [False, True]
    assert staff.get(weighed).json()["settings"]["interest_weight"] == 1


def test_what_if_asks_for_another_weight(
    session: Session, database: Database, staff: TestClient, pool: Pool
) -> None:
    challenge, italian, spanish = pool
    for side in Kind:
        said(session, challenge, italian, side, "rather_not")
        said(session, challenge, spanish, side, "very")
    session.commit()
    run = ran(staff, database, pool)

    as_it_is, weighed = (
        staff.post(f"{run}/what-if", json=body).json() for body in ({}, {"interest_weight": 1})
    )

    assert as_it_is["added"] == []
    assert weighed["added"] == [[challenge.code, spanish.code]]
    assert weighed["cost"] is None


def test_a_pair_of_which_a_side_cannot_is_not_chosen_until_it_says_otherwise(
    session: Session, database: Database, staff: TestClient, pool: Pool
) -> None:
    challenge, italian, _ = pool
    row = said(session, challenge, italian, Kind.SOLUTION, "cannot")
    session.commit()
    run = ran(staff, database, pool)
    verdict = {
        "run_id": run.rpartition("/")[2],
        "challenge_id": challenge.code,
        "solution_id": italian.code,
        "reason": "They fit.",
    }

    refused = staff.post("/api/v1/verdicts", json={**verdict, "outcome": "chosen"})
    rejected = staff.post("/api/v1/verdicts", json={**verdict, "outcome": "rejected"})
    session.delete(row)
    session.commit()
    chosen = staff.post("/api/v1/verdicts", json={**verdict, "outcome": "chosen"})

    assert (refused.status_code, rejected.status_code, chosen.status_code) == (409, 201, 201)
    assert refused.json()["detail"] == (
        f"The team of {italian.code} says that it cannot work with {challenge.code}."
    )


def test_a_run_is_computed_again_from_what_it_has_frozen_and_gives_the_same(
    session: Session, database: Database, staff: TestClient, pool: Pool
) -> None:
    challenge, italian, spanish = pool
    said(session, challenge, italian, Kind.SOLUTION, "cannot")
    said(session, challenge, spanish, Kind.SOLUTION, "very")
    session.commit()
    code = ran(staff, database, pool, interest_weight=0.5).rpartition("/")[2]
    run = session.exec(select(MatchRun).where(MatchRun.code == code)).one()

    again = carry_out(inputs.frozen(run, heeding=True), lambda _a, _b: None, Settings())

    assert kept.stored(again.heeding) == run.heeding
    assert run.heeding is not None
    lines = staff.get(f"/api/v1/match-runs/{code}/suggestions").json()["items"]
    assert [one.columns["heeded"] for one in again.lines] == [one["assigned"] for one in lines]


def test_a_run_of_before_has_none_and_is_read_as_ever(
    session: Session, staff: TestClient
) -> None:
    run = a_run(session)
    a_suggestion(session, run, assigned=True)
    session.commit()

    (line,) = staff.get(f"/api/v1/match-runs/{run.code}/suggestions").json()["items"]

    assert (run.interests, run.heeding) == ([], None)
    assert inputs.frozen(run, heeding=True).interests == []
    assert (line["assigned"], line["interests"]) == (True, None)
    assert inputs.frozen(run, heeding=True).settings.interest_weight == 0


def test_the_digest_of_a_run_does_not_tell_that_somebody_said_something(
    session: Session, database: Database, staff: TestClient, pool: Pool
) -> None:
    challenge, italian, _ = pool
    before = staff.get(ran(staff, database, pool)).json()["digest"]
    said(session, challenge, italian, Kind.SOLUTION, "cannot")
    session.commit()

    after = staff.get(ran(staff, database, pool)).json()["digest"]
    weighed = staff.get(ran(staff, database, pool, interest_weight=0.5)).json()["digest"]

    assert before == after != weighed


@pytest.mark.parametrize(
    ("role", "told"),
    [(Role.STAFF, ["very", "cannot"]), (Role.ADVISOR, None)],
)
def test_the_workbook_has_it_for_who_may_read_it(
    session: Session,
    database: Database,
    as_user: SignIn,
    staff: TestClient,
    pool: Pool,
    role: Role,
    told: list[str] | None,
) -> None:
    challenge, italian, _ = pool
    said(session, challenge, italian, Kind.CHALLENGE, "very")
    said(session, challenge, italian, Kind.SOLUTION, "cannot")
    session.commit()
    run = ran(staff, database, pool)

    body = as_user(a_user(session, role)).get(f"{run}/workbook").content

    rows = list(openpyxl.load_workbook(io.BytesIO(body))["Decisions"].values)
    heads = [str(head) for head in rows[0]]
    says = [at for at, head in enumerate(heads) if head.endswith(" says")]
    assert (len(says) == 2) is (told is not None)
    assert told is None or [str(rows[1][at]).lower() for at in says] == told
    assert rows[1][heads.index("Assigned")] is (told is None)


def test_the_dossier_for_the_board_is_as_though_nobody_had_said_anything(
    session: Session, database: Database, as_user: SignIn, staff: TestClient, pool: Pool
) -> None:
    challenge, italian, spanish = pool
    said(session, challenge, italian, Kind.SOLUTION, "cannot", reason="Rivals.")
    session.commit()
    run = session.exec(
        select(MatchRun).where(MatchRun.code == ran(staff, database, pool).rpartition("/")[2])
    ).one()

    advisor = as_user(a_user(session, Role.ADVISOR))

    of_staff, of_advisor = (
        who.get(f"/api/v1/match-runs/{run.code}/dossier").content for who in (staff, advisor)
    )

    assert words_of(of_staff) == words_of(of_advisor)
    assert run.assignment is not None
    assert run.assignment["pairs"] == [[challenge.code, italian.code]]
    assert run.heeding is not None
    assert run.heeding["assignment"]["pairs"] == [[challenge.code, spanish.code]]
