"""Where challenges and solutions are stored. Storage only: rules live in `lifecycle`."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlmodel import JSON, CheckConstraint, Column, Field, UniqueConstraint

from app.core.storage.database import Record, UtcDateTime, enum_column
from app.submissions.lifecycle import Kind, State


class Submission(Record, table=True):
    """A challenge or a solution on its way through a call.

    Until `submitted_at` is set it is a draft, and nobody but its team may see it. `handed_in`
    is what a team has submitted and taken back; see `service.taken_back`.
    """

    __table_args__ = (
        UniqueConstraint("call_id", "external_id"),
        CheckConstraint(
            "submitted_at IS NOT NULL OR state IN ('draft', 'withdrawn')", name="submitted"
        ),
    )

    programme_id: UUID = Field(foreign_key="programme.id", index=True)
    call_id: UUID = Field(foreign_key="call.id", index=True)
    organisation_id: UUID = Field(foreign_key="organisation.id", index=True)
    kind: Kind = Field(sa_type=enum_column(Kind))
    code: str = Field(unique=True)
    external_id: str | None = None
    title: str
    language: str | None = None
    summary: str = ""
    content: dict[str, Any] = Field(sa_column=Column(JSON, nullable=False))
    themes: list[str] = Field(sa_column=Column(JSON, nullable=False))
    state: State = Field(default=State.DRAFT, sa_type=enum_column(State), index=True)
    submitted_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    message: str = ""
    handed_in: dict[str, Any] | None = Field(
        default=None, sa_column=Column(JSON(none_as_null=True))
    )
