"""Runs and their pairs are named by codes in bodies and filters, as they are by keys."""

from typing import Any
from uuid import uuid4

import pytest
from sqlmodel import Session
from starlette.testclient import TestClient

from app.access.policy import Role
from app.core.storage.database import Database
from app.matchmaking.models import MatchRun
from app.programmes.models import Programme
from app.submissions.lifecycle import State
from tests.conftest import SignIn
from tests.factories import a_challenge, a_programme, a_user
from tests.matchmaking.test_decide import a_listed_pair
from tests.matchmaking.test_questions import a_finished_run, pair

WHY = {"outcome": "chosen", "reason": "They have done exactly this."}


@pytest.fixture
def staff(session: Session, as_user: SignIn) -> TestClient:
    return as_user(a_user(session, Role.STAFF))


def codes_of(staff: TestClient, run: str) -> tuple[str, dict[str, str]]:
    """The code of a run, and those of its first line as a body names them."""
    line = staff.get(f"{run}/suggestions").json()["items"][0]
    named = {f"{side}_id": line[side]["code"] for side in ("challenge", "solution")}
    return staff.get(run).json()["code"], named


def test_a_run_is_asked_for_by_the_code_of_its_programme(
    session: Session, staff: TestClient, database: Database
) -> None:
    run, (challenge, _), _ = a_finished_run(session, staff, database)
    programme = session.get_one(Programme, challenge.programme_id)

    again = staff.post("/api/v1/match-runs", json={"programme_id": programme.code})
    nowhere = staff.post("/api/v1/match-runs", json={"programme_id": "no-such-programme"})

    assert again.status_code == 202
    assert again.json()["digest"] == staff.get(run).json()["digest"]
    assert nowhere.status_code == 422
    assert nowhere.json()["errors"] == [
        {"pointer": "/programme_id", "detail": "There is no such programme."}
    ]


def test_a_verdict_names_run_challenge_and_solution_by_code(
    session: Session, staff: TestClient
) -> None:
    suggestion = a_listed_pair(session)
    session.commit()
    run, named = codes_of(staff, f"/api/v1/match-runs/{suggestion.run_id}")

    first = staff.post("/api/v1/verdicts", json=named | {"run_id": run} | WHY)
    keys = {f"{n}_id": str(getattr(suggestion, f"{n}_id")) for n in ("challenge", "solution")}
    second = staff.post(
        "/api/v1/verdicts", json=keys | {"run_id": run.lower(), "newest": 1} | WHY
    )

    assert (first.status_code, second.status_code) == (201, 201)
    for number, verdict in enumerate((first.json(), second.json()), 1):
        assert {name: verdict[name] for name in ("run_id", *keys)} == {
            "run_id": str(suggestion.run_id),
            **keys,
        }
        assert verdict["number"] == number


def test_a_verdict_on_what_the_run_does_not_hold_says_which_by_the_code_that_was_sent(
    session: Session, staff: TestClient
) -> None:
    suggestion = a_listed_pair(session)
    run = session.get_one(MatchRun, suggestion.run_id)
    other = a_challenge(session, programme_id=run.programme_id, state=State.SELECTED)
    session.commit()
    named = codes_of(staff, f"/api/v1/match-runs/{run.id}")[1] | {"run_id": run.code} | WHY

    swapped = {"challenge_id": named["solution_id"], "solution_id": named["challenge_id"]}
    answers = [
        staff.post("/api/v1/verdicts", json=named | wrong).json()["errors"]
        for wrong in (
            {"run_id": "RUN-1999-001"},
            {"challenge_id": other.code},
            {"challenge_id": "CH-1999-001"},
            swapped,
        )
    ]

    def missing(name: str, code: str) -> dict[str, str]:
        return {"pointer": f"/{name}", "detail": f"The run does not contain {code}."}

    assert answers == [
        [{"pointer": "/run_id", "detail": "There is no such run."}],
        [missing("challenge_id", other.code)],
        [missing("challenge_id", "CH-1999-001")],
        [missing(name, code) for name, code in swapped.items()],
    ]


def test_suggestions_and_verdicts_are_filtered_by_code(
    session: Session, staff: TestClient
) -> None:
    suggestion = a_listed_pair(session)
    a_listed_pair(session)
    session.commit()
    run, named = codes_of(staff, f"/api/v1/match-runs/{suggestion.run_id}")
    staff.post("/api/v1/verdicts", json=named | {"run_id": run} | WHY)
    challenge, solution = named.values()

    def count(address: str) -> int:
        return len(staff.get(f"/api/v1/{address}").json()["items"])

    lines = f"match-runs/{run}/suggestions"
    assert [
        count(f"{lines}?challenge={challenge}&solution={solution}"),
        count(f"{lines}?challenge={challenge.lower()}&challenge={uuid4()}"),
        count(f"{lines}?challenge={solution}"),
        count(f"{lines}?solution=SO-1999-001"),
        count(f"verdicts?run={run}&challenge={challenge}&solution={solution}"),
        count("verdicts?run=RUN-1999-001"),
        count(f"verdicts?solution={challenge}"),
    ] == [1, 1, 0, 0, 1, 0, 0]


def test_regret_and_what_if_take_codes(
    session: Session, staff: TestClient, database: Database
) -> None:
    run, (c1, _), (_, s2) = a_finished_run(session, staff, database, objective="total")
    coded = {"challenge_id": c1.code, "solution_id": s2.code.lower()}
    named = f"/api/v1/match-runs/{staff.get(run).json()['code']}"

    def what_if(one: dict[str, str]) -> Any:
        capacities = [{"solution_id": one["solution_id"], "capacity": 2}]
        body = {"locked": [one], "forbidden": [], "capacities": capacities}
        return staff.post(f"{named}/what-if", json=body).json()

    regret = f"{named}/regret?challenge={c1.code}&solution={s2.code}"
    by_key = staff.get(f"{run}/regret?challenge={c1.id}&solution={s2.id}").json()
    assert staff.get(regret).json() == by_key
    assert len(by_key["lines"]) == 1
    assert what_if(coded) == what_if(pair(c1, s2))
    assert what_if(coded)["assignment"]["pairs"]


def test_what_if_says_what_the_run_does_not_hold_by_the_code_that_was_sent(
    session: Session, staff: TestClient, database: Database
) -> None:
    run, (c1, _), (_, s2) = a_finished_run(session, staff, database)
    body = {
        "locked": [{"challenge_id": c1.code, "solution_id": "SO-1999-001"}],
        "forbidden": [{"challenge_id": s2.code, "solution_id": s2.code}],
        "capacities": [
            {"solution_id": s2.code, "capacity": 1},
            {"solution_id": str(s2.id), "capacity": 2},
        ],
    }

    refused = staff.post(f"{run}/what-if", json=body)

    assert refused.status_code == 422
    assert refused.json()["errors"] == [
        {
            "pointer": "/locked/0/solution_id",
            "detail": "The run does not contain SO-1999-001.",
        },
        {
            "pointer": "/forbidden/0/challenge_id",
            "detail": f"The run does not contain {s2.code}.",
        },
        {"pointer": "/capacities/1/solution_id", "detail": "This solution is named twice."},
    ]


def test_a_refusal_speaks_of_a_run_as_it_was_named(
    session: Session, staff: TestClient, as_user: SignIn
) -> None:
    a_programme(session)
    member = as_user(a_user(session))

    told = [
        client.get("/api/v1/match-runs/run-1999-001").json()["detail"]
        for client in (staff, member)
    ]

    assert told == ["There is no run RUN-1999-001."] * 2
