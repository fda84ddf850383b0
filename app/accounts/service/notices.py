"""Letters that tell people that something has changed by which they sign in.

Whoever has taken an account over changes these first; its person must hear of it. The words
are fixed and hold no link: a letter that leads somewhere is what others would forge.
"""

from enum import StrEnum
from types import MappingProxyType
from typing import Final

from sqlmodel import Session, col, select

from app.accounts.models import User
from app.accounts.service import letters
from app.core.base.messages import Message
from app.core.storage.outbox import Letter
from app.events import service as events
from app.events.kinds import EventKind
from app.events.models import Event


class Notice(StrEnum):
    """What has changed; the subject of the letter."""

    PASSWORD = "Your password for Counterpart was changed"  # noqa: S105 -- a subject of a letter
    AUTHENTICATOR = "An authenticator was added to your Counterpart account"
    NO_AUTHENTICATOR = "The authenticator of your Counterpart account was removed"
    RECOVERY_CODE = "A recovery code of your Counterpart account was used"
    TOKEN = "A token was made for your Counterpart account"  # noqa: S105 -- as above


WHAT: Final = MappingProxyType(
    {
        Notice.PASSWORD: Message("your password was changed."),
        Notice.AUTHENTICATOR: Message(
            "an authenticator was added. It is asked for at each sign-in."
        ),
        Notice.NO_AUTHENTICATOR: Message(
            "the authenticator and its recovery codes were removed."
        ),
        Notice.RECOVERY_CODE: Message("somebody signed in with one of your recovery codes."),
        Notice.TOKEN: Message("a token was made. A program that has it acts in your name."),
    }
)
EVENTS: Final = MappingProxyType(
    {
        Notice.PASSWORD: EventKind.ACCOUNT_PASSWORD_CHANGED,
        Notice.AUTHENTICATOR: EventKind.ACCOUNT_AUTHENTICATOR_ADDED,
        Notice.NO_AUTHENTICATOR: EventKind.ACCOUNT_AUTHENTICATOR_REMOVED,
        Notice.RECOVERY_CODE: EventKind.ACCOUNT_RECOVERY_CODE_USED,
        Notice.TOKEN: EventKind.ACCOUNT_TOKEN_MADE,
    }
)
"""The event of each."""
BODY: Final = Message(
    "Hello,\n\n{what}\n\nIf this was you, you do not need to do anything. If it was not you, "
    "someone else may use your account: open Counterpart as you always do, choose "
    '"I have forgotten my password", and tell the staff of the incubator. A new password ends '
    "every session and every token.\n"
)


def tell(session: Session, user: User, notice: Notice) -> None:
    """Write a letter to a person, unless one that says the same waits to be sent."""
    subject = letters.spoken_to(user).word(notice)
    event = events.to_person(session, EVENTS[notice], user.id)
    write_once(session, user, subject, Message(BODY, what=WHAT[notice]), event)


def write_once(session: Session, user: User, subject: str, body: str, event: Event) -> None:
    """Write a letter of fixed words to a person, unless one of this subject waits to be sent.

    A program that makes many tokens fills nobody's mailbox.

    Parameters
    ----------
    subject, body : str
        Messages, or texts that are marked as such.
    event : Event
        Of which it tells.
    """
    waiting = select(Letter.id).where(
        Letter.user_id == user.id,
        Letter.subject == letters.spoken_to(user).say(subject),
        col(Letter.sent_at).is_(None),
        col(Letter.due_at).is_not(None),
    )
    if session.exec(waiting).first() is None:
        letters.write(session, user, subject, body, event=event)
