"""The hour that a clock change repeats: a deadline in it is one instant and not two."""

import pytest
from sqlmodel import Session

from app.access.policy import Role
from tests.conftest import SignIn
from tests.factories import a_programme, a_user

REPEATED = "2026-10-25T02:30:00"
"""Stands twice on the clocks of Paris."""


def a_call_that_closes(session: Session, at: str) -> dict[str, str]:
    return {
        "programme_id": str(a_programme(session).id),
        "kind": "challenges",
        "code": "autumn",
        "title": "A call for challenges",
        "opens_at": "2026-01-01T00:00:00Z",
        "closes_at": at,
        "zone": "Europe/Paris",
    }


@pytest.mark.parametrize(
    ("offset", "instant"),
    [("+02:00", "2026-10-25T00:30:00Z"), ("+01:00", "2026-10-25T01:30:00Z")],
)
def test_each_of_the_two_hours_is_an_instant_of_its_own(
    session: Session, as_user: SignIn, offset: str, instant: str
) -> None:
    draft = a_call_that_closes(session, REPEATED + offset)

    answer = as_user(a_user(session, Role.STAFF)).post("/api/v1/calls", json=draft)

    told = answer.json()
    assert (answer.status_code, told.get("closes_at")) == (201, instant)


def test_an_hour_that_could_be_either_is_refused(session: Session, as_user: SignIn) -> None:
    draft = a_call_that_closes(session, REPEATED)

    answer = as_user(a_user(session, Role.STAFF)).post("/api/v1/calls", json=draft)

    assert answer.status_code == 422
    assert [error["pointer"] for error in answer.json()["errors"]] == ["/closes_at"]
