"""Who did what to which thing: written in the transaction that does it, never changed.

Facts are identifiers, states and reasons given for a decision; no personal data.
"""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlmodel import JSON, Column, Field, Session, SQLModel

from app.core.clock import now
from app.core.database import UtcDateTime


class AuditEvent(SQLModel, table=True):
    """One thing that somebody did."""

    __tablename__ = "audit_event"

    id: int | None = Field(default=None, primary_key=True)
    at: datetime = Field(default_factory=now, sa_type=UtcDateTime)
    actor_id: UUID | None = Field(default=None, index=True)
    action: str
    subject_kind: str
    subject_id: UUID = Field(index=True)
    facts: dict[str, Any] = Field(default_factory=dict, sa_column=Column(JSON, nullable=False))


def record(
    session: Session,
    actor_id: UUID | None,
    action: str,
    subject_kind: str,
    subject_id: UUID,
    **facts: Any,
) -> None:
    """Add an event to the caller's transaction.

    Parameters
    ----------
    actor_id : UUID or None
        The user; None for the operator at the command line.
    action : str
        What was done, as in the step's or command's name.
    facts : JSON values
    """
    session.add(
        AuditEvent(
            actor_id=actor_id,
            action=action,
            subject_kind=subject_kind,
            subject_id=subject_id,
            facts=facts,
        )
    )
