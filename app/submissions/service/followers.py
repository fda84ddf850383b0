"""Who wants to know that a submission has moved: features that stand above this one.

A feature above cannot be called from here. It leaves a function, which is called in the
transaction of the step, after the submission has moved.
"""

from collections.abc import Callable
from typing import Final

from sqlmodel import Session

from app.access.policy import Actor
from app.submissions.models import Submission

Follower = Callable[[Session, Actor, Submission], None]

Restorer = Callable[[Session, Submission], None]

_FOLLOWERS: Final[list[Follower]] = []
_RESTORERS: Final[list[Restorer]] = []


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
