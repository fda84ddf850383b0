"""What goes in and out about what people decide: verdicts and matches."""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from app.core.base.numbers import Whole
from app.core.base.text import Text
from app.core.storage.pagination import ListQuery, Several
from app.matchmaking.lifecycle import Outcome


class VerdictRead(BaseModel):
    """What somebody decided about a pair, and why."""

    model_config = ConfigDict(from_attributes=True)

    id: UUID
    run_id: UUID
    challenge_id: UUID
    solution_id: UUID
    number: int = Field(description="1 for the first about this pair; the greatest counts.")
    outcome: Outcome
    reason: str
    undoes: UUID | None = Field(description="The verdict that this one takes back.")
    decided_by: UUID | None
    created_at: datetime


Reason = Annotated[Text, StringConstraints(min_length=3, max_length=5000)]


class NewVerdict(BaseModel):
    """A decision about a pair of a run; nobody decides without a reason."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [
                {
                    "run_id": "0c9e3e5e-3a43-4f07-a3b9-0f7d5a3f0d11",
                    "challenge_id": "6c6f2a0e-8a52-4b0c-9d3e-0c1f5b1f7a11",
                    "solution_id": "9f0ad1a5-7e8b-4a3f-8c55-5a8f0d6c2b11",
                    "outcome": "chosen",
                    "reason": "They have run what the challenge asks for since 2019.",
                }
            ]
        },
    )

    run_id: UUID
    challenge_id: UUID
    solution_id: UUID = Field(description="Listed by the run or not.")
    outcome: Literal[Outcome.CHOSEN, Outcome.RESERVE, Outcome.REJECTED]
    reason: Reason
    newest: Whole | None = Field(
        default=None,
        ge=0,
        description="Number of the newest verdict on the pair that the decider saw, 0 for "
        "none; the verdict is refused (409) where there is a newer one. Null: as it is now.",
    )


class Undoing(BaseModel):
    """Why a verdict is taken back."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={"examples": [{"reason": "I had the wrong line."}]},
    )

    reason: Reason


class VerdictQuery(ListQuery):
    """Filters of the list of verdicts."""

    run: Several[UUID] = Field(default=[], description="Repeat for several.")
    challenge: Several[UUID] = Field(default=[], description="Repeat for several.")
    solution: Several[UUID] = Field(default=[], description="Repeat for several.")
