"""Which letters a person chooses not to get."""

from collections.abc import Collection

from sqlmodel import Session

from app.access.policy import Actor
from app.accounts.models import User
from app.accounts.service import browser_sessions
from app.core.base.errors import FieldError, Unprocessable
from app.core.base.messages import Message
from app.notifications.letter_texts import TEXTS, LetterKind


def unwanted(session: Session, actor: Actor) -> list[LetterKind]:
    """Return the kinds of letters that the actor has chosen not to get, in our order."""
    chosen = session.get_one(User, actor.user_id).unwanted_letters
    return [kind for kind in TEXTS if kind in chosen]


def choose(session: Session, actor: Actor, kinds: Collection[LetterKind]) -> None:
    """Store which kinds of letters the actor does not want to get.

    Raises
    ------
    NotSignedIn
        If a program asks: it gets no letters.
    Unprocessable
        If something would be lost without one of them.
    """
    browser_sessions.require_browser(actor)
    errors = [
        FieldError("/unwanted", Message("Letters about this always come: {kind}.", kind=kind))
        for kind in kinds
        if not TEXTS[kind].is_optional
    ]
    if errors:
        raise Unprocessable("Some letters always come.", errors=errors)
    session.get_one(User, actor.user_id).unwanted_letters = sorted(set(kinds))
