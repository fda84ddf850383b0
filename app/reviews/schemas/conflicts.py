"""Conflicts of interest, for the staff."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from app.core.base.references import Reference
from app.core.base.schemas import at_most
from app.core.storage.pagination import ListQuery, Several
from app.core.tables.exporting import Aside, Names
from app.reviews.lifecycle import (
    ConflictKind,
    ConflictState,
)


class ConflictRead(BaseModel):
    """What stands between a reviewer and a submission, for the staff."""

    model_config = ConfigDict(from_attributes=True)

    id: UUID
    code: str = Field(description="That of the submission.")
    programme_id: Annotated[UUID, Names("programme", "programme")]
    call_id: Annotated[UUID, Names("call", "call")]
    user_id: Annotated[UUID, Names("decider", "reviewer")]
    kinds: Annotated[list[ConflictKind], at_most(len(ConflictKind))]
    state: ConflictState
    reason: str
    resolved_by: Annotated[UUID | None, Names("decider", "resolved_by")]
    version: Annotated[int, Aside()]
    created_at: datetime
    updated_at: datetime


class ConflictQuery(ListQuery):
    """Filters of the list of conflicts of interest."""

    state: Several[ConflictState] = Field(default=[], description="Repeat for several.")
    code: Several[Reference] = Field(default=[], description="Codes of submissions.")
    call: Several[Reference] = Field(
        default=[], description="Identifiers or codes of calls; repeatable."
    )
