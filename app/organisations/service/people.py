"""Users and what they are in organisations."""

from collections import defaultdict
from collections.abc import Sequence
from typing import Final
from uuid import UUID

from sqlalchemy import ColumnElement, exists, true
from sqlmodel import Session, col, select
from sqlmodel.sql.expression import SelectOfScalar

from app.access import policy
from app.access.policy import Action, Actor, Role
from app.access.visibility import within_reach
from app.accounts.lifecycle import UserState
from app.accounts.models import Membership, User
from app.accounts.service import browser_sessions, notices, second_factor
from app.accounts.service.users import folded, user_with
from app.core.base.errors import Conflict, NotFound
from app.core.base.messages import Message
from app.core.storage import audit
from app.core.storage.pagination import Page, page
from app.events import service as events
from app.events.kinds import EventKind, EventSubject
from app.organisations.models import Organisation
from app.organisations.schemas import (
    MembershipDraft,
    MembershipRead,
    MeRead,
    OrganisationDraft,
    OrganisationRead,
    UserDraft,
    UserMembership,
    UserQuery,
    UserRead,
)
from app.organisations.service.organisations import organisation, organisation_of

JOINING: Final = Message("Someone joins your team in Counterpart")
# Fixed words, as in every letter: neither name nor address is repeated.
JOINING_BODY: Final = Message(
    "Hello,\n\nsomeone was invited to your team in Counterpart. Once they accept, they can "
    "read and change the drafts of your team. The list of users says who it is.\n\n"
    "If you do not expect anyone, tell an administrator of Counterpart.\n"
)


def add_user(session: Session, actor: Actor, draft: UserDraft) -> User:
    """Add a person with a role; the organisation is made if it is new.

    The person may sign in once an invitation was accepted.

    Raises
    ------
    NotPermitted
        If the actor may not invite anybody with this role.
    Conflict
        If the address is taken.
    """
    policy.require_inviting(actor, draft.role)
    email = folded(draft.email)
    if user_with(session, email):
        raise Conflict(
            Message("There is a user with the address {email} already.", email=draft.email),
            remedy="Choose another address, or give the user that exists one more role.",
        )
    organisation = organisation_of(session, actor, draft.organisation)
    user = User(email=email, name=draft.name, state=UserState.INVITED, language=draft.language)
    session.add(user)
    session.flush()
    session.add(Membership(user_id=user.id, organisation_id=organisation.id, role=draft.role))
    audit.record(session, actor.user_id, "add", "user", user.id, role=draft.role)
    return user


def grant(
    session: Session, actor: Actor, user: User, draft: OrganisationDraft, role: Role
) -> None:
    """Give a user one more role; nothing happens if it is held already.

    Raises
    ------
    NotPermitted
        If the actor may not change users.
    """
    policy.require(actor, Action.USER_WRITE)
    held_in = organisation_of(session, actor, draft)
    if _membership(session, user.id, held_in.id, role) is None:
        join(session, actor, user.id, held_in.id, role)


def join(
    session: Session, actor: Actor, user_id: UUID, organisation_id: UUID, role: Role
) -> None:
    """Give a user a role that is not held yet, for a use case that may.

    The sessions of the user end: with another role sign-in may ask for more.
    """
    session.add(Membership(user_id=user_id, organisation_id=organisation_id, role=role))
    browser_sessions.end_all(session, user_id)
    audit.record(session, actor.user_id, "grant", "user", user_id, role=role)


def add_membership(
    session: Session, actor: Actor, user_id: UUID, draft: MembershipDraft
) -> UserRead:
    """Give a user a role in an organisation.

    Raises
    ------
    NotFound
        If there is no such user or organisation that the actor may read.
    NotPermitted
        If the actor may not change users.
    Conflict
        If the role is held already, or the user has left.
    """
    found = user(session, actor, user_id)
    policy.require(actor, Action.USER_WRITE)
    held_in = organisation(session, actor, draft.organisation_id)
    if _membership(session, user_id, held_in.id, draft.role):
        raise Conflict(Message("The user is {role} there already.", role=draft.role))
    if found.state in {UserState.DEACTIVATED, UserState.ERASED}:
        raise Conflict(
            Message("The user is {state}.", state=found.state),
            remedy="Reactivate the user first.",
        )
    tell_team(session, draft)
    join(session, actor, user_id, held_in.id, draft.role)
    return described(session, actor, [found])[0]


