"""What is read of what verdicts teach, and what is adopted of it."""

from datetime import datetime
from typing import Annotated, Final, Self
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from app.core.base.references import Reference
from app.core.base.schemas import at_most
from app.matchmaking.judging import Figure

MOST_ROUNDS: Final = 50
"""Runs with verdicts that are looked at, the newest first."""
MOST_REASONS: Final = 200
"""Reasons against suggestions that are named, the newest first."""


class FigureRead(BaseModel):
    """A figure, and where 95 of 100 draws of the challenges put it."""

    value: float
    low: float | None = Field(description="Null of too few challenges, or where all agree.")
    high: float | None

    @classmethod
    def of(cls, figure: Figure | None) -> Self | None:
        """Return a figure as it is read; None stays None."""
        return figure and cls(value=figure[0], low=figure[1], high=figure[2])


class RoundAgreementRead(BaseModel):
    """How well the ranking of one run agrees with what people decided about it."""

    run_id: UUID
    run: str = Field(description="Its code.")
    created_at: datetime
    text_weight: float
    verdicts: int = Field(description="That count: the newest one of each pair.")
    not_listed: int = Field(description="Chosen pairs, or held in reserve, not listed by it.")
    challenges: int = Field(description="With a provider that was chosen or held in reserve.")
    first: FigureRead | None = Field(
        description="Share of these challenges whose first provider was chosen."
    )
    places: FigureRead | None = Field(
        description="Of as many first places as providers were chosen, the share that holds "
        "one of them."
    )
    ndcg: FigureRead | None = Field(description="nDCG of the first ten places.")


class ReasonAgainstRead(BaseModel):
    """Why a suggestion was rejected, in the words of who rejected it."""

    run: str
    challenge: str = Field(description="Its code.")
    solution: str = Field(description="Its code.")
    rank: int | None = Field(description="Where the run had it; null where it did not list it.")
    reason: str
    decided_at: datetime


class WeightProposalRead(BaseModel):
    """What the verdicts say about the weight of texts against themes."""

    challenges: int = Field(description="With both a chosen and a rejected provider.")
    needed: int = Field(description="How many of them it takes to say something.")
    stated: float = Field(description="The weight of the newest of these runs.")
    agreement: float | None = Field(
        description="How often a chosen provider scores higher than a rejected one of the same "
        "challenge; .5 is chance. Null without such a challenge."
    )
    weight: FigureRead | None = Field(description="That does best; null of too few challenges.")
    gain: FigureRead | None = Field(
        description="By how much the agreement grows, for challenges that had no part in "
        "finding the weight."
    )
    speaks: bool = Field(
        description="Whether the gain is beyond chance. Else nothing is proposed, and nothing "
        "can be adopted."
    )


class TaughtRead(BaseModel):
    """What the verdicts of a programme teach about its rankings."""

    programme_id: UUID
    text_weight: float | None = Field(
        description="Which it has adopted from another programme; null for the usual one."
    )
    rounds: Annotated[list[RoundAgreementRead], at_most(MOST_ROUNDS)] = Field(
        description="The newest first."
    )
    reasons: Annotated[list[ReasonAgainstRead], at_most(MOST_REASONS)] = Field(
        description="Against suggestions, the newest first."
    )
    proposal: WeightProposalRead | None = Field(description="Null before the first verdict.")


class Adoption(BaseModel):
    """From which programme another one takes over what its verdicts propose."""

    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"examples": [{"taught_by": "gov2gov-2026"}]}
    )

    taught_by: Reference = Field(description="The programme whose verdicts propose a weight.")
