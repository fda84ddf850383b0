"""The lives of a thread beside a question, and of what staff enter for a team, as tables.

open --resolve--> resolved --reopen--> open

writing ==> waiting --confirm--> confirmed
writing --take-over--> ended

The double arrow is no step of an entry: staff send the submission. A member who sends it
confirms it; a submission that is taken back is being written again.
"""

from enum import StrEnum
from typing import Final

from app.access.lifecycle import Life, Step
from app.access.policy import Action
from app.core.base.errors import Conflict


class ThreadState(StrEnum):
    """Whether a thread waits for somebody."""

    OPEN = "open"
    RESOLVED = "resolved"


def _not_written(facts: Conflict | None) -> Conflict | None:
    return facts


LIFE: Final = Life[ThreadState, Conflict | None](
    "A thread",
    Step(
        "resolve",
        "Mark as resolved",
        frozenset({ThreadState.OPEN}),
        ThreadState.RESOLVED,
        Action.DRAFT_COMMENT,
        closed=_not_written,
    ),
    Step(
        "reopen",
        "Open again",
        frozenset({ThreadState.RESOLVED}),
        ThreadState.OPEN,
        Action.DRAFT_COMMENT,
        closed=_not_written,
    ),
)
"""What the rules look at is why the submission does not change at present, if it does not."""


class EntryState(StrEnum):
    """How far it is with what staff enter for a team."""

    WRITING = "writing"
    WAITING = "waiting"
    CONFIRMED = "confirmed"
    ENDED = "ended"


ENTRY_LIFE: Final = Life[EntryState, None](
    "An assisted entry",
    Step(
        "confirm",
        "Confirm what staff have sent for you",
        frozenset({EntryState.WAITING}),
        EntryState.CONFIRMED,
        Action.SUBMISSION_SUBMIT,
    ),
    Step(
        "take-over",
        "Go on without the staff",
        frozenset({EntryState.WRITING}),
        EntryState.ENDED,
        Action.SUBMISSION_SUBMIT,
    ),
)
