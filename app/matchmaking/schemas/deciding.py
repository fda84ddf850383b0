"""What goes in and out about what people decide: verdicts and matches."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from app.core.lists import ListQuery
from app.core.text import Text
from app.matchmaking.lifecycle import MatchState, Outcome
from app.matchmaking.schemas.parties import PartyRead


class VerdictRead(BaseModel):
    """What somebody decided about a suggestion, and why."""

    model_config = ConfigDict(from_attributes=True)

    id: UUID
    suggestion_id: UUID
    outcome: Outcome
    reason: str
    decided_by: UUID | None
    created_at: datetime


Reason = Annotated[Text, StringConstraints(min_length=3, max_length=5000)]


class NewVerdict(BaseModel):
    """A decision about a suggestion; nobody decides without a reason."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [
                {
                    "suggestion_id": "0c9e3e5e-3a43-4f07-a3b9-0f7d5a3f0d11",
                    "outcome": "chosen",
                    "reason": "They have run what the challenge asks for since 2019.",
                }
            ]
        },
    )

    suggestion_id: UUID
    outcome: Outcome
    reason: Reason


class VerdictQuery(ListQuery):
    """Filters of the list of verdicts."""

    run: list[UUID] = Field(default=[], description="Repeat for several.")
    suggestion: list[UUID] = Field(default=[], description="Repeat for several.")


class MatchRead(BaseModel):
    """A challenge and a solution that people brought together."""

    id: UUID
    code: str
    challenge: PartyRead
    solution: PartyRead
    state: MatchState
    notes: str
    created_at: datetime


class MatchQuery(ListQuery):
    """Filters of the list of matches."""

    programme: list[str] = Field(default=[], description="Codes of programmes; repeatable.")
