"""Signing in, from the password to a session that is complete.

These use cases open transactions of their own: a count of tries must outlive the refusal,
and no transaction may wait while a password is hashed.
"""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Final, Literal

from sqlmodel import Session, select

from app.access.policy import Actor
from app.accounts.lifecycle import Stage, UserState
from app.accounts.models import BrowserSession, Password, User
from app.accounts.schemas import CodeForm, ConfirmForm, SignInForm
from app.accounts.service import (
    browser_sessions,
    credentials,
    known_browsers,
    second_factor,
    users,
)
from app.accounts.service.browser_sessions import Entry
from app.accounts.service.known_browsers import Browser
from app.core.base.clock import now
from app.core.base.encryption import Keyring
from app.core.base.errors import FieldError, Unprocessable
from app.core.storage import audit, rate_limits
from app.core.storage.database import Database, reading, transaction
from app.core.storage.rate_limits import Limit
from app.settings import Settings

log = logging.getLogger(__name__)

WINDOW: Final = timedelta(minutes=15)
# Somebody who guesses stops soon, and counts no further: one place alone locks nobody out.
OF_ONE_FROM_ONE: Final = Limit("sign-in of one from one", 10, WINDOW)
OF_ONE: Final = Limit("sign-in of one", 50, WINDOW)
FROM_ONE: Final = Limit("sign-in from one", 300, WINDOW)
# Reached by nobody but who has the cookie: tries from elsewhere keep its person out of nothing.
FROM_KNOWN: Final = Limit("sign-in from a known browser", 10, WINDOW)
CODES: Final = Limit("second factor", 10, WINDOW)


def sign_in(
    database: Database, settings: Settings, form: SignInForm, browser: Browser
) -> Entry:
    """Check a password, and begin a session at the stage that follows.

    An address that nobody has, a wrong password and an account that has ended look the
    same and take as long.

    Parameters
    ----------
    browser : Browser
        The session that it presents ends. If the person has used it before, its tries are
        counted by themselves.

    Raises
    ------
    TooMany
        If this was tried too often, by whom or with what result ever.
    Unprocessable
        If address and password do not go together.
    """
    email, password = users.folded(form.email), form.password.get_secret_value()
    with reading(database) as session:
        known_id = known_browsers.find(session, browser.known, email)
        user, hashed = _with_password(session, email)
    if known_id is not None:
        tries = (FROM_KNOWN, str(known_id))
        rate_limits.count(database, tries)
    else:
        tries = (OF_ONE_FROM_ONE, f"{email} {browser.place}")
        rate_limits.count(database, (FROM_ONE, browser.place), tries, (OF_ONE, email))
    if not credentials.is_password(hashed, password) or user is None or hashed is None:
        raise _wrong_password(user)
    renewed = (
        credentials.hash_password(password)
        if credentials.is_outdated(hashed, password)
        else None
    )
    with transaction(database) as session:
        # Again, and locked: the account may have ended, or got another password, meanwhile.
        held, still = _with_password(session, email, to_change=True)
        if held is None or (held.id, still) != (user.id, hashed):
            raise _wrong_password(user)
        if renewed:
            credentials.store_password(session, held.id, renewed)
        rate_limits.forget(session, *tries)
        browser_sessions.end(session, browser.session)
        return browser_sessions.begin(
            session, held, settings, None, browser=browser.name, known_id=known_id
        )


def _with_password(
    session: Session, email: str, *, to_change: bool = False
) -> tuple[User | None, str | None]:
    statement = (
        select(User, Password.hashed)
        .join(Password)
        .where(User.email == email, User.state == UserState.ACTIVE)
    )
    if to_change:
        statement = statement.with_for_update()
    return session.exec(statement).first() or (None, None)


def _wrong_password(user: User | None) -> Unprocessable:
    log.info("sign-in refused", extra={"user_id": str(user.id) if user else None})
    return Unprocessable(
        "The email address or the password is wrong.",
        errors=[FieldError("/password", "The email address or the password is wrong.")],
    )


def pass_code(database: Database, settings: Settings, secret: str, form: CodeForm) -> Entry:
    """Check a code of the second factor, and go on to the next stage.

    Raises
    ------
    NotSignedIn
        If the session does not wait for a code.
    TooMany
        If this person has tried too many codes.
    Unprocessable
        If the code is not right.
    """
    with _trying_at(database, settings, secret, Stage.SECOND_FACTOR) as (session, row, user):
        second_factor.check(session, user, Keyring(settings.keys), form.code)
        return browser_sessions.advance(session, row, user, settings)