def tell_team(session: Session, joining: MembershipDraft | UserMembership) -> None:
    """Write to the people of a team that somebody joins it, and will read its drafts."""
    if joining.role is Role.MEMBER:
        event = events.to_team(
            session,
            EventKind.TEAM_JOINING,
            joining.organisation_id,
            subject=EventSubject.ORGANISATION,
            subject_id=joining.organisation_id,
        )
        for colleague in team(session, joining.organisation_id):
            notices.write_once(session, colleague, JOINING, JOINING_BODY, event)


def team(session: Session, organisation_id: UUID) -> Sequence[User]:
    """Return the people who write for an organisation and can still sign in."""
    statement = (
        select(User)
        .join(Membership, col(Membership.user_id) == col(User.id))
        .where(
            Membership.organisation_id == organisation_id,
            Membership.role == Role.MEMBER,
            User.state == UserState.ACTIVE,
        )
        .order_by(col(User.id))
    )
    return session.exec(statement).all()


def at_work() -> SelectOfScalar[UUID]:
    """Return the statement for those who work for the incubator, with whom no team shares."""
    return select(Membership.user_id).where(col(Membership.role).in_(policy.GUARDED))


def remove_membership(
    session: Session, actor: Actor, user_id: UUID, membership_id: UUID
) -> None:
    """Take a role away; it is gone at the user's next request.

    Raises
    ------
    NotFound
        If there is no such user that the actor may read, or no such membership of theirs.
    NotPermitted
        If the actor may not change users.
    Conflict
        If nobody would be left who administers the service.
    """
    user(session, actor, user_id)
    policy.require(actor, Action.USER_WRITE)
    last = is_last_administrator(session, user_id)
    held = session.exec(
        select(Membership).where(Membership.id == membership_id, Membership.user_id == user_id)
    ).first()
    if held is None:
        raise NotFound(
            Message("The user has no membership {membership_id}.", membership_id=membership_id)
        )
    if held.role is Role.ADMIN and last and not _administers_elsewhere(session, held):
        raise Conflict(
            "Nobody else who is active administers the service.",
            remedy="Make someone else an administrator first.",
        )
    session.delete(held)
    browser_sessions.end_all(session, user_id)
    audit.record(session, actor.user_id, "take away", "user", user_id, role=held.role)


def _administers_elsewhere(session: Session, held: Membership) -> bool:
    other = select(Membership).where(
        Membership.user_id == held.user_id,
        Membership.role == Role.ADMIN,
        Membership.id != held.id,
    )
    return session.exec(other).first() is not None


def is_last_administrator(session: Session, user_id: UUID, *, to_change: bool = True) -> bool:
    """Tell whether this user is an administrator, and no other active user is one.

    Parameters
    ----------
    to_change : bool, default=True
        Whether the rows shall stay locked until the transaction ends: of two
        administrators who take the role from each other, the second then sees what the
        first has done.
    """
    statement = (
        select(User, Membership)
        .join(Membership, col(Membership.user_id) == col(User.id))
        .where(Membership.role == Role.ADMIN)
        .order_by(col(User.id), col(Membership.id))
        .execution_options(populate_existing=True)
    )
    rows = session.exec(statement.with_for_update() if to_change else statement).all()
    others = any(u.id != user_id and u.state is UserState.ACTIVE for u, _ in rows)
    return not others and any(u.id == user_id for u, _ in rows)


def _membership(
    session: Session, user_id: UUID, organisation_id: UUID, role: Role
) -> Membership | None:
    held = select(Membership).where(
        Membership.user_id == user_id,
        Membership.organisation_id == organisation_id,
        Membership.role == role,
    )
    return session.exec(held).first()


