"""The sessions of others, for those who look after users."""

from datetime import timedelta
from uuid import UUID

from sqlmodel import Session

from app.access import policy
from app.access.policy import Action, Actor
from app.accounts.schemas import Ended, SessionQuery, SessionRead
from app.accounts.service import session_list
from app.core.storage.pagination import Page
from app.organisations.service import people


def sessions(
    session: Session, actor: Actor, user_id: UUID, query: SessionQuery, *, idle: timedelta
) -> Page[SessionRead]:
    """Return a page of the browsers in which a user is signed in.

    Raises
    ------
    NotFound
        If there is no such user that the actor may read.
    NotPermitted
        If the actor may not change users.
    """
    _require(session, actor, user_id)
    return session_list.sessions_of(session, actor, user_id, query, idle=idle)


def end(session: Session, actor: Actor, user_id: UUID, session_id: UUID | None = None) -> Ended:
    """Sign one browser of a user out, or all of them.

    Raises
    ------
    NotFound
        If there is no such user that the actor may read, or no such session of theirs.
    NotPermitted
        If the actor may not change users.
    """
    _require(session, actor, user_id)
    if session_id is None:
        return session_list.end_all_of(session, actor, user_id)
    return session_list.end_one(session, actor, user_id, session_id)


def _require(session: Session, actor: Actor, user_id: UUID) -> None:
    people.user(session, actor, user_id)
    policy.require(actor, Action.USER_WRITE)
