"""What goes in and out about interests: for the team that tells them, and for the staff."""

from datetime import datetime
from typing import Annotated, Final
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from app.core.base.references import Reference
from app.core.base.schemas import at_most
from app.core.base.text import Text
from app.core.storage.pagination import ListQuery, Several
from app.core.tables.exporting import Aside, Names
from app.interests.scale import InterestWord
from app.submissions.lifecycle import Kind

MOST_ASKED: Final = 50
"""Solutions about which the owner of a challenge is asked at once, and in all."""
MOST_OPEN: Final = 500
"""Of how many of the other side a team is told that it can say something."""

Reason = Annotated[Text, StringConstraints(max_length=500)]


class InterestDraft(BaseModel):
    """What a side says of the other one."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [{"value": "very", "reason": "We meet the same people each spring."}]
        },
    )

    value: InterestWord
    reason: Reason = Field(default="", description="For the staff alone.")


class CounterpartRead(BaseModel):
    """A submission of the other side, as far as the team may know of it."""

    id: UUID
    code: str
    title: str
    language: str | None = Field(description="Of the title and the summary.")
    summary: str
    organisation: str | None = Field(description="Null where it is not named.")
    country: str | None = Field(description="Null where it is not named.")


class InterestRead(BaseModel):
    """What a team has said of one submission of the other side; null where nothing."""

    counterpart: CounterpartRead
    value: InterestWord | None
    reason: str
    told_at: datetime | None
    asked_at: datetime | None = Field(description="Since when the staff ask for it.")


class InterestsRead(BaseModel):
    """All of the other side of which a team can say something, and what it has said."""

    interests: Annotated[list[InterestRead], at_most(MOST_OPEN)] = Field(
        description="In the order of codes."
    )


class InterestListed(BaseModel):
    """An interest in a list: of one's own team, or for the staff of all."""

    model_config = ConfigDict(from_attributes=True)

    id: UUID
    programme_id: Annotated[UUID, Names("programme", "programme")]
    side: Kind = Field(description="Which side says it.")
    organisation_id: Annotated[UUID, Names("organisation", "organisation")] = Field(
        description="Who says it."
    )
    challenge: str = Field(description="Its code.")
    solution: str = Field(description="Its code.")
    value: InterestWord | None = Field(
        description="Null where staff have asked and nothing is said."
    )
    reason: str
    told_at: datetime | None
    told_by: Annotated[UUID | None, Names("decider", "told_by")]
    asked_at: datetime | None
    version: Annotated[int, Aside()] = Field(description="Grows with each change.")


class InterestQuery(ListQuery):
    """Filters of the list of interests."""

    programme: Several[Reference] = Field(
        default=[], description="Identifiers or codes of programmes; repeatable."
    )
    submission: Several[Reference] = Field(
        default=[], description="Identifiers or codes of either side; repeatable."
    )
    side: Several[Kind] = Field(default=[], description="Who says it; repeat for several.")
    value: Several[InterestWord] = Field(default=[], description="Repeat for several.")


class NewAsking(BaseModel):
    """About which solutions the owner of a challenge is asked."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [{"challenge_id": "CH-2027-001", "solutions": ["SO-2027-004"]}]
        },
    )

    challenge_id: Reference
    solutions: list[Reference] = Field(min_length=1, max_length=MOST_ASKED)


class AskedRead(BaseModel):
    """Of which solutions the owner of a challenge can say something now."""

    challenge: str = Field(description="Its code.")
    asked: int = Field(description="How many are new.")
    solutions: Annotated[list[str], at_most(MOST_ASKED)] = Field(description="Their codes.")
