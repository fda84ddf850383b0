"""Whether somebody may do something, by one table: role x action -> reach (`grants`).

Services `require`, pages and steps ask `allows`, queries are narrowed by
`app.access.visibility` from the same table. Nothing else decides about permission.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final
from uuid import UUID

from app.access.actions import Action, May, Reach, Role
from app.access.grants import GRANTS, GUARDED, SHARED, TEAM_ROLES
from app.core.base.errors import NotPermitted
from app.core.base.messages import Message

__all__ = [
    "GRANTS",
    "GUARDED",
    "NOBODY",
    "OPERATOR",
    "SHARED",
    "TEAM_ROLES",
    "Action",
    "Actor",
    "May",
    "Reach",
    "Role",
    "allows",
    "allows_somewhere",
    "assigned_reach",
    "has_any_reach",
    "is_in_scope",
    "made_by",
    "own_reach",
    "require",
    "require_inviting",
    "require_somewhere",
    "shared_reach",
]


@dataclass(frozen=True, slots=True)
class Actor:
    """Somebody who acts, as permissions see them.

    Attributes
    ----------
    user_id : UUID or None
        None for the operator at the command line.
    roles : mapping of Role to the organisations in which it is held
    shared : mapping of May to the submissions on which the actor collaborates
    scopes : frozenset of Action, or None
        What the token that was presented is good for; None for everything that the
        roles include. A scope adds nothing to the roles.
    credential_id : UUID or None
        The key of the token or the browser session that was presented.
    ends_at, confirmed_at : datetime or None
        When that token ends; when the person last showed a password or a second factor,
        which only a browser session tells.
    """

    user_id: UUID | None
    roles: Mapping[Role, frozenset[UUID]] = field(default_factory=dict)
    scopes: frozenset[Action] | None = None
    credential_id: UUID | None = None
    ends_at: datetime | None = None
    confirmed_at: datetime | None = None
    shared: Mapping[May, frozenset[UUID]] = field(default_factory=dict)

    @property
    def permissions(self) -> str:
        """A hash of all that decides what the actor may do, to tell whether it has changed."""
        all_held = (*self.roles.items(), *self.shared.items())
        held = sorted(f"{role} {one}" for role, many in all_held for one in many)
        scopes = "all" if self.scopes is None else sorted(self.scopes)
        return hashlib.sha256(f"{held} {scopes}".encode()).hexdigest()


def made_by(actor: Actor) -> UUID | None:
    """Return the key of the token that acts; None for a person in a browser."""
    return actor.credential_id if actor.ends_at is not None else None


NOBODY: Final = Actor(None)
"""Anyone who is not signed in: reads what is public, and may do nothing."""

OPERATOR: Final = Actor(None, {Role.LEAD: frozenset(), Role.ADMIN: frozenset()})
"""Who runs the commands: anyone who holds the machine holds the data anyway."""


def is_in_scope(actor: Actor, action: Action) -> bool:
    """Tell whether what the actor presents is good for this action at all."""
    return actor.scopes is None or action in actor.scopes


def has_any_reach(actor: Actor, action: Action) -> bool:
    """Tell whether a role of the actor may do this to everything."""
    return is_in_scope(actor, action) and any(
        GRANTS[role].get(action) is Reach.ANY for role in actor.roles
    )


def own_reach(actor: Actor, action: Action) -> frozenset[UUID]:
    """Return the organisations to whose things the actor may do this."""
    return frozenset(
        organisation
        for role, organisations in actor.roles.items()
        if GRANTS[role].get(action) is Reach.OWN and is_in_scope(actor, action)
        for organisation in organisations
    )


def assigned_reach(actor: Actor, action: Action) -> UUID | None:
    """Return who the actor is where they may do this to what is assigned to them; else None."""
    if not is_in_scope(actor, action):
        return None
    held = any(GRANTS[role].get(action) is Reach.ASSIGNED for role in actor.roles)
    return actor.user_id if held else None


def shared_reach(actor: Actor, action: Action) -> frozenset[UUID]:
    """Return the submissions of other people's teams to which the actor may do this.

    Who works for the incubator decides about what teams send, and collaborates on nothing; but
    staff enter a submission for a team that cannot do it itself.
    """
    if not is_in_scope(actor, action):
        return frozenset()
    works_here = not GUARDED.isdisjoint(actor.roles)
    return frozenset(
        submission
        for may, submissions in actor.shared.items()
        if action in SHARED[may] and (may is May.ENTER) is works_here
        for submission in submissions
    )


def allows(
    actor: Actor,
    action: Action,
    owner_id: UUID | None = None,
    assignee_id: UUID | None = None,
    shared_id: UUID | None = None,
) -> bool:
    """Tell whether the actor may do this to something.

    Parameters
    ----------
    owner_id : UUID or None
        The organisation that owns it.
    assignee_id : UUID or None
        To whom it is assigned.
    shared_id : UUID or None
        The submission that it is, or belongs to: it may be shared with the actor.
    """
    return (
        has_any_reach(actor, action)
        or owner_id in own_reach(actor, action)
        or (assignee_id is not None and assignee_id == assigned_reach(actor, action))
        or (shared_id is not None and shared_id in shared_reach(actor, action))
    )


def allows_somewhere(actor: Actor, action: Action) -> bool:
    """Tell whether the actor may do this to anything at all."""
    return (
        has_any_reach(actor, action)
        or bool(own_reach(actor, action))
        or assigned_reach(actor, action) is not None
        or bool(shared_reach(actor, action))
    )


def require(
    actor: Actor,
    action: Action,
    owner_id: UUID | None = None,
    assignee_id: UUID | None = None,
    shared_id: UUID | None = None,
) -> None:
    """Do nothing, or refuse.

    Raises
    ------
    NotPermitted
        If no role of the actor includes the action for this owner and this assignee, and
        nothing that is shared with them does.
    """
    if not allows(actor, action, owner_id, assignee_id, shared_id):
        if not is_in_scope(actor, action):
            raise NotPermitted(
                Message("Your token does not include {action}.", action=action),
                remedy="Use a token that was made for it.",
            )
        held = ", ".join(sorted(actor.roles)) or "none"
        raise NotPermitted(
            Message(
                "Your roles ({held}) do not include {action} here.", held=held, action=action
            )
        )


def require_somewhere(actor: Actor, action: Action) -> None:
    """Do nothing, or refuse somebody who may do this to nothing at all.

    Raises
    ------
    NotPermitted
        If no role of the actor includes the action.
    """
    if not allows_somewhere(actor, action):
        require(actor, action)


def require_inviting(actor: Actor, role: Role) -> None:
    """Do nothing, or refuse somebody who may not invite a person with this role.

    Staff invite people of teams. Another role is given by those who look after users alone:
    nobody makes somebody who may do more than themselves.

    Raises
    ------
    NotPermitted
        If no role of the actor includes it.
    """
    require(actor, Action.TEAM_INVITE)
    if role not in TEAM_ROLES:
        require(actor, Action.USER_WRITE)
