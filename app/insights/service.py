"""Use cases over all features: the record of who did what."""

from typing import Final

from sqlalchemy import ColumnElement, and_, or_, true
from sqlmodel import Session, col, select

from app.access import policy
from app.access.policy import Action, Actor
from app.core.storage.audit import AuditEvent
from app.core.storage.pagination import Page, page
from app.insights.schemas import AuditQuery
from app.submissions.lifecycle import Kind
from app.submissions.models import Submission
from app.submissions.service.queries import readable

OF_PROGRAMMES: Final = ("programme", "call", "run", "suggestion", "match")
"""The kinds of subject of which staff may read everything, and so what was done to them."""


def audit(session: Session, actor: Actor, query: AuditQuery) -> Page[AuditEvent]:
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
        (AuditEvent.subject_id, query.subject),
    ):
        if wanted:
            statement = statement.where(col(column).in_(wanted))
    if query.since:
        statement = statement.where(col(AuditEvent.at) >= query.since)
    if query.until:
        statement = statement.where(col(AuditEvent.at) < query.until)
    return page(
        session,
        statement,
        query,
        sortable={"number": AuditEvent.id, "at": AuditEvent.at},
        default="-number",
        key=AuditEvent.id,
    )


def _within(actor: Actor) -> ColumnElement[bool]:
    """Return the condition: who does not see a thing does not see what was done to it."""
    if policy.allows(actor, Action.AUDIT_READ_ALL):
        return true()
    seen = select(Submission.id).where(readable(actor))
    return or_(
        col(AuditEvent.subject_kind).in_(OF_PROGRAMMES),
        and_(
            col(AuditEvent.subject_kind).in_([*Kind]),
            col(AuditEvent.subject_id).in_(seen),
        ),
    )
