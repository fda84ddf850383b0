"""The life of a thread beside a question, as one table.

open --resolve--> resolved --reopen--> open
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
