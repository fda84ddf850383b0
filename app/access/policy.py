"""Who may do what, as one table: role x action -> reach.

Services `require`, pages and steps ask `allows`, queries are narrowed by
`app.access.visibility` from the same table. Nothing else decides about permission.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from types import MappingProxyType
from typing import Final
from uuid import UUID

from app.access.actions import Action, May, Reach, Role
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

# What everybody has over what is theirs.
_PERSON: Final = {
    Action.TOKEN_OWN: Reach.OWN,
    Action.SESSION_OWN: Reach.OWN,
    Action.WEBHOOK_OWN: Reach.OWN,
}

_STAFF: Final = {
    **_PERSON,
    Action.ORGANISATION_READ: Reach.ANY,
    Action.ORGANISATION_WRITE: Reach.ANY,
    Action.PROGRAMME_WRITE: Reach.ANY,
    Action.CALL_WRITE: Reach.ANY,
    Action.CALL_EXTEND: Reach.ANY,
    Action.SUBMISSION_READ: Reach.ANY,
    Action.SUBMISSION_SCREEN: Reach.ANY,
    Action.SUBMISSION_IMPORT: Reach.ANY,
    Action.SUBMISSION_ENTER: Reach.ANY,
    Action.EXCLUSION_READ: Reach.ANY,
    Action.EXCLUSION_APPROVE: Reach.ANY,
    Action.REVIEW_READ: Reach.ANY,
    Action.REVIEW_ASSIGN: Reach.ANY,
    Action.CONFLICT_RESOLVE: Reach.ANY,
    Action.ADVICE_READ: Reach.ANY,
    Action.ADVICE_ASK: Reach.ANY,
    Action.DECISION_READ: Reach.ANY,
    Action.DECISION_WRITE: Reach.ANY,
    Action.NOTICE_READ: Reach.ANY,
    Action.NOTICE_WRITE: Reach.ANY,
    Action.ENQUIRY_READ: Reach.ANY,
    Action.ENQUIRY_MANAGE: Reach.ANY,
    # Never what a team is writing: see app/register/queries.py.
    Action.PRACTICE_READ: Reach.ANY,
    Action.PRACTICE_CURATE: Reach.ANY,
    Action.INTEREST_READ: Reach.ANY,
    Action.INTEREST_ASK: Reach.ANY,
    Action.GAP_READ: Reach.ANY,
    Action.GAP_INVITE: Reach.ANY,
    Action.RUN_READ: Reach.ANY,
    Action.RUN_START: Reach.ANY,
    Action.VERDICT_WRITE: Reach.ANY,
    Action.MATCH_READ: Reach.ANY,
    Action.MATCH_WRITE: Reach.ANY,
    # Where both teams let the staff: see app/conversations/queries.py.
    Action.CONVERSATION_VISIT: Reach.ANY,
    Action.JOB_READ: Reach.ANY,
    Action.OUTBOX_READ: Reach.ANY,
    Action.AUDIT_READ: Reach.ANY,
    Action.NOTES_READ: Reach.ANY,
    Action.TEAM_INVITE: Reach.ANY,
    Action.WEBHOOK_PROGRAMME: Reach.ANY,
}

GRANTS: Final[Mapping[Role, Mapping[Action, Reach]]] = MappingProxyType(
    {
        Role.MEMBER: {
            **_PERSON,
            Action.ORGANISATION_READ: Reach.OWN,
            Action.USER_READ: Reach.OWN,
            Action.DRAFT_READ: Reach.OWN,
            Action.DRAFT_WRITE: Reach.OWN,
            Action.DRAFT_COMMENT: Reach.OWN,
            Action.DRAFT_SHARE: Reach.OWN,
            Action.SUBMISSION_SUBMIT: Reach.OWN,
            Action.SUBMISSION_WITHDRAW: Reach.OWN,
            Action.SUBMISSION_APPEAL: Reach.OWN,
            Action.SUBMISSION_ANSWER: Reach.OWN,
            Action.SUBMISSION_READ: Reach.OWN,
            Action.NOTICE_READ: Reach.OWN,
            Action.NOTICE_APPROVE: Reach.OWN,
            Action.NOTICE_WITHDRAW: Reach.OWN,
            Action.ENQUIRY_ASK: Reach.ASSIGNED,
            Action.ENQUIRY_READ: Reach.OWN,
            Action.ENQUIRY_ANSWER: Reach.OWN,
            Action.PRACTICE_READ: Reach.OWN,
            Action.PRACTICE_WRITE: Reach.OWN,
            Action.INTEREST_READ: Reach.OWN,
            Action.INTEREST_WRITE: Reach.OWN,
            Action.MATCH_READ: Reach.OWN,
            Action.MATCH_ANSWER: Reach.OWN,
            Action.CONVERSATION_READ: Reach.OWN,
            Action.CONVERSATION_WRITE: Reach.OWN,
            Action.WEBHOOK_TEAM: Reach.OWN,
        },
        Role.REVIEWER: {
            **_PERSON,
            Action.ORGANISATION_READ: Reach.OWN,
            Action.ENQUIRY_ASK: Reach.ASSIGNED,
            Action.REVIEW_READ: Reach.ASSIGNED,
            Action.REVIEW_WRITE: Reach.ASSIGNED,
        },
        Role.ADVISOR: {
            **_PERSON,
            Action.ORGANISATION_READ: Reach.OWN,
            Action.ENQUIRY_ASK: Reach.ASSIGNED,
            Action.RUN_READ: Reach.ANY,
            Action.ADVICE_READ: Reach.ASSIGNED,
            Action.ADVICE_WRITE: Reach.ASSIGNED,
        },
        Role.STAFF: _STAFF,
        Role.LEAD: {
            **_STAFF,
            Action.CALL_PUBLISH: Reach.ANY,
            Action.DECISION_APPROVE: Reach.ANY,
            Action.DECISION_RELEASE: Reach.ANY,
            Action.WEIGHT_ADOPT: Reach.ANY,
            Action.MATCH_OFFER: Reach.ANY,
            Action.NOTICE_PUBLISH: Reach.ANY,
            Action.NOTICE_WITHDRAW: Reach.ANY,
            Action.USER_READ: Reach.ANY,
        },
        Role.AUDITOR: {
            **_PERSON,
            Action.ORGANISATION_READ: Reach.ANY,
            Action.SUBMISSION_READ: Reach.ANY,
            Action.EXCLUSION_READ: Reach.ANY,
            Action.REVIEW_READ: Reach.ANY,
            Action.ADVICE_READ: Reach.ANY,
            Action.DECISION_READ: Reach.ANY,
            Action.NOTICE_READ: Reach.ANY,
            Action.ENQUIRY_READ: Reach.ANY,
            Action.PRACTICE_READ: Reach.ANY,
            Action.INTEREST_READ: Reach.ANY,
            Action.GAP_READ: Reach.ANY,
            Action.RUN_READ: Reach.ANY,
            Action.MATCH_READ: Reach.ANY,
            Action.JOB_READ: Reach.ANY,
            Action.NOTES_READ: Reach.ANY,
            Action.AUDIT_READ: Reach.ANY,
            Action.AUDIT_READ_ALL: Reach.ANY,
        },
        # An administrator looks after people and settings, and sees no content.
        Role.ADMIN: {
            **_PERSON,
            Action.ORGANISATION_READ: Reach.ANY,
            Action.ORGANISATION_WRITE: Reach.ANY,
            Action.USER_READ: Reach.ANY,
            Action.TEAM_INVITE: Reach.ANY,
            Action.USER_WRITE: Reach.ANY,
            Action.TOKEN_WRITE: Reach.ANY,
            Action.OUTBOX_READ: Reach.ANY,
            Action.AUDIT_READ: Reach.ANY,
            Action.AUDIT_READ_ALL: Reach.ANY,
            Action.REASON_ERASE: Reach.ANY,
            Action.WEBHOOK_PROGRAMME: Reach.ANY,
        },
    }
)


_READING: Final = frozenset({*_PERSON, Action.DRAFT_READ, Action.SUBMISSION_READ})
_COMMENTING: Final = _READING | {Action.DRAFT_COMMENT}

SHARED: Final[Mapping[May, frozenset[Action]]] = MappingProxyType(
    {
        May.READ: _READING,
        May.COMMENT: _COMMENTING,
        May.WRITE: _COMMENTING | {Action.DRAFT_WRITE},
        May.ENTER: frozenset({Action.DRAFT_READ, Action.DRAFT_WRITE}),
    }
)
"""What each collaborator may do with what is shared with them. None of it sends, withdraws,
answers or shares: that is for members of the team. What staff enter for a team they send by
a grant of their own (`submission:enter`), and the team confirms it."""

GUARDED: Final = frozenset({Role.STAFF, Role.LEAD, Role.ADMIN, Role.AUDITOR})
"""Roles that need a second factor at sign-in: they decide about what belongs to others, or
read all of it."""

TEAM_ROLES: Final = frozenset({Role.MEMBER})
"""Roles that people of teams have: they reach nothing but what belongs to their team."""


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
