"""The life of a call, as one table; open or closed is computed from the clock.

draft --publish--> published --cancel--> cancelled
"""

from datetime import datetime
from enum import StrEnum
from typing import Final, Protocol

from app.access.lifecycle import Life, Step
from app.access.policy import Action


class CallKind(StrEnum):
    """What a call asks for."""

    CHALLENGES = "challenges"
    SOLUTIONS = "solutions"


class CallState(StrEnum):
    """What staff decided about a call."""

    DRAFT = "draft"
    PUBLISHED = "published"
    CANCELLED = "cancelled"


class Phase(StrEnum):
    """What a call is at an instant: never stored."""

    DRAFT = "draft"
    SCHEDULED = "scheduled"
    OPEN = "open"
    GRACE = "grace"
    CLOSED = "closed"
    CANCELLED = "cancelled"


class Dated(Protocol):
    """What the rules look at."""

    state: CallState
    opens_at: datetime
    closes_at: datetime
    ends_at: datetime


LIFE: Final = Life[CallState, None](
    "A call",
    Step(
        "publish",
        "Publish the call",
        frozenset({CallState.DRAFT}),
        CallState.PUBLISHED,
        Action.CALL_PUBLISH,
    ),
    Step(
        "cancel",
        "Cancel the call",
        frozenset({CallState.PUBLISHED}),
        CallState.CANCELLED,
        Action.CALL_PUBLISH,
    ),
)


def phase(call: Dated, at: datetime) -> Phase:
    """Return what the call is at an instant.

    It takes things in from `opens_at` on, and no longer at `closes_at`. What was begun before
    can still be sent until before `ends_at`: that is its time of grace.
    """
    if call.state is not CallState.PUBLISHED:
        return Phase(call.state)
    if at < call.opens_at:
        return Phase.SCHEDULED
    if at < call.closes_at:
        return Phase.OPEN
    return Phase.GRACE if at < call.ends_at else Phase.CLOSED


def too_late(
    call: Dated, begun_at: datetime | None, permitted: datetime | None = None
) -> datetime:
    """Return the first instant at which the call takes a submission in no longer.

    Parameters
    ----------
    begun_at : datetime or None
        When its draft was begun; None of one that is not begun yet. Grace is for what was
        there when the call closed.
    permitted : datetime, optional
        Until when its team is let in although the call has closed.
    """
    has_grace = begun_at is not None and begun_at < call.closes_at
    ends = call.ends_at if has_grace else call.closes_at
    return ends if permitted is None else max(ends, permitted)


def takes(call: Dated, at: datetime, ends: datetime) -> bool:
    """Tell whether the call takes in at an instant what is too late at another one."""
    return call.state is CallState.PUBLISHED and call.opens_at <= at < ends
