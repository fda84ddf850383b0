"""What a person may ask for: everything that is stored about them."""

from typing import Any

from sqlmodel import Session, col, or_, select

from app.access.policy import Actor
from app.accounts.models import BrowserSession, Identity, KnownBrowser, Token, User
from app.accounts.schemas import TokenRead
from app.accounts.service import browser_sessions
from app.core.base.errors import NotPermitted
from app.core.storage import audit_reasons
from app.core.storage.audit import AuditEvent
from app.core.storage.outbox import Letter
from app.organisations.schemas import PersonExport
from app.organisations.service import people


def export(session: Session, actor: Actor) -> PersonExport:
    """Return all that is stored about the actor, but for secrets.

    What an organisation has submitted belongs to it, and is no part of this.

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
        letters=_letters(session, me),
        events=_events(session, me),
    )


def _letters(session: Session, me: User) -> list[dict[str, Any]]:
    statement = select(Letter).where(Letter.user_id == me.id).order_by(col(Letter.created_at))
    return [
        {
            "created_at": letter.created_at,
            "sent_at": letter.sent_at,
            "subject": letter.subject,
            # A link that waits is for the mailbox alone.
            "body": None if letter.confidential else letter.body,
        }
        for letter in session.exec(statement)
    ]


def _events(session: Session, me: User) -> list[dict[str, Any]]:
    about = or_(col(AuditEvent.actor_id) == me.id, col(AuditEvent.subject_id) == me.id)
    events = session.exec(select(AuditEvent).where(about).order_by(col(AuditEvent.id))).all()
    own = [event.facts for event in events if event.actor_id == me.id]
    texts = audit_reasons.texts_of(session, own)
    return [
        {
            "at": event.at,
            "by_you": event.actor_id == me.id,
            "action": event.action,
            "subject_kind": event.subject_kind,
            "subject_id": event.subject_id,
            # What others wrote is theirs.
            "reason": audit_reasons.text_of(event.facts, texts)
            if event.actor_id == me.id
            else None,
        }
        for event in events
    ]
