"""People decide about suggestions, with reasons; matches are theirs."""

import base64
import json
from uuid import uuid4

import pytest
from sqlmodel import Session, select

from app.core.audit import AuditEvent
from app.core.errors import Conflict
from app.matchmaking.models import Match, Verdict
from app.matchmaking.service import deciding
from app.policy import OPERATOR, Role
from app.submissions.lifecycle import State
from tests.conftest import SignIn
from tests.factories import (
    a_challenge,
    a_programme,
    a_run,
    a_solution,
    a_suggestion,
    a_user,
    organisation_of,
)


def test_a_verdict_is_recorded_and_shown_beside_the_suggestion(
    session: Session, as_user: SignIn
) -> None:
    suggestion = a_suggestion(session, a_run(session))
    person = a_user(session, Role.STAFF)
    staff = as_user(person)
    said = {"outcome": "chosen", "reason": "They have done exactly this."}

    answer = staff.post("/api/v1/verdicts", json={"suggestion_id": str(suggestion.id), **said})

    assert answer.status_code == 201
    verdict = answer.json()
    assert verdict == {
        "id": verdict["id"],
        "suggestion_id": str(suggestion.id),
        "decided_by": str(person.id),
        "created_at": verdict["created_at"],
        **said,
    }
    listed = staff.get(f"/api/v1/match-runs/{suggestion.run_id}/suggestions").json()["items"]
    assert [item["verdict"] for item in listed] == [verdict]
    event = session.exec(select(AuditEvent)).one()
    assert (event.action, event.subject_id, event.facts) == ("decide", suggestion.id, said)


def test_the_newest_verdict_counts_and_the_earlier_one_stays(
    session: Session, as_user: SignIn
) -> None:
    run = a_run(session)
    suggestion = a_suggestion(session, run)
    staff = as_user(a_user(session, Role.STAFF))
    for outcome in ("chosen", "reserve"):
        said = {"outcome": outcome, "reason": "Because."}
        staff.post("/api/v1/verdicts", json={"suggestion_id": str(suggestion.id), **said})

    one = staff.get(
        f"/api/v1/match-runs/{run.id}/suggestions/"
        f"{suggestion.challenge_id}/{suggestion.solution_id}"
    )
    every = staff.get(f"/api/v1/verdicts?run={run.id}").json()["items"]

    assert one.json()["verdict"]["outcome"] == "reserve"
    assert [verdict["outcome"] for verdict in every] == ["reserve", "chosen"]
    assert staff.get(f"/api/v1/verdicts?suggestion={uuid4()}").json()["items"] == []


@pytest.mark.parametrize(
    ("change", "pointer"),
    [
        ({"reason": "  "}, "/reason"),
        ({"outcome": "maybe"}, "/outcome"),
        ({"suggestion_id": str(uuid4())}, "/suggestion_id"),
        ({"number": 7}, "/number"),
    ],
)
def test_a_verdict_that_is_not_sound_is_refused(
    session: Session, as_user: SignIn, change: dict[str, object], pointer: str
) -> None:
    suggestion = a_suggestion(session, a_run(session))
    said = {"suggestion_id": str(suggestion.id), "outcome": "chosen", "reason": "Because."}

    answer = as_user(a_user(session, Role.STAFF)).post("/api/v1/verdicts", json=said | change)

    assert answer.status_code == 422
    assert [error["pointer"] for error in answer.json()["errors"]] == [pointer]
    assert session.exec(select(Verdict)).all() == []


def test_an_advisor_reads_verdicts_and_gives_none(session: Session, as_user: SignIn) -> None:
    suggestion = a_suggestion(session, a_run(session))
    advisor = as_user(a_user(session, Role.ADVISOR))
    said = {"suggestion_id": str(suggestion.id), "outcome": "chosen", "reason": "Because."}

    assert advisor.post("/api/v1/verdicts", json=said).status_code == 403
    assert advisor.get("/api/v1/verdicts").status_code == 200


def test_a_member_reads_no_verdict(session: Session, as_user: SignIn) -> None:
    assert as_user(a_user(session)).get("/api/v1/verdicts").status_code == 403


def test_the_list_of_suggestions_is_filtered(session: Session, as_user: SignIn) -> None:
    run = a_run(session)
    first = a_suggestion(session, run, assigned=True)
    second = a_suggestion(session, run)
    staff = as_user(a_user(session, Role.STAFF))
    address = f"/api/v1/match-runs/{run.id}/suggestions"

    def ids(query: str) -> list[str]:
        return [item["id"] for item in staff.get(f"{address}?{query}").json()["items"]]

    assert ids("sort=-score") == sorted([str(first.id), str(second.id)])
    assert ids("assigned=true") == [str(first.id)]
    assert ids(f"challenge={second.challenge_id}") == [str(second.id)]
    assert ids(f"solution={first.solution_id}") == [str(first.id)]
    assert staff.get(f"{address}/{first.challenge_id}/{second.solution_id}").status_code == 404


def test_a_number_that_no_column_holds_is_refused(session: Session, as_user: SignIn) -> None:
    run = a_run(session)
    staff = as_user(a_user(session, Role.STAFF))
    order = ["rank", 2**40, str(uuid4())]
    cursor = base64.urlsafe_b64encode(json.dumps(order).encode()).decode()

    listed = staff.get(f"/api/v1/match-runs/{run.id}/suggestions?sort=rank&cursor={cursor}")

    assert listed.status_code == 400
    for power in (31, 40, 63, 64):
        assert staff.get(f"/api/v1/jobs/{2**power}").status_code == 404


def test_runs_are_listed_by_programme_and_state(session: Session, as_user: SignIn) -> None:
    programme = a_programme(session, code="spring")
    run = a_run(session, programme_id=programme.id)
    a_run(session)
    staff = as_user(a_user(session, Role.STAFF))

    listed = staff.get("/api/v1/match-runs?programme=spring&state=complete").json()["items"]

    assert [item["code"] for item in listed] == [run.code]
    assert staff.get("/api/v1/match-runs?state=failed").json()["items"] == []


def test_a_match_is_recorded_once_and_read_by_its_parties_and_staff(
    session: Session, as_user: SignIn
) -> None:
    programme = a_programme(session, code="spring")
    member = a_user(session)
    common = {"programme_id": programme.id, "state": State.SELECTED}
    challenge = a_challenge(session, **common, organisation_id=organisation_of(session, member))
    solution = a_solution(session, **common)

    match = deciding.record_match(session, OPERATOR, challenge, solution, "Paired by people.")
    again = deciding.record_match(session, OPERATOR, challenge, solution, "Once more.")
    listed = as_user(a_user(session, Role.STAFF)).get("/api/v1/matches?programme=spring")

    assert match.id == again.id
    assert session.exec(select(Match.id)).all() == [match.id]
    assert [
        (m["code"], m["challenge"]["code"], m["solution"]["code"], m["state"], m["notes"])
        for m in listed.json()["items"]
    ] == [(match.code, challenge.code, solution.code, "completed", "Paired by people.")]
    assert as_user(member).get("/api/v1/matches").json() == listed.json()
    assert as_user(a_user(session)).get("/api/v1/matches").json()["items"] == []
    assert as_user(a_user(session, Role.ADVISOR)).get("/api/v1/matches").status_code == 403


def test_a_match_joins_two_of_one_programme(session: Session) -> None:
    challenge = a_challenge(session, state=State.SELECTED)
    solution = a_solution(session, state=State.SELECTED)

    with pytest.raises(Conflict, match="different programmes"):
        deciding.record_match(session, OPERATOR, challenge, solution, "")
