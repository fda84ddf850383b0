"""The life of a consultation, and the words of those who advise.

    open --close--> closed --reopen--> open

The date by which the board is asked closes nothing: advice that comes late is better than
none. Staff close a consultation when they have what they need, and reopen it by a new date.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final

from app.access.lifecycle import Life, Step
from app.access.policy import Action
from app.core.base.errors import FieldError


class ConsultationState(StrEnum):
    """Whether the board is asked."""

    OPEN = "open"
    CLOSED = "closed"


class Stance(StrEnum):
    """What an advisor says of a submission, or of a pair."""

    SUPPORTS = "supports"
    DOUBTS = "doubts"
    OPPOSES = "opposes"


@dataclass(frozen=True, slots=True)
class Facts:
    """What the rules look at.

    Attributes
    ----------
    at : datetime
    due_at : datetime or None
        By when the board is asked from now on.
    """

    at: datetime
    due_at: datetime | None = None


def _without_date(facts: Facts) -> Sequence[FieldError]:
    if facts.due_at is not None and facts.due_at > facts.at:
        return ()
    return [FieldError("/due_at", "Give a new date that is still to come.")]


LIFE: Final = Life[ConsultationState, Facts](
    "A consultation",
    Step(
        "close",
        "Close the consultation",
        frozenset({ConsultationState.OPEN}),
        ConsultationState.CLOSED,
        Action.ADVICE_ASK,
    ),
    Step(
        "reopen",
        "Ask the board again",
        frozenset({ConsultationState.CLOSED}),
        ConsultationState.OPEN,
        Action.ADVICE_ASK,
        missing=_without_date,
    ),
)
