"""What a person may ask for: everything that is stored about them.

Who has worked for years has as many events as they have done things: they are read and written
some at a time, so that no answer stands in memory.
"""

from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager
from typing import Any, Final
from uuid import UUID

from pydantic_core import to_json
from sqlmodel import Session, col, or_, select

from app.access.policy import Actor
from app.accounts.models import (
    BrowserSession,
    Collaborator,
    Identity,
    KnownBrowser,
    Token,
    User,
)
from app.accounts.schemas import TokenRead
from app.accounts.service import browser_sessions
from app.core.base.errors import NotPermitted
from app.core.storage import audit_reasons
from app.core.storage.audit import AuditEvent
from app.core.storage.outbox import Letter
from app.organisations.schemas import PersonExport
from app.organisations.service import people

Opened = Callable[[], AbstractContextManager[Session]]

AT_ONCE: Final = 500
"""Letters and events that are held at once."""
_GROWING: Final = ("letters", "events")


def export(
    session: Session, actor: Actor, asked: Callable[[Session, UUID], list[dict[str, Any]]]
) -> PersonExport:
    """Return what is stored about the actor, but for secrets; letters and events are left out.

    What an organisation has submitted belongs to it, and is no part of this.

    Parameters
    ----------
    asked : callable of (session, key of the person)
        Returns the questions of a person, which a floor above keeps.

    Raises
    ------
    NotPermitted
        If a token asks that was made for something else.
    ConfirmFirst
        If a browser asks that has not been confirmed of late.
    """
    if actor.scopes is not None:
        raise NotPermitted(
            "Your token does not include this permission.",
            remedy="Ask with a browser, on the page /profile.",
        )
    if actor.ends_at is None:
        browser_sessions.require_recently_confirmed(actor)
    me = session.get_one(User, actor.user_id)
    return PersonExport(
        **me.model_dump(include={*PersonExport.model_fields}),
        memberships=people.describe(session, actor).memberships,
        collaborations=[
            row.model_dump(include={"submission_id", "email", "may", "ended_at"})
            | {"since": row.created_at}
            for row in session.exec(select(Collaborator).where(Collaborator.user_id == me.id))
        ],
        second_factor=browser_sessions.is_enrolled(session, me.id),
        identities=[
            {"issuer": i.issuer, "subject": i.subject}
            for i in session.exec(select(Identity).where(Identity.user_id == me.id))
        ],
        tokens=[
            TokenRead.model_validate(token)
            for token in session.exec(select(Token).where(Token.user_id == me.id))
        ],
        sessions=[
            row.model_dump(include={"browser", "seen_at", "ends_at"})
            | {"began_at": row.created_at}
            for row in session.exec(
                select(BrowserSession).where(BrowserSession.user_id == me.id)
            )
        ],
        known_browsers=[
            {"since": row.created_at, "ends_at": row.ends_at}
            for row in session.exec(select(KnownBrowser).where(KnownBrowser.user_id == me.id))
        ],
        enquiries=asked(session, me.id),
        letters=[],
        events=[],
    )


def written(opened: Opened, found: PersonExport) -> Iterator[bytes]:
    """Yield a whole `PersonExport` as JSON, letters and events some at a time.

    Parameters
    ----------
    opened : callable
        Opens a session that reads; each part has its own.
    found : PersonExport
        What `export` returned.
    """
    yield found.model_dump_json(exclude={*_GROWING}).encode()[:-1]
    for name, parts in zip(_GROWING, (_letters, _events), strict=True):
        yield f',"{name}":['.encode()
        between = b""
        for part in parts(opened, found.id):
            yield between + to_json(part)[1:-1]
            between = b","
        yield b"]"
    yield b"}"


def _letters(opened: Opened, me: UUID) -> Iterator[list[dict[str, Any]]]:
    """Yield what was written to a person, in the order of time."""
    with opened() as session:
        statement = select(Letter.id).where(Letter.user_id == me)
        keys = session.exec(statement.order_by(col(Letter.created_at), col(Letter.id))).all()
    for first in range(0, len(keys), AT_ONCE):
        some = keys[first : first + AT_ONCE]
        with opened() as session:
            found = {
                letter.id: letter
                for letter in session.exec(select(Letter).where(col(Letter.id).in_(some)))
            }
            yield [_letter(found[key]) for key in some if key in found]


def _letter(letter: Letter) -> dict[str, Any]:
    return {
        "created_at": letter.created_at,
        "sent_at": letter.sent_at,
        "subject": letter.subject,
        # A link that waits is for the mailbox alone.
        "body": None if letter.confidential else letter.body,
    }


def _events(opened: Opened, me: UUID) -> Iterator[list[dict[str, Any]]]:
    """Yield what a person did, or was done about them, in the order of time."""
    about = or_(col(AuditEvent.actor_id) == me, col(AuditEvent.subject_id) == me)
    statement = select(AuditEvent).where(about).order_by(col(AuditEvent.id)).limit(AT_ONCE)
    last = 0
    while True:
        with opened() as session:
            events = session.exec(statement.where(col(AuditEvent.id) > last)).all()
            if not events:
                return
            own = [event.facts for event in events if event.actor_id == me]
            texts = audit_reasons.texts_of(session, own)
            yield [_event(event, me, texts) for event in events]
            last = events[-1].id or last


def _event(event: AuditEvent, me: UUID, texts: Mapping[UUID, str]) -> dict[str, Any]:
    by_you = event.actor_id == me
    return {
        "at": event.at,
        "by_you": by_you,
        "action": event.action,
        "subject_kind": event.subject_kind,
        "subject_id": event.subject_id,
        # What others wrote is theirs.
        "reason": audit_reasons.text_of(event.facts, texts) if by_you else None,
    }
