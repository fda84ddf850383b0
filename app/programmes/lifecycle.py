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
    CLOSED = "closed"
    CANCELLED = "cancelled"


class Dated(Protocol):
    """What the rules look at."""

    state: CallState
    opens_at: datetime
    closes_at: datetime


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

    It takes things in from `opens_at` on, and no longer at `closes_at`.
    """
    if call.state is not CallState.PUBLISHED:
        return Phase(call.state)
    if at < call.opens_at:
        return Phase.SCHEDULED
    return Phase.OPEN if at < call.closes_at else Phase.CLOSED
