"""Noting what happens, in the transaction in which it happens."""

from datetime import datetime
from uuid import UUID

from sqlmodel import Session, col, delete

from app.events.kinds import EVENTS, Audience, EventKind, EventSubject
from app.events.models import Event


def to_team(
    session: Session,
    kind: EventKind,
    organisation_id: UUID,
    *,
    subject: EventSubject,
    subject_id: UUID,
    code: str | None = None,
    programme_id: UUID | None = None,
) -> Event:
    """Note what a team is told. It goes on when the caller's transaction is committed.

    Parameters
    ----------
    subject, subject_id, code
        What it is about: its kind, its key, and what people call it.
    programme_id : UUID, optional
        In which programme it happens.

    Raises
    ------
    ValueError
        If events of this kind are told to a person.
    """
    _require(kind, Audience.TEAM)
    event = Event(
        kind=kind,
        organisation_id=organisation_id,
        subject=subject,
        subject_id=subject_id,
        code=code,
        programme_id=programme_id,
    )
    session.add(event)
    return event


def to_person(
    session: Session,
    kind: EventKind,
    user_id: UUID,
    *,
    subject: EventSubject = EventSubject.ACCOUNT,
    subject_id: UUID | None = None,
    code: str | None = None,
    programme_id: UUID | None = None,
) -> Event:
    """Note what one person is told. It goes on when the caller's transaction is committed.

    What is about the account of the person needs no key: it is the reader's own.

    Raises
    ------
    ValueError
        If events of this kind are told to a team.
    """
    _require(kind, Audience.PERSON)
    event = Event(
        kind=kind,
        user_id=user_id,
        subject=subject,
        subject_id=subject_id,
        code=code,
        programme_id=programme_id,
    )
    session.add(event)
    return event


def _require(kind: EventKind, audience: Audience) -> None:
    if EVENTS[kind].audience is not audience:
        raise ValueError(f"{kind} is not told to a {audience}")


def purge(session: Session, before: datetime) -> int:
    """Forget what happened before an instant; return how many events."""
    statement = delete(Event).where(col(Event.occurred_at) < before)
    return int(getattr(session.execute(statement), "rowcount", 0))


def forget(session: Session, user_id: UUID) -> None:
    """Forget what one person alone was told."""
    session.execute(delete(Event).where(col(Event.user_id) == user_id))
