"""The life of a decision, as one table.

    draft --hand-over--> ready --approve--> approved ==> released ==> corrected
      ^                    |                   |  '--correct--^
      '---revise, send-back-'------------------'
    draft --discard--> discarded

One person drafts, another one approves, a lead releases. The double arrows are no steps that
a person takes with one decision: the first one is the release of a whole call, all or nothing
(`BY_RELEASE`), the second is what becomes of a released decision when another one corrects it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from app.access.lifecycle import Life, Step
from app.access.policy import Action
from app.core.base.errors import Conflict, FieldError
from app.core.base.messages import Message, Word
from app.submissions.lifecycle import DECIDED, State


class DecisionOutcome(StrEnum):
    """What is decided about a submission."""

    SELECTED = "selected"
    RESERVE = "reserve"
    LEARNING_TRACK = "learning_track"
    NOT_SELECTED = "not_selected"


class DecisionState(StrEnum):
    """Where a decision stands."""

    DRAFT = "draft"
    READY = "ready"
    APPROVED = "approved"
    RELEASED = "released"
    CORRECTED = "corrected"
    DISCARDED = "discarded"


BY_OUTCOME: Final[Mapping[DecisionOutcome, str]] = {
    DecisionOutcome.SELECTED: "select",
    DecisionOutcome.RESERVE: "hold-in-reserve",
    DecisionOutcome.LEARNING_TRACK: "invite-to-learn",
    DecisionOutcome.NOT_SELECTED: "set-aside",
}
"""The step of its submission that each outcome takes (`submissions.lifecycle.BY_DECISION`)."""

OPEN: Final = frozenset({DecisionState.DRAFT, DecisionState.READY, DecisionState.APPROVED})
"""Where a decision is still being made: nobody but staff and auditors knows of it."""

SHORTEST_FEEDBACK: Final = 20
"""Characters by which feedback says something to a team."""


@dataclass(frozen=True, slots=True)
class Facts:
    """What the rules look at.

    Attributes
    ----------
    reasons : str
        For the staff.
    feedback : str
        For the team.
    place : State
        Where the submission stands.
    corrects : bool
        Whether it shall take the place of a released decision.
    has_written : bool
        Whether the person who takes the step wrote any part of it.
    asks : bool
        Whether it names a date until which the team would answer.
    is_late : bool
        Whether that date is over.
    no_place : str or None
        Why the place that it would give is not there to be given; None where it is.
    reason : str
        What the person said who takes the step.
    """

    reasons: str
    feedback: str
    place: State
    corrects: bool
    has_written: bool
    asks: bool = False
    is_late: bool = False
    no_place: str | None = None
    reason: str = ""


def _incomplete(facts: Facts) -> list[FieldError]:
    """Everything that a decision lacks before a second person reads it."""
    errors = []
    if not facts.reasons:
        errors.append(FieldError("/reasons", "Write the reasons, for the staff."))
    if len(facts.feedback) < SHORTEST_FEEDBACK:
        errors.append(
            FieldError(
                "/feedback",
                Message(
                    "Write feedback of at least {least} characters that is about this "
                    "submission alone. The team will read it.",
                    least=SHORTEST_FEEDBACK,
                ),
            )
        )
    return [*errors, *_asked_again(facts)]


def asked_again(place: State) -> list[FieldError]:
    """Tell that a team which has accepted is asked for no other answer."""
    if place is not State.ACCEPTED:
        return []
    problem = "The team has accepted its place. Leave this out: it is not asked again."
    return [FieldError("/answer_by", problem)]


def _asked_again(facts: Facts) -> list[FieldError]:
    return asked_again(facts.place) if facts.asks else []


def _out_of_place(facts: Facts) -> Conflict | None:
    """Refuse where the submission has left what is decided about, or the place is gone."""
    if facts.corrects:
        if facts.place not in DECIDED:
            return Conflict(
                Message("The submission is {state}.", state=Word(facts.place)),
                remedy="A correction is about what was released. Discard this decision.",
            )
        if facts.no_place is not None:
            return Conflict(
                facts.no_place,
                remedy="Each place is given once. Write the decision anew, or discard it.",
            )
        return None
    if facts.place is State.ELIGIBLE:
        return None
    return Conflict(
        Message("The submission is {state}.", state=Word(facts.place)),
        remedy="Only what is eligible is decided about. Discard this decision.",
    )


def _not_by_another(facts: Facts) -> Conflict | None:
    if facts.has_written:
        return Conflict(
            "You wrote this decision, or a part of it.",
            remedy="Somebody else has to approve it: two people, one decision.",
        )
    return _out_of_place(facts)


def _not_a_correction(facts: Facts) -> Conflict | None:
    if not facts.corrects:
        return Conflict(
            "This decision is released with all others of its call.",
            remedy="Release the call when every decision is approved.",
        )
    return _out_of_place(facts)


def _late(facts: Facts) -> list[FieldError]:
    if again := _asked_again(facts):
        return again
    if not facts.is_late:
        return []
    return [FieldError("/answer_by", "Write the decision anew with a date that is to come.")]


def _unexplained(facts: Facts) -> list[FieldError]:
    if facts.reason:
        return []
    return [FieldError("/reason", "Give a reason. Whoever drafts it anew will read it.")]


LIFE: Final = Life[DecisionState, Facts](
    "A decision",
    Step(
        "hand-over",
        "Hand over for approval",
        frozenset({DecisionState.DRAFT}),
        DecisionState.READY,
        Action.DECISION_WRITE,
        closed=_out_of_place,
        missing=_incomplete,
    ),
    Step(
        "approve",
        "Approve the decision",
        frozenset({DecisionState.READY}),
        DecisionState.APPROVED,
        Action.DECISION_APPROVE,
        closed=_not_by_another,
        missing=_asked_again,
    ),
    Step(
        "send-back",
        "Send back with a reason",
        frozenset({DecisionState.READY, DecisionState.APPROVED}),
        DecisionState.DRAFT,
        Action.DECISION_APPROVE,
        missing=_unexplained,
    ),
    Step(
        "revise",
        "Write the decision anew",
        frozenset({DecisionState.READY, DecisionState.APPROVED}),
        DecisionState.DRAFT,
        Action.DECISION_WRITE,
    ),
    Step(
        "discard",
        "Discard the draft",
        frozenset({DecisionState.DRAFT}),
        DecisionState.DISCARDED,
        Action.DECISION_WRITE,
    ),
    Step(
        "correct",
        "Release the correction",
        frozenset({DecisionState.APPROVED}),
        DecisionState.RELEASED,
        Action.DECISION_RELEASE,
        closed=_not_a_correction,
        missing=_late,
    ),
)

BY_RELEASE: Final = Life[DecisionState, None](
    "A decision",
    Step(
        "release",
        "Release the decision",
        frozenset({DecisionState.APPROVED}),
        DecisionState.RELEASED,
        Action.DECISION_RELEASE,
    ),
    Step(
        "give-way",
        "Give way to a correction",
        frozenset({DecisionState.RELEASED}),
        DecisionState.CORRECTED,
        Action.DECISION_RELEASE,
    ),
)
"""What the release of a call, and a correction, do with decisions."""
