"""The lives of a review and of a conflict of interest, each as one table.

    assigned --accept--> accepted ==> in_progress --submit--> submitted
    submitted --compare, lock--> locked
    submitted --reopen--> in_progress <--unlock-- locked
    assigned, accepted, in_progress --declare-conflict--> conflict
                                    --decline--> declined
                                    --unassign--> unassigned

A reviewer reads what a team has written after `accept` alone: that is the declaration that
nothing stands between them. The double arrow is the first word that is saved (`BY_WRITING`).
What others have written is read after `compare`, which closes one's own review: so nobody
writes a score anew that others have shown them.

    possible --confirm--> confirmed --waive--> waived
       '-----dismiss--> dismissed     declared --'
    waived, dismissed --reinstate--> confirmed
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from app.access.lifecycle import Life, Step
from app.access.policy import Action
from app.core.base.errors import Conflict, FieldError
from app.core.base.messages import Message, Word
from app.submissions.lifecycle import State


class ReviewState(StrEnum):
    """Where a review stands."""

    ASSIGNED = "assigned"
    ACCEPTED = "accepted"
    IN_PROGRESS = "in_progress"
    SUBMITTED = "submitted"
    LOCKED = "locked"
    CONFLICT = "conflict"
    DECLINED = "declined"
    UNASSIGNED = "unassigned"


class Recommendation(StrEnum):
    """What a reviewer recommends."""

    SELECT = "select"
    UNDECIDED = "undecided"
    SET_ASIDE = "set_aside"


class Confidence(StrEnum):
    """How well a reviewer knows the field."""

    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"


class ConflictKind(StrEnum):
    """What stands between a reviewer and a submission."""

    SAME_ORGANISATION = "same_organisation"
    SAME_GOVERNMENT = "same_government"
    TIE = "tie"
    COLLABORATION = "collaboration"
    EARLIER_MATCH = "earlier_match"
    DECLARED = "declared"


class ConflictState(StrEnum):
    """Where a conflict of interest stands."""

    POSSIBLE = "possible"
    DECLARED = "declared"
    CONFIRMED = "confirmed"
    WAIVED = "waived"
    DISMISSED = "dismissed"


WAITING: Final = frozenset(
    {ReviewState.ASSIGNED, ReviewState.ACCEPTED, ReviewState.IN_PROGRESS}
)
"""What its reviewer has still to do."""
DONE: Final = frozenset({ReviewState.SUBMITTED, ReviewState.LOCKED})
"""What counts in a ranking."""
LIVE: Final = WAITING | DONE
"""Of these a reviewer has at most one for a submission."""
READING: Final = LIVE - {ReviewState.ASSIGNED}
"""In these a reviewer may read what the team has written."""
BARRING: Final = frozenset(
    {ConflictState.POSSIBLE, ConflictState.DECLARED, ConflictState.CONFIRMED}
)
"""Conflicts that keep a reviewer from a submission."""
SHORTEST_COMMENT: Final = 20
"""Characters by which a comment says something to a team."""


@dataclass(frozen=True, slots=True)
class Facts:
    """What the rules look at.

    Attributes
    ----------
    place : State
        Where the submission stands.
    is_barred : bool
        Whether a conflict of interest stands between the reviewer and the submission.
    unscored : sequence of str
        Titles of the criteria without a score.
    comment : str
        For the team.
    recommendation, confidence : str or None
    reason : str
        What the person said who takes the step.
    """

    place: State
    is_barred: bool = False
    unscored: Sequence[str] = ()
    comment: str = ""
    recommendation: str | None = None
    confidence: str | None = None
    reason: str = ""


def _closed(facts: Facts) -> Conflict | None:
    """Refuse where a conflict stands in the way, or there is nothing more to review."""
    if facts.is_barred:
        return Conflict(
            "A conflict of interest stands between the reviewer and this submission.",
            remedy="Staff resolve it with a reason, or give the review to somebody else.",
        )
    return _out_of_place(facts)


def _out_of_place(facts: Facts) -> Conflict | None:
    if facts.place is State.ELIGIBLE:
        return None
    return Conflict(
        Message("The submission is {state}.", state=Word(facts.place)),
        remedy="Only what is eligible is reviewed. There is nothing more to do.",
    )


def _unfinished(facts: Facts) -> list[FieldError]:
    """Return all that a review lacks."""
    errors = [
        FieldError("/scores", Message("Give a score for “{criterion}”.", criterion=title))
        for title in facts.unscored
    ]
    if len(facts.comment) < SHORTEST_COMMENT:
        problem = Message(
            "Write at least {least} characters for the team: what is strong, what is missing.",
            least=SHORTEST_COMMENT,
        )
        errors.append(FieldError("/comment_team", problem))
    if facts.recommendation is None:
        errors.append(FieldError("/recommendation", "Say what you recommend."))
    if facts.confidence is None:
        errors.append(FieldError("/confidence", "Say how well you know the field."))
    return errors


def _unexplained(facts: Facts) -> list[FieldError]:
    return [] if facts.reason else [FieldError("/reason", "Give a reason, for the staff.")]


LIFE: Final = Life[ReviewState, Facts](
    "A review",
    Step(
        "accept",
        "No conflict: take it on",
        frozenset({ReviewState.ASSIGNED}),
        ReviewState.ACCEPTED,
        Action.REVIEW_WRITE,
        closed=_closed,
    ),
    Step(
        "submit",
        "Hand the review in",
        frozenset({ReviewState.IN_PROGRESS}),
        ReviewState.SUBMITTED,
        Action.REVIEW_WRITE,
        closed=_closed,
        missing=_unfinished,
    ),
    Step(
        "reopen",
        "Undo: write on",
        frozenset({ReviewState.SUBMITTED}),
        ReviewState.IN_PROGRESS,
        Action.REVIEW_WRITE,
        closed=_closed,
    ),
    Step(
        "compare",
        "Close mine, and read the others",
        frozenset({ReviewState.SUBMITTED}),
        ReviewState.LOCKED,
        Action.REVIEW_WRITE,
        closed=_closed,
    ),
    Step(
        "declare-conflict",
        "Declare a conflict of interest",
        WAITING,
        ReviewState.CONFLICT,
        Action.REVIEW_WRITE,
        missing=_unexplained,
    ),
    Step(
        "decline",
        "Decline the review",
        WAITING,
        ReviewState.DECLINED,
        Action.REVIEW_WRITE,
        missing=_unexplained,
    ),
    Step(
        "lock",
        "Close the review",
        frozenset({ReviewState.SUBMITTED}),
        ReviewState.LOCKED,
        Action.REVIEW_ASSIGN,
    ),
    Step(
        "unlock",
        "Let the reviewer write on",
        frozenset({ReviewState.LOCKED}),
        ReviewState.IN_PROGRESS,
        Action.REVIEW_ASSIGN,
        closed=_out_of_place,
        missing=_unexplained,
    ),
    Step(
        "unassign",
        "Take the assignment back",
        WAITING,
        ReviewState.UNASSIGNED,
        Action.REVIEW_ASSIGN,
        missing=_unexplained,
    ),
)

BY_WRITING: Final = Life[ReviewState, Facts](
    "A review",
    Step(
        "begin",
        "Begin to write",
        frozenset({ReviewState.ACCEPTED, ReviewState.IN_PROGRESS}),
        ReviewState.IN_PROGRESS,
        Action.REVIEW_WRITE,
        closed=_closed,
    ),
)
"""What the first word does that a reviewer saves, and each later one."""


@dataclass(frozen=True, slots=True)
class Resolution:
    """What the rules of a conflict look at.

    Attributes
    ----------
    reason : str
    is_own : bool
        Whether the person who resolves it is the one whom it is about.
    """

    reason: str = ""
    is_own: bool = False


def _own(facts: Resolution) -> Conflict | None:
    if not facts.is_own:
        return None
    return Conflict(
        "This conflict of interest is your own.", remedy="A colleague has to resolve it."
    )


def _without_reason(facts: Resolution) -> list[FieldError]:
    return [] if facts.reason else [FieldError("/reason", "Give a reason. It is kept.")]


def _resolving(
    name: str, label: str, target: ConflictState, *sources: ConflictState
) -> Step[ConflictState, Resolution]:
    return Step(
        name,
        label,
        frozenset(sources),
        target,
        Action.CONFLICT_RESOLVE,
        closed=_own,
        missing=_without_reason,
    )


CONFLICT_LIFE: Final = Life[ConflictState, Resolution](
    "A conflict of interest",
    _resolving(
        "confirm",
        Message("It is a conflict"),
        ConflictState.CONFIRMED,
        ConflictState.POSSIBLE,
        ConflictState.DECLARED,
    ),
    _resolving(
        "dismiss", Message("It is none"), ConflictState.DISMISSED, ConflictState.POSSIBLE
    ),
    _resolving(
        "waive",
        Message("Let them review all the same"),
        ConflictState.WAIVED,
        ConflictState.DECLARED,
        ConflictState.CONFIRMED,
    ),
    _resolving(
        "reinstate",
        Message("Let it count again"),
        ConflictState.CONFIRMED,
        ConflictState.WAIVED,
        ConflictState.DISMISSED,
    ),
)
