"""The life of a match, as one table.

    prepared ==> offered --accept--> offered ==> confirmed --begin--> active --complete--.
       |           |--decline--> declined --.         '-------end-------'--> ended       |
       |           |==========> lapsed ======+==> replaced                      completed <'
       |           '==========> withdrawn ===^
       '--take-out--> discarded

The double arrows are no steps that a person takes with one match: a lead sends all offers of a
run together, two answers confirm, the clock lapses, a withdrawn submission withdraws, and a
replacement replaces (`BY_ITSELF`). Before an offer is sent, nobody but staff and auditors
knows of the pair.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

from app.access.lifecycle import Life, Step
from app.access.policy import Action
from app.core.base.errors import Conflict, FieldError


class MatchState(StrEnum):
    """Where a match stands."""

    PREPARED = "prepared"
    DISCARDED = "discarded"
    OFFERED = "offered"
    CONFIRMED = "confirmed"
    ACTIVE = "active"
    COMPLETED = "completed"
    ENDED = "ended"
    DECLINED = "declined"
    LAPSED = "lapsed"
    WITHDRAWN = "withdrawn"
    REPLACED = "replaced"


class Side(StrEnum):
    """Whose answer it is."""

    CHALLENGE = "challenge"
    SOLUTION = "solution"

    @property
    def other(self) -> "Side":
        """The side across."""
        return Side.SOLUTION if self is Side.CHALLENGE else Side.CHALLENGE


class Consent(StrEnum):
    """What a side has said to an offer."""

    YES = "yes"
    NO = "no"


class DeclineReason(StrEnum):
    """Why a side declines, in a word; for the staff alone."""

    NO_TIME = "no_time"
    DOES_NOT_FIT = "does_not_fit"
    NO_APPROVAL = "no_approval"
    OTHER_REASON = "other_reason"


class MatchLetterKind(StrEnum):
    """What a letter about a match tells."""

    OFFER = "offer"
    REMINDER = "reminder"
    CONFIRMED = "confirmed"
    OTHER_DECLINED = "other_declined"
    LAPSED = "lapsed"
    OTHER_WITHDREW = "other_withdrew"


HIDDEN: Final = frozenset({MatchState.PREPARED, MatchState.DISCARDED})
"""What nobody but staff and auditors knows of."""
HOLDS: Final = frozenset({MatchState.OFFERED, MatchState.CONFIRMED, MatchState.ACTIVE})
"""Where a match takes a place: of the provider's capacity and of the challenge's wish."""
RESERVES: Final = HOLDS | {MatchState.PREPARED}
"""Where it takes one, or is about to."""
LIVE: Final = RESERVES | {MatchState.COMPLETED}
"""Of these a pair has at most one."""
REPLACEABLE: Final = frozenset({MatchState.DECLINED, MatchState.LAPSED, MatchState.WITHDRAWN})
"""Where another provider may be offered in its place."""
OVER: Final = REPLACEABLE | {MatchState.REPLACED, MatchState.ENDED}
"""Offers from which nothing came, or not to its end."""
KNOWN_TO_EACH_OTHER: Final = frozenset(
    {MatchState.CONFIRMED, MatchState.ACTIVE, MatchState.COMPLETED}
)
"""Where both have said yes, and so read how to reach each other."""


@dataclass(frozen=True, slots=True)
class Facts:
    """What the rules look at.

    Attributes
    ----------
    side : Side or None
        For which side the person answers; None for staff.
    answers : mapping of Side to Consent
        What was said so far.
    is_late : bool
        Whether the date for answers is over.
    in_the_way : Conflict or None
        Why this pair can be neither offered nor confirmed at present.
    why : DeclineReason or None
    reason : str
        What the person wrote who takes the step.
    """

    side: Side | None = None
    answers: Mapping[Side, Consent] = field(default_factory=dict)
    is_late: bool = False
    in_the_way: Conflict | None = None
    why: DeclineReason | None = None
    reason: str = ""


def _late(facts: Facts) -> Conflict | None:
    if facts.is_late:
        return Conflict(
            "The time to answer this offer is over.",
            remedy="Write to the staff of the incubator.",
        )
    return None


def _not_to_accept(facts: Facts) -> Conflict | None:
    if facts.side is not None and facts.answers.get(facts.side) is Consent.YES:
        return Conflict(
            "Your team has accepted this offer already.",
            remedy="Wait for the other team. Until it has answered you can take your yes back.",
        )
    return _late(facts) or facts.in_the_way


def _nothing_to_take_back(facts: Facts) -> Conflict | None:
    if facts.side is None or facts.side not in facts.answers:
        return Conflict(
            "Your team has not answered this offer yet.", remedy="Accept it, or decline it."
        )
    return _late(facts)


def _without_why(facts: Facts) -> list[FieldError]:
    if facts.why is not None:
        return []
    return [FieldError("/why", "Choose why you decline. Only the staff read it.")]


def _unexplained(facts: Facts) -> list[FieldError]:
    if facts.reason:
        return []
    return [FieldError("/reason", "Write why it ends. Only the staff read it.")]


def _in_the_way(facts: Facts) -> Conflict | None:
    return facts.in_the_way


def _not_both(facts: Facts) -> Conflict | None:
    if {side for side, said in facts.answers.items() if said is Consent.YES} != {*Side}:
        return Conflict("Not both teams have accepted.", remedy="Wait for the other team.")
    return facts.in_the_way


LIFE: Final = Life[MatchState, Facts](
    "A match",
    Step(
        "take-out",
        "Take this pair out of the offers",
        frozenset({MatchState.PREPARED}),
        MatchState.DISCARDED,
        Action.MATCH_WRITE,
    ),
    Step(
        "accept",
        "Accept the offer",
        frozenset({MatchState.OFFERED}),
        MatchState.OFFERED,
        Action.MATCH_ANSWER,
        closed=_not_to_accept,
    ),
    Step(
        "take-back",
        "Take your yes back",
        frozenset({MatchState.OFFERED}),
        MatchState.OFFERED,
        Action.MATCH_ANSWER,
        closed=_nothing_to_take_back,
    ),
    Step(
        "decline",
        "Decline the offer",
        frozenset({MatchState.OFFERED}),
        MatchState.DECLINED,
        Action.MATCH_ANSWER,
        closed=_late,
        missing=_without_why,
    ),
    Step(
        "begin",
        "Begin the work together",
        frozenset({MatchState.CONFIRMED}),
        MatchState.ACTIVE,
        Action.MATCH_WRITE,
        closed=_in_the_way,
    ),
    Step(
        "complete",
        "Complete the work together",
        frozenset({MatchState.ACTIVE}),
        MatchState.COMPLETED,
        Action.MATCH_WRITE,
    ),
    Step(
        "end",
        "End it before its time",
        frozenset({MatchState.CONFIRMED, MatchState.ACTIVE}),
        MatchState.ENDED,
        Action.MATCH_WRITE,
        missing=_unexplained,
    ),
)

BY_ITSELF: Final = Life[MatchState, Facts](
    "A match",
    Step(
        "offer",
        "Send the offer",
        frozenset({MatchState.PREPARED}),
        MatchState.OFFERED,
        Action.MATCH_OFFER,
        closed=_in_the_way,
    ),
    Step(
        "confirm",
        "Both teams have accepted",
        frozenset({MatchState.OFFERED}),
        MatchState.CONFIRMED,
        Action.MATCH_ANSWER,
        closed=_not_both,
    ),
    Step(
        "lapse",
        "The time to answer is over",
        frozenset({MatchState.OFFERED}),
        MatchState.LAPSED,
        Action.MATCH_WRITE,
    ),
    Step(
        "withdraw",
        "A team takes no part any more",
        frozenset({MatchState.OFFERED, MatchState.CONFIRMED}),
        MatchState.WITHDRAWN,
        Action.MATCH_WRITE,
    ),
    Step(
        "break-off",
        "A team stops in the middle of the work",
        frozenset({MatchState.ACTIVE}),
        MatchState.ENDED,
        Action.MATCH_WRITE,
    ),
    Step(
        "drop",
        "A team takes no part any more, before anything was offered",
        frozenset({MatchState.PREPARED}),
        MatchState.DISCARDED,
        Action.MATCH_WRITE,
    ),
    Step(
        "replace",
        "Another provider is offered in its place",
        REPLACEABLE,
        MatchState.REPLACED,
        Action.MATCH_OFFER,
    ),
)
"""What a lead who sends offers, two answers, the clock and a withdrawal do with a match."""

WITHDRAWING: Final[Mapping[MatchState, str]] = {
    MatchState.PREPARED: "drop",
    MatchState.OFFERED: "withdraw",
    MatchState.CONFIRMED: "withdraw",
    MatchState.ACTIVE: "break-off",
}
"""The step that a match takes when a side takes no part any more."""
