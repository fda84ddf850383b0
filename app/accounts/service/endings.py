"""Ending everything by which somebody gets in: after a reset, and when they leave."""

from uuid import UUID

from sqlmodel import Session

from app.accounts.models import User
from app.accounts.schemas import Ended
from app.accounts.service import browser_sessions, known_browsers, tokens
from app.core.base.clock import now


def end_access(session: Session, actor_id: UUID | None, user_id: UUID) -> Ended:
    """End every session and every token of a user, and forget the browsers, if one may.

    When that was stays with the user: what was made with such a session, as a webhook, may be
    nobody's wish either, and ends where it next has something to do.

    Parameters
    ----------
    actor_id : UUID or None
        Who ends it; None for the operator and for the house itself.

    Returns
    -------
    ended : Ended
        To be told in the answer, and counted in the event of the use case.
    """
    session.get_one(User, user_id).access_ended_at = now()
    known_browsers.forget(session, user_id)
    sessions = browser_sessions.end_all(session, user_id)
    return Ended(tokens=tokens.revoke_all(session, actor_id, user_id), sessions=sessions)
