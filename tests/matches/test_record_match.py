"""Recording a match: a pair that people brought together outside the service."""

import pytest
from sqlmodel import Session, select

from app.access.policy import OPERATOR, Role
from app.core.base.errors import Conflict
from app.matches import service as matches
from app.matches.models import Match
from app.submissions.lifecycle import State
from tests.conftest import SignIn
from tests.factories import (
    a_challenge,
    a_programme,
    a_solution,
    a_user,
    organisation_of,
)


def test_a_match_is_recorded_once_and_read_by_its_parties_and_staff(
    session: Session, as_user: SignIn
) -> None:
    programme = a_programme(session, code="spring")
    member = a_user(session)
    common = {"programme_id": programme.id, "state": State.SELECTED}
    challenge = a_challenge(session, **common, organisation_id=organisation_of(session, member))
    solution = a_solution(session, **common)

    match = matches.record_match(session, OPERATOR, challenge, solution, "Paired by people.")
    again = matches.record_match(session, OPERATOR, challenge, solution, "Once more.")
    listed = as_user(a_user(session, Role.STAFF)).get("/api/v1/matches?programme=spring")

    assert match.id == again.id
    assert session.exec(select(Match.id)).all() == [match.id]
    assert [
        (m["code"], m["challenge"]["code"], m["solution"]["code"], m["state"], m["notes"])
        for m in listed.json()["items"]
    ] == [(match.code, challenge.code, solution.code, "completed", "Paired by people.")]
    (for_staff,) = listed.json()["items"]
    shown = {"id", "code", "challenge", "solution", "state", "answer_by", "created_at"}
    for_parties = {name: value for name, value in for_staff.items() if name in shown}
    assert as_user(member).get("/api/v1/matches").json()["items"] == [for_parties]
    assert as_user(a_user(session)).get("/api/v1/matches").json()["items"] == []
    assert as_user(a_user(session, Role.ADVISOR)).get("/api/v1/matches").status_code == 403


def test_a_match_joins_two_of_one_programme(session: Session) -> None:
    challenge = a_challenge(session, state=State.SELECTED)
    solution = a_solution(session, state=State.SELECTED)

    with pytest.raises(Conflict, match="different programmes"):
        matches.record_match(session, OPERATOR, challenge, solution, "")
