"""What goes in and out about questions on the assignment of a run."""

from typing import Annotated, Final
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from app.core.base.numbers import Decimal, Whole
from app.core.base.references import Reference
from app.core.base.schemas import at_most
from app.core.storage.pagination import Several
from app.matchmaking.schemas.parties import PartyRead
from app.matchmaking.schemas.runs import AssignmentRead
from app.matchmaking.schemas.settings import Objective

MOST_PAIRS: Final = 20_000
"""Pairs of a run up to which it can be asked about while you wait."""


class ChosenRead(BaseModel):
    """A pair of an assignment."""

    challenge: PartyRead
    solution: PartyRead
    rank: int = Field(description="Place of the solution in the list of the challenge.")
    score: float


class WholeRead(AssignmentRead):
    """The best whole assignment with its pairs named, or why there is none."""

    run_id: UUID
    chosen: list[ChosenRead] = Field(description="By challenge, the highest score first.")


class PlaceRead(BaseModel):
    """What one place of the fairness vector loses."""

    place: int = Field(
        description="1 is the worst-off challenge; under maxmin 1 is the weakest sum."
    )
    loss: float = Field(description="Below 0 where it gains.")


class LossRead(BaseModel):
    """What an assignment loses: in fairness first, then in total."""

    fairness: list[PlaceRead] = Field(description="Places that lose nothing are left out.")
    total: float = Field(description="Below 0 where the total gains.")


class RegretQuery(BaseModel):
    """Which pairs are asked about."""

    model_config = ConfigDict(extra="forbid")

    challenge: Several[Reference] = Field(default=[], description="Repeat for several.")
    solution: Several[Reference] = Field(default=[], description="Repeat for several.")


class RegretLineRead(BaseModel):
    """What it costs to force a pair, or to forbid it where it is chosen."""

    challenge_id: UUID
    challenge: str = Field(description="Its code.")
    solution_id: UUID
    solution: str = Field(description="Its code.")
    chosen: bool = Field(description="Chosen pairs would be forbidden, other ones forced.")
    cost: LossRead | None = Field(description="Null: there is no such assignment.")


class RegretRead(BaseModel):
    """The cost of going against the assignment of a run, for every pair that is open."""

    run_id: UUID
    objective: Objective
    lines: Annotated[list[RegretLineRead], at_most(MOST_PAIRS)]


class FloorRead(BaseModel):
    """The best total under which no challenge has less than a floor."""

    floor: float = Field(description="The best score, under maxmin the sum, of the worst-off.")
    total: float
    cost: float = Field(description="What the total is below the greatest of all.")


class FrontierRead(BaseModel):
    """What each step of fairness costs, from the greatest total to the highest floor."""

    run_id: UUID
    objective: Objective
    steps: Annotated[list[FloorRead], at_most(MOST_PAIRS)]


class PairNamed(BaseModel):
    """A challenge and a solution of the run."""

    model_config = ConfigDict(extra="forbid")

    challenge_id: Reference
    solution_id: Reference


class CapacityNamed(BaseModel):
    """How many challenges a solution provider takes on."""

    model_config = ConfigDict(extra="forbid")

    solution_id: Reference
    capacity: Whole = Field(ge=0, le=1000)


Pairs = Annotated[list[PairNamed], Field(max_length=500)]


class NewWhatIf(BaseModel):
    """Conditions under which a run is asked once more; what is left out stays as it was."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [
                {
                    "locked": [
                        {
                            "challenge_id": "CH-2027-001",
                            "solution_id": "SO-2027-001",
                        }
                    ]
                }
            ]
        },
    )

    text_weight: Decimal | None = Field(default=None, ge=0, le=1)
    objective: Objective | None = None
    providers_min: Whole | None = Field(default=None, ge=0, le=100)
    providers_max: Whole | None = Field(default=None, ge=1, le=100)
    floor: Decimal | None = Field(
        default=None,
        ge=0,
        le=1,
        description="The least share of what a challenge asks that a provider tells, to be "
        "proposed.",
    )
    interest_weight: Decimal | None = Field(
        default=None,
        ge=0,
        le=1,
        description="How much what both sides say of each other weighs; it changes nothing for "
        "who may not read interests.",
    )
    require_all: bool | None = Field(
        default=None, description="Whether every challenge must have the least number."
    )
    cross_border: bool | None = Field(
        default=None, description="Whether a pair of one country is left out."
    )
    locked: Pairs = Field(default=[], description="Pairs that must be chosen.")
    forbidden: Pairs = Field(default=[], description="Pairs that may not be chosen.")
    capacities: list[CapacityNamed] = Field(default=[], max_length=500)


class WhatIfRead(BaseModel):
    """What a run would assign under other conditions, beside what it does; stored nowhere."""

    run_id: UUID
    assignment: AssignmentRead
    chosen: list[ChosenRead] = Field(description="By challenge, the highest score first.")
    added: list[tuple[str, str]] = Field(description="Codes; not assigned by the run.")
    removed: list[tuple[str, str]] = Field(description="Codes; assigned by the run alone.")
    withdrawn: list[str] = Field(
        description="Codes of the run that take no part any more: none of them is chosen."
    )
    cost: LossRead | None = Field(
        description="What it loses against the run; null where one of the two has no "
        "assignment, or other weights make the scores incomparable."
    )
