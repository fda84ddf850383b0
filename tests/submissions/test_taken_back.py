"""What was taken back and not submitted again counts as it was last submitted."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlmodel import Session, col, select
from starlette.testclient import TestClient

from app.access.policy import Role
from app.core.base.clock import now
from app.core.storage.audit import AuditEvent
from app.core.storage.outbox import Letter
from app.matchmaking.models import MatchRun
from app.programmes.models import Call
from app.submissions.lifecycle import State
from app.submissions.models import Submission
from app.submissions.service import taken_back
from tests.conftest import SignIn
from tests.factories import a_challenge, a_solution, a_user, organisation_of, themes


def a_reopened_challenge(
    session: Session, as_user: SignIn, **fields: Any
) -> tuple[Submission, TestClient]:
    """Submitted, taken back, and written on; with its team, of one person with these fields."""
    themes(session)
    member = a_user(session, **fields)
    challenge = a_challenge(
        session, organisation_id=organisation_of(session, member), state=State.SUBMITTED
    )
    session.commit()
    team, address = as_user(member), f"/api/v1/challenges/{challenge.id}"
    team.post(f"{address}/steps/reopen")
    tag = team.get(address).headers["ETag"]
    changes = {"title": "A new title", "content": {"problem": "It floods each spring."}}
    changed = team.patch(address, json=changes, headers={"If-Match": tag})
    assert changed.status_code == 200
    session.expire_all()
    return challenge, team


def close(session: Session, call_id: UUID) -> None:
    call = session.get_one(Call, call_id)
    call.closes_at = now() - timedelta(seconds=1)
    session.commit()


def test_after_the_deadline_it_counts_as_it_was_submitted_and_the_team_is_told(
    session: Session, as_user: SignIn
) -> None:
    challenge, _ = a_reopened_challenge(session, as_user)
    close(session, challenge.call_id)

    restored = taken_back.restore(session)
    session.commit()

    assert restored == 1
    assert (challenge.state, challenge.title) == (State.SUBMITTED, "Early flood warnings")
    assert challenge.content["problem"] == "Our river floods twice a year."
    assert challenge.submitted_at is not None
    staff = as_user(a_user(session, Role.STAFF))
    assert staff.get(f"/api/v1/challenges/{challenge.id}").status_code == 200
    (letter,) = session.exec(select(Letter)).all()
    assert letter.subject == f"{challenge.code} counts as you last submitted it"
    assert "title: A new title\n\nproblem: It floods each spring.\n" in letter.body
    event = session.exec(select(AuditEvent).order_by(col(AuditEvent.id).desc())).first()
    assert event is not None
    assert (event.action, event.actor_id) == ("restore", None)


@pytest.mark.parametrize(
    ("tag", "greeting"), [("fr", "Bonjour,"), ("es", "Hola:"), ("pt", "Ol\u00e1,")]
)
def test_the_letter_is_in_the_language_of_who_gets_it_and_quotes_as_it_was_written(
    session: Session, as_user: SignIn, tag: str, greeting: str
) -> None:
    challenge, team = a_reopened_challenge(session, as_user, language=tag)
    address = f"/api/v1/challenges/{challenge.id}"
    etag = team.get(address).headers["ETag"]
    team.patch(address, json={"title": "A {title} %(x)s"}, headers={"If-Match": etag})
    session.expire_all()
    close(session, challenge.call_id)

    taken_back.restore(session)

    (letter,) = session.exec(select(Letter)).all()
    assert letter.body.startswith(greeting)
    assert letter.subject.startswith(f"{challenge.code} ")
    assert "title: A {title} %(x)s\n\nproblem: It floods each spring.\n" in letter.body


def test_before_the_deadline_it_stays_a_draft(session: Session, as_user: SignIn) -> None:
    challenge, _ = a_reopened_challenge(session, as_user)

    assert taken_back.restore(session) == 0
    assert challenge.state is State.DRAFT


def test_what_was_submitted_again_is_what_counts(session: Session, as_user: SignIn) -> None:
    challenge, team = a_reopened_challenge(session, as_user)
    again = team.post(f"/api/v1/challenges/{challenge.id}/steps/submit")
    assert again.status_code == 200, again.text
    session.expire_all()
    close(session, challenge.call_id)

    assert taken_back.restore(session) == 0
    assert challenge.title == "A new title"


def test_a_draft_that_was_never_submitted_stays_one(session: Session) -> None:
    challenge = a_challenge(session)
    close(session, challenge.call_id)

    assert taken_back.restore(session) == 0
    assert challenge.state is State.DRAFT


def test_a_run_after_the_deadline_takes_it_in(session: Session, as_user: SignIn) -> None:
    challenge, _ = a_reopened_challenge(session, as_user)
    a_solution(session, programme_id=challenge.programme_id, state=State.SELECTED)
    close(session, challenge.call_id)
    staff = as_user(a_user(session, Role.STAFF))

    new = {"programme_id": str(challenge.programme_id), "basis": "submitted"}
    run = staff.post("/api/v1/match-runs", json=new).json()

    frozen = session.get_one(MatchRun, UUID(run["id"])).challenges
    assert [record["title"] for record in frozen] == ["Early flood warnings"]
