"""What an entry of the navigation is, who sees it, and how a reader does."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum

from app.access.policy import (
    Action,
    Actor,
    allows_somewhere,
    assigned_reach,
    has_any_reach,
    own_reach,
)
from app.core.base.messages import Message

Sees = Callable[[Actor | None], bool]
"""Whether somebody sees an entry; None is somebody who is not signed in."""


def everybody(_: Actor | None) -> bool:
    """Show the entry to everybody."""
    return True


def strangers(actor: Actor | None) -> bool:
    """Show the entry to people who are not signed in."""
    return actor is None


def people(actor: Actor | None) -> bool:
    """Show the entry to people who are signed in."""
    return actor is not None


def own(action: Action) -> Sees:
    """Show the entry to people who may do this to something."""
    return lambda actor: actor is not None and allows_somewhere(actor, action)


def own_alone(action: Action) -> Sees:
    """Show the entry to people who may do this to what is theirs."""
    return lambda actor: actor is not None and bool(own_reach(actor, action))


def own_assigned(action: Action) -> Sees:
    """Show the entry to people who may do this to what is assigned to them."""
    return lambda actor: actor is not None and assigned_reach(actor, action) is not None


def every(action: Action) -> Sees:
    """Show the entry to people who may do this to everything."""
    return lambda actor: actor is not None and has_any_reach(actor, action)


def of_programmes(actor: Actor | None) -> bool:
    """Show the entry to people who read what all teams have submitted, or runs."""
    return every(Action.SUBMISSION_READ)(actor) or every(Action.RUN_READ)(actor)


class Row(Enum):
    """The rows of the navigation, from above, and what each is called."""

    SERVICE = Message("Service")
    PROGRAMME = Message("This programme")
    PEOPLE = Message("People and letters")
    ACCOUNT = Message("Your account")


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry of the navigation.

    Attributes
    ----------
    label : str
    path : str
        Those of a programme name it: `/programmes/{programme}`.
    pages : frozenset of str
        The endpoints, by name, that light it.
    sees : callable
        Who sees it.
    row : Row
    """

    label: str
    path: str
    pages: frozenset[str]
    sees: Sees = people
    row: Row = Row.SERVICE


@dataclass(frozen=True, slots=True)
class Link:
    """An entry as one reader sees it on one page."""

    label: str
    path: str
    current: bool


@dataclass(frozen=True, slots=True)
class Links:
    """A row of the navigation as one reader sees it on one page."""

    label: str
    links: tuple[Link, ...]
