"""The life of a user, as one table.

    invited --(accept)--> active --deactivate--> deactivated --erase--> erased
       '------deactivate-------------------------^   |
                          active <----reactivate-----'

Accepting an invitation is no step that others take: the person does, by the link.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from app.access.lifecycle import Life, Step
from app.access.policy import Action
from app.core.base.errors import Conflict
from app.core.base.messages import Message


class UserState(StrEnum):
    """Where a user stands."""

    INVITED = "invited"
    ACTIVE = "active"
    DEACTIVATED = "deactivated"
    ERASED = "erased"


PRESENT: Final = frozenset({UserState.INVITED, UserState.ACTIVE})
"""States in which a user may act: with a token also before the invitation is accepted."""


class Purpose(StrEnum):
    """What a one-time link is for."""

    INVITATION = "invitation"
    RESET = "reset"


class Stage(StrEnum):
    """How far somebody has come in signing in; all but the last permit nothing yet."""

    SECOND_FACTOR = "second factor"
    ENROLMENT = "enrolment"
    CONSENT = "consent"
    COMPLETE = "complete"


@dataclass(frozen=True, slots=True)
class Facts:
    """What the steps look at.

    Attributes
    ----------
    last_administrator : bool
        Whether no other active user is an administrator.
    orphaned : tuple of str
        Names of organisations in which nobody else would be left.
    """

    last_administrator: bool
    orphaned: tuple[str, ...] = ()


def _somebody_administers(facts: Facts) -> Conflict | None:
    if not facts.last_administrator:
        return None
    return Conflict(
        "Nobody else who is active administers the service.",
        remedy="Make someone else an administrator first.",
    )


def _may_leave(facts: Facts) -> Conflict | None:
    if refusal := _somebody_administers(facts):
        return refusal
    if not facts.orphaned:
        return None
    return Conflict(
        Message(
            "Nobody else would be left in {orphaned}, and its drafts are seen by its own "
            "people alone.",
            orphaned=", ".join(facts.orphaned),
        ),
        remedy="Name somebody who takes over in `hand_over_to`, or say that nobody does "
        "with `leave_empty`.",
    )


LIFE: Final = Life[UserState, Facts](
    "A user",
    Step(
        "deactivate",
        "Close the account",
        PRESENT,
        UserState.DEACTIVATED,
        Action.USER_WRITE,
        closed=_may_leave,
    ),
    Step(
        "reactivate",
        "Let the person sign in again",
        frozenset({UserState.DEACTIVATED}),
        UserState.ACTIVE,
        Action.USER_WRITE,
    ),
    Step(
        "erase",
        "Erase the person's data",
        frozenset({UserState.DEACTIVATED}),
        UserState.ERASED,
        Action.USER_WRITE,
    ),
)
