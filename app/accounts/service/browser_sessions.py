"""Browser sessions: begun at sign-in, found again by their cookie, ended in many ways.

A session is at a stage until everything that sign-in needs was shown; each stage has a
secret of its own, so that one that was seen before sign-in is worth nothing after it.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from sqlmodel import Session, col, delete, func, select, update

from app.access.policy import GUARDED, Actor
from app.accounts.lifecycle import Stage, UserState
from app.accounts.models import BrowserSession, Membership, SecondFactor, User
from app.accounts.service import known_browsers
from app.accounts.service.credentials import digest_of, new_secret
from app.core.base.clock import now
from app.core.base.errors import ConfirmFirst, NotSignedIn
from app.core.storage import audit
from app.core.storage.database import Database, transaction
from app.settings import Settings

PENDING: Final = timedelta(minutes=15)
"""How long somebody may take over the pages of signing in."""
CONFIRMED: Final = timedelta(minutes=10)
"""For how long a person counts as having just shown who they are."""
MOST_SESSIONS: Final = 20
"""In so many browsers a person is signed in at once; one more ends the one that was silent
for longest."""
TOUCH: Final = timedelta(minutes=5)
"""How much of a silence is overlooked, so that not every request writes."""


@dataclass(frozen=True, slots=True)
class Entry:
    """What the browser gets, and how far its person has come.

    Attributes
    ----------
    known : str or None
        The cookie by which it is known from now on, where it gets one.
    """

    secret: str
    stage: Stage
    known: str | None = None


def begin(
    session: Session,
    user: User,
    settings: Settings,
    passed: Stage | None,
    *,
    browser: str,
    known_id: UUID | None = None,
) -> Entry:
    """Begin a session at the stage that follows what was passed.

    Parameters
    ----------
    passed : Stage or None
        None after a password alone.
    browser : str
        Which program it is.
    known_id : UUID, optional
        The key of the browser, if its person has used it before.
    """
    stage = _following(session, user, passed)
    secret = new_secret()
    lifetime = settings.session_lifetime if stage is Stage.COMPLETE else PENDING
    at = now()
    session.add(
        BrowserSession(
            user_id=user.id,
            digest=digest_of(secret),
            stage=stage,
            browser=browser,
            known_browser_id=known_id,
            ends_at=at + lifetime,
            confirmed_at=at,
        )
    )
    if stage is not Stage.COMPLETE:
        return Entry(secret, stage)
    _keep_few(session, user.id)
    audit.record(session, user.id, "sign in", "user", user.id)
    return Entry(secret, stage, known_browsers.remember(session, user.id, known_id))


def _keep_few(session: Session, user_id: UUID) -> None:
    """End what is more than a person may have open, the longest silent first."""
    session.flush()
    more = (
        select(BrowserSession.id)
        .where(BrowserSession.user_id == user_id, BrowserSession.stage == Stage.COMPLETE)
        .order_by(col(BrowserSession.seen_at).desc(), col(BrowserSession.created_at).desc())
        .offset(MOST_SESSIONS)
    )
    session.execute(delete(BrowserSession).where(col(BrowserSession.id).in_(more)))


def _following(session: Session, user: User, passed: Stage | None) -> Stage:
    if passed is None:
        if is_enrolled(session, user.id):
            return Stage.SECOND_FACTOR
        held = session.exec(select(Membership.role).where(Membership.user_id == user.id))
        if GUARDED.intersection(held):
            return Stage.ENROLMENT
    return Stage.CONSENT if user.consented_at is None else Stage.COMPLETE


def is_enrolled(session: Session, user_id: UUID) -> bool:
    """Tell whether somebody signs in with a second factor."""
    enrolled = select(SecondFactor).where(
        SecondFactor.user_id == user_id, col(SecondFactor.enrolled_at).is_not(None)
    )
    return session.exec(enrolled).first() is not None


def find(
    session: Session, secret: str, stage: Stage, settings: Settings, *, to_change: bool = True
) -> tuple[BrowserSession, User]:
    """Return the session that a browser presents, and its person.

    Parameters
    ----------
    to_change : bool, default=True
        Whether both rows shall stay locked until the transaction ends.

    Raises
    ------
    NotSignedIn
        If there is none at this stage that still holds.
    """
    at = now()
    statement = (
        select(BrowserSession, User)
        .join(User, col(User.id) == col(BrowserSession.user_id))
        .where(
            BrowserSession.digest == digest_of(secret),
            BrowserSession.stage == stage,
            col(BrowserSession.ends_at) > at,
            col(BrowserSession.seen_at) > at - settings.session_idle,
            User.state == UserState.ACTIVE,
        )
    )
    found = session.exec(statement.with_for_update() if to_change else statement).first()
    if found is None:
        raise NotSignedIn("The sign-in has ended.", remedy="Sign in again.")
    return found


def advance(session: Session, row: BrowserSession, user: User, settings: Settings) -> Entry:
    """End a session that has passed its stage, and begin the next one."""
    session.delete(row)
    return begin(
        session,
        user,
        settings,
        row.stage,
        browser=row.browser,
        known_id=row.known_browser_id,
    )


def touch(database: Database, secret: str) -> None:
    """Remember that a browser was heard of just now."""
    with transaction(database) as session:
        heard = update(BrowserSession).where(col(BrowserSession.digest) == digest_of(secret))
        session.execute(heard.values(seen_at=now()))


def end(session: Session, secret: str) -> None:
    """End the session that a browser presents; nothing happens if there is none."""
    session.execute(
        delete(BrowserSession).where(col(BrowserSession.digest) == digest_of(secret))
    )


def end_all(session: Session, user_id: UUID, *, but: UUID | None = None) -> int:
    """End every session of a user, as when a role, a password or the account changes.

    Parameters
    ----------
    but : UUID, optional
        The session that goes on.

    Returns
    -------
    ended : int
        How many browsers were signed out; those that had not finished signing in count not.
    """
    theirs = [col(BrowserSession.user_id) == user_id]
    if but is not None:
        theirs.append(col(BrowserSession.id) != but)
    signed_in = col(BrowserSession.stage) == Stage.COMPLETE
    counted = select(func.count()).select_from(BrowserSession).where(*theirs, signed_in)
    ended = session.exec(counted).one()
    session.execute(delete(BrowserSession).where(*theirs))
    return ended


def purge(session: Session, idle: timedelta) -> int:
    """Remove the sessions that have ended; return how many."""
    at = now()
    done = session.execute(
        delete(BrowserSession).where(
            (col(BrowserSession.ends_at) < at) | (col(BrowserSession.seen_at) < at - idle)
        )
    )
    return int(getattr(done, "rowcount", 0))


def is_due(seen_at: datetime) -> bool:
    """Tell whether a session was heard of so long ago that it must be written down."""
    return now() - seen_at > TOUCH


def recently_confirmed(actor: Actor) -> bool:
    """Tell whether a person has shown a password or a second factor just now."""
    return actor.confirmed_at is not None and now() - actor.confirmed_at < CONFIRMED


def require_browser(actor: Actor) -> None:
    """Do nothing, or refuse a token: no person holds one.

    Raises
    ------
    NotSignedIn
        If it is a token that asks.
    """
    if actor.confirmed_at is None:
        raise NotSignedIn("This page is for a browser that has signed in.")


def require_recently_confirmed(actor: Actor) -> None:
    """Do nothing, or ask for the password or the second factor again.

    For acts that a browser left open must not allow, such as a release or an export.

    Raises
    ------
    ConfirmFirst
        If the last time is too long ago, or a token asks, which no person holds.
    """
    if not recently_confirmed(actor):
        raise ConfirmFirst("Confirm that it is you before you do this.")
