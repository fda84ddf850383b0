"""What is worked out: plans of who reviews what, and rankings."""

from typing import Annotated, Final
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from app.core.base.numbers import Whole
from app.core.base.schemas import at_most
from app.core.storage.pagination import ListQuery


class StandingRead(BaseModel):
    """Where a submission stands by its reviews."""

    code: str
    title: str
    organisation: str
    country: str
    reviews: int = Field(description="How many were handed in.")
    mean: float = Field(description="Of the scores of its reviews, each weighed by criterion.")
    corrected: float = Field(description="Without the severity of who reviewed it.")
    median: float
    spread: float = Field(description="The standard deviation.")
    disagreement: float = Field(description="The greatest distance between two reviews.")
    firmness: float = Field(
        description="In which share of draws of the reviewers it is among the first."
    )


class RankingQuery(ListQuery):
    """Which ranking is read."""

    places: Whole = Field(
        default=4, ge=1, le=1000, description="How many places the firmness is about."
    )


class ProposalRead(BaseModel):
    """A reviewer whom the plan proposes for a submission."""

    submission_id: UUID
    user_id: UUID
    fit: float = Field(description="How well they fit, by themes and words.")
    cost: float | None = Field(
        description="What all fits together lose without it; null where that is not known."
    )


class LackRead(BaseModel):
    """A submission that gets fewer reviewers than it wants."""

    submission_id: UUID
    missing: int
    obstacles: Annotated[dict[str, int], Field(json_schema_extra={"maxProperties": 5})] = Field(
        description="How many reviewers are kept away by what."
    )
    helpers: Annotated[list[UUID], at_most(3)] = Field(
        description="Who would fit best with one review more."
    )


MOST_PROPOSALS: Final = 100_000


class PlanRead(BaseModel):
    """The best assignment of reviewers as a whole, as it stands now; nobody is asked by it."""

    tag: str = Field(description="Of what it was made from; asking for it names this.")
    total: float
    proposals: Annotated[list[ProposalRead], at_most(MOST_PROPOSALS)]
    lacks: Annotated[list[LackRead], at_most(MOST_PROPOSALS)]


class PlanStored(BaseModel):
    """How many reviews were asked for."""

    reviews: int


class StorePlan(BaseModel):
    """Which plan is asked for."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={"examples": [{"expected": "0f343b0931126a20f133d67c2b018a3b"}]},
    )

    expected: Annotated[str, StringConstraints(max_length=64)] = Field(
        description="The `tag` of the plan as it was read."
    )
