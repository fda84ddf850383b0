"""Letters: written in the transaction of what they tell, sent afterwards, one at a time.

A letter waits until a worker hands it to the mail server of the settings, again and
again at growing distances while that fails. A claim keeps two workers from sending one
letter; what they tell each other of it is in the row.
"""

import asyncio
import logging
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from email.message import EmailMessage
from email.policy import SMTP
from enum import StrEnum
from typing import Final, Literal
from uuid import UUID, uuid4

import idna
from sqlmodel import Field, Session, col, or_, select
from sqlmodel.sql.expression import SelectOfScalar

from app.core.base.clock import now
from app.core.storage.database import Database, Record, UtcDateTime, reading, transaction

log = logging.getLogger(__name__)

LEASE: Final = timedelta(minutes=5)
TIMEOUT: Final = 30
"""Seconds that the mail server may take for each step of a conversation."""
DISTANCES: Final = tuple(
    timedelta(minutes=m) for m in (1, 5, 15, 60, 180, 360, 720, 720, 720, 720)
)
"""How long to wait after each failure; after the last one the letter is given up."""


@dataclass(frozen=True, slots=True)
class MailServer:
    """Where letters are handed over, and in whose name."""

    host: str
    port: int
    security: Literal["starttls", "tls", "none"]
    sender: str
    user: str | None = None
    password: str | None = field(default=None, repr=False)


class LetterState(StrEnum):
    """Where a letter stands, computed from its columns."""

    WAITING = "waiting"
    SENT = "sent"
    FAILED = "failed"


class Letter(Record, table=True):
    """A letter to one person.

    `event_id` is the event that it tells of; letters of earlier versions have none.
    `confidential` letters hold a link that lets its holder in; their text is removed
    when they are sent. Of `discreet` ones nobody may know but who gets them: who looks after
    the outbox is shown none.
    """

    user_id: UUID = Field(index=True)
    event_id: UUID | None = None
    recipient: str
    subject: str
    body: str
    confidential: bool = False
    discreet: bool = False
    attempts: int = 0
    claim: UUID | None = None
    due_at: datetime | None = Field(default_factory=now, sa_type=UtcDateTime, index=True)
    sent_at: datetime | None = Field(default=None, sa_type=UtcDateTime)

    def __repr__(self) -> str:
        """Name the row without personal data."""
        return f"Letter({self.id})"


def state_of(letter: Letter) -> LetterState:
    """Tell where a letter stands."""
    if letter.sent_at is not None:
        return LetterState.SENT
    return LetterState.WAITING if letter.due_at is not None else LetterState.FAILED


def write(
    session: Session,
    *,
    event_id: UUID,
    user_id: UUID,
    recipient: str,
    subject: str,
    body: str,
    confidential: bool = False,
    discreet: bool = False,
) -> Letter:
    """Add a letter to the caller's transaction.

    Parameters
    ----------
    event_id : UUID
        The event of which it tells: there is no letter of what webhooks do not tell.

    Raises
    ------
    ValueError
        If recipient or subject would reach into the head of the letter.
    """
    letter = Letter(
        user_id=user_id,
        event_id=event_id,
        recipient=recipient,
        subject=subject,
        body=body,
        confidential=confidential,
        discreet=discreet,
    )
    message_of(letter, sender="check@localhost")
    session.add(letter)
    return letter


def message_of(letter: Letter, *, sender: str) -> EmailMessage:
    """Return the letter as it goes over the wire.

    Its `Message-ID` is the same at each attempt, so that a server that did take it
    before its answer was lost can tell.

    Raises
    ------
    ValueError
        If a value would reach into the head: the library refuses line breaks.
    """
    message = EmailMessage(policy=SMTP)
    message["From"] = sender
    message["To"] = _for_any_server(letter.recipient)
    message["Subject"] = letter.subject
    message["Message-ID"] = f"<{letter.id}@{sender.rpartition('@')[2]}>"
    message["Date"] = letter.created_at
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(letter.body)
    return message


def _for_any_server(address: str) -> str:
    """Return an address with its host in ASCII, which servers without SMTPUTF8 take too.

    Not by Python's own codec: that one knows IDNA of 2003 alone, and takes another host.
    """
    local, _, host = address.rpartition("@")
    return address if host.isascii() else f"{local}@{idna.encode(host).decode()}"


def send_next(database: Database, server: MailServer) -> bool:
    """Send the letter that has waited longest; tell whether one was due."""
    with reading(database) as session:  # first, because looking must not cost a writer
        if session.exec(_due()).first() is None:
            return False
    with transaction(database) as session:
        letter = session.exec(_due().with_for_update(skip_locked=True)).first()
        if letter is None:
            return False
        letter.claim, letter.due_at = uuid4(), now() + LEASE
        letter.attempts += 1
    try:
        asyncio.run(_hand_over(message_of(letter, sender=server.sender), server))
    except Exception as error:  # a letter that nobody can send must be given up in the end
        # The kind alone: what the server says repeats the address.
        reason = {"letter_id": str(letter.id), "reason": type(error).__name__}
        log.warning("letter not sent", extra=reason)
        _finish(database, letter, sent=False)
    else:
        log.info("letter sent", extra={"letter_id": str(letter.id)})
        _finish(database, letter, sent=True)
    return True


def _due() -> SelectOfScalar[Letter]:
    return (
        select(Letter)
        .where(col(Letter.sent_at).is_(None), col(Letter.due_at) <= now())
        .order_by(col(Letter.due_at), col(Letter.id))
        .limit(1)
    )


async def _hand_over(message: EmailMessage, server: MailServer) -> None:
    import aiosmtplib  # noqa: PLC0415 -- where a mail server is set up

    await aiosmtplib.send(
        message,
        hostname=server.host,
        port=server.port,
        username=server.user,
        password=server.password,
        use_tls=server.security == "tls",
        start_tls=server.security == "starttls",
        timeout=TIMEOUT,
    )


def _finish(database: Database, letter: Letter, *, sent: bool) -> None:
    """Store what came of an attempt, unless another worker has taken the letter over."""
    with transaction(database) as session:
        row = session.get(Letter, letter.id, with_for_update=True)
        if row is None or row.claim != letter.claim:
            return
        row.claim = None
        if sent:
            row.sent_at, row.due_at = now(), None
            if row.confidential:
                row.body = ""
        elif row.attempts > len(DISTANCES):
            row.due_at = None
            log.error("letter given up", extra={"letter_id": str(row.id)})
        else:
            row.due_at = now() + DISTANCES[row.attempts - 1]


def purge(session: Session, before: datetime) -> int:
    """Remove the letters that were sent or given up before an instant; return how many."""
    ended = or_(col(Letter.sent_at).is_not(None), col(Letter.due_at).is_(None))
    old = session.exec(select(Letter).where(ended, col(Letter.updated_at) < before)).all()
    for letter in old:
        session.delete(letter)
    return len(old)
