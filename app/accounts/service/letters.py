"""Letters to people, in the language of each."""

from sqlmodel import Session

from app.accounts.models import User
from app.core.base.translations import ENGLISH, Language
from app.core.base.translations import language as language_of
from app.core.storage import outbox
from app.events.models import Event


def spoken_to(user: User) -> Language:
    """Return the language in which letters to somebody are written."""
    return language_of(user.language or ENGLISH)


def write(
    session: Session,
    user: User,
    subject: str,
    body: str,
    *,
    event: Event,
    confidential: bool = False,
    discreet: bool = False,
) -> None:
    """Add a letter to the caller's transaction, in the language of who gets it.

    Parameters
    ----------
    subject, body : str
        Messages, or texts that are marked as such.
    event : Event
        Of which it tells.
    confidential : bool, default=False
        Whether it holds a link that lets its holder in.
    discreet : bool, default=False
        Whether nobody else may know that this person gets it.
    """
    say = spoken_to(user).say
    outbox.write(
        session,
        event_id=event.id,
        user_id=user.id,
        recipient=user.email,
        subject=say(subject),
        body=say(body),
        confidential=confidential,
        discreet=discreet,
    )