def describe(session: Session, actor: Actor) -> MeRead:
    """Return who the actor is, and what in which organisation."""
    me = session.get_one(User, actor.user_id)
    statement = (
        select(Membership, Organisation)
        .join(Organisation, col(Organisation.id) == col(Membership.organisation_id))
        .where(Membership.user_id == me.id)
        .order_by(col(Organisation.name), col(Membership.role))
    )
    memberships = [
        MembershipRead(role=m.role, organisation=OrganisationRead.model_validate(o))
        for m, o in session.exec(statement)
    ]
    return MeRead(
        **me.model_dump(include={"id", "name", "email", "language", "zone"}),
        memberships=memberships,
    )


def _within_reach(actor: Actor) -> ColumnElement[bool]:
    """Users of whom the actor may know: those of the own organisations, or all."""
    if policy.has_any_reach(actor, Action.USER_READ):
        return true()
    return exists(
        select(Membership.id).where(
            Membership.user_id == User.id,
            within_reach(actor, Action.USER_READ, Membership.organisation_id),
        )
    )


def users(session: Session, actor: Actor, query: UserQuery) -> Page[UserRead]:
    """Return a page of the users of whom the actor may know.

    Raises
    ------
    NotPermitted
        If the actor may know of no users.
    """
    policy.require_somewhere(actor, Action.USER_READ)
    statement = select(User).where(_within_reach(actor))
    if query.state:
        statement = statement.where(col(User.state).in_(query.state))
    if query.organisation:
        held = select(Membership.user_id).where(
            col(Membership.organisation_id).in_(query.organisation),
            within_reach(actor, Action.USER_READ, Membership.organisation_id),
        )
        statement = statement.where(col(User.id).in_(held))
    found = page(
        session,
        statement,
        query,
        sortable={"name": User.name, "email": User.email, "created_at": User.created_at},
        default="name",
        key=User.id,
    )
    return Page(described(session, actor, found.rows), found.cursor)


def names(session: Session, actor: Actor, keys: Sequence[UUID]) -> Sequence[tuple[UUID, str]]:
    """Return what those of some users are called of whom the actor may know."""
    statement = select(User.id, User.name).where(col(User.id).in_(keys), _within_reach(actor))
    return session.exec(statement).all()


def key_of(session: Session, actor: Actor, email: str) -> UUID | None:
    """Return the key of the user of this address, if the actor may know of one."""
    statement = select(User.id).where(User.email == folded(email), _within_reach(actor))
    return session.exec(statement).first()


def user(session: Session, actor: Actor, user_id: UUID) -> User:
    """Return one user.

    Raises
    ------
    NotFound
        If there is none, or none of whom the actor may know.
    """
    found = session.exec(select(User).where(User.id == user_id, _within_reach(actor))).first()
    if found is None:
        raise NotFound(Message("There is no user {user_id}.", user_id=user_id))
    return found


def described(
    session: Session,
    actor: Actor,
    found: Sequence[User],
    *,
    by: Action = Action.USER_READ,
) -> list[UserRead]:
    """Return users with what they are where, at one query for all of them.

    What a colleague is in other organisations is not for colleagues.

    Parameters
    ----------
    by : Action, default=Action.USER_READ
        What lets the actor know of them.
    """
    held = defaultdict(list)
    statement = (
        select(Membership)
        .where(
            col(Membership.user_id).in_([user.id for user in found]),
            within_reach(actor, by, Membership.organisation_id),
        )
        .order_by(col(Membership.role), col(Membership.organisation_id))
    )
    for membership in session.exec(statement):
        held[membership.user_id].append(UserMembership.model_validate(membership))
    return [
        UserRead(**user.model_dump(include={*UserRead.model_fields}), memberships=held[user.id])
        for user in found
    ]


def remove_second_factor(session: Session, actor: Actor, user_id: UUID) -> None:
    """Take a lost authenticator away; who needs one enrols another at the next sign-in.

    Raises
    ------
    NotFound
        If there is no such user that the actor may read.
    NotPermitted
        If the actor may not change users.
    """
    found = user(session, actor, user_id)
    policy.require(actor, Action.USER_WRITE)
    second_factor.remove(session, found)
    browser_sessions.end_all(session, user_id)
    audit.record(session, actor.user_id, "remove second factor", "user", user_id)
