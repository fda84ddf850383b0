"""Who is asking: a token or a browser session, turned into an actor."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import bindparam
from sqlmodel import Session, col, select

from app.access.policy import Action, Actor, May, Role
from app.accounts.lifecycle import PRESENT, Stage, UserState
from app.accounts.models import BrowserSession, Collaborator, Membership, Token, User
from app.accounts.service.credentials import digest_of
from app.core.base.clock import now
from app.core.base.errors import NotSignedIn
from app.settings import Settings

# Built once: to build a statement costs more than to carry it out.
_MEMBERSHIP: Final = (Membership.role, Membership.organisation_id)
_BY_TOKEN: Final = (
    select(Token.user_id, Token.id, Token.scopes, Token.expires_at, *_MEMBERSHIP)  # type: ignore[call-overload]  # -- more columns than it has overloads for
    .join(User, col(User.id) == col(Token.user_id))
    .join(Membership, col(Membership.user_id) == col(User.id), isouter=True)
    .where(
        col(Token.digest) == bindparam("digest"),
        col(Token.revoked_at).is_(None),
        col(Token.expires_at) > bindparam("at"),
        col(User.state).in_(PRESENT),
    )
)
_BY_COOKIE: Final = (
    select(  # type: ignore[call-overload]  # -- more columns than it has overloads for
        BrowserSession.user_id,
        BrowserSession.id,
        BrowserSession.confirmed_at,
        BrowserSession.seen_at,
        *_MEMBERSHIP,
    )
    .join(User, col(User.id) == col(BrowserSession.user_id))
    .join(Membership, col(Membership.user_id) == col(User.id), isouter=True)
    .where(
        col(BrowserSession.digest) == bindparam("digest"),
        col(BrowserSession.stage) == Stage.COMPLETE,
        col(BrowserSession.ends_at) > bindparam("at"),
        col(BrowserSession.seen_at) > bindparam("heard"),
        col(User.state) == UserState.ACTIVE,
    )
)
MOST_SHARED: Final = 200
"""On how many submissions somebody collaborates at most; further ones are not reached."""
_SHARED: Final = (
    select(Collaborator.may, Collaborator.submission_id)
    .where(
        col(Collaborator.user_id) == bindparam("user_id"), col(Collaborator.ended_at).is_(None)
    )
    # The oldest first: nobody is pushed off one submission by being named on many others.
    .order_by(col(Collaborator.created_at), col(Collaborator.id))
    .limit(MOST_SHARED)
)


def authenticate(session: Session, secret: str) -> Actor:
    """Return who presents this token.

    Raises
    ------
    NotSignedIn
        If the token is unknown, revoked or out of date, or its user has left; which of
        them is not told.
    """
    rows = session.execute(_BY_TOKEN, {"digest": digest_of(secret), "at": now()}).all()
    if not rows:
        raise NotSignedIn("The token is not valid or has expired.")
    user_id, token_id, allowed, ends_at, *_ = rows[0]
    # An action that this version has no longer permits nothing.
    scopes = None if allowed is None else frozenset(a for a in Action if a in allowed)
    return Actor(
        user_id,
        _roles(rows),
        scopes,
        credential_id=token_id,
        ends_at=ends_at,
        shared=_shared(session, user_id),
    )


def authenticate_browser(
    session: Session, secret: str, settings: Settings
) -> tuple[Actor, datetime]:
    """Return who presents this cookie, and when the browser was last heard of.

    Raises
    ------
    NotSignedIn
        If there is no such session, it has ended, or sign-in was not finished.
    """
    at = now()
    parameters = {"digest": digest_of(secret), "at": at, "heard": at - settings.session_idle}
    rows = session.execute(_BY_COOKIE, parameters).all()
    if not rows:
        raise NotSignedIn("The sign-in has ended.", remedy="Sign in again.")
    user_id, session_id, confirmed_at, seen_at, *_ = rows[0]
    actor = Actor(
        user_id,
        _roles(rows),
        credential_id=session_id,
        confirmed_at=confirmed_at,
        shared=_shared(session, user_id),
    )
    return actor, seen_at


def actor_of(session: Session, user_id: UUID) -> Actor:
    """Return somebody with all their roles, for what is read in their name without them.

    It holds no credential, so nothing takes it for a person who is there.
    """
    statement = select(Membership.role, Membership.organisation_id)
    rows = session.exec(statement.where(Membership.user_id == user_id)).all()
    return Actor(user_id, _roles(rows), shared=_shared(session, user_id))


def _shared(session: Session, user_id: UUID) -> dict[May, frozenset[UUID]]:
    """Return on which submissions somebody collaborates, by what they may do there."""
    rows = session.execute(_SHARED, {"user_id": user_id})
    shared: dict[May, frozenset[UUID]] = {}
    for may, submission_id in rows:
        shared[may] = shared.get(may, frozenset()) | {submission_id}
    return shared


def _roles(rows: Iterable[Sequence[Any]]) -> dict[Role, frozenset[UUID]]:
    """Gather roles and organisations, which stand last in each row."""
    roles: dict[Role, frozenset[UUID]] = {}
    for row in rows:
        role, organisation_id = row[-2], row[-1]
        if role is not None:  # somebody who is in no organisation may do nothing
            roles[role] = roles.get(role, frozenset()) | {organisation_id}
    return roles
