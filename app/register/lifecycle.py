"""The life of a practice, as one table.

    draft --offer--> offered --list--> listed --remove--> removed --restore--> listed
      ^ ^             | | |             |
      | '--take-back--' | '--decline--> declined
      | '-ask-for-changes
      '-----revise--- listed, declined, withdrawn, removed

A team offers at any time what it has done, staff list it or say why not. What is listed stays
listed while its team writes it anew: only the next `list` puts the new text in its place. The
team withdraws its practice at any time, and staff remove what is listed with a reason.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

from app.access.lifecycle import Life, Step
from app.access.policy import Action
from app.core.base.errors import Conflict, FieldError
from app.core.base.messages import Message


class PracticeState(StrEnum):
    """Where a practice stands."""

    DRAFT = "draft"
    OFFERED = "offered"
    LISTED = "listed"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"
    REMOVED = "removed"


PRIVATE: Final = frozenset({PracticeState.DRAFT, PracticeState.WITHDRAWN})
"""States in which a team alone reads what it has written."""


@dataclass(frozen=True, slots=True)
class Facts:
    """What the rules look at.

    Attributes
    ----------
    text : mapping
        What the practice says.
    is_listed : bool
        Whether everybody reads some text of it at this moment.
    is_of_a_team : bool
        Whether an organisation that takes part stands behind it.
    is_own : bool
        Whether who acts writes for that organisation.
    reason : str
        What the person said who takes the step.
    """

    text: Mapping[str, Any]
    is_listed: bool
    is_of_a_team: bool = True
    is_own: bool = False
    reason: str = ""


REQUIRED: Final[Mapping[str, str]] = {
    "title": Message("Write a title of at least 5 characters."),
    "summary": Message("Say in a few sentences what it is."),
    "text": Message("Tell what was done."),
    "language": Message("Say in which language it is written."),
    "themes": Message("Choose one theme or more, so that others find it."),
}
"""What a practice says before it is offered."""
SHORTEST_TITLE: Final = 5
"""Characters by which a title says something."""


def _incomplete(facts: Facts) -> list[FieldError]:
    return [
        FieldError(f"/{name}", request)
        for name, request in REQUIRED.items()
        if len(facts.text[name] or "") < (SHORTEST_TITLE if name == "title" else 1)
    ]


def _unexplained(facts: Facts) -> list[FieldError]:
    if facts.reason:
        return []
    return [FieldError("/reason", "Give a reason. The team will read it.")]


def _of_their_own(facts: Facts) -> Conflict | None:
    if not facts.is_own:
        return None
    return Conflict(
        "Your own organisation offers this practice.",
        remedy="Let somebody else of the staff look at it.",
    )


def _not_listed(facts: Facts) -> Conflict | None:
    if facts.is_listed:
        return None
    return Conflict(
        "Nothing of this practice is listed.", remedy="There is nothing to be removed."
    )


def _of_a_team(facts: Facts) -> Conflict | None:
    if not facts.is_of_a_team:
        return None
    return Conflict(
        "A team stands behind this practice.",
        remedy="It can write the text anew and offer it again.",
    )


LIFE: Final = Life[PracticeState, Facts](
    "A practice",
    Step(
        "offer",
        "Offer it to the register",
        frozenset({PracticeState.DRAFT}),
        PracticeState.OFFERED,
        Action.PRACTICE_WRITE,
        missing=_incomplete,
    ),
    Step(
        "take-back",
        "Take the offer back",
        frozenset({PracticeState.OFFERED}),
        PracticeState.DRAFT,
        Action.PRACTICE_WRITE,
    ),
    Step(
        "list",
        "List it in the register",
        frozenset({PracticeState.OFFERED}),
        PracticeState.LISTED,
        Action.PRACTICE_CURATE,
        closed=_of_their_own,
    ),
    Step(
        "ask-for-changes",
        "Ask for changes",
        frozenset({PracticeState.OFFERED}),
        PracticeState.DRAFT,
        Action.PRACTICE_CURATE,
        closed=_of_their_own,
        missing=_unexplained,
    ),
    Step(
        "decline",
        "Decline the offer",
        frozenset({PracticeState.OFFERED}),
        PracticeState.DECLINED,
        Action.PRACTICE_CURATE,
        closed=_of_their_own,
        missing=_unexplained,
    ),
    Step(
        "revise",
        "Write it anew",
        frozenset(
            {
                PracticeState.LISTED,
                PracticeState.DECLINED,
                PracticeState.WITHDRAWN,
                PracticeState.REMOVED,
            }
        ),
        PracticeState.DRAFT,
        Action.PRACTICE_WRITE,
    ),
    Step(
        "withdraw",
        "Withdraw the practice",
        frozenset(
            {
                PracticeState.DRAFT,
                PracticeState.OFFERED,
                PracticeState.LISTED,
                PracticeState.DECLINED,
            }
        ),
        PracticeState.WITHDRAWN,
        Action.PRACTICE_WRITE,
    ),
    Step(
        "remove",
        "Remove it from the register",
        frozenset(
            {
                PracticeState.DRAFT,
                PracticeState.OFFERED,
                PracticeState.LISTED,
                PracticeState.DECLINED,
            }
        ),
        PracticeState.REMOVED,
        Action.PRACTICE_CURATE,
        closed=_not_listed,
        missing=_unexplained,
    ),
    Step(
        "restore",
        "List it again",
        frozenset({PracticeState.REMOVED}),
        PracticeState.LISTED,
        Action.PRACTICE_CURATE,
        closed=_of_a_team,
    ),
)
