"""The life of a question about a published challenge, and whether one can be asked, as tables.

    waiting --answer--> answered --correct--> answered
       |  |                |
       |  '----decline-----'-----> declined
       '----withdraw---> withdrawn

A question is public with its answer, and never without. Whether a challenge takes questions:
open --close-asking--> closed --open-asking--> open.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from app.access.lifecycle import Life, Step
from app.access.policy import Action
from app.core.base.errors import Conflict, FieldError


class EnquiryState(StrEnum):
    """Where a question about a published challenge stands."""

    WAITING = "waiting"
    ANSWERED = "answered"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"


class AskingState(StrEnum):
    """Whether staff let people ask about a published challenge."""

    OPEN = "open"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True)
class Facts:
    """What the rules of a question look at.

    Attributes
    ----------
    is_public : bool
        Whether everybody can read the challenge at this moment.
    answer, language : str
        What the team says, and in which language.
    reason : str
        Why staff decline it.
    """

    is_public: bool = True
    answer: str = ""
    language: str = ""
    reason: str = ""


@dataclass(frozen=True, slots=True)
class AskingFacts:
    """What decides whether somebody may ask about a published challenge now.

    Attributes
    ----------
    is_called : bool
        Whether a call of its programme takes solutions.
    is_halted : bool
        Whether staff have closed asking.
    is_own : bool
        Whether the person is of the team behind the challenge.
    waiting, waiting_of_person, declined_of_person, kept : int
        How many questions about it wait, how many of the person wait and were declined, and
        how many there are of any state.
    """

    is_called: bool = True
    is_halted: bool = False
    is_own: bool = False
    waiting: int = 0
    waiting_of_person: int = 0
    declined_of_person: int = 0
    kept: int = 0


MOST_OF_PERSON: Final = 3
"""Questions of one person that wait at one challenge; and that staff decline before it ends."""
MOST_WAITING: Final = 50
"""Questions that wait at one challenge."""
MOST_KEPT: Final = 200
"""Questions that one challenge ever has."""


def not_to_ask(facts: AskingFacts) -> Conflict | None:
    """Return why nothing can be asked about a challenge at present, or None."""
    if facts.is_own:
        return Conflict(
            "Your own team answers the questions about this challenge.",
            remedy="What people should know can stand in the public notice.",
        )
    if not facts.is_called:
        return Conflict(
            "No call for solutions of this programme is open, so no question is taken.",
            remedy="Look at the calls to see when one opens.",
        )
    if facts.is_halted:
        return Conflict(
            "The staff have closed the questions about this challenge.",
            remedy="What was answered can still be read.",
        )
    if facts.declined_of_person >= MOST_OF_PERSON:
        return Conflict(
            "The staff have declined several questions of yours about this challenge.",
            remedy="You cannot ask another one here.",
        )
    if facts.waiting_of_person >= MOST_OF_PERSON:
        return Conflict(
            "Several questions of yours about this challenge wait for an answer.",
            remedy="Wait for an answer, or withdraw one of them.",
        )
    if facts.waiting >= MOST_WAITING or facts.kept >= MOST_KEPT:
        return Conflict(
            "This challenge has as many questions as it can take.",
            remedy="Read what others have asked, and come back later.",
        )
    return None


def _not_public(facts: Facts) -> Conflict | None:
    if facts.is_public:
        return None
    return Conflict(
        "The challenge is not published at present, so nobody would read the answer.",
        remedy="The question waits until it is published again.",
    )


def _unanswered(facts: Facts) -> list[FieldError]:
    missing = []
    if not facts.answer:
        missing.append(FieldError("/answer", "Write an answer. Everybody will read it."))
    if not facts.language:
        missing.append(FieldError("/language", "Say in which language the answer is."))
    return missing


def _unexplained(facts: Facts) -> list[FieldError]:
    if facts.reason:
        return []
    return [FieldError("/reason", "Give a reason. Who asked will read it, and nobody else.")]


LIFE: Final = Life[EnquiryState, Facts](
    "A question",
    Step(
        "answer",
        "Answer for everybody",
        frozenset({EnquiryState.WAITING}),
        EnquiryState.ANSWERED,
        Action.ENQUIRY_ANSWER,
        closed=_not_public,
        missing=_unanswered,
    ),
    Step(
        "correct",
        "Correct the answer",
        frozenset({EnquiryState.ANSWERED}),
        EnquiryState.ANSWERED,
        Action.ENQUIRY_ANSWER,
        missing=_unanswered,
    ),
    Step(
        "decline",
        "Decline the question",
        frozenset({EnquiryState.WAITING, EnquiryState.ANSWERED}),
        EnquiryState.DECLINED,
        Action.ENQUIRY_MANAGE,
        missing=_unexplained,
    ),
    Step(
        "withdraw",
        "Withdraw the question",
        frozenset({EnquiryState.WAITING}),
        EnquiryState.WITHDRAWN,
        Action.ENQUIRY_ASK,
    ),
)

ASKING_LIFE: Final = Life[AskingState, None](
    "Asking",
    Step(
        "close-asking",
        "Take no more questions",
        frozenset({AskingState.OPEN}),
        AskingState.CLOSED,
        Action.ENQUIRY_MANAGE,
    ),
    Step(
        "open-asking",
        "Take questions again",
        frozenset({AskingState.CLOSED}),
        AskingState.OPEN,
        Action.ENQUIRY_MANAGE,
    ),
)
