"""The permission table as a WHERE clause, so that lists and single reads cannot differ."""

from typing import Any

from sqlalchemy import ColumnElement, true
from sqlmodel import col

from app.access.policy import Action, Actor, has_any_reach, own_reach


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
