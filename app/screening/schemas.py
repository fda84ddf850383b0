"""What goes in and out about screening; a team reads what was approved with its submission."""

from datetime import datetime
from typing import Annotated, Final
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from app.core.base.references import Reference
from app.core.base.text import Line, Text
from app.core.storage.pagination import ListQuery, Several
from app.core.tables.exporting import Aside, Names
from app.screening.lifecycle import ExclusionState
from app.submissions.lifecycle import Kind
from app.submissions.schemas import Reason

SHORTEST: Final = 20
"""Characters by which a text for a team says something."""


class NewExclusion(BaseModel):
    """That a submission is not eligible, for a second person to approve."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [
                {
                    "submission_id": "CH-2027-001",
                    "rule": "Teams of governments alone take part.",
                    "feedback": "Your text is signed by a company, and no authority is named.",
                }
            ]
        },
    )

    submission_id: Reference = Field(description="A challenge or a solution, or its code.")
    rule: Annotated[Line, StringConstraints(min_length=3, max_length=500)] = Field(
        description="Which condition is not met. The team reads it once it is approved."
    )
    feedback: Annotated[Text, StringConstraints(min_length=SHORTEST, max_length=5000)] = Field(
        description="What the team reads beside it, about this submission."
    )


class ExclusionRead(BaseModel):
    """An exclusion as those who screen and auditors see it."""

    model_config = ConfigDict(from_attributes=True)

    id: UUID
    code: str = Field(description="That of the submission.")
    kind: Kind
    programme_id: Annotated[UUID, Names("programme", "programme")]
    call_id: Annotated[UUID, Names("call", "call")]
    submission_id: Annotated[UUID, Names("submission", "submission", "title")]
    sent_at: datetime = Field(
        description="When the version was handed in that it is about; nobody can approve it "
        "about another one."
    )
    rule: str = Field(description="Which condition is not met.")
    feedback: str = Field(description="For the team, once it is approved.")
    state: ExclusionState
    message: str = Field(description="What was said with the last step.")
    proposed_by: Annotated[UUID | None, Names("decider", "proposed_by")]
    settled_by: Annotated[UUID | None, Names("decider", "settled_by")] = Field(
        description="Who approved, refused or took it back."
    )
    settled_at: datetime | None
    version: Annotated[int, Aside()] = Field(description="Grows with each change.")
    created_at: datetime
    updated_at: datetime


class ExclusionQuery(ListQuery):
    """Filters of the list of exclusions."""

    state: Several[ExclusionState] = Field(default=[], description="Repeat for several.")
    code: Several[Reference] = Field(default=[], description="Codes of submissions.")
    call: Several[Reference] = Field(
        default=[], description="Identifiers or codes of calls; repeatable."
    )
    programme: Several[Reference] = Field(
        default=[], description="Identifiers or codes of programmes; repeatable."
    )


class ExclusionStepTaken(BaseModel):
    """What may be said when a step of an exclusion is taken."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={"examples": [{"reason": "The ministry has signed it as well."}]},
    )

    reason: Reason = Field(
        default="", description="For who has proposed it, where it is asked."
    )
