"""Staff ask about the assignment of a run: who, at what cost otherwise, and what if."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

import pytest
from sqlmodel import Session, func, select
from starlette.testclient import TestClient

from app.access.policy import Role
from app.core.storage.audit import AuditEvent
from app.core.storage.database import Database
from app.matchmaking.lifecycle import RunState
from app.matchmaking.models import MatchRun
from app.matchmaking.service import assignment_queries
from app.programmes.models import Programme
from app.submissions.lifecycle import State
from app.submissions.models import Submission
from app.submissions.schemas import ChallengeContent, SolutionContent
from matching import PlainMatcher
from matching.assignment.optimal_face import OptimalFace
from tests.conftest import SignIn, statements_of
from tests.counting import counted
from tests.factories import (
    a_challenge,
    a_programme,
    a_run,
    a_solution,
    a_user,
    an_organisation,
)
from tests.matchmaking.test_run import work

FLOODS = "Our river floods the old town and nobody is warned in time."
BUDGETS = "Residents decide on a part of the budget of their district."


def contended(session: Session) -> tuple[list[Submission], list[Submission]]:
    """Two challenges, and a solution that both would like best beside a poor one."""
    programme = a_programme(session)
    common = {"programme_id": programme.id, "state": State.SELECTED, "themes": []}
    challenges = [
        a_challenge(
            session,
            **common,
            organisation_id=an_organisation(session, country="FR").id,
            content=ChallengeContent(problem=text).model_dump(),
        )
        for text in (FLOODS, f"{FLOODS} Residents ask why.")
    ]
    solutions = [
        a_solution(
            session,
            **common,
            organisation_id=an_organisation(session, country="NO").id,
            content=SolutionContent(experience=text).model_dump(),
        )
        for text in (FLOODS, f"{BUDGETS} The town asks them in time.")
    ]
    session.commit()
    return challenges, solutions


def a_finished_run(
    session: Session, staff: TestClient, database: Database, **asked: Any
) -> tuple[str, Sequence[Submission], Sequence[Submission]]:
    challenges, solutions = contended(session)
    new = {"programme_id": str(challenges[0].programme_id)} | asked
    run = staff.post("/api/v1/match-runs", json=new).json()
    work(database)
    return f"/api/v1/match-runs/{run['id']}", challenges, solutions


def pair(challenge: Submission, solution: Submission) -> dict[str, str]:
    return {"challenge_id": str(challenge.id), "solution_id": str(solution.id)}


def events(session: Session) -> int:
    session.rollback()
    return session.exec(select(func.count()).select_from(AuditEvent)).one()


@pytest.fixture
def staff(session: Session, as_user: SignIn) -> TestClient:
    return as_user(a_user(session, Role.STAFF))


def test_the_assignment_names_both_sides_and_carries_its_proof(
    session: Session, staff: TestClient, database: Database
) -> None:
    run, (c1, c2), (s1, s2) = a_finished_run(session, staff, database)

    told = staff.get(f"{run}/assignment").json()

    assert told["pairs"] == [[c1.code, s1.code], [c2.code, s2.code]]
    assert [(one["challenge"]["code"], one["solution"]["code"]) for one in told["chosen"]] == [
        (c1.code, s1.code),
        (c2.code, s2.code),
    ]
    scores = [round(one["score"], 4) for one in told["chosen"]]
    assert told["total"] == told["bound"] == pytest.approx(sum(scores))
    assert told["fairness"] == sorted(scores)
    assert (told["reason"], told["relaxations"]) == (None, [])


def test_regret_tells_what_each_pair_would_cost(
    session: Session, staff: TestClient, database: Database
) -> None:
    run, (c1, c2), (s1, s2) = a_finished_run(session, staff, database, objective="total")
    whole = staff.get(f"{run}/assignment").json()
    other = staff.post(f"{run}/what-if", json={"locked": [pair(c1, s2)]}).json()

    told = staff.get(f"{run}/regret").json()
    of_one = staff.get(f"{run}/regret?challenge={c1.id}&solution={s2.id}").json()

    lost = round(whole["total"] - other["assignment"]["total"], 4)
    assert told["objective"] == "total"
    assert [
        (line["challenge"], line["solution"], line["chosen"]) for line in told["lines"]
    ] == [
        (c1.code, s1.code, True),
        (c1.code, s2.code, False),
        (c2.code, s1.code, False),
        (c2.code, s2.code, True),
    ]
    assert [line["cost"] for line in told["lines"]] == [{"fairness": [], "total": lost}] * 4
    assert of_one["lines"] == [told["lines"][1]]


def test_under_leximin_a_cost_is_a_pair_of_fairness_and_total(
    session: Session, staff: TestClient, database: Database
) -> None:
    run, (c1, _), (_, s2) = a_finished_run(session, staff, database)
    whole = staff.get(f"{run}/assignment").json()

    other = staff.post(f"{run}/what-if", json={"locked": [pair(c1, s2)]}).json()
    line = staff.get(f"{run}/regret?challenge={c1.id}&solution={s2.id}").json()["lines"][0]

    vectors = zip(whole["fairness"], other["assignment"]["fairness"], strict=True)
    lost = [round(a - b, 4) for a, b in vectors]
    assert line["cost"] == other["cost"]
    assert line["cost"]["fairness"] == [
        {"place": place, "loss": loss} for place, loss in enumerate(lost, 1) if loss
    ]
    assert line["cost"]["fairness"][0]["loss"] > 0


def test_a_pair_without_which_there_is_no_assignment_has_no_cost(
    session: Session, staff: TestClient, database: Database
) -> None:
    challenges, _ = contended(session)
    programme = session.get_one(Programme, challenges[0].programme_id)
    programme.providers_min = programme.providers_max = 1
    a_poor_third = a_challenge(
        session,
        programme_id=programme.id,
        state=State.SELECTED,
        organisation_id=an_organisation(session, country="NO").id,
    )
    session.commit()
    new = {"programme_id": str(programme.id), "require_all": True}
    run = f"/api/v1/match-runs/{staff.post('/api/v1/match-runs', json=new).json()['id']}"
    work(database)

    for question in ("regret", "frontier"):
        refused = staff.get(f"{run}/{question}")
        assert refused.status_code == 409
        assert f"{a_poor_third.code} needs at least 1 pair" in refused.json()["detail"]
        assert f"lower the minimum of {a_poor_third.code}" in refused.json()["remedy"]
    assert staff.get(f"{run}/assignment").json()["pairs"] == []
    eased = staff.post(f"{run}/what-if", json={"providers_min": 0}).json()
    assert (len(eased["added"]), eased["removed"], eased["cost"]) == (2, [], None)


def test_the_frontier_goes_from_the_greatest_total_to_the_highest_floor(
    session: Session, staff: TestClient, database: Database
) -> None:
    run, *_ = a_finished_run(session, staff, database)
    best = staff.post(f"{run}/what-if", json={"objective": "total"}).json()
    fairest = staff.get(f"{run}/assignment").json()

    steps = staff.get(f"{run}/frontier").json()["steps"]

    assert steps[0]["total"] == best["assignment"]["total"]
    assert (steps[-1]["floor"], steps[-1]["total"]) == (
        fairest["fairness"][0],
        fairest["total"],
    )


def test_what_if_changes_what_is_asked_and_stores_nothing(
    session: Session, staff: TestClient, database: Database
) -> None:
    run, (c1, c2), (s1, s2) = a_finished_run(session, staff, database)
    before = staff.get(run).json(), events(session)

    swapped = staff.post(f"{run}/what-if", json={"forbidden": [pair(c1, s1)]}).json()
    roomy = staff.post(
        f"{run}/what-if", json={"capacities": [{"solution_id": str(s1.id), "capacity": 2}]}
    ).json()
    reweighed = staff.post(f"{run}/what-if", json={"text_weight": 0.9}).json()
    same = staff.post(f"{run}/what-if", json={}).json()

    assert swapped["added"] == [[c1.code, s2.code], [c2.code, s1.code]]
    assert swapped["removed"] == [[c1.code, s1.code], [c2.code, s2.code]]
    assert roomy["assignment"]["pairs"] == [[c1.code, s1.code], [c2.code, s1.code]]
    assert roomy["cost"]["total"] < 0, "more room loses nothing"
    assert reweighed["cost"] is None, "scores under other weights cannot be compared"
    assert (same["added"], same["removed"]) == ([], [])
    assert same["cost"] == {"fairness": [], "total": 0.0}
    assert (staff.get(run).json(), events(session)) == before


def test_what_if_there_is_no_answer_tells_why(
    session: Session, staff: TestClient, database: Database
) -> None:
    run, (c1, c2), (s1, _) = a_finished_run(session, staff, database)

    told = staff.post(f"{run}/what-if", json={"locked": [pair(c1, s1), pair(c2, s1)]}).json()

    assert told["assignment"]["reason"] == (f"{s1.code} takes at most 1 pair, but 2 are locked")
    assert told["assignment"]["relaxations"][0]["cost"] == 1
    assert (told["chosen"], told["added"], told["cost"]) == ([], [], None)


@pytest.mark.parametrize(
    ("conditions", "pointers"),
    [
        ({"locked": [{"challenge_id": str(UUID(int=7)), "solution_id": str(UUID(int=8))}]}, 2),
        ({"providers_min": 2}, 1),
        ({"capacities": [{"solution_id": str(UUID(int=0)), "capacity": 1}] * 2}, 3),
        ({"objective": "luck"}, 1),
        ({"weights": 1}, 1),
    ],
)
def test_conditions_that_make_no_sense_are_all_refused_at_once(
    session: Session, staff: TestClient, database: Database, conditions: Any, pointers: int
) -> None:
    run, *_ = a_finished_run(session, staff, database)

    refused = staff.post(f"{run}/what-if", json=conditions)

    assert refused.status_code == 422
    assert len(refused.json()["errors"]) == pointers, refused.json()["errors"]


@pytest.mark.parametrize("question", ["assignment", "regret", "frontier", "what-if"])
@pytest.mark.parametrize("state", [RunState.QUEUED, RunState.RUNNING, RunState.FAILED])
def test_a_run_without_a_result_is_not_asked(
    session: Session, staff: TestClient, question: str, state: RunState
) -> None:
    run = a_run(session, state=state)
    session.commit()
    address = f"/api/v1/match-runs/{run.id}/{question}"

    refused = staff.post(address, json={}) if question == "what-if" else staff.get(address)

    assert refused.status_code == 409
    assert refused.json()["detail"] == f"The run {run.code} is {state}, so it has no result."


@pytest.mark.parametrize(("objective", "most"), assignment_queries.MAX_PAIRS.items())
def test_a_run_too_large_to_wait_for_is_refused_with_another_way(
    session: Session, staff: TestClient, database: Database, objective: str, most: int
) -> None:
    run, *_ = a_finished_run(session, staff, database, objective=objective)
    row = session.exec(select(MatchRun)).one()
    row.n_challenges, row.n_solutions = most + 1, 1
    session.commit()

    for question in ("regret", "frontier", "what-if"):
        address = f"{run}/{question}"
        refused = staff.post(address, json={}) if question == "what-if" else staff.get(address)
        assert refused.status_code == 409
        assert f"up to {most:,} can be asked about while you wait" in refused.json()["detail"]
    assert staff.get(f"{run}/assignment").status_code == 200


def test_what_if_for_72_challenges_and_26_solutions_reads_once_and_searches_few_times(
    session: Session,
    staff: TestClient,
    database: Database,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """What keeps the answer under a second, without a clock that others delay."""
    programme = a_programme(session)
    programme.providers_min, programme.providers_max = 1, 2
    common = {"programme_id": programme.id, "state": State.SELECTED}
    words = f"{FLOODS} {BUDGETS} Sensors warn of heat".split()
    homes = [an_organisation(session, country=country) for country in ("FR", "NO", "CL")]
    for n in range(72):
        told = " ".join(words[(n * 7 + k * (n % 5 + 1)) % len(words)] for k in range(30))
        a_challenge(
            session,
            **common,
            organisation_id=homes[n % 3].id,
            content=ChallengeContent(problem=told).model_dump(),
        )
    for n in range(26):
        told = " ".join(words[(n * 5 + k * (n % 7 + 1)) % len(words)] for k in range(40))
        content = SolutionContent(experience=told, capacity=4).model_dump()
        a_solution(session, **common, organisation_id=homes[n % 3].id, content=content)
    session.commit()
    new = {"programme_id": str(programme.id), "top": 3}
    run = f"/api/v1/match-runs/{staff.post('/api/v1/match-runs', json=new).json()['id']}"
    work(database)

    fits = counted(monkeypatch, PlainMatcher, "fit")
    searches = counted(monkeypatch, OptimalFace, "settle")
    statements = statements_of(database)

    answer = staff.post(f"{run}/what-if", json={"text_weight": 0.5}).json()

    assert len(fits) == 1
    assert 0 < len(searches) < 3 * 72
    assert 0 < len(statements) < 20
    assert answer["assignment"]["total"] == answer["assignment"]["bound"]
