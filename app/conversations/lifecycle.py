"""When a match has a room, and the lives of what stands in it, as tables.

A meeting: proposed --choose--> fixed; both --move--> proposed, and --cancel--> cancelled.
What was agreed: open --finish--> done --reopen--> open; open --drop--> dropped.
A file of a room: kept --remove--> removed --put-back--> kept, by the side that added it.
What a side says to the staff: shut --let-staff--> let --shut-staff--> shut.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from app.access.lifecycle import Life, Step
from app.access.policy import Action
from app.attachments.lifecycle import FileState
from app.core.base.errors import Conflict, FieldError
from app.matches.lifecycle import KNOWN_TO_EACH_OTHER, MatchState

WRITABLE: Final = KNOWN_TO_EACH_OTHER - {MatchState.COMPLETED}
"""Where both sides write to each other."""
READABLE: Final = KNOWN_TO_EACH_OTHER | {
    *(MatchState.ENDED, MatchState.WITHDRAWN, MatchState.REPLACED),
}
"""Where both read what was said, given that both had accepted."""


class MessageKind(StrEnum):
    """What a line tells: what somebody said or added, or what a side lets the staff do."""

    SAID = "said"
    FILE = "file"
    STAFF_LET = "staff_let"
    STAFF_SHUT = "staff_shut"


class StaffAccess(StrEnum):
    """Whether a side lets the staff read the room."""

    SHUT = "shut"
    LET = "let"


class MeetingState(StrEnum):
    """Where a meeting stands."""

    PROPOSED = "proposed"
    FIXED = "fixed"
    CANCELLED = "cancelled"


class AgreedState(StrEnum):
    """Where something stands that both sides have agreed on."""

    OPEN = "open"
    DONE = "done"
    DROPPED = "dropped"


def _closed(facts: Conflict | None) -> Conflict | None:
    return facts


STAFF_LIFE: Final = Life[StaffAccess, Conflict | None](
    "A room",
    Step(
        "let-staff",
        "Let the staff read, as far as your team is concerned",
        frozenset({StaffAccess.SHUT}),
        StaffAccess.LET,
        Action.CONVERSATION_WRITE,
    ),
    # No match is too old for it: what is said stays with the two teams.
    Step(
        "shut-staff",
        "Stop letting the staff read",
        frozenset({StaffAccess.LET}),
        StaffAccess.SHUT,
        Action.CONVERSATION_WRITE,
    ),
)
"""What one side says; the staff read while both let them."""


@dataclass(frozen=True, slots=True)
class MeetingFacts:
    """What the rules of a meeting look at.

    Attributes
    ----------
    closed : Conflict or None
        Why nothing is written in the room at present.
    answers : bool
        Whether the person is of the side that did not propose it.
    is_over : bool
        Whether it was fixed, and has taken place.
    is_full : bool
        Whether it was moved as often as it can be.
    wrong : tuple of FieldError
        What is missing from, or wrong with, what was chosen or proposed.
    """

    closed: Conflict | None = None
    answers: bool = True
    is_over: bool = False
    is_full: bool = False
    wrong: tuple[FieldError, ...] = ()


def _not_to_choose(facts: MeetingFacts) -> Conflict | None:
    if facts.closed is None and not facts.answers:
        return Conflict(
            "Your team proposed these times.",
            remedy="Wait for the other team, propose other times, or cancel the meeting.",
        )
    return facts.closed


def _not_to_move(facts: MeetingFacts) -> Conflict | None:
    if facts.closed is None and facts.is_full:
        return Conflict(
            "This meeting was moved as often as it can be.",
            remedy="Cancel it, and propose another one.",
        )
    return _over(facts)


def _over(facts: MeetingFacts) -> Conflict | None:
    if facts.closed is None and facts.is_over:
        return Conflict("This meeting is over.", remedy="Propose another one.")
    return facts.closed


def _wrong(facts: MeetingFacts) -> tuple[FieldError, ...]:
    return facts.wrong


MEETING_LIFE: Final = Life[MeetingState, MeetingFacts](
    "A meeting",
    Step(
        "choose",
        "Take one of the times",
        frozenset({MeetingState.PROPOSED}),
        MeetingState.FIXED,
        Action.CONVERSATION_WRITE,
        closed=_not_to_choose,
        missing=_wrong,
    ),
    Step(
        "move",
        "Propose other times",
        frozenset({MeetingState.PROPOSED, MeetingState.FIXED}),
        MeetingState.PROPOSED,
        Action.CONVERSATION_WRITE,
        closed=_not_to_move,
        missing=_wrong,
    ),
    Step(
        "cancel",
        "Cancel the meeting",
        frozenset({MeetingState.PROPOSED, MeetingState.FIXED}),
        MeetingState.CANCELLED,
        Action.CONVERSATION_WRITE,
        closed=_over,
    ),
)

AGREED_LIFE: Final = Life[AgreedState, Conflict | None](
    "A task",
    Step(
        "finish",
        "Mark as done",
        frozenset({AgreedState.OPEN}),
        AgreedState.DONE,
        Action.CONVERSATION_WRITE,
        closed=_closed,
    ),
    Step(
        "reopen",
        "Open again",
        frozenset({AgreedState.DONE}),
        AgreedState.OPEN,
        Action.CONVERSATION_WRITE,
        closed=_closed,
    ),
    Step(
        "drop",
        "Drop it",
        frozenset({AgreedState.OPEN}),
        AgreedState.DROPPED,
        Action.CONVERSATION_WRITE,
        closed=_closed,
    ),
)


@dataclass(frozen=True, slots=True)
class FileFacts:
    """What the rules of a file look at.

    Attributes
    ----------
    closed : Conflict or None
        Why the actor's team does nothing with it: the room is closed, or it is not theirs.
    no_room : Conflict or None
        Why no further file is kept.
    """

    closed: Conflict | None = None
    no_room: Conflict | None = None


FILE_LIFE: Final = Life[FileState, FileFacts](
    "A file",
    Step(
        "remove",
        "Remove",
        frozenset({FileState.KEPT}),
        FileState.REMOVED,
        Action.CONVERSATION_WRITE,
        closed=lambda facts: facts.closed,
    ),
    Step(
        "put-back",
        "Put back",
        frozenset({FileState.REMOVED}),
        FileState.KEPT,
        Action.CONVERSATION_WRITE,
        closed=lambda facts: facts.closed or facts.no_room,
    ),
)
