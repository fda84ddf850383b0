"""Where it is stored what has happened."""

from datetime import datetime
from uuid import UUID, uuid4

from sqlmodel import Field, Index, SQLModel

from app.core.base.clock import now
from app.core.storage.database import UtcDateTime, enum_column
from app.events.kinds import EventKind, EventSubject


class Event(SQLModel, table=True):
    """That something has happened: stable keys alone, no name and no text of anybody.

    `organisation_id` is the team that is told, `user_id` the person; one of the two is
    there. `spread_at` is when it was handed to the webhooks that want it.
    """

    __table_args__ = (
        Index("ix_event_spread", "spread_at", "occurred_at"),
        Index("ix_event_occurred_at", "occurred_at"),
    )

    id: UUID = Field(default_factory=uuid4, primary_key=True)
    kind: EventKind = Field(sa_type=enum_column(EventKind))
    occurred_at: datetime = Field(default_factory=now, sa_type=UtcDateTime)
    subject: EventSubject = Field(sa_type=enum_column(EventSubject))
    subject_id: UUID | None = None
    code: str | None = None
    programme_id: UUID | None = Field(default=None, index=True)
    organisation_id: UUID | None = Field(default=None, index=True)
    user_id: UUID | None = Field(default=None, index=True)
    spread_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
