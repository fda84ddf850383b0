"""Who is asking: a token or a browser session, turned into an actor."""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from sqlmodel import Session, col, select

from app.accounts.lifecycle import PRESENT, Stage, UserState
from app.accounts.models import BrowserSession, Membership, Token, User
from app.accounts.service.credentials import digest_of
from app.core.clock import now
from app.core.errors import NotSignedIn
from app.policy import Action, Actor, Role
from app.settings import Settings


def authenticate(session: Session, secret: str) -> Actor:
    """Return who presents this token.

    Raises
    ------
    NotSignedIn
        If the token is unknown, revoked or out of date, or its user has left; which of
        them is not told.
    """
    statement = (
        select(Token, Membership)
        .join(User, col(User.id) == col(Token.user_id))
        .join(Membership, col(Membership.user_id) == col(User.id), isouter=True)
        .where(
            Token.digest == digest_of(secret),
            col(Token.revoked_at).is_(None),
            col(Token.expires_at) > now(),
            col(User.state).in_(PRESENT),
        )
    )
    rows = session.exec(statement).all()
    if not rows:
        raise NotSignedIn("The token is not valid, or no longer.")
    token = rows[0][0]
    scopes = None if token.scopes is None else frozenset(map(Action, token.scopes))
    roles = _roles(membership for _, membership in rows)
    return Actor(token.user_id, roles, scopes, ends_at=token.expires_at)


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
    statement = (
        select(BrowserSession, Membership)
        .join(User, col(User.id) == col(BrowserSession.user_id))
        .join(Membership, col(Membership.user_id) == col(User.id), isouter=True)
        .where(
            BrowserSession.digest == digest_of(secret),
            BrowserSession.stage == Stage.COMPLETE,
            col(BrowserSession.ends_at) > at,
            col(BrowserSession.seen_at) > at - settings.session_idle,
            User.state == UserState.ACTIVE,
        )
    )
    rows = session.exec(statement).all()
    if not rows:
        raise NotSignedIn("The sign-in has ended.", remedy="Sign in again.")
    found = rows[0][0]
    roles = _roles(membership for _, membership in rows)
    return Actor(found.user_id, roles, confirmed_at=found.confirmed_at), found.seen_at


def _roles(memberships: Iterable[Membership | None]) -> dict[Role, frozenset[UUID]]:
    roles: dict[Role, frozenset[UUID]] = {}
    for membership in memberships:
        if membership is not None:  # somebody who is in no organisation may do nothing
            held = roles.get(membership.role, frozenset())
            roles[membership.role] = held | {membership.organisation_id}
    return roles
