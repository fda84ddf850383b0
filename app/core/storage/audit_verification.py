"""Whether the audit chain is whole; if not, which row is the first that is wrong, and how."""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from sqlmodel import Session, col, select

from app.core.base.errors import Conflict
from app.core.base.messages import Message
from app.core.storage import audit_reasons
from app.core.storage.audit import GENESIS, AuditEvent, AuditHead, digest_of

BATCH: Final = 500
UNREADABLE: Final = (TypeError, ValueError, LookupError, AttributeError)
"""What the driver or the hash says to a value that nobody but `record` should write."""


class Flaw(StrEnum):
    """What was done to a chain."""

    CHANGED = "changed"
    REMOVED = "removed"
    REORDERED = "reordered"
    ADDED = "added"
    REWRITTEN = "rewritten"


class BrokenChain(Conflict):
    """The audit chain is not what was written."""

    title = "The audit chain is broken"
    code = "broken-chain"
    remedy = "Keep the database as it is, and compare this row with a backup."

    def __init__(self, flaw: Flaw, number: int, detail: str) -> None:
        super().__init__(
            Message("Event {number}: {flaw}. {detail}", number=number, flaw=flaw, detail=detail)
        )
        self.flaw = flaw
        self.number = number


@dataclass(frozen=True, slots=True)
class Head:
    """The end of a chain.

    Attributes
    ----------
    number : int
        How many events it has.
    digest : str
        The hash of the last one; of none, zeros.
    """

    number: int
    digest: str


def head(session: Session) -> Head:
    """Return the end of the chain as it is stored: publish it to bind what stands before."""
    stored = session.get(AuditHead, 1)
    return Head(stored.last, stored.digest) if stored else Head(0, GENESIS)


def verify(session: Session, published: str | None = None) -> Head:
    """Return the end of a chain that is whole.

    Parameters
    ----------
    published : str, optional
        A hash that `head` gave at some time: the chain must still hold it. Without one, a
        chain that was written again from some row on, with its end, cannot be told.

    Raises
    ------
    BrokenChain
        With the first row that is wrong, and what was done to it.
    """
    known = published in {None, GENESIS}
    before = Head(0, GENESIS)
    for event in _events(session):
        _require_next(session, before, event)
        assert isinstance(event, AuditEvent)  # noqa: S101 -- the line above refuses the others
        before = Head(before.number + 1, event.digest)
        known = known or event.digest == published
    _require_end(head(session), before)
    if not known:
        raise BrokenChain(
            Flaw.REWRITTEN,
            before.number,
            "No event of this chain has the hash that was published: it was written again, "
            "or cut before that event.",
        )
    return before


def _events(session: Session) -> Iterator[AuditEvent | int]:
    """Yield the events by their numbers; of one that cannot be read, its number alone."""
    batch = select(AuditEvent.id).order_by(col(AuditEvent.id)).limit(BATCH)
    numbers = session.exec(batch).all()
    while numbers:
        yield from _read(session, [number for number in numbers if number is not None])
        numbers = session.exec(batch.where(col(AuditEvent.id) > numbers[-1])).all()


def _read(session: Session, numbers: list[int]) -> list[AuditEvent | int]:
    wanted = select(AuditEvent).where(col(AuditEvent.id).between(numbers[0], numbers[-1]))
    try:
        events: list[AuditEvent | int] = [*session.exec(wanted.order_by(col(AuditEvent.id)))]
    except UNREADABLE:
        if len(numbers) == 1:
            return [*numbers]
        # One at a time, to name the one that nobody can read.
        return [event for number in numbers for event in _read(session, [number])]
    finally:
        session.expunge_all()
    return events


def _require_next(session: Session, before: Head, event: AuditEvent | int) -> None:
    """Do nothing, or refuse what does not follow the event before."""
    number = event if isinstance(event, int) else event.id or 0
    due = before.number + 1
    if number > due:
        raise BrokenChain(
            Flaw.REMOVED,
            due,
            Message("The next one there is has the number {number}.", number=number),
        )
    if number < due:
        raise BrokenChain(Flaw.ADDED, number, "Numbers begin with 1.")
    if isinstance(event, int) or not _says_its_hash(event):
        raise BrokenChain(
            Flaw.CHANGED, number, "Its content is not what its hash was taken over."
        )
    if event.previous != before.digest:
        raise _displaced(session, number, event.previous)
    if not _has_its_reason(session, event):
        raise BrokenChain(Flaw.CHANGED, number, "Its reason is not the one that was given.")


def _says_its_hash(event: AuditEvent) -> bool:
    try:
        return digest_of(vars(event), event.previous) == event.digest
    except UNREADABLE:
        return False


def _has_its_reason(session: Session, event: AuditEvent) -> bool:
    try:
        return audit_reasons.is_what_was_given(session, event.facts)
    except UNREADABLE:
        return False


def _displaced(session: Session, number: int, previous: str) -> BrokenChain:
    """Tell what happened where an event is whole, and follows another than the one before."""
    follows = session.exec(select(AuditEvent.id).where(AuditEvent.digest == previous)).first()
    if follows is None and previous != GENESIS:
        return BrokenChain(
            Flaw.REMOVED,
            number,
            "What stood before it is no longer there, and the rest was numbered again.",
        )
    after = follows or 0
    if after < number:
        return BrokenChain(
            Flaw.ADDED,
            after + 1,
            Message(
                "Event {number} was written to follow event {after}.",
                number=number,
                after=after,
            ),
        )
    return BrokenChain(
        Flaw.REORDERED,
        number,
        Message("It was written to follow what is now event {after}.", after=after),
    )


def _require_end(stored: Head, found: Head) -> None:
    if stored.number > found.number:
        raise BrokenChain(
            Flaw.REMOVED,
            found.number + 1,
            Message("The chain ends before it; {n} events were written.", n=stored.number),
        )
    if stored.number < found.number:
        raise BrokenChain(
            Flaw.ADDED,
            stored.number + 1,
            Message("Only {n} events were written.", n=stored.number),
        )
    if stored.digest != found.digest:
        raise BrokenChain(
            Flaw.CHANGED, found.number, "The end of the chain has another hash than this event."
        )
