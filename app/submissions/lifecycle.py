"""The life of a submission, as one table.

    draft --submit, enter--> submitted --pass--> eligible ==> selected --accept--> accepted
      ^                |  |  ^               ==> reserve   '--decline--> declined
      '----reopen------'  |  '--resubmit--.  ==> learning_track
                          '---return--> returned  ==> not_selected

    submitted, returned ==> ineligible --appeal--> submitted
    any of these --withdraw--> withdrawn

The double arrows are no steps that a person takes: a decision that is released, or that
corrects a released one, takes them (`BY_DECISION`; the room `decisions` stands above), or an
exclusion that a second person approves (`BY_SCREENING`; the room `screening`). Until then a
submission stays where it is, so that nothing tells what was proposed or decided.

What was reopened and not submitted again counts as it was last submitted once the call has
closed (`BY_CLOCK`).

Interfaces, services and tests read these tables; nothing else compares states.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Final

from app.access.lifecycle import Life, Step
from app.access.policy import Action
from app.core.base.errors import Conflict, FieldError
from app.core.base.messages import Message
from app.programmes.lifecycle import CallKind
from app.questions.answering import unfinished
from app.questions.builtin import built_in_form
from app.questions.forms import Form
from app.themes.facets import Facet


class Kind(StrEnum):
    """What is submitted."""

    CHALLENGE = "challenge"
    SOLUTION = "solution"


KINDS: Final[Mapping[CallKind, Kind]] = {
    CallKind.CHALLENGES: Kind.CHALLENGE,
    CallKind.SOLUTIONS: Kind.SOLUTION,
}
"""What is submitted to each kind of call."""
CALLS: Final[Mapping[Kind, CallKind]] = {kind: call for call, kind in KINDS.items()}
"""To which kind of call each is submitted."""


class State(StrEnum):
    """Where a submission stands."""

    DRAFT = "draft"
    SUBMITTED = "submitted"
    RETURNED = "returned"
    INELIGIBLE = "ineligible"
    ELIGIBLE = "eligible"
    SELECTED = "selected"
    RESERVE = "reserve"
    LEARNING_TRACK = "learning_track"
    NOT_SELECTED = "not_selected"
    ACCEPTED = "accepted"
    DECLINED = "declined"
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
    not_asked : Conflict or None
        Why the team does not answer at this moment: accept or decline its place, or appeal.
    overdue : Conflict or None
        Why what was returned cannot be sent again.
    barred : Conflict or None
        Why staff do not go on with it, whatever the team does.
    answers : mapping
        To questions of the call's own.
    form : Form or None
        The version that the submission answers; None for the built-in form.
    asked_anew : Conflict or None
        Why these answers cannot be sent: the call asks by another version now.
    unconfirmed : Conflict or None
        Why staff do not pass it yet: they have entered it, and its team has not confirmed it.
    excluded : sequence of FieldError
        The conditions of taking part that the team does not meet, each with its reason.
    unsupported : sequence of FieldError
        What others have to do before it can be sent, such as a superior who has to support it.
    """

    kind: Kind
    content: Mapping[str, Any]
    themes: Sequence[str]
    call_closed: Conflict | None
    reason: str = ""
    not_asked: Conflict | None = None
    answers: Mapping[str, Any] = field(default_factory=dict)
    form: Form | None = None
    asked_anew: Conflict | None = None
    excluded: Sequence[FieldError] = ()
    unsupported: Sequence[FieldError] = ()
    overdue: Conflict | None = None
    barred: Conflict | None = None
    unconfirmed: Conflict | None = None


THEMES: Final[Mapping[Facet, tuple[int, int]]] = {
    Facet.POLICY_DOMAIN: (1, 3),
    Facet.PRACTICE: (1, 4),
    Facet.SDG: (0, 3),
}
"""How many themes of each facet a submission names, at least and at most."""


def _unfinished(facts: Facts) -> list[FieldError]:
    """Everything that keeps a submission from being sent, in the order of the form."""
    form = facts.form or built_in_form(CALLS[facts.kind])
    answers = {**facts.content, **facts.answers}
    own = lacking(facts.kind, form, answers, facts.themes)
    return [*own, *facts.excluded, *facts.unsupported]


def lacking(
    kind: Kind, form: Form, answers: Mapping[str, Any], themes: Sequence[str]
) -> list[FieldError]:
    """Return everything that a submission lacks, in the order of the form."""
    counts = Counter(key.partition(":")[0] for key in themes)
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
    return [*unfinished(CALLS[kind], form, answers), *wrong]


def _call_closed(facts: Facts) -> Conflict | None:
    return facts.call_closed


def _not_sent(facts: Facts) -> Conflict | None:
    return facts.call_closed or facts.asked_anew


def _barred(facts: Facts) -> Conflict | None:
    return facts.barred


def _not_passed(facts: Facts) -> Conflict | None:
    return facts.barred or facts.unconfirmed


def _overdue(facts: Facts) -> Conflict | None:
    return facts.overdue


def _not_asked(facts: Facts) -> Conflict | None:
    return facts.not_asked


def _unexplained(facts: Facts) -> list[FieldError]:
    """Ask for the reason: a team that is refused something is told why."""
    return (
        [] if facts.reason else [FieldError("/reason", "Give a reason. The team will read it.")]
    )


