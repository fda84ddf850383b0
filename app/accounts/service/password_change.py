"""A person who is signed in takes another password: the old one is asked for."""

from datetime import timedelta
from typing import Final

from sqlmodel import select

from app.access.policy import Actor
from app.accounts.lifecycle import Stage
from app.accounts.models import Password, User
from app.accounts.schemas import Ended, PasswordForm
from app.accounts.service import browser_sessions, credentials, known_browsers, notices
from app.accounts.service.notices import Notice
from app.core.base.errors import FieldError, Unprocessable
from app.core.storage import audit, rate_limits
from app.core.storage.database import Database, reading, transaction
from app.core.storage.rate_limits import Limit
from app.settings import Settings

CHANGES: Final = Limit("change of password", 10, timedelta(minutes=15))


def has_password(database: Database, actor: Actor) -> bool:
    """Tell whether a person signs in with a password."""
    with reading(database) as session:
        held = select(Password.id).where(Password.user_id == actor.user_id)
        return session.exec(held).first() is not None


def change_password(
    database: Database, settings: Settings, secret: str, form: PasswordForm
) -> Ended:
    """Take another password; every other browser is signed out, and tokens go on.

    Both are hashed outside of a transaction, because that takes long.

    Parameters
    ----------
    secret : str
        What the browser presents.

    Raises
    ------
    NotSignedIn
        If the session has ended.
    TooMany
        If this person has tried too often.
    Unprocessable
        If the old password is wrong, or the new one is too weak or the same.
    """
    with reading(database) as session:
        _, user = browser_sessions.find(
            session, secret, Stage.COMPLETE, settings, to_change=False
        )
        held = select(Password.hashed).where(Password.user_id == user.id)
        hashed = session.exec(held).first()
    rate_limits.count(database, (CHANGES, str(user.id)))
    current, new = (one.get_secret_value() for one in (form.current, form.password))
    if not credentials.is_password(hashed, current):
        raise _wrong()
    if current == new:
        raise Unprocessable(
            "The new password is the old one.",
            errors=[FieldError("/password", "This is your password now. Choose another one.")],
        )
    credentials.require_strong(new, known=(user.name, user.email))
    renewed = credentials.hash_password(new)
    with transaction(database) as session:
        # The user first, then the session: of two at once neither waits in a ring.
        session.exec(select(User.id).where(User.id == user.id).with_for_update()).one()
        row, user = browser_sessions.find(session, secret, Stage.COMPLETE, settings)
        # Again, and locked: of two who change it at once, the second gives an old one.
        if session.exec(held.with_for_update()).first() != hashed:
            raise _wrong()
        credentials.store_password(session, user.id, renewed)
        known_browsers.forget(session, user.id, but=row.known_browser_id)
        ended = Ended(
            tokens=[], sessions=browser_sessions.end_all(session, user.id, but=row.id)
        )
        audit.record(session, user.id, "change password", "user", user.id, **ended.facts())
        notices.tell(session, user, Notice.PASSWORD)
        rate_limits.forget(session, CHANGES, str(user.id))
        return ended


def _wrong() -> Unprocessable:
    return Unprocessable(
        "The old password is wrong.",
        errors=[FieldError("/current", "This is not your password.")],
    )
