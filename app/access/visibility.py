"""The permission table as a WHERE clause, so that lists and single reads cannot differ."""

from typing import Any

from sqlalchemy import ColumnElement, false, true
from sqlmodel import col

from app.access.policy import (
    Action,
    Actor,
    assigned_reach,
    has_any_reach,
    own_reach,
    shared_reach,
)


def within_reach(actor: Actor, action: Action, owner: Any) -> ColumnElement[bool]:
    """Return the condition for rows on which the actor may do this.

    Parameters
    ----------
    owner : column
        Holds the owning organisation.
    """
    if has_any_reach(actor, action):
        return true()
    return col(owner).in_(own_reach(actor, action))


def shared(actor: Actor, action: Action, submission: Any) -> ColumnElement[bool]:
    """Return the condition for rows of submissions that are shared with the actor.

    Parameters
    ----------
    submission : column
        Holds the key of the submission.
    """
    given = shared_reach(actor, action)
    return col(submission).in_(given) if given else false()


def assigned(actor: Actor, action: Action, assignee: Any) -> ColumnElement[bool]:
    """Return the condition for rows that are assigned to the actor, or for all of them.

    Parameters
    ----------
    assignee : column
        Holds the key of the user to whom a row is assigned.
    """
    if has_any_reach(actor, action):
        return true()
    own = assigned_reach(actor, action)
    return col(assignee) == own if own is not None else false()
