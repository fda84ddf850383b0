"""Where programmes and calls are stored."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlmodel import JSON, CheckConstraint, Column, Field, UniqueConstraint

from app.core.storage.database import Record, UtcDateTime, enum_column
from app.programmes.lifecycle import CallKind, CallState


class Programme(Record, table=True):
    """One edition of the incubator, from first call to closing.

    `text_weight` is the weight of texts in its rankings that it has taken over from the
    verdicts of another one; none for that of the settings.
    """

    __table_args__ = (
        CheckConstraint(
            "0 <= providers_min AND providers_min <= providers_max", name="providers"
        ),
    )

    code: str = Field(unique=True)
    title: str
    zone: str
    working_language: str
    providers_min: int
    providers_max: int
    notes: str = ""
    text_weight: float | None = None


class Call(Record, table=True):
    """A call for challenges or for solutions.

    `ends_at` is the first instant that is too late also for what was begun before `closes_at`.
    """

    __table_args__ = (
        UniqueConstraint("programme_id", "code"),
        CheckConstraint("opens_at < closes_at", name="dates"),
        CheckConstraint("closes_at <= ends_at", name="grace"),
    )

    programme_id: UUID = Field(foreign_key="programme.id", index=True)
    kind: CallKind = Field(sa_type=enum_column(CallKind))
    code: str
    title: str
    opens_at: datetime = Field(sa_type=UtcDateTime)
    closes_at: datetime = Field(sa_type=UtcDateTime)
    ends_at: datetime = Field(sa_type=UtcDateTime)
    zone: str
    state: CallState = Field(default=CallState.DRAFT, sa_type=enum_column(CallState))
    notes: str = ""
    promised: list[dict[str, Any]] = Field(
        default_factory=list, sa_column=Column(JSON, nullable=False)
    )

    @property
    def grace_minutes(self) -> int:
        """For how many minutes after closing what was begun before can be sent."""
        return int((self.ends_at - self.closes_at).total_seconds() // 60)