def _no_grounds(facts: Facts) -> list[FieldError]:
    problem = "Say why your submission can take part. The staff will read it."
    return [] if facts.reason else [FieldError("/reason", problem)]


_OPEN: Final = frozenset(State) - {State.WITHDRAWN, State.DECLINED}

LIFE: Final = Life[State, Facts](
    "A submission",
    Step(
        "submit",
        "Submit to the call",
        frozenset({State.DRAFT}),
        State.SUBMITTED,
        Action.SUBMISSION_SUBMIT,
        closed=_not_sent,
        missing=_unfinished,
    ),
    Step(
        "enter",
        "Submit for the team",
        frozenset({State.DRAFT}),
        State.SUBMITTED,
        Action.SUBMISSION_ENTER,
        closed=_not_sent,
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
        frozenset({State.SUBMITTED, State.RETURNED}),
        State.RETURNED,
        Action.SUBMISSION_SCREEN,
        closed=_barred,
        missing=_unexplained,
    ),
    Step(
        "resubmit",
        "Send the completed submission",
        frozenset({State.RETURNED}),
        State.SUBMITTED,
        Action.SUBMISSION_SUBMIT,
        closed=_overdue,
        missing=_unfinished,
    ),
    Step(
        "pass",
        "Pass as eligible",
        frozenset({State.SUBMITTED}),
        State.ELIGIBLE,
        Action.SUBMISSION_SCREEN,
        closed=_not_passed,
    ),
    Step(
        "appeal",
        "Appeal",
        frozenset({State.INELIGIBLE}),
        State.SUBMITTED,
        Action.SUBMISSION_APPEAL,
        closed=_not_asked,
        missing=_no_grounds,
    ),
    Step(
        "accept",
        "Accept the place",
        frozenset({State.SELECTED}),
        State.ACCEPTED,
        Action.SUBMISSION_ANSWER,
        closed=_not_asked,
    ),
    Step(
        "decline",
        "Decline the place",
        frozenset({State.SELECTED}),
        State.DECLINED,
        Action.SUBMISSION_ANSWER,
        closed=_not_asked,
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

BY_SCREENING: Final = Life[State, None](
    "A submission",
    Step(
        "fail",
        "Find not eligible",
        frozenset({State.SUBMITTED, State.RETURNED}),
        State.INELIGIBLE,
        Action.EXCLUSION_APPROVE,
    ),
)
"""What an exclusion does that a second person approves."""

DECIDED: Final = frozenset(
    {
        *(State.SELECTED, State.RESERVE, State.LEARNING_TRACK, State.NOT_SELECTED),
        *(State.ACCEPTED, State.DECLINED),
    }
)
"""Where a decision was released."""


def _decided(name: str, label: str, target: State) -> Step[State, None]:
    """Return the step of a decision: from before it, or from another one that it corrects."""
    sources = (DECIDED | {State.ELIGIBLE}) - {target}
    return Step(name, label, sources, target, Action.DECISION_RELEASE)


BY_DECISION: Final = Life[State, None](
    "A submission",
    _decided("select", "Select", State.SELECTED),
    _decided("hold-in-reserve", "Hold in reserve", State.RESERVE),
    _decided("invite-to-learn", "Invite to the learning track", State.LEARNING_TRACK),
    _decided("set-aside", "Do not select", State.NOT_SELECTED),
)
"""What a decision does when it is released, or corrects one that was."""

BY_PROMOTION: Final = Life[State, None](
    "A submission",
    Step(
        "lose-place",
        "Give the place to another team",
        frozenset({State.SELECTED}),
        State.DECLINED,
        Action.DECISION_RELEASE,
    ),
)
"""What happens to a team that did not answer in time, when a reserve gets its place."""

STEPS_BEFORE: Final = ("reconsider",)
"""Steps that were taken in earlier versions; the record still holds them."""

TAKES_PART: Final = frozenset({State.SELECTED, State.ACCEPTED})
"""Where a submission is selected: it is ranked, and can have a public notice."""
GONE: Final = frozenset({State.WITHDRAWN, State.DECLINED})
"""Where a team takes no part any more: by its own word, or since it did not answer."""
OUT: Final = GONE | {State.INELIGIBLE}
"""Where a submission takes no part: its team does not, or was found not eligible."""


class Basis(StrEnum):
    """How far submissions have come that a run takes; each takes all who have come further."""

    SUBMITTED = "submitted"
    ELIGIBLE = "eligible"
    SELECTED = "selected"


_CHOSEN_FROM: Final = frozenset({State.ELIGIBLE, State.RESERVE}) | TAKES_PART

TAKEN: Final[Mapping[Basis, frozenset[State]]] = {
    Basis.SUBMITTED: frozenset({State.SUBMITTED}) | _CHOSEN_FROM,
    Basis.ELIGIBLE: _CHOSEN_FROM,
    Basis.SELECTED: TAKES_PART,
}
"""The states that each basis takes. What a team completes at the moment waits."""

FOUND_ELIGIBLE: Final = DECIDED | {State.ELIGIBLE}
"""The states of what staff have found eligible, whatever was decided then."""

SCREENED: Final = frozenset({State.SUBMITTED, State.ELIGIBLE})
"""Where nothing is asked of a team: staff look at it, or others decide."""

EDITABLE: Final = frozenset({State.DRAFT, State.RETURNED})
