"""The life of a submission, as one table.

    draft --submit--> submitted --pass--> eligible --select------> selected
      ^                |  |  ^               ^ '-----set-aside--> not_selected
      '----reopen------'  |  '--resubmit--.  '--reconsider--(both)
                          '---return--> returned

    any of these --withdraw--> withdrawn

What was reopened and not submitted again counts as it was last submitted once the call has
closed (`BY_CLOCK`).

Interfaces, services and tests read `LIFE`; nothing else compares states.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

from app.access.lifecycle import Life, Step
from app.access.policy import Action
from app.core.base.errors import Conflict, FieldError
from app.core.base.messages import Message
from app.programmes.lifecycle import CallKind


class Kind(StrEnum):
    """What is submitted."""

    CHALLENGE = "challenge"
    SOLUTION = "solution"


KINDS: Final[Mapping[CallKind, Kind]] = {
    CallKind.CHALLENGES: Kind.CHALLENGE,
    CallKind.SOLUTIONS: Kind.SOLUTION,
}
"""What is submitted to each kind of call."""


class State(StrEnum):
    """Where a submission stands."""

    DRAFT = "draft"
    SUBMITTED = "submitted"
    RETURNED = "returned"
    ELIGIBLE = "eligible"
    SELECTED = "selected"
    NOT_SELECTED = "not_selected"
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True, slots=True)
class Facts:
    """What the rules look at.

    Attributes
    ----------
    call_closed : Conflict or None
        Why the call takes nothing in at this moment.
    reason : str
        What the person said who takes the step.
    """

    kind: Kind
    content: Mapping[str, Any]
    themes: Sequence[str]
    call_closed: Conflict | None
    reason: str = ""


REQUIRED: Final[Mapping[Kind, Mapping[str, str]]] = {
    Kind.CHALLENGE: {
        "problem": Message("Describe the problem."),
        "outcome": Message("Say what would be different if the problem were solved."),
    },
    Kind.SOLUTION: {"experience": Message("Describe what your team has done.")},
}
"""The passages without which nobody can judge a submission."""

THEMES: Final[Mapping[str, tuple[int, int]]] = {
    "policy-domain": (1, 3),
    "practice": (1, 4),
    "sdg": (0, 3),
}
"""How many themes of each facet a submission names, at least and at most."""


def _unfinished(facts: Facts) -> list[FieldError]:
    """Everything that a submission lacks, in the order of the form."""
    empty = [
        FieldError(f"/content/{name}", request)
        for name, request in REQUIRED[facts.kind].items()
        if not facts.content.get(name)
    ]
    counts = Counter(key.partition(":")[0] for key in facts.themes)
    wrong = [
        FieldError(
            "/themes",
            Message(
                "Name {least} to {most} themes of {facet}; now {counts}.",
                least=least,
                most=most,
                facet=facet,
                counts=counts[facet],
            ),
        )
        for facet, (least, most) in THEMES.items()
        if not least <= counts[facet] <= most
    ]
    return empty + wrong


def _call_closed(facts: Facts) -> Conflict | None:
    return facts.call_closed


def _unexplained(facts: Facts) -> list[FieldError]:
    """Ask for the reason: a team that is refused something is told why."""
    return (
        [] if facts.reason else [FieldError("/reason", "Give a reason. The team will read it.")]
    )


_OPEN: Final = frozenset(State) - {State.WITHDRAWN}

LIFE: Final = Life[State, Facts](
    "A submission",
    Step(
        "submit",
        "Submit to the call",
        frozenset({State.DRAFT}),
        State.SUBMITTED,
        Action.SUBMISSION_SUBMIT,
        closed=_call_closed,
        missing=_unfinished,
    ),
    Step(
        "reopen",
        "Take back and continue writing",
        frozenset({State.SUBMITTED}),
        State.DRAFT,
        Action.SUBMISSION_SUBMIT,
        closed=_call_closed,
    ),
    Step(
        "return",
        "Ask the team for more information",
        frozenset({State.SUBMITTED}),
        State.RETURNED,
        Action.SUBMISSION_SCREEN,
        missing=_unexplained,
    ),
    Step(
        "resubmit",
        "Send the completed submission",
        frozenset({State.RETURNED}),
        State.SUBMITTED,
        Action.SUBMISSION_SUBMIT,
        missing=_unfinished,
    ),
    Step(
        "pass",
        "Pass as eligible",
        frozenset({State.SUBMITTED}),
        State.ELIGIBLE,
        Action.SUBMISSION_SCREEN,
    ),
    Step(
        "select",
        "Select",
        frozenset({State.ELIGIBLE}),
        State.SELECTED,
        Action.SUBMISSION_DECIDE,
    ),
    Step(
        "set-aside",
        "Do not select",
        frozenset({State.ELIGIBLE}),
        State.NOT_SELECTED,
        Action.SUBMISSION_DECIDE,
        missing=_unexplained,
    ),
    Step(
        "reconsider",
        "Undo the decision",
        frozenset({State.SELECTED, State.NOT_SELECTED}),
        State.ELIGIBLE,
        Action.SUBMISSION_DECIDE,
        missing=_unexplained,
    ),
    Step(
        "withdraw",
        "Withdraw",
        _OPEN,
        State.WITHDRAWN,
        Action.SUBMISSION_WITHDRAW,
    ),
)


BY_CLOCK: Final = Life[State, None](
    "A submission",
    Step(
        "restore",
        "Count as it was last submitted",
        frozenset({State.DRAFT}),
        State.SUBMITTED,
        Action.SUBMISSION_SUBMIT,
    ),
)
"""What the clock does once a call has closed, with what was taken back (`taken_back`)."""


class Basis(StrEnum):
    """How far submissions have come that a run takes; each takes all who have come further."""

    SUBMITTED = "submitted"
    ELIGIBLE = "eligible"
    SELECTED = "selected"


TAKEN: Final[Mapping[Basis, frozenset[State]]] = {
    Basis.SUBMITTED: frozenset({State.SUBMITTED, State.ELIGIBLE, State.SELECTED}),
    Basis.ELIGIBLE: frozenset({State.ELIGIBLE, State.SELECTED}),
    Basis.SELECTED: frozenset({State.SELECTED}),
}
"""The states that each basis takes. What a team completes at the moment waits."""

FOUND_ELIGIBLE: Final = frozenset({State.ELIGIBLE, State.SELECTED, State.NOT_SELECTED})
"""The states of what staff have found eligible, whatever was decided then."""

EDITABLE: Final = frozenset({State.DRAFT, State.RETURNED})
