"""Who wants to know that a submission has moved, or holds it: features above this one.

A feature above cannot be called from here. It leaves a function, which is called in the
transaction of the step, before staff move the submission or after it has moved.
"""

from collections.abc import Callable, Sequence
from typing import Final

from sqlmodel import Session

from app.access.policy import Actor
from app.core.base.errors import Conflict, FieldError
from app.submissions.models import Submission

Follower = Callable[[Session, Actor, Submission], None]
Bar = Callable[[Session, Submission], Conflict | None]

Supporter = Callable[[Session, Submission], Sequence[FieldError]]

Restorer = Callable[[Session, Submission], None]

_FOLLOWERS: Final[list[Follower]] = []
_BARS: Final[list[Bar]] = []
_RESTORERS: Final[list[Restorer]] = []
_SUPPORTERS: Final[list[Supporter]] = []
_UNCONFIRMED: Final[list[Bar]] = []


def follow(follower: Follower) -> None:
    """Have a function called whenever a submission has moved; once is enough."""
    if follower not in _FOLLOWERS:
        _FOLLOWERS.append(follower)


def restore_with(restorer: Restorer) -> None:
    """Have a function called whenever what was taken back counts again; once is enough."""
    if restorer not in _RESTORERS:
        _RESTORERS.append(restorer)


def tell_restored(session: Session, submission: Submission) -> None:
    """Call all of them about a submission that counts as it was last submitted."""
    for restorer in _RESTORERS:
        restorer(session, submission)


def tell(session: Session, actor: Actor, submission: Submission) -> None:
    """Call all of them about a submission that has moved."""
    for follower in _FOLLOWERS:
        follower(session, actor, submission)


def bar(one: Bar) -> None:
    """Have a function asked whether staff may go on with a submission; once is enough."""
    if one not in _BARS:
        _BARS.append(one)


def barred(session: Session, submission: Submission) -> Conflict | None:
    """Return why staff do not go on with a submission, if something is in the way."""
    return next((found for one in _BARS if (found := one(session, submission))), None)


def confirm_with(one: Bar) -> None:
    """Have a function asked whether a team has confirmed what it has; once is enough."""
    if one not in _UNCONFIRMED:
        _UNCONFIRMED.append(one)


def unconfirmed(session: Session, submission: Submission) -> Conflict | None:
    """Return why staff do not pass a submission that its team has not confirmed, if so."""
    return next((found for one in _UNCONFIRMED if (found := one(session, submission))), None)


def support_with(supporter: Supporter) -> None:
    """Have a function asked what others have to do before a team sends it; once is enough."""
    if supporter not in _SUPPORTERS:
        _SUPPORTERS.append(supporter)


def unsupported(session: Session, submission: Submission) -> list[FieldError]:
    """Return all that others have to do before a team can send its submission."""
    return [error for one in _SUPPORTERS for error in one(session, submission)]
