"""The life of a public notice, as one table.

    draft --propose--> proposed --approve--> approved --publish--> published
      ^ ^                |   |                 |  |                    |
      | '--ask-for-changes---|-----------------'  |                 withdraw
      |                      |                    |                    |
      '-----revise-----------'--------------------'------------- withdrawn

Staff write, the team behind the challenge approves what was written, a lead publishes what was
approved: what everybody reads has been read by both. What is changed is approved again.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

from app.access.lifecycle import Life, Step
from app.access.policy import Action
from app.core.base.errors import Conflict, FieldError
from app.core.base.messages import Message


class NoticeState(StrEnum):
    """Where a public notice stands."""

    DRAFT = "draft"
    PROPOSED = "proposed"
    APPROVED = "approved"
    PUBLISHED = "published"
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True, slots=True)
class Facts:
    """What the rules look at.

    Attributes
    ----------
    texts : sequence of mapping
        What the notice says, in each of its languages.
    working_language : str
        Of the programme; everybody who takes part reads it.
    is_selected : bool
        Whether the challenge is selected at this moment.
    reason : str
        What the person said who takes the step.
    """

    texts: Sequence[Mapping[str, Any]]
    working_language: str
    is_selected: bool
    reason: str = ""


REQUIRED: Final[Mapping[str, str]] = {
    "title": Message("Write a title of at least 5 characters in this language."),
    "problem": Message("Describe the problem in this language."),
    "outcome": Message("Say in this language what would be different."),
}
"""What a notice says in each of its languages, or else the language is left out."""
SHORTEST_TITLE: Final = 5
"""Characters by which a title says something."""


def _incomplete(facts: Facts) -> list[FieldError]:
    """Everything that a notice lacks before its team reads it."""
    empty = [
        FieldError(f"/texts/{row}/{name}", request)
        for row, text in enumerate(facts.texts)
        for name, request in REQUIRED.items()
        if len(text[name]) < (SHORTEST_TITLE if name == "title" else 1)
    ]
    if facts.working_language in {text["language"] for text in facts.texts}:
        return empty
    missing = Message(
        "Write the notice in the working language of the programme ({language}) too.",
        language=facts.working_language,
    )
    return [FieldError("/texts", missing), *empty]


def _not_selected(facts: Facts) -> Conflict | None:
    if facts.is_selected:
        return None
    return Conflict(
        "The challenge is not selected at present.",
        remedy="Only a selected challenge has a public notice.",
    )


def _unexplained(facts: Facts) -> list[FieldError]:
    """Ask for the reason: whoever has written the notice, or approved it, is told why."""
    if facts.reason:
        return []
    return [FieldError("/reason", "Give a reason. The other side will read it.")]


LIFE: Final = Life[NoticeState, Facts](
    "A public notice",
    Step(
        "propose",
        "Ask the team for its approval",
        frozenset({NoticeState.DRAFT}),
        NoticeState.PROPOSED,
        Action.NOTICE_WRITE,
        closed=_not_selected,
        missing=_incomplete,
    ),
    Step(
        "approve",
        "Approve the notice",
        frozenset({NoticeState.PROPOSED}),
        NoticeState.APPROVED,
        Action.NOTICE_APPROVE,
        closed=_not_selected,
    ),
    Step(
        "ask-for-changes",
        "Ask for changes",
        frozenset({NoticeState.PROPOSED, NoticeState.APPROVED}),
        NoticeState.DRAFT,
        Action.NOTICE_APPROVE,
        missing=_unexplained,
    ),
    Step(
        "publish",
        "Publish the notice",
        frozenset({NoticeState.APPROVED}),
        NoticeState.PUBLISHED,
        Action.NOTICE_PUBLISH,
        closed=_not_selected,
    ),
    Step(
        "withdraw",
        "Withdraw the notice",
        frozenset({NoticeState.PUBLISHED}),
        NoticeState.WITHDRAWN,
        Action.NOTICE_WITHDRAW,
        missing=_unexplained,
    ),
    Step(
        "revise",
        "Write the notice anew",
        frozenset({NoticeState.PROPOSED, NoticeState.APPROVED, NoticeState.WITHDRAWN}),
        NoticeState.DRAFT,
        Action.NOTICE_WRITE,
    ),
)
