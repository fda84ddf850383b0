"""After a call has closed: grace for what was begun before, and permits for one team."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from sqlmodel import Session, select
from starlette.testclient import TestClient

from app.access.policy import Actor, Role
from app.accounts.models import User
from app.core.base.clock import now
from app.core.storage.audit import AuditEvent
from app.core.storage.outbox import Letter
from app.insights.tasks import tasks_of
from app.programmes.lifecycle import CallState
from app.programmes.models import Call
from app.submissions.lifecycle import State
from app.submissions.models import LatePermit, Submission
from app.submissions.service import taken_back
from tests.conftest import SignIn
from tests.factories import (
    THEMES,
    a_call,
    a_challenge,
    a_late_permit,
    a_user,
    organisation_of,
    themes,
)

Closed = Callable[..., Call]
MINUTE = timedelta(minutes=1)


@pytest.fixture
def member(session: Session) -> User:
    themes(session)
    return a_user(session, Role.MEMBER)


@pytest.fixture
def team(as_user: SignIn, member: User) -> TestClient:
    return as_user(member)


@pytest.fixture
def closed(session: Session) -> Closed:
    """A call that closed ten minutes ago."""

    def make(*, grace: int = 0, **fields: Any) -> Call:
        at = now() - 10 * MINUTE
        return a_call(session, closes_at=at, ends_at=at + grace * MINUTE, **fields)

    return make


def begun(session: Session, call: Call, member: User, *, before: timedelta) -> Submission:
    """A complete draft of the team, begun so long before the call closed."""
    return a_challenge(
        session,
        call_id=call.id,
        organisation_id=organisation_of(session, member),
        created_at=call.closes_at - before,
    )


def submit(client: TestClient, draft: Submission) -> tuple[int, str]:
    answer = client.post(f"/api/v1/challenges/{draft.code}/steps/submit")
    told = answer.json()
    return answer.status_code, told.get("state") or told["code"]


@pytest.mark.parametrize(
    ("grace", "before", "expected"),
    [
        (30, MINUTE, (200, "submitted")),
        (30, -MINUTE, (409, "call-not-open")),
        (5, MINUTE, (409, "call-not-open")),
        (0, MINUTE, (409, "call-not-open")),
    ],
)
def test_what_was_begun_before_is_sent_in_the_time_of_grace(
    session: Session,
    closed: Closed,
    member: User,
    team: TestClient,
    grace: int,
    before: timedelta,
    expected: tuple[int, str],
) -> None:
    draft = begun(session, closed(grace=grace), member, before=before)
    session.commit()

    assert submit(team, draft) == expected


def test_nothing_new_is_begun_in_the_time_of_grace(
    session: Session, closed: Closed, team: TestClient
) -> None:
    call = closed(grace=30)
    session.commit()

    answer = team.post(
        "/api/v1/challenges", json={"call_id": str(call.id), "title": "Floods", "content": {}}
    )

    assert (answer.status_code, answer.json()["code"]) == (409, "call-not-open")
    assert answer.json()["detail"].startswith(f"The call {call.code} is closed. It is open")


def test_what_was_taken_back_waits_for_the_end_of_grace_and_of_a_permit(
    session: Session, closed: Closed, member: User
) -> None:
    over, grace, permitted = closed(), closed(grace=30), closed()
    drafts = [begun(session, call, member, before=MINUTE) for call in (over, grace, permitted)]
    for draft in drafts:
        draft.submitted_at = draft.created_at
        taken_back.keep(draft)
        draft.submitted_at = None
    a_late_permit(session, permitted, organisation_id=drafts[2].organisation_id)

    restored = taken_back.restore(session)

    assert restored == 1
    assert [draft.state for draft in drafts] == [State.SUBMITTED, State.DRAFT, State.DRAFT]


# --- permits -----------------------------------------------------------------------------


def late(call: Call) -> str:
    return f"/api/v1/calls/{call.id}/late-permits"


def new(member_of: object, until: datetime) -> dict[str, str]:
    return {
        "organisation_id": str(member_of),
        "until": until.isoformat(),
        "reason": "Their network was down on the last day.",
    }


def test_a_team_that_is_let_in_begins_writes_and_sends_and_no_other_does(
    session: Session, closed: Closed, as_user: SignIn, member: User, team: TestClient
) -> None:
    call, other = closed(), as_user(a_user(session, Role.MEMBER))
    staff = as_user(a_user(session, Role.STAFF))
    until = now() + 30 * MINUTE
    session.commit()
    challenge = {
        "call_id": str(call.id),
        "title": "Early flood warnings",
        "content": {"problem": "Our river floods.", "outcome": "People are warned."},
        "themes": THEMES,
    }

    given = staff.post(late(call), json=new(organisation_of(session, member), until))
    refused = other.post("/api/v1/challenges", json=challenge)
    made = team.post("/api/v1/challenges", json=challenge)
    sent = team.post(f"/api/v1/challenges/{made.json()['code']}/steps/submit")

    assert (given.status_code, refused.status_code, made.status_code) == (201, 409, 201)
    assert (sent.status_code, sent.json()["state"]) == (200, "submitted")


def test_a_permit_that_is_over_or_taken_back_lets_nobody_in(
    session: Session, closed: Closed, as_user: SignIn, member: User, team: TestClient
) -> None:
    call = closed()
    draft = begun(session, call, member, before=-MINUTE)
    permit = a_late_permit(
        session, call, organisation_id=draft.organisation_id, until=now() - MINUTE
    )
    staff = as_user(a_user(session, Role.STAFF))
    over = submit(team, draft)
    permit.until = now() + 30 * MINUTE
    session.commit()

    gone = staff.delete(f"/api/v1/late-permits/{permit.id}")

    assert (over, gone.status_code) == ((409, "call-not-open"), 204)
    assert submit(team, draft) == (409, "call-not-open")


@pytest.mark.parametrize("state", [CallState.DRAFT, CallState.CANCELLED])
def test_a_permit_opens_no_call_that_is_not_published(
    session: Session,
    closed: Closed,
    as_user: SignIn,
    member: User,
    team: TestClient,
    state: CallState,
) -> None:
    call = closed(state=state)
    draft = begun(session, call, member, before=MINUTE)
    a_late_permit(session, call, organisation_id=draft.organisation_id)
    staff = as_user(a_user(session, Role.STAFF))

    refused = staff.post(late(call), json=new(draft.organisation_id, now() + 30 * MINUTE))

    assert submit(team, draft) == (409, "call-not-open")
    assert refused.status_code == 409


def test_of_a_cancelled_call_nobody_is_told_that_it_was_open_until_later(
    session: Session, closed: Closed, member: User, team: TestClient
) -> None:
    call = closed(state=CallState.CANCELLED)
    draft = begun(session, call, member, before=MINUTE)
    session.commit()

    answer = team.post(f"/api/v1/challenges/{draft.code}/steps/submit")

    assert answer.json()["detail"] == f"The call {call.code} was cancelled."


def test_the_people_of_the_team_hear_until_when_in_their_language_and_not_why(
    session: Session, closed: Closed, as_user: SignIn, member: User
) -> None:
    call = closed(title="Call for challenges")
    member.language = "fr"
    staff = as_user(a_user(session, Role.STAFF))
    until = datetime(2100, 7, 1, 10, tzinfo=UTC)

    staff.post(late(call), json=new(organisation_of(session, member), until))

    letter = session.exec(select(Letter).where(Letter.user_id == member.id)).one()
    assert letter.subject.startswith("Votre équipe peut encore envoyer un dossier")
    assert "1er juillet 2100 à 12:00 (Paris, UTC+2)" in letter.body
    assert "network" not in letter.body
    event = session.exec(select(AuditEvent).where(AuditEvent.action == "permit late")).one()
    assert event.subject_kind == "late permit"


def test_another_permit_of_the_same_team_takes_the_place_of_the_first(
    session: Session, closed: Closed, as_user: SignIn, member: User
) -> None:
    call, team_id = closed(), organisation_of(session, member)
    staff = as_user(a_user(session, Role.STAFF))

    first = staff.post(late(call), json=new(team_id, now() + 30 * MINUTE)).json()
    second = staff.post(late(call), json=new(team_id, now() + 60 * MINUTE)).json()

    assert (second["id"], second["version"]) == (first["id"], 2)
    assert len(session.exec(select(LatePermit)).all()) == 1


def test_a_team_reads_its_own_permit_and_not_why_and_nothing_of_others(
    session: Session, closed: Closed, as_user: SignIn, member: User, team: TestClient
) -> None:
    call = closed()
    own = a_late_permit(session, call, organisation_id=organisation_of(session, member))
    a_late_permit(session, call)
    auditor = as_user(a_user(session, Role.AUDITOR))

    read, all_of_them = team.get(late(call)).json(), auditor.get(late(call)).json()

    assert [item["id"] for item in read["items"]] == [str(own.id)]
    assert "reason" not in read["items"][0]
    assert {item["reason"] for item in all_of_them["items"]} == {own.reason}
    assert len(all_of_them["items"]) == 2


@pytest.mark.parametrize(
    ("minutes", "known", "pointers"),
    [(-1, True, ["/until"]), (-20, False, ["/organisation_id", "/until"])],
)
def test_what_cannot_be_permitted_is_refused_at_its_field(
    session: Session,
    closed: Closed,
    as_user: SignIn,
    member: User,
    minutes: int,
    known: bool,
    pointers: list[str],
) -> None:
    call = closed()
    team_id = organisation_of(session, member) if known else uuid4()
    staff = as_user(a_user(session, Role.STAFF))

    answer = staff.post(late(call), json=new(team_id, now() + minutes * MINUTE))

    assert answer.status_code == 422
    assert [error["pointer"] for error in answer.json()["errors"]] == pointers
    assert session.exec(select(LatePermit)).all() == []


def test_an_instant_before_the_call_closes_for_all_is_no_permit(
    session: Session, as_user: SignIn, member: User
) -> None:
    call = a_call(session)
    staff = as_user(a_user(session, Role.STAFF))

    answer = staff.post(late(call), json=new(organisation_of(session, member), now() + MINUTE))

    assert answer.json()["errors"][0]["detail"] == (
        "The call is open until later than this for everybody."
    )


def test_the_task_of_the_team_is_due_when_its_permit_ends(
    session: Session, closed: Closed, member: User
) -> None:
    call = closed()
    draft = begun(session, call, member, before=MINUTE)
    permit = a_late_permit(
        session, call, organisation_id=draft.organisation_id, until=now() + 30 * MINUTE
    )
    session.commit()

    tasks = tasks_of(
        session, Actor(member.id, {Role.MEMBER: frozenset({draft.organisation_id})})
    )

    assert [(task.code, task.due) for task in tasks] == [(draft.code, permit.until)]
