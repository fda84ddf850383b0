"""Inviting people: a letter with a link that works once."""

from uuid import UUID

from sqlmodel import Session

from app.access import policy
from app.access.policy import Action, Actor
from app.accounts.lifecycle import PRESENT, Purpose
from app.accounts.service import one_time_links
from app.core.base.errors import Conflict
from app.core.base.messages import Message
from app.core.storage import audit
from app.organisations.schemas import UserDraft, UserRead
from app.organisations.service import people


def invite(session: Session, actor: Actor, draft: UserDraft, *, public_url: str) -> UserRead:
    """Add a person, and write them a letter with the link to accept.

    Raises
    ------
    NotPermitted
        If the actor may not add users.
    Conflict
        If the address is taken.
    """
    user = people.add_user(session, actor, draft)
    one_time_links.send_link(session, user, Purpose.INVITATION, public_url)
    return people.described(session, actor, [user])[0]


def invite_again(session: Session, actor: Actor, user_id: UUID, *, public_url: str) -> None:
    """Write a new invitation; the link of the one before ends.

    Who is active and has nothing to sign in with, as somebody who left before accepting and
    was let in again, gets a link to set a password.

    Raises
    ------
    NotFound
        If there is no such user that the actor may read.
    NotPermitted
        If the actor may not change users.
    Conflict
        If the user waits for no invitation.
    """
    user = people.user(session, actor, user_id)
    policy.require(actor, Action.USER_WRITE)
    if user.state not in PRESENT or one_time_links.signs_in(session, user.id):
        raise Conflict(
            Message("The user is {state}.", state=user.state),
            remedy="Someone who has accepted can ask for a new password at /reset.",
        )
    one_time_links.send_link(session, user, one_time_links.purpose_for(user), public_url)
    audit.record(session, actor.user_id, "invite", "user", user.id)
