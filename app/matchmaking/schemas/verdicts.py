"""What goes in and out about what people decide: verdicts and matches."""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from app.core.base.numbers import Whole
from app.core.base.references import Reference
from app.core.base.text import Text
from app.core.storage.pagination import ListQuery, Several
from app.core.tables.exporting import Names
from app.matchmaking.lifecycle import Outcome


class VerdictRead(BaseModel):
    """What somebody decided about a pair, and why."""

    model_config = ConfigDict(from_attributes=True)

    id: UUID
    run_id: Annotated[UUID, Names("run", "run")]
    challenge_id: Annotated[UUID, Names("submission", "challenge", "challenge_title")]
    solution_id: Annotated[UUID, Names("submission", "solution", "solution_title")]
    number: int = Field(description="1 for the first about this pair; the greatest counts.")
    outcome: Outcome
    reason: str
    undoes: UUID | None = Field(description="The verdict that this one takes back.")
    decided_by: Annotated[UUID | None, Names("decider", "decided_by")]
    created_at: datetime


Reason = Annotated[Text, StringConstraints(min_length=3, max_length=5000)]


Seen = Annotated[Whole, Field(ge=0)]
"""The number of the newest verdict on a pair that its decider saw; 0 for none."""


class Decision(BaseModel):
    """What is decided about a pair of a run; nobody decides without a reason."""

    model_config = ConfigDict(extra="forbid")

    run_id: Reference
    challenge_id: Reference
    solution_id: Reference = Field(description="Listed by the run or not.")
    outcome: Outcome
    reason: Reason
    newest: Seen | None = Field(
        default=None,
        description="Number of the newest verdict on the pair that the decider saw, 0 for "
        "none; the verdict is refused (409) where there is a newer one. Null: as it is now.",
    )


class NewVerdict(Decision):
    """A decision about a pair of a run; nobody decides without a reason."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [
                {
                    "run_id": "RUN-2027-001",
                    "challenge_id": "CH-2027-001",
                    "solution_id": "SO-2027-001",
                    "outcome": "chosen",
                    "reason": "They have run what the challenge asks for since 2019.",
                }
            ]
        },
    )

    outcome: Literal[Outcome.CHOSEN, Outcome.RESERVE, Outcome.REJECTED]


class Undoing(BaseModel):
    """Why a verdict is taken back."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={"examples": [{"reason": "I had the wrong line."}]},
    )

    reason: Reason


class VerdictQuery(ListQuery):
    """Filters of the list of verdicts."""

    run: Several[Reference] = Field(default=[], description="Repeat for several.")
    challenge: Several[Reference] = Field(default=[], description="Repeat for several.")
    solution: Several[Reference] = Field(default=[], description="Repeat for several.")
