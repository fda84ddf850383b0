"""The browsers in which somebody is signed in: seen, and signed out one by one or together."""

from datetime import timedelta
from uuid import UUID

from sqlmodel import Session, col, select

from app.access import policy
from app.access.policy import Action, Actor
from app.accounts.lifecycle import Stage
from app.accounts.models import BrowserSession
from app.accounts.schemas import Ended, SessionQuery, SessionRead
from app.accounts.service import browser_sessions
from app.core.base.clock import now
from app.core.base.errors import NotFound
from app.core.base.messages import Message
from app.core.storage import audit
from app.core.storage.pagination import Page, page


def own_sessions(
    session: Session, actor: Actor, query: SessionQuery, *, idle: timedelta
) -> Page[SessionRead]:
    """Return a page of the browsers in which the actor is signed in, the latest first.

    Raises
    ------
    NotPermitted
        If the actor may not look after sessions.
    """
    policy.require_somewhere(actor, Action.SESSION_OWN)
    return sessions_of(session, actor, _self(actor), query, idle=idle)


def sessions_of(
    session: Session, actor: Actor, user_id: UUID, query: SessionQuery, *, idle: timedelta
) -> Page[SessionRead]:
    """Return a page of the sessions of a user, for a use case that may.

    Parameters
    ----------
    idle : timedelta
        How long a browser may be silent.
    """
    at = now()
    found = page(
        session,
        select(BrowserSession).where(
            BrowserSession.user_id == user_id,
            BrowserSession.stage == Stage.COMPLETE,
            col(BrowserSession.ends_at) > at,
            col(BrowserSession.seen_at) > at - idle,
        ),
        query,
        sortable={"created_at": BrowserSession.created_at, "seen_at": BrowserSession.seen_at},
        default="-created_at",
        key=BrowserSession.id,
    )
    shown = {*SessionRead.model_fields} - {"current"}
    return Page(
        [
            SessionRead(**row.model_dump(include=shown), current=row.id == actor.credential_id)
            for row in found.rows
        ],
        found.cursor,
    )


def end_own(session: Session, actor: Actor, session_id: UUID) -> Ended:
    """Sign one of the actor's own browsers out.

    Raises
    ------
    NotPermitted
        If the actor may not look after sessions.
    ConfirmFirst
        If a browser asks that has not been confirmed of late.
    NotFound
        If it is not the actor's.
    """
    _require_own(actor)
    return end_one(session, actor, _self(actor), session_id)


def end_others(session: Session, actor: Actor) -> Ended:
    """Sign every browser of the actor out but the one that asks.

    Raises
    ------
    NotPermitted
        If the actor may not look after sessions.
    ConfirmFirst
        If a browser asks that has not been confirmed of late.
    """
    _require_own(actor)
    return end_all_of(session, actor, _self(actor), but=actor.credential_id)


def end_one(session: Session, actor: Actor, user_id: UUID, session_id: UUID) -> Ended:
    """Sign one browser of a user out, for a use case that may.

    Raises
    ------
    NotFound
        If the user has no such session.
    """
    statement = select(BrowserSession).where(
        BrowserSession.id == session_id, BrowserSession.user_id == user_id
    )
    row = session.exec(statement).first()
    if row is None:
        raise NotFound(Message("There is no session {session_id}.", session_id=session_id))
    session.delete(row)
    return _recorded(session, actor, user_id, 1)


def end_all_of(
    session: Session, actor: Actor, user_id: UUID, *, but: UUID | None = None
) -> Ended:
    """Sign every browser of a user out, for a use case that may."""
    sessions = browser_sessions.end_all(session, user_id, but=but)
    return _recorded(session, actor, user_id, sessions)


def _recorded(session: Session, actor: Actor, user_id: UUID, sessions: int) -> Ended:
    ended = Ended(tokens=[], sessions=sessions)
    audit.record(session, actor.user_id, "sign out", "user", user_id, **ended.facts())
    return ended


def _require_own(actor: Actor) -> None:
    policy.require_somewhere(actor, Action.SESSION_OWN)
    if policy.made_by(actor) is None:
        browser_sessions.require_recently_confirmed(actor)


def _self(actor: Actor) -> UUID:
    assert actor.user_id is not None  # noqa: S101 -- the operator has no role with this action
    return actor.user_id
