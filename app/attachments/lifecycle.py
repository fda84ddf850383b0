"""The life of a file of a submission, as one table.

    kept --remove--> removed --put-back--> kept

What was removed is kept for a while, for its team alone: nobody loses a file by one click.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from app.access.lifecycle import Life, Step
from app.access.policy import Action
from app.core.base.errors import Conflict


class FileState(StrEnum):
    """Whether a file belongs to its submission."""

    KEPT = "kept"
    REMOVED = "removed"


@dataclass(frozen=True, slots=True)
class Facts:
    """What the rules look at.

    Attributes
    ----------
    not_written : Conflict or None
        Why the submission does not change at present.
    no_room : Conflict or None
        Why it takes no further file.
    """

    not_written: Conflict | None = None
    no_room: Conflict | None = None


def _not_written(facts: Facts) -> Conflict | None:
    return facts.not_written


def _no_place(facts: Facts) -> Conflict | None:
    return facts.not_written or facts.no_room


LIFE: Final = Life[FileState, Facts](
    "A file",
    Step(
        "remove",
        "Remove",
        frozenset({FileState.KEPT}),
        FileState.REMOVED,
        Action.DRAFT_WRITE,
        closed=_not_written,
    ),
    Step(
        "put-back",
        "Put back",
        frozenset({FileState.REMOVED}),
        FileState.KEPT,
        Action.DRAFT_WRITE,
        closed=_no_place,
    ),
)
