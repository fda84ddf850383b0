"""Links that work once: invitations, and the way to a new password."""

from datetime import timedelta
from types import MappingProxyType
from typing import Final
from urllib.parse import urlencode
from uuid import UUID

from sqlmodel import Session, col, delete, select

from app.access import policy
from app.access.policy import Action, Actor
from app.accounts.lifecycle import Purpose, UserState
from app.accounts.models import Identity, OneTimeLink, Password, User
from app.accounts.schemas import Ended
from app.accounts.service import browser_sessions, letters, notices, users
from app.accounts.service.credentials import (
    digest_of,
    hash_password,
    new_secret,
    require_strong,
    store_password,
)
from app.accounts.service.endings import end_access
from app.accounts.service.notices import Notice
from app.core.base.clock import now
from app.core.base.errors import Conflict, NotFound
from app.core.base.messages import Message
from app.core.storage import audit, jobs, rate_limits
from app.core.storage.database import Database, reading, transaction
from app.core.storage.rate_limits import Limit
from app.events import service as events
from app.events.kinds import EventKind

LIFETIMES: Final = MappingProxyType(
    {Purpose.INVITATION: timedelta(days=7), Purpose.RESET: timedelta(hours=1)}
)
SEND_RESET: Final = "send reset"
"""The job that writes the letter."""
RESETS_OF_ONE: Final = Limit("reset of one", 5, timedelta(hours=1))
RESETS_FROM_ONE: Final = Limit("resets from one", 50, timedelta(hours=1))

EVENTS: Final = MappingProxyType(
    {
        Purpose.INVITATION: EventKind.ACCOUNT_INVITED,
        Purpose.RESET: EventKind.ACCOUNT_RESET_ASKED,
    }
)
"""The event of each letter."""
# Fixed words: what a person has typed would make our letter somebody's bait.
LETTERS: Final = MappingProxyType(
    {
        Purpose.INVITATION: (
            Message("Your invitation to Counterpart"),
            Message(
                "Hello,\n\nyou are invited to Counterpart, the matchmaking service of the "
                "incubator. Open this address within seven days to accept, and to read what is "
                "stored about you and why:\n\n{link}\n\nIf you do not know what this is about, "
                "do nothing: without you nothing happens.\n"
            ),
        ),
        Purpose.RESET: (
            Message("A new password for Counterpart"),
            Message(
                "Hello,\n\nsomebody asked for a new password for this address. If it was you, "
                "open this address within an hour:\n\n{link}\n\nIf it was not you, do nothing: "
                "your password stays as it is.\n"
            ),
        ),
    }
)


def signs_in(session: Session, user_id: UUID) -> bool:
    """Tell whether somebody has a password, or an identity at a provider."""
    held = (select(table.id).where(table.user_id == user_id) for table in (Password, Identity))
    return any(session.exec(one).first() is not None for one in held)


def purpose_for(user: User) -> Purpose:
    """Return what a new link of this user is for: to accept, or to set a password."""
    return Purpose.INVITATION if user.state is UserState.INVITED else Purpose.RESET


def link_for(session: Session, actor: Actor, user: User, *, public_url: str) -> str:
    """Return a link by which this person sets a password; for the operator to hand over.

    Raises
    ------
    NotPermitted
        If the actor may not change users.
    Conflict
        If the user has left.
    """
    policy.require(actor, Action.USER_WRITE)
    if user.state in {UserState.DEACTIVATED, UserState.ERASED}:
        raise Conflict(
            Message("The user is {state}.", state=user.state),
            remedy="Reactivate the user first.",
        )
    audit.record(session, actor.user_id, "invite", "user", user.id)
    return _new_link(session, user, purpose_for(user), public_url)


def _new_link(session: Session, user: User, purpose: Purpose, public_url: str) -> str:
    """Make a link in place of those before it; of two made at once the later one holds."""
    session.exec(select(User.id).where(User.id == user.id).with_for_update(key_share=True))
    end_links(session, user.id)
    secret = new_secret()
    ends_at = now() + LIFETIMES[purpose]
    session.add(
        OneTimeLink(user_id=user.id, purpose=purpose, digest=digest_of(secret), ends_at=ends_at)
    )
    # In the query, because paths are logged and queries are not.
    return f"{public_url.rstrip('/')}/{purpose}?{urlencode({'code': secret})}"


def send_link(session: Session, user: User, purpose: Purpose, public_url: str) -> None:
    """Write a letter with a new link; the link before it ends."""
    subject, body = LETTERS[purpose]
    link = _new_link(session, user, purpose, public_url)
    event = events.to_person(session, EVENTS[purpose], user.id)
    said = Message(body, link=link)
    letters.write(session, user, subject, said, event=event, confidential=True)


