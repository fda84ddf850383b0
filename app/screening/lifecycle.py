"""The life of an exclusion, as one table: that a submission is not eligible.

    proposed --approve--> approved
        |------refuse--> refused
        |---take-back--> taken_back
        '====lapse=====> lapsed

One person proposes, another one approves or refuses. What is proposed is about the version that
the team had sent: when it takes that back, sends another one or withdraws, nobody can approve
it any more. Nothing is written then, as even that would tell the team; it lapses (the double
arrow, `BY_ITSELF`) when somebody proposes anew. Until somebody approves, nobody but those who
screen and auditors knows of it.
"""

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import Final

from app.access.lifecycle import Life, Step
from app.access.policy import Action
from app.core.base.errors import Conflict, FieldError
from app.core.base.messages import Message, Word
from app.submissions.lifecycle import BY_SCREENING, State

APPEAL: Final = timedelta(days=10)
"""How long a team can appeal."""


class ExclusionState(StrEnum):
    """Where an exclusion stands."""

    PROPOSED = "proposed"
    APPROVED = "approved"
    REFUSED = "refused"
    TAKEN_BACK = "taken_back"
    LAPSED = "lapsed"


@dataclass(frozen=True, slots=True)
class Facts:
    """What the rules look at.

    Attributes
    ----------
    place : State
        Where the submission stands.
    is_current : bool
        Whether it stands as it did when this was proposed.
    is_proposer : bool
        Whether the person who takes the step has proposed it.
    reason : str
        What they said.
    """

    place: State
    is_current: bool
    is_proposer: bool
    reason: str = ""


def _not_by_another(facts: Facts) -> Conflict | None:
    if facts.is_proposer:
        return Conflict(
            "You have proposed this yourself.",
            remedy="Somebody else has to approve or refuse it. You can take it back.",
        )
    return None


def _out_of_place(facts: Facts) -> Conflict | None:
    if facts.place not in BY_SCREENING.step("fail").sources:
        return Conflict(
            Message("The submission is {state}.", state=Word(facts.place)),
            remedy="It is not screened any more. Refuse this, or take it back.",
        )
    if not facts.is_current:
        return Conflict(
            "The team has sent another version since this was proposed.",
            remedy="Look at that one. Refuse this, or take it back.",
        )
    return _not_by_another(facts)


def _not_by_proposer(facts: Facts) -> Conflict | None:
    if facts.is_proposer:
        return None
    return Conflict(
        "Somebody else has proposed this.", remedy="Approve it, or refuse it with a reason."
    )


def _unexplained(facts: Facts) -> list[FieldError]:
    problem = "Give a reason. Whoever has proposed it will read it."
    return [] if facts.reason else [FieldError("/reason", problem)]


LIFE: Final = Life[ExclusionState, Facts](
    "An exclusion",
    Step(
        "approve",
        "Approve: it is not eligible",
        frozenset({ExclusionState.PROPOSED}),
        ExclusionState.APPROVED,
        Action.EXCLUSION_APPROVE,
        closed=_out_of_place,
    ),
    Step(
        "refuse",
        "Refuse: go on screening it",
        frozenset({ExclusionState.PROPOSED}),
        ExclusionState.REFUSED,
        Action.EXCLUSION_APPROVE,
        closed=_not_by_another,
        missing=_unexplained,
    ),
    Step(
        "take-back",
        "Take the proposal back",
        frozenset({ExclusionState.PROPOSED}),
        ExclusionState.TAKEN_BACK,
        Action.SUBMISSION_SCREEN,
        closed=_not_by_proposer,
    ),
)

BY_ITSELF: Final = Life[ExclusionState, None](
    "An exclusion",
    Step(
        "lapse",
        "Give way to another proposal",
        frozenset({ExclusionState.PROPOSED}),
        ExclusionState.LAPSED,
        Action.SUBMISSION_SCREEN,
    ),
)
"""What happens to one that nobody can approve any more."""
