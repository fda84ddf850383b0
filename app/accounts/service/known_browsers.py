"""Browsers that their people have used before, and what a browser says of itself.

Anyone can use up the tries of an address, and behind a proxy all tries come from one place.
So a browser in which its person has signed in before has a limit of its own: nobody else can
reach that. Its cookie says nothing and permits nothing; only its hash is kept.
"""

from dataclasses import dataclass
from datetime import timedelta
from typing import Final
from uuid import UUID

from sqlmodel import Session, col, delete, select

from app.accounts.models import UNKNOWN_BROWSER, KnownBrowser, User
from app.accounts.service.credentials import digest_of, new_secret
from app.core.base.clock import now

LIFETIME: Final = timedelta(days=180)
MOST: Final = 20
"""How many browsers of one person are known; the one that was not used longest is forgotten."""

# Edge and Opera say Chrome too, Chrome says Safari, and Android says Linux.
_PROGRAMS: Final = (
    *(("Edg", "Edge"), ("OPR/", "Opera"), ("Firefox/", "Firefox")),
    *(("Chrome/", "Chrome"), ("CriOS/", "Chrome"), ("Safari/", "Safari")),
)
_SYSTEMS: Final = (
    *(("Android", "Android"), ("iPhone", "an iPhone"), ("iPad", "an iPad")),
    *(("Windows", "Windows"), ("Mac OS", "a Mac"), ("Linux", "Linux")),
)


@dataclass(frozen=True, slots=True)
class Browser:
    """What a browser presents when somebody signs in.

    Attributes
    ----------
    place : str
        The network address from which the request comes.
    session : str
        The cookie of the session that it has already; empty if it has none.
    known : str
        The cookie by which it is known; empty if it is not.
    name : str
        Which program it is, in our words.
    """

    place: str
    session: str = ""
    known: str = ""
    name: str = UNKNOWN_BROWSER


def name_of(user_agent: str) -> str:
    """Return which program a browser says that it is, in words of ours alone."""
    program = next((name for mark, name in _PROGRAMS if mark in user_agent), UNKNOWN_BROWSER)
    system = next((f" on {name}" for mark, name in _SYSTEMS if mark in user_agent), "")
    return program + system


def find(session: Session, secret: str, email: str) -> UUID | None:
    """Return the key of a browser that the person of this address has used before."""
    if not secret:
        return None
    statement = (
        select(KnownBrowser.id)
        .join(User, col(User.id) == col(KnownBrowser.user_id))
        .where(
            KnownBrowser.digest == digest_of(secret),
            col(KnownBrowser.ends_at) > now(),
            User.email == email,
        )
    )
    return session.exec(statement).first()


def remember(session: Session, user_id: UUID, known_id: UUID | None) -> str | None:
    """Remember that a person has signed in with a browser; return its cookie if it is new.

    Parameters
    ----------
    known_id : UUID or None
        What `find` has returned for it.
    """
    ends_at = now() + LIFETIME
    held = session.get(KnownBrowser, known_id) if known_id else None
    if held is not None and held.user_id == user_id:
        held.ends_at = ends_at
        return None
    others = select(KnownBrowser).where(KnownBrowser.user_id == user_id)
    for forgotten in session.exec(
        others.order_by(col(KnownBrowser.ends_at).desc(), col(KnownBrowser.id)).offset(MOST - 1)
    ):
        session.delete(forgotten)
    secret = new_secret()
    session.add(KnownBrowser(user_id=user_id, digest=digest_of(secret), ends_at=ends_at))
    return secret


def forget(session: Session, user_id: UUID, *, but: UUID | None = None) -> None:
    """Forget every browser of a person, as after a reset, but the one that goes on."""
    theirs = [col(KnownBrowser.user_id) == user_id]
    if but is not None:
        theirs.append(col(KnownBrowser.id) != but)
    session.execute(delete(KnownBrowser).where(*theirs))


def purge(session: Session) -> None:
    """Forget the browsers that nobody has used for long."""
    session.execute(delete(KnownBrowser).where(col(KnownBrowser.ends_at) < now()))
