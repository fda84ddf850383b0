"""Once a week staff read what waits for them."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlmodel import Session, select

from app.access.policy import Role
from app.core.base.clock import now
from app.core.storage.outbox import Letter
from app.decisions.lifecycle import DecisionState
from app.insights.digest import LINES, due_at, write_digests
from app.insights.schemas import TaskKind
from app.programmes.models import Programme
from app.submissions.lifecycle import State
from tests.factories import a_call, a_challenge, a_decision, a_solution, a_user

LONG_AGO = datetime(2026, 1, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    ("at", "zone", "expected"),
    [
        # a Sunday, a Monday just before and after seven, a Wednesday
        ("2026-11-29T12:00Z", "UTC", "2026-11-23T07:00Z"),
        ("2026-11-30T06:59Z", "UTC", "2026-11-23T07:00Z"),
        ("2026-11-30T07:00Z", "UTC", "2026-11-30T07:00Z"),
        ("2026-12-02T12:00Z", "UTC", "2026-11-30T07:00Z"),
        ("2026-11-29T21:59Z", "Asia/Tokyo", "2026-11-22T22:00Z"),
        ("2026-11-29T22:00Z", "Asia/Tokyo", "2026-11-29T22:00Z"),
        # the night in which clocks change: seven is seven
        ("2026-10-26T07:00Z", "Europe/Paris", "2026-10-26T06:00Z"),
        ("2026-10-25T12:00Z", "Europe/Paris", "2026-10-19T05:00Z"),
    ],
)
def test_it_is_due_on_mondays_at_seven_where_its_reader_is(
    at: str, zone: str, expected: str
) -> None:
    assert due_at(datetime.fromisoformat(at), zone) == datetime.fromisoformat(expected)


def test_each_of_the_staff_reads_what_waits_for_them_once_a_week(session: Session) -> None:
    call = a_call(session)
    programme = session.get_one(Programme, call.programme_id)
    for _ in range(2):
        a_challenge(session, call_id=call.id, state=State.SUBMITTED)
    submission = a_challenge(session, call_id=call.id, state=State.ELIGIBLE)
    a_decision(session, submission=submission, state=DecisionState.READY)
    staff, lead = (
        a_user(session, role, created_at=LONG_AGO) for role in (Role.STAFF, Role.LEAD)
    )
    a_user(session, Role.LEAD, created_at=LONG_AGO, unwanted_letters=["digest"])
    a_user(session, Role.STAFF, created_at=now() + timedelta(days=8))  # came since Monday
    for role in (Role.MEMBER, Role.ADVISOR, Role.AUDITOR, Role.ADMIN):
        a_user(session, role, created_at=LONG_AGO)
    session.commit()

    assert [write_digests(session) for _ in range(2)] == [2, 0]

    session.flush()
    bodies = {
        letter.user_id: letter.body.split("\n\n")[2] for letter in session.exec(select(Letter))
    }
    check = f"- {programme.title}: Challenges to check: 2"
    approve = f"- {programme.title}: Decisions about challenges to approve: 1"
    assert bodies == {staff.id: check, lead.id: f"{check}\n{approve}"}


def test_who_has_nothing_to_do_gets_no_letter(session: Session) -> None:
    a_user(session, Role.STAFF, created_at=LONG_AGO)
    a_solution(session)  # a draft
    session.commit()

    assert write_digests(session) == 0


def test_each_task_of_the_staff_has_a_line() -> None:
    teams = {"complete", "finish", "answer", "approve", "consent", "review", "advise"}
    teams |= {"help", "discuss", "confirm", "restart", "tell", "read", "meet", "do", "rewrite"}
    teams |= {"explain"}

    assert {what for what, _ in LINES} == set(TaskKind) - teams