def end_links(session: Session, user_id: UUID) -> None:
    """End every link of a user that was not used."""
    session.execute(
        delete(OneTimeLink).where(
            col(OneTimeLink.user_id) == user_id, col(OneTimeLink.used_at).is_(None)
        )
    )


def find_link(
    session: Session, secret: str, purpose: Purpose, *, to_use: bool = False
) -> tuple[OneTimeLink, User]:
    """Return a link that holds, and whose it is.

    Parameters
    ----------
    to_use : bool, default=False
        Whether the row shall stay locked, so that of two who use it one does.

    Raises
    ------
    NotFound
        If it was used, has ended, or never was; which of them is not told.
    """
    wanted = UserState.INVITED if purpose is Purpose.INVITATION else UserState.ACTIVE
    statement = (
        select(OneTimeLink, User)
        .join(User, col(User.id) == col(OneTimeLink.user_id))
        .where(
            OneTimeLink.digest == digest_of(secret),
            OneTimeLink.purpose == purpose,
            col(OneTimeLink.used_at).is_(None),
            col(OneTimeLink.ends_at) > now(),
            User.state == wanted,
        )
    )
    found = session.exec(statement.with_for_update() if to_use else statement).first()
    if found is None:
        raise NotFound(
            "This link is not valid or has expired.",
            remedy="Each link works once and for a time. Ask for a new password at /reset, "
            "or ask the person who invited you for another invitation.",
        )
    return found


def accept(session: Session, secret: str, language: str | None = None) -> User:
    """Use an invitation, with the person's consent; return who is active now.

    Parameters
    ----------
    language : str, optional
        The tag of that in which the person has read what is stored; letters are written in it.

    Raises
    ------
    NotFound
        If the link does not hold.
    """
    link, user = find_link(session, secret, Purpose.INVITATION, to_use=True)
    link.used_at = user.consented_at = now()
    user.state = UserState.ACTIVE
    user.language = user.language or language
    audit.record(session, user.id, "accept", "user", user.id)
    return user


def set_password(
    database: Database,
    secret: str,
    purpose: Purpose,
    password: str,
    *,
    language: str | None = None,
) -> Ended:
    """Use a link to set a password; every session of the person ends.

    After a reset every token ends too: whoever has the old password may have made it. What has
    ended is returned.

    The password is hashed between two transactions, because that takes long.

    Parameters
    ----------
    language : str, optional
        As for `accept`.

    Raises
    ------
    NotFound
        If the link does not hold.
    Unprocessable
        If the password is too weak.
    """
    with reading(database) as session:
        _, user = find_link(session, secret, purpose)
    require_strong(password, known=(user.name, user.email))
    hashed = hash_password(password)
    with transaction(database) as session:
        if purpose is Purpose.INVITATION:
            user = accept(session, secret, language)
            ended = Ended(tokens=[], sessions=browser_sessions.end_all(session, user.id))
        else:
            link, user = find_link(session, secret, purpose, to_use=True)
            link.used_at = now()
            ended = end_access(session, user.id, user.id)
            audit.record(session, user.id, "set password", "user", user.id, **ended.facts())
            notices.tell(session, user, Notice.PASSWORD)
        store_password(session, user.id, hashed)
        return ended


def set_up(session: Session, actor: Actor, user: User, hashed: str) -> None:
    """Make a user active with a password, without a link; consent is asked at sign-in.

    Raises
    ------
    NotPermitted
        If the actor may not change users.
    """
    policy.require(actor, Action.USER_WRITE)
    user.state = UserState.ACTIVE
    store_password(session, user.id, hashed)
    browser_sessions.end_all(session, user.id)
    audit.record(session, actor.user_id, "set password", "user", user.id)


def ask_for_reset(database: Database, email: str, client: str) -> None:
    """Queue the letter with the way to a new password, whether or not there is somebody.

    The same is asked of the database and the same is written for everybody; what differs is
    done later, by a worker. So nobody can tell from how long it takes who has an account.

    Raises
    ------
    TooMany
        If this address, or this client, has asked too often.
    """
    rate_limits.count(database, (RESETS_FROM_ONE, client), (RESETS_OF_ONE, users.folded(email)))
    with transaction(database) as session:
        user = users.user_with(session, email)
        user_id = str(user.id) if user else None
        jobs.enqueue(session, SEND_RESET, requested_by=None, user_id=user_id)


def send_reset(session: Session, user_id: UUID, *, public_url: str) -> None:
    """Write the letter with the way to a new password, if the person signs in with one.

    Who signs in with a provider alone gets none: anyone who reads the mailbox would have a
    second way in.
    """
    user = session.get(User, user_id)
    if user is None or user.state is not UserState.ACTIVE:
        return
    if session.exec(select(Password).where(Password.user_id == user.id)).first():
        send_link(session, user, Purpose.RESET, public_url)
        audit.record(session, None, "send reset", "user", user.id)
