"""A run is frozen; what became of its pairs since is told beside it."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from sqlmodel import Session, select
from starlette.testclient import TestClient

from app.access.policy import OPERATOR, Role
from app.core.base.errors import Conflict
from app.core.storage.database import Database
from app.matches import service as matches
from app.matchmaking.models import MatchRun, Verdict
from app.submissions.lifecycle import State
from app.submissions.models import Submission
from tests.conftest import SignIn
from tests.factories import a_suggestion, a_user
from tests.matchmaking.test_decide import a_listed_pair, on
from tests.matchmaking.test_questions import a_finished_run, pair
from tests.matchmaking.test_run import work


@pytest.fixture
def staff(session: Session, as_user: SignIn) -> TestClient:
    return as_user(a_user(session, Role.STAFF))


def withdraw(session: Session, key: Any, state: State = State.WITHDRAWN) -> Submission:
    row = session.get_one(Submission, key)
    row.state = state
    session.commit()
    return row


def a_verdict(outcome: str) -> dict[str, Any]:
    return {"outcome": outcome, "reason": "As we agreed."}


@pytest.mark.parametrize("state", [State.WITHDRAWN, State.INELIGIBLE])
@pytest.mark.parametrize("side", ["challenge", "solution"])
def test_a_pair_of_which_a_side_takes_no_part_any_more_can_only_be_rejected(
    session: Session, staff: TestClient, side: str, state: State
) -> None:
    line = a_listed_pair(session)
    gone = withdraw(session, getattr(line, f"{side}_id"), state)

    refused = [
        staff.post("/api/v1/verdicts", json=on(line) | a_verdict(outcome))
        for outcome in ("chosen", "reserve")
    ]
    rejected = staff.post("/api/v1/verdicts", json=on(line) | a_verdict("rejected"))

    assert [answer.status_code for answer in refused] == [409, 409]
    assert refused[0].json()["detail"] == (
        f"The pair cannot be chosen, as this takes no part any more: {gone.code}."
    )
    assert rejected.status_code == 201
    shown = staff.get(f"/api/v1/match-runs/{line.run_id}/suggestions").json()["items"]
    assert [item["withdrawn"] for item in shown] == [[side]]


def test_a_withdrawn_team_is_matched_with_nobody(session: Session) -> None:
    line = a_listed_pair(session)
    solution = withdraw(session, line.solution_id)
    challenge = session.get_one(Submission, line.challenge_id)

    with pytest.raises(Conflict, match=f"{solution.code} takes no part any more"):
        matches.record_match(session, OPERATOR, challenge, solution, "")


def test_what_if_assigns_nobody_who_has_withdrawn(
    session: Session, staff: TestClient, database: Database
) -> None:
    run, (first, _), (gone, other) = a_finished_run(session, staff, database)
    withdraw(session, gone.id)

    answer = staff.post(f"{run}/what-if", json={}).json()
    locked = staff.post(f"{run}/what-if", json={"locked": [pair(first, gone)]})

    assert answer["withdrawn"] == [gone.code]
    assert len(answer["assignment"]["pairs"]) == 1
    assert {solution for _, solution in answer["assignment"]["pairs"]} == {other.code}
    assert len(answer["assignment"]["shortfalls"]) == 1
    assert locked.status_code == 422
    assert locked.json()["errors"] == [
        {"pointer": "/locked/0", "detail": f"{gone.code} takes no part any more."}
    ]


def test_a_suggestion_shows_the_verdict_of_another_run(
    session: Session, staff: TestClient
) -> None:
    line = a_listed_pair(session)
    later = a_listed_pair(session)
    again = a_suggestion(
        session,
        session.get_one(MatchRun, later.run_id),
        challenge_id=line.challenge_id,
        solution_id=line.solution_id,
        rank=2,
    )
    session.commit()
    verdict = staff.post("/api/v1/verdicts", json=on(line) | a_verdict("rejected")).json()
    address = f"/api/v1/match-runs/{later.run_id}/suggestions"

    shown = {item["id"]: item for item in staff.get(address).json()["items"]}

    assert shown[str(again.id)]["verdict"] is None
    assert shown[str(again.id)]["other_verdict"] == verdict
    assert shown[str(later.id)]["other_verdict"] is None


def test_a_run_may_leave_out_what_was_rejected_before(
    session: Session, staff: TestClient, database: Database
) -> None:
    run, (first, _), (best, _) = a_finished_run(session, staff, database)
    key = run.rpartition("/")[2]
    no = {"run_id": key, **pair(first, best)} | a_verdict("rejected")
    assert staff.post("/api/v1/verdicts", json=no).status_code == 201
    programme = {"programme_id": str(first.programme_id)}

    runs = [
        staff.post("/api/v1/match-runs", json=programme | asked).json()
        for asked in ({}, {"without_rejected": True})
    ]
    work(database)
    plain, without = (staff.get(f"/api/v1/match-runs/{one['id']}").json() for one in runs)

    assert [first.code, best.code] in plain["assignment"]["pairs"]
    assert [first.code, best.code] not in without["assignment"]["pairs"]
    assert without["settings"]["rejected"] == [[first.code, best.code]]
    assert plain["digest"] != without["digest"]


def test_of_deciders_who_saw_the_same_verdicts_one_wins(
    session: Session, staff: TestClient
) -> None:
    both = on(a_listed_pair(session))
    session.commit()

    def decide(outcome: str) -> int:
        new = both | a_verdict(outcome) | {"newest": 0}
        return staff.post("/api/v1/verdicts", json=new).status_code

    with ThreadPoolExecutor(8) as pool:
        answers = sorted(pool.map(decide, ["chosen", "rejected"] * 4))

    assert answers == [201] + [409] * 7
    assert len(session.exec(select(Verdict)).all()) == 1


def test_who_has_not_seen_the_newest_verdict_does_not_overrule_it(
    session: Session, staff: TestClient
) -> None:
    line = a_listed_pair(session)
    session.commit()
    first = staff.post("/api/v1/verdicts", json=on(line) | a_verdict("chosen"))

    late = staff.post("/api/v1/verdicts", json=on(line) | a_verdict("rejected") | {"newest": 0})
    next_ = staff.post(
        "/api/v1/verdicts", json=on(line) | a_verdict("rejected") | {"newest": 1}
    )

    assert (first.status_code, late.status_code, next_.status_code) == (201, 409, 201)
    assert [answer.json()["number"] for answer in (first, next_)] == [1, 2]
    assert late.json()["remedy"] == "Read the verdicts on this pair again, then decide."