@contextmanager
def _trying_at(
    database: Database, settings: Settings, secret: str, stage: Stage
) -> Iterator[tuple[Session, BrowserSession, User]]:
    """Count a try at a stage, and open the transaction in which it is made.

    When the block succeeds, counting begins again.
    """
    with reading(database) as session:
        _, user = browser_sessions.find(session, secret, stage, settings, to_change=False)
    rate_limits.count(database, (CODES, str(user.id)))
    with transaction(database) as session:
        row, user = browser_sessions.find(session, secret, stage, settings)
        yield session, row, user
        rate_limits.forget(session, CODES, str(user.id))


def show_enrolment(session: Session, settings: Settings, secret: str) -> tuple[str, str]:
    """Return the secret for an authenticator, and the address that a QR code holds.

    Raises
    ------
    NotSignedIn
        If the session does not wait for an enrolment.
    Unavailable
        If the service has no key to keep the secret with.
    """
    _, user = browser_sessions.find(session, secret, Stage.ENROLMENT, settings)
    return second_factor.begin_enrolment(session, user, Keyring(settings.keys))


def enrolment_again(database: Database, settings: Settings, secret: str) -> tuple[str, str]:
    """Return what `show_enrolment` does, after a code that was not right.

    Raises
    ------
    NotSignedIn
        If the session does not wait for an enrolment.
    """
    with transaction(database) as session:
        return show_enrolment(session, settings, secret)


def enrol(
    database: Database, settings: Settings, secret: str, form: CodeForm
) -> tuple[Entry, list[str]]:
    """Confirm an authenticator; return the next stage and the recovery codes.

    Raises
    ------
    NotSignedIn
        If the session does not wait for an enrolment.
    TooMany
        If this person has tried too many codes.
    Unprocessable
        If the code is not right.
    """
    with _trying_at(database, settings, secret, Stage.ENROLMENT) as (session, row, user):
        codes = second_factor.enrol(session, user, Keyring(settings.keys), form.code)
        return browser_sessions.advance(session, row, user, settings), codes


def consent(session: Session, settings: Settings, secret: str) -> Entry:
    """Remember that the person agrees to what is stored, and finish signing in.

    Raises
    ------
    NotSignedIn
        If the session does not wait for that.
    """
    row, user = browser_sessions.find(session, secret, Stage.CONSENT, settings)
    user.consented_at = now()
    audit.record(session, user.id, "consent", "user", user.id)
    return browser_sessions.advance(session, row, user, settings)


def ways_to_confirm(session: Session, actor: Actor) -> Literal["code", "password", "none"]:
    """Tell by what a person can show again who they are.

    Raises
    ------
    NotSignedIn
        If it is a token that asks: no person holds one.
    """
    browser_sessions.require_browser(actor)
    if actor.user_id is not None and browser_sessions.is_enrolled(session, actor.user_id):
        return "code"
    held = session.exec(select(Password).where(Password.user_id == actor.user_id)).first()
    return "password" if held else "none"


def confirm(database: Database, settings: Settings, secret: str, form: ConfirmForm) -> None:
    """Let a person show again who they are: by a code, or a password where there is none.

    Raises
    ------
    NotSignedIn
        If the session has ended.
    TooMany
        If this person has tried too often.
    Unprocessable
        If it is not right.
    """
    with reading(database) as session:
        _, user = browser_sessions.find(
            session, secret, Stage.COMPLETE, settings, to_change=False
        )
        by_code = browser_sessions.is_enrolled(session, user.id)
        _, hashed = _with_password(session, user.email)
    rate_limits.count(database, (CODES, str(user.id)))
    if not by_code and not credentials.is_password(hashed, form.plain_password):
        raise Unprocessable(
            "The password is wrong.",
            errors=[FieldError("/password", "This password is wrong.")],
        )
    with transaction(database) as session:
        row, user = browser_sessions.find(session, secret, Stage.COMPLETE, settings)
        if by_code:
            second_factor.check(session, user, Keyring(settings.keys), form.code)
        rate_limits.forget(session, CODES, str(user.id))
        row.confirmed_at = now()
