"""Inviting people: a letter with a link that works once."""

from uuid import UUID

from sqlalchemy import ColumnElement, and_, exists, true
from sqlmodel import Session, col, select

from app.access import policy
from app.access.policy import Action, Actor
from app.accounts.lifecycle import PRESENT, Purpose, UserState
from app.accounts.models import Membership, User
from app.accounts.service import one_time_links
from app.core.base.errors import Conflict, NotFound
from app.core.base.messages import Message
from app.core.storage import audit
from app.core.storage.pagination import Page, page
from app.organisations.schemas import InvitationQuery, UserDraft, UserRead
from app.organisations.service import people


def invite(session: Session, actor: Actor, draft: UserDraft, *, public_url: str) -> UserRead:
    """Add a person, and write them a letter with the link to accept.

    The people of a team that is there hear of it: whoever joins reads their drafts.

    Raises
    ------
    NotPermitted
        If the actor may not invite anybody with this role.
    Conflict
        If the address is taken.
    """
    user = people.add_user(session, actor, draft)
    one_time_links.send_link(session, user, Purpose.INVITATION, public_url)
    (invited,) = people.described(session, actor, [user], by=Action.TEAM_INVITE)
    for membership in invited.memberships:
        people.tell_team(session, membership)
    return invited


def invitations(session: Session, actor: Actor, query: InvitationQuery) -> Page[UserRead]:
    """Return a page of the people who have not accepted yet, the latest first.

    Raises
    ------
    NotPermitted
        If the actor may invite nobody.
    """
    policy.require(actor, Action.TEAM_INVITE)
    statement = select(User).where(User.state == UserState.INVITED, _may_be_invited(actor))
    if query.organisation:
        held = select(Membership.user_id).where(
            col(Membership.organisation_id).in_(query.organisation)
        )
        statement = statement.where(col(User.id).in_(held))
    found = page(
        session,
        statement,
        query,
        sortable={"name": User.name, "email": User.email, "created_at": User.created_at},
        default="-created_at",
        key=User.id,
    )
    described = people.described(session, actor, found.rows, by=Action.TEAM_INVITE)
    return Page(described, found.cursor)


def person(session: Session, actor: Actor, user_id: UUID) -> UserRead:
    """Return one user of whom the actor may know, or who waits to join a team that they invite.

    Raises
    ------
    NotFound
        If there is none, or none of whom the actor may know.
    """
    if policy.allows(actor, Action.TEAM_INVITE):
        waiting = select(User).where(User.id == user_id, _waits_to_join_a_team())
        if found := session.exec(waiting).first():
            return people.described(session, actor, [found], by=Action.TEAM_INVITE)[0]
    return people.described(session, actor, [people.user(session, actor, user_id)])[0]


def _may_be_invited(actor: Actor) -> ColumnElement[bool]:
    """Users to whom the actor may write another invitation.

    Who only invites teams knows of nobody but those who wait to join one.
    """
    if policy.allows(actor, Action.USER_WRITE):
        return true()
    return _waits_to_join_a_team()


def _waits_to_join_a_team() -> ColumnElement[bool]:
    of_the_user = Membership.user_id == User.id
    more = select(Membership.id).where(
        of_the_user, col(Membership.role).not_in(policy.TEAM_ROLES)
    )
    return and_(
        col(User.state) == UserState.INVITED,
        exists(select(Membership.id).where(of_the_user)),
        ~exists(more),
    )


def invite_again(session: Session, actor: Actor, user_id: UUID, *, public_url: str) -> None:
    """Write a new invitation; the link of the one before ends.

    Who is active and has nothing to sign in with, as somebody who left before accepting and
    was let in again, gets a link to set a password; from those who look after users alone.

    Raises
    ------
    NotPermitted
        If the actor may invite nobody.
    NotFound
        If there is no such user whom the actor may invite.
    Conflict
        If the user waits for no invitation.
    """
    policy.require(actor, Action.TEAM_INVITE)
    user = session.exec(select(User).where(User.id == user_id, _may_be_invited(actor))).first()
    if user is None:
        raise NotFound(
            Message("There is no user {user_id} whom you may invite.", user_id=user_id)
        )
    if user.state not in PRESENT or one_time_links.signs_in(session, user.id):
        raise Conflict(
            Message("The user is {state}.", state=user.state),
            remedy="Someone who has accepted can ask for a new password at /reset.",
        )
    one_time_links.send_link(session, user, one_time_links.purpose_for(user), public_url)
    audit.record(session, actor.user_id, "invite", "user", user.id)
