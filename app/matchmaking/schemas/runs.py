"""What goes in and out about runs, their assignment, and the job behind them."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from app.core.base.kept_messages import KeptMessage
from app.core.base.numbers import Decimal, Whole
from app.core.base.references import Reference
from app.core.base.schemas import at_most
from app.core.base.translations import Tag
from app.core.storage.pagination import ListQuery, Several
from app.core.tables.exporting import Aside, Names, Only
from app.matchmaking.lifecycle import RunState
from app.matchmaking.schemas.settings import FLOOR, MOST_LISTED, Objective, RunSettings
from app.matchmaking.schemas.suggestions import WarningRead
from app.submissions.lifecycle import Basis


class NewRun(BaseModel):
    """What somebody says who asks for a run."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={"examples": [{"programme_id": "gov2gov-2027"}]},
    )

    programme_id: Reference
    top: Whole | None = Field(
        default=None, ge=1, le=MOST_LISTED, description="Suggestions kept for each challenge."
    )
    text_weight: Decimal | None = Field(
        default=None, ge=0, le=1, description="Share of the texts in the score."
    )
    objective: Objective = Field(
        default="leximin",
        description="What counts first in the assignment: the worst-off challenge, then the "
        "next one (leximin); the sum of the scores (total); the weakest sum (maxmin).",
    )
    basis: Basis = Field(
        default=Basis.SELECTED,
        description="What is ranked: all that is submitted, all that is eligible, or what is "
        "selected. Before it is selected the run is provisional.",
    )
    without_rejected: bool = Field(
        default=False,
        description="Whether pairs that were rejected in earlier runs stay out of the "
        "assignment. They are listed in any case, with the verdict.",
    )
    floor: Decimal = Field(
        default=FLOOR,
        ge=0,
        le=1,
        description="The least share of what a challenge asks that a provider tells, to be "
        "proposed in the assignment.",
    )
    interest_weight: Decimal = Field(
        default=0.0,
        ge=0,
        le=1,
        description="How much what both sides say of each other weighs in the assignment; 0 "
        "shows it alone. A pair of which a side cannot is left out in any case.",
    )
    require_all: bool = Field(
        default=False,
        description="Whether every challenge must have the least number of providers of the "
        "programme; false serves as many as can be.",
    )


class RelaxationRead(BaseModel):
    """Changes that together make an assignment possible."""

    cost: int = Field(description="Steps: pairs, locks, or units of a bound.")
    changes: list[KeptMessage] = Field(description="Each in words, in English.")


class ShortfallRead(BaseModel):
    """A challenge that has fewer providers than it wishes for."""

    model_config = ConfigDict(from_attributes=True)

    challenge: str = Field(description="Its code.")
    providers: int = Field(description="How many it has.")
    missing: int = Field(description="How many more it wishes for.")
    open_to: int = Field(description="How many providers of the run may be matched with it.")
    would_serve: list[str] = Field(
        description="Codes of the best that would serve it with one place more."
    )
    too_little: int = Field(
        default=0,
        description="How many more keep the rules, but tell less of what the challenge asks "
        "than the floor of the assignment.",
    )


class AssignmentRead(BaseModel):
    """The best whole assignment of a run, or why there is none."""

    objective: Objective = Field(description="What counts first.")
    providers: tuple[int, int] = Field(description="Least and most for each challenge.")
    pairs: list[tuple[str, str]] = Field(description="Codes of challenge and solution.")
    total: float | None = Field(
        description="Sum of the scores, each rounded to 0.0001; null where there is none."
    )
    bound: float | None = Field(
        default=None,
        description="What no assignment as fair exceeds; equal to the total: the proof.",
    )
    fairness: list[float] = Field(
        default=[], description="The best score of each challenge, the worst-off first."
    )
    weakest_sum: float | None = Field(
        default=None, description="The least sum of a challenge, which maxmin raises."
    )
    reason: KeptMessage | None = Field(
        description="The conditions that contradict each other, in English."
    )
    relaxations: list[RelaxationRead] = Field(
        default=[], description="The cheapest relaxations, the cheapest first."
    )
    places: int | None = Field(
        default=None, description="How many challenges the providers can take together."
    )
    floor: float | None = Field(
        default=None,
        description="The least share of what a challenge asks that a provider tells, to be "
        "proposed; null in runs that had none.",
    )
    shortfalls: list[ShortfallRead] = Field(
        default=[],
        description="Challenges that have fewer providers than they wish for; empty where "
        "all wishes are met.",
    )
    untold: dict[str, Annotated[list[str], at_most(5)]] = Field(
        default={},
        description="What challenges ask for and no solution tells of, by their codes: phrases "
        "as the challenge wrote them, at most five.",
    )
    unread: list[str] = Field(
        default=[],
        description="The codes of submissions in an unknown language and without a summary: "
        "nobody stated which, and it was not recognised. Their texts do not count towards the "
        "coverage of a pair. Stating the language helps, or a summary in the working language.",
    )
    warnings: dict[str, list[WarningRead]] = Field(
        default={},
        description="What to look at in solutions, by their codes: those that are not listed "
        "for any challenge included.",
    )


class RunRead(BaseModel):
    """A run as those see it who may read runs."""

    model_config = ConfigDict(from_attributes=True)

    id: UUID
    code: str
    programme_id: Annotated[UUID, Names("programme", "programme")]
    state: RunState
    job_id: Annotated[int | None, Aside()] = Field(
        description="Its progress: GET /api/v1/jobs/{job_id}."
    )
    settings: RunSettings
    provisional: bool = Field(description="Whether it ranks what was not selected, or not yet.")
    n_challenges: int
    n_solutions: int
    n_background: Annotated[int, Aside()] = Field(
        description="Other submissions of this programme and of earlier ones, found eligible, "
        "that tell how rare words are; 0 in older runs."
    )
    digest: Annotated[str, Aside()] = Field(
        description="SHA-256 of the frozen inputs and the settings."
    )
    versions: Annotated[dict[str, str], Aside()] = Field(
        description="What it was computed with."
    )
    assignment: Annotated[
        AssignmentRead | None,
        Only("objective", "total", "weakest_sum", "reason"),
    ] = Field(
        description="Null until the run is complete; for who may read interests the one that "
        "heeds them."
    )
    created_at: datetime
    finished_at: datetime | None


class DossierQuery(BaseModel):
    """What can be chosen about a dossier."""

    model_config = ConfigDict(extra="forbid")

    language: Tag | None = Field(
        default=None, description="In which language it speaks; else as `Accept-Language` says."
    )


class RunQuery(ListQuery):
    """Filters of the list of runs."""

    code: Several[Reference] = Field(default=[], description="Repeat for several.")
    programme: Several[Reference] = Field(
        default=[], description="Identifiers or codes of programmes; repeatable."
    )
    state: Several[RunState] = Field(default=[], description="Repeat for several.")
