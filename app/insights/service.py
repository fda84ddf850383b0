"""Use cases over all features: the record of who did what."""

from collections.abc import Sequence
from typing import Final
from uuid import UUID

from sqlalchemy import ColumnElement, and_, or_, true
from sqlmodel import Session, col, select

from app.access import policy
from app.access.policy import Action, Actor
from app.attachments.models import Attachment
from app.core.base.errors import Conflict, NotFound
from app.core.base.messages import Message
from app.core.storage import audit_reasons
from app.core.storage.audit import AuditEvent, record
from app.core.storage.database import MAX_INTEGER
from app.core.storage.pagination import Page, page
from app.core.storage.reference_numbers import refers
from app.decisions.models import Decision
from app.insights.schemas import AuditQuery, AuditRead
from app.matches.models import Match
from app.matchmaking.models import MatchRun
from app.notices.models import PublicNotice
from app.programmes.models import Call, Programme
from app.register import queries as practices
from app.register.models import Practice
from app.screening.models import Exclusion
from app.submissions.lifecycle import Kind
from app.submissions.models import Submission
from app.submissions.service.queries import readable

OF_PROGRAMMES: Final = (
    "programme",
    "call",
    "decision",
    "exclusion",
    "release",
    "consultation",
    "board question",
    "notice",
    "run",
    "suggestion",
    "match",
)
"""The kinds of subject of which staff may read everything, and so what was done to them."""

WITH_CODES: Final = (
    *(Programme, Call, Submission, Exclusion, Decision, PublicNotice, Practice, MatchRun),
    Match,
)
"""The tables of subjects that people know by a code."""


def audit(session: Session, actor: Actor, query: AuditQuery) -> Page[AuditRead]:
    """Return a page of the audit events that the actor may read.

    Raises
    ------
    NotPermitted
        If the actor may read none.
    """
    policy.require(actor, Action.AUDIT_READ)
    statement = select(AuditEvent).where(_within(actor))
    for column, wanted in (
        (AuditEvent.actor_id, query.actor),
        (AuditEvent.action, query.action),
        (AuditEvent.subject_kind, query.kind),
    ):
        if wanted:
            statement = statement.where(col(column).in_(wanted))
    if query.subject:
        statement = statement.where(_is_about(query.subject))
    if query.since:
        statement = statement.where(col(AuditEvent.at) >= query.since)
    if query.until:
        statement = statement.where(col(AuditEvent.at) < query.until)
    found = page(
        session,
        statement,
        query,
        sortable={"number": AuditEvent.id, "at": AuditEvent.at},
        default="-number",
        key=AuditEvent.id,
    )
    texts = audit_reasons.texts_of(session, [event.facts for event in found.rows])
    return Page(
        [
            AuditRead(**event.model_dump(), reason=audit_reasons.text_of(event.facts, texts))
            for event in found.rows
        ],
        found.cursor,
    )


def _is_about(references: Sequence[UUID | str]) -> ColumnElement[bool]:
    """Return the condition for events of which a reference names the subject."""
    keys = [reference for reference in references if isinstance(reference, UUID)]
    codes = [reference for reference in references if isinstance(reference, str)]
    by_code = [refers(AuditEvent.subject_id, table, *codes) for table in WITH_CODES if codes]
    return or_(col(AuditEvent.subject_id).in_(keys), *by_code)


def erase_reason(session: Session, actor: Actor, event_number: int) -> None:
    """Erase the reason of an event; the event and its hash stay.

    Raises
    ------
    NotPermitted
        If the actor may not erase reasons.
    NotFound
        If there is no such event, or none with a reason.
    Conflict
        If the reason stands in the event itself, as those of earlier versions do.
    """
    policy.require(actor, Action.REASON_ERASE)
    event = session.get(AuditEvent, event_number) if 0 < event_number <= MAX_INTEGER else None
    if event is None or audit_reasons.NAME not in event.facts:
        raise NotFound(Message("There is no reason of an event {number}.", number=event_number))
    key = audit_reasons.key_of(event.facts)
    if key is None:
        raise Conflict(
            "This reason was recorded by an earlier version, in the event itself.",
            remedy="It cannot be erased without breaking the chain.",
        )
    if audit_reasons.erase(session, key):
        record(
            session,
            actor.user_id,
            "erase reason",
            event.subject_kind,
            event.subject_id,
            number=event_number,
        )


def _within(actor: Actor) -> ColumnElement[bool]:
    """Return the condition: who does not see a thing does not see what was done to it."""
    if policy.allows(actor, Action.AUDIT_READ_ALL):
        return true()
    seen = select(Submission.id).where(readable(actor))
    files = select(Attachment.id).where(col(Attachment.submission_id).in_(seen))
    entries = select(Practice.id).where(practices.readable(actor))
    return or_(
        col(AuditEvent.subject_kind).in_(OF_PROGRAMMES),
        and_(
            col(AuditEvent.subject_kind) == "practice",
            col(AuditEvent.subject_id).in_(entries),
        ),
        and_(
            col(AuditEvent.subject_kind).in_([*Kind]),
            col(AuditEvent.subject_id).in_(seen),
        ),
        and_(
            col(AuditEvent.subject_kind) == "attachment",
            col(AuditEvent.subject_id).in_(files),
        ),
    )
