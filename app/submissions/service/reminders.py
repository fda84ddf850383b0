"""Letters before a date: to who has a draft, and to who has not answered."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import islice
from typing import Final
from uuid import UUID

from sqlalchemy import func
from sqlmodel import Session, col, or_, select

from app.core.base.clock import now
from app.notifications.letter_texts import LetterKind
from app.notifications.models import Reminder
from app.notifications.service.telling import Teller, is_first
from app.programmes.lifecycle import CallState, takes, too_late
from app.programmes.models import Call, Programme
from app.submissions.lifecycle import State
from app.submissions.models import OF_TEAM, LatePermit, Submission
from app.submissions.service import letters

BEFORE: Final = (timedelta(days=7), timedelta(days=1))
"""How long before a date somebody is reminded of it, the longest first."""
MOST: Final = 200
"""How many are reminded in one transaction, so that nobody waits long for it."""


def due_at(begun_at: datetime, ends: datetime, at: datetime) -> datetime | None:
    """Return since when a reminder is due at an instant; None where none is.

    Nobody is reminded of what they have begun, or were asked, since it would have been due;
    of two that are due, the later one alone.

    Parameters
    ----------
    begun_at, ends : datetime
        Since when it is known, and from when on it is too late.
    """
    if at >= ends:
        return None
    dates = (ends - distance for distance in BEFORE)
    return max((date for date in dates if begun_at <= date <= at), default=None)


@dataclass(frozen=True, slots=True)
class Due:
    """A reminder that is due.

    Attributes
    ----------
    kind : LetterKind
    submission : Submission
        What it is about.
    ends : datetime
        From when on it is too late.
    since : datetime
        Since when it is due.
    zone : str
        In which the letter tells until when.
    """

    kind: LetterKind
    submission: Submission
    ends: datetime
    since: datetime
    zone: str


def remind(session: Session) -> int:
    """Write reminders that are due, at most `MOST`; return how many submissions they are about.

    Each is written once, whatever is asked and by whom. Ask again until it is 0.
    """
    some, teller = list(islice(due(session, now()), MOST)), Teller(session)
    for one in some:
        write(session, teller, one)
    return len(some)


def write(session: Session, teller: Teller, one: Due) -> None:
    """Write to each person of a team what is due, unless somebody else has just done so."""
    if is_first(session, one.kind, one.submission.id, one.since):
        letters.tell(
            session, one.kind, one.submission, teller=teller, until=one.ends, zone=one.zone
        )


def due(session: Session, at: datetime) -> Iterator[Due]:
    """Yield the reminders that are due at an instant and were not written."""
    soon = at + max(BEFORE)
    yield from _drafts(session, at, soon)
    yield from _unanswered(session, at, soon)


def _drafts(session: Session, at: datetime, soon: datetime) -> Iterator[Due]:
    """Yield drafts that can still be sent, but for those that count if they are not."""
    ends = func.coalesce(LatePermit.until, Call.ends_at)
    statement = (
        select(Submission.id, Submission.created_at, Call, LatePermit.until)
        .join(Call, col(Call.id) == col(Submission.call_id))
        .outerjoin(LatePermit, OF_TEAM)
        .where(
            Submission.state == State.DRAFT,
            col(Submission.handed_in).is_(None),
            Call.state == CallState.PUBLISHED,
            or_(ends > at, col(Call.ends_at) > at),
            col(Call.closes_at) <= soon,
        )
        .order_by(col(Submission.code))
    )
    told = _told(session, LetterKind.CLOSES_SOON, at)
    for key, begun_at, call, permitted in session.exec(statement).all():
        last = too_late(call, begun_at, permitted)
        since = due_at(begun_at, last, at)
        if since is not None and takes(call, at, last) and (key, since) not in told:
            submission = session.get_one(Submission, key)
            yield Due(LetterKind.CLOSES_SOON, submission, last, since, call.zone)


ASKED: Final[Mapping[State, LetterKind]] = {
    State.SELECTED: LetterKind.ANSWER_SOON,
    State.RETURNED: LetterKind.COMPLETE_SOON,
}
"""Where a team is asked for an answer by a date, and what reminds it."""


def _unanswered(session: Session, at: datetime, soon: datetime) -> Iterator[Due]:
    """Yield submissions whose teams have not answered what they are asked."""
    statement = (
        select(Submission, Programme.zone, Call.zone)
        .join(Programme, col(Programme.id) == col(Submission.programme_id))
        .join(Call, col(Call.id) == col(Submission.call_id))
        .where(
            col(Submission.state).in_(ASKED),
            col(Submission.answer_by) > at,
            col(Submission.answer_by) <= soon,
        )
        .order_by(col(Submission.code))
    )
    rows = session.exec(statement).all()
    told = {kind: _told(session, kind, at) for kind in ASKED.values()}
    for submission, zone, zone_of_call in rows:
        ends, kind = submission.answer_by, ASKED[submission.state]
        # the release, or the return, which asks, is what has changed it last
        since = ends and due_at(submission.updated_at, ends, at)
        if ends is not None and since is not None and (submission.id, since) not in told[kind]:
            of_call = submission.state is State.RETURNED
            yield Due(kind, submission, ends, since, zone_of_call if of_call else zone)


def _told(session: Session, kind: LetterKind, at: datetime) -> set[tuple[UUID, datetime]]:
    """Return what was reminded of, and since when it was due, as far as it can be due again."""
    statement = select(Reminder.about, Reminder.due_at).where(
        Reminder.kind == kind, col(Reminder.due_at) >= at - max(BEFORE)
    )
    return set(session.exec(statement).all())
