"""What goes out about fairness and coverage."""

from typing import Annotated, Final

from pydantic import BaseModel, ConfigDict, Field

from app.core.base.messages import Message
from app.core.base.schemas import Told, at_most
from app.matchmaking.schemas.settings import Objective
from app.statistics.schemas.groups import Division, FunnelStage
from app.submissions.lifecycle import Kind

MOST_GROUPS: Final = 300
"""Groups of one division: there are 250 countries, and fewer of all else."""


class FigureRead(BaseModel):
    """How many of a group came to one stage."""

    model_config = ConfigDict(from_attributes=True)

    stage: FunnelStage
    count: int | None = Field(description="Null where it is withheld.")
    share: float | None = Field(
        default=None, description="Of what the group submitted, 0 to 1; null if withheld."
    )
    low: float | None = Field(
        default=None, description="Where its 95 % interval (Wilson's) begins."
    )
    high: float | None = Field(default=None, description="Where it ends.")


class GroupRead(BaseModel):
    """A group, and how many of it came how far."""

    key: str = Field(description="Code of a country or language, or a word.")
    region: str | None = Field(default=None, description="Of a country.")
    figures: Annotated[list[FigureRead], at_most(len(FunnelStage))]


class DivisionRead(BaseModel):
    """All that was submitted, in groups."""

    division: Division
    groups: Annotated[list[GroupRead], at_most(MOST_GROUPS)] = Field(
        description="Those of which something may be told."
    )
    rest: Annotated[list[FigureRead], at_most(len(FunnelStage))] = Field(
        description="What is withheld of groups, all together."
    )


class SideRead(BaseModel):
    """How far the submissions of one kind came."""

    kind: Kind
    figures: Annotated[list[FigureRead], at_most(len(FunnelStage))]
    divisions: Annotated[list[DivisionRead], at_most(len(Division))]


class CoverageRead(BaseModel):
    """Who takes part in a programme, and how far each group came; small groups are withheld."""

    programme: str = Field(description="Its code.")
    run: str | None = Field(description="Code of the run whose suggestions are counted.")
    first: int = Field(description="Up to which place of a list a suggestion counts.")
    limit: int = Field(description="The least figure that is told, but for zero.")
    sides: Annotated[list[SideRead], at_most(len(Kind))]


class AssignedRead(BaseModel):
    """An assignment in short."""

    objective: Objective
    pairs: int | None = Field(description="Null where it is withheld.")
    challenges: int | None = Field(
        description="With at least one provider; null where it is withheld."
    )
    mean: float | None = Field(description="Mean score of its pairs; null if there is none.")
    lowest: float | None = Field(description="The best score of the worst-off challenge.")


class EvenRead(BaseModel):
    """The assignment of a run beside the most even one under the same conditions."""

    adopted: AssignedRead | None = Field(description="That of the run; null if there is none.")
    most_even: AssignedRead | None = Field(
        description="In which the worst-off challenge is as well off as can be, then the next."
    )
    cost: float | None = Field(
        description="By how much the mean score of a pair would be lower; below 0 if higher."
    )
    reason: Told | None = Field(description="Why there is no such assignment to be told.")


class FairnessRead(CoverageRead):
    """The same of a run, with what would have been the most even assignment."""

    assignment: EvenRead


NO_ASSIGNMENT: Final = Message("No assignment meets the conditions of the run.")
