"""In which language and zone the service speaks to somebody."""

from uuid import UUID

from sqlmodel import Session, select

from app.access.policy import Actor
from app.accounts.models import User
from app.accounts.schemas import Reader
from app.accounts.service import browser_sessions


def reader(session: Session, user_id: UUID) -> Reader | None:
    """Return what a page needs of the person who reads it; None if there is no such person."""
    statement = select(User.name, User.language, User.zone).where(User.id == user_id)
    found = session.exec(statement).first()
    return None if found is None else Reader(*found)


def choose(session: Session, actor: Actor, language: str | None, zone: str | None) -> None:
    """Store in which language and zone the service speaks to the actor.

    Parameters
    ----------
    language, zone : str or None
        A tag of ours and an IANA name; None for what the browser asks for, and for the time of
        the programme.

    Raises
    ------
    NotSignedIn
        If a program asks: it has no language.
    """
    browser_sessions.require_browser(actor)
    me = session.get_one(User, actor.user_id)
    me.language, me.zone = language, zone


def choose_language(session: Session, actor: Actor, language: str) -> None:
    """Store the language alone.

    Raises
    ------
    NotSignedIn
        If a program asks: it has no language.
    """
    browser_sessions.require_browser(actor)
    session.get_one(User, actor.user_id).language = language
