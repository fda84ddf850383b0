"""Where the forms of calls are stored."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlmodel import JSON, CheckConstraint, Column, Field, UniqueConstraint

from app.core.storage.database import Record, UtcDateTime


class CallForm(Record, table=True):
    """A numbered version of what a call asks.

    Until `used_since` it is being prepared. From `answered_since` on, when the first draft
    answers it, it never changes again.
    """

    __tablename__ = "call_form"
    __table_args__ = (
        UniqueConstraint("call_id", "number"),
        CheckConstraint("number >= 1", name="number"),
        CheckConstraint("answered_since IS NULL OR used_since IS NOT NULL", name="answered"),
    )

    call_id: UUID = Field(foreign_key="call.id")
    number: int
    content: dict[str, Any] = Field(sa_column=Column(JSON, nullable=False))
    used_since: datetime | None = Field(default=None, sa_type=UtcDateTime)
    answered_since: datetime | None = Field(default=None, sa_type=UtcDateTime)
