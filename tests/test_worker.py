"""What a worker does by itself, so that a promise needs nobody who remembers it."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from uuid import UUID

from sqlmodel import Session, select

from app.access.policy import Role
from app.accounts.lifecycle import UserState
from app.accounts.models import User
from app.core.base.clock import now
from app.core.storage.database import Database
from app.core.storage.outbox import Letter
from app.settings import Settings
from app.submissions.lifecycle import State
from app.worker import work
from tests.factories import a_call, a_challenge, a_user, organisation_of
from tests.processes import until


@contextmanager
def workers(database: Database, settings: Settings, number: int) -> Iterator[None]:
    stop = threading.Event()
    threads = [
        threading.Thread(target=work, args=(database, settings, stop)) for _ in range(number)
    ]
    for thread in threads:
        thread.start()
    try:
        yield
    finally:
        stop.set()
        for thread in threads:
            thread.join(30)


def test_people_who_left_long_ago_are_erased_without_anybody_asking(
    session: Session, database: Database, settings: Settings
) -> None:
    long_ago = now() - timedelta(days=settings.retention_days + 1)
    gone = a_user(session, state=UserState.DEACTIVATED, deactivated_at=long_ago)
    left = a_user(session, state=UserState.DEACTIVATED, deactivated_at=now())
    session.commit()

    def is_erased(user: User) -> bool:
        session.expire_all()
        erased = user.state is UserState.ERASED
        session.rollback()
        return erased

    with workers(database, settings, 2):
        until(lambda: is_erased(gone))

    assert gone.name == "Erased person"
    assert not is_erased(left)


def test_who_has_a_draft_is_reminded_and_staff_read_what_waits_without_anybody_asking(
    session: Session, database: Database, settings: Settings
) -> None:
    at = now()
    call = a_call(session, closes_at=at + timedelta(days=2))
    member = a_user(session)
    staff = a_user(session, Role.STAFF, created_at=at - timedelta(days=30))
    for state, begun in ((State.DRAFT, at - timedelta(days=30)), (State.SUBMITTED, at)):
        a_challenge(
            session,
            call_id=call.id,
            organisation_id=organisation_of(session, member),
            state=state,
            created_at=begun,
        )
    session.commit()

    def readers() -> list[UUID]:
        found = session.exec(select(Letter.user_id)).all()
        session.rollback()
        return sorted(found)

    with workers(database, settings, 2):
        until(lambda: len(readers()) >= 2)

    assert readers() == sorted([member.id, staff.id])
