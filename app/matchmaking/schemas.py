"""What goes in and out about runs, suggestions, verdicts and matches."""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from app.core.jobs import JobState
from app.core.lists import ListQuery
from app.core.text import Text
from app.matchmaking.lifecycle import MatchState, Outcome, RunState
from app.submissions.lifecycle import Kind


class RunSettings(BaseModel):
    """Everything beside the inputs that a run's answer depends on."""

    model_config = ConfigDict(frozen=True)

    top: int
    text_weight: float
    providers_min: int
    providers_max: int
    working_language: str
    cross_border: bool = Field(
        default=True, description="Whether a pair of one country is left out."
    )
    encoder: str | None = Field(
        default=None,
        description="SHA-256 of the sentence encoder; null where words alone count.",
    )


class NewRun(BaseModel):
    """What somebody says who asks for a run."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [{"programme_id": "6c6f2a0e-8a52-4b0c-9d3e-0c1f5b1f7a11"}]
        },
    )

    programme_id: UUID
    top: int | None = Field(
        default=None, ge=1, le=50, description="Suggestions kept for each challenge."
    )
    text_weight: float | None = Field(
        default=None, ge=0, le=1, description="Share of the texts in the score."
    )


class AssignmentRead(BaseModel):
    """The best whole assignment of a run, or why there is none."""

    objective: Literal["total"] = Field(description="What is as large as can be.")
    providers: tuple[int, int] = Field(description="Least and most for each challenge.")
    pairs: list[tuple[str, str]] = Field(description="Codes of challenge and solution.")
    total: float | None = Field(description="Sum of the scores; null where there is none.")
    reason: str | None = Field(description="What stands in the way of an assignment.")


class RunRead(BaseModel):
    """A run as those see it who may read runs."""

    model_config = ConfigDict(from_attributes=True)

    id: UUID
    code: str
    programme_id: UUID
    state: RunState
    job_id: int | None = Field(description="Its progress: GET /api/v1/jobs/{job_id}.")
    settings: RunSettings
    n_challenges: int
    n_solutions: int
    digest: str = Field(description="SHA-256 of the frozen inputs and the settings.")
    versions: dict[str, str] = Field(description="What it was computed with.")
    assignment: AssignmentRead | None = Field(description="Null until the run is complete.")
    created_at: datetime
    finished_at: datetime | None


class RunQuery(ListQuery):
    """Filters of the list of runs."""

    programme: list[str] = Field(default=[], description="Codes of programmes; repeatable.")
    state: list[RunState] = Field(default=[], description="Repeat for several.")


class PartyRead(BaseModel):
    """A challenge or a solution, as a suggestion names it."""

    model_config = ConfigDict(from_attributes=True)

    id: UUID
    code: str
    title: str
    organisation: str
    country: str


class ContributionRead(BaseModel):
    """One share of a score; all of them add up to it."""

    kind: Literal["word", "theme", "meaning", "missing"]
    feature: str = Field(
        description="A stem, the key of a theme, the sentence encoder, or the missing part."
    )
    share: float
    words: list[str] = Field(description="As people wrote them, on one side and the other.")


class PassageRead(BaseModel):
    """A passage with the places of the words that both sides use."""

    field: str = Field(description="Which passage of the submission.")
    text: str
    marks: list[tuple[int, int]] = Field(description="Start and end, in characters.")


class PassagesRead(BaseModel):
    """The best passage on both sides; null where a side has no words."""

    challenge: PassageRead | None
    solution: PassageRead | None


class VerdictRead(BaseModel):
    """What somebody decided about a suggestion, and why."""

    model_config = ConfigDict(from_attributes=True)

    id: UUID
    suggestion_id: UUID
    outcome: Outcome
    reason: str
    decided_by: UUID | None
    created_at: datetime


class HubRead(BaseModel):
    """How often a solution is among the first three, if more than chance explains."""

    places: int = Field(description="Challenges that have it among their first three.")
    eligible: int = Field(description="Challenges that are open to it.")
    expected: float = Field(description="Places that chance would give it.")


class SuggestionRead(BaseModel):
    """One line of the ranked list of a challenge, with its reasons."""

    id: UUID
    run_id: UUID
    challenge: PartyRead
    solution: PartyRead
    rank: int = Field(description="1 is best.")
    score: float = Field(description="text_part + theme_part.")
    text_part: float
    theme_part: float
    coverage: float = Field(description="Share of the score that could be computed, 0 to 1.")
    band: str | None = Field(description="Among the run's eligible pairs; null below 30 pairs.")
    stability: float | None = Field(
        description="Share of small turns of weights and words in which it keeps its rank."
    )
    turns_at: float | None = Field(
        description="Weight of the text at which it and the next are level; null for none."
    )
    hub: HubRead | None = Field(
        description="Set where the solution stands high for more challenges than by chance."
    )
    assigned: bool = Field(description="Whether the best whole assignment holds the pair.")
    contributions: list[ContributionRead]
    passages: PassagesRead
    verdict: VerdictRead | None


class PreviewQuery(BaseModel):
    """What can be chosen about a preview."""

    model_config = ConfigDict(extra="forbid")

    top: int = Field(default=10, ge=1, le=50, description="Lines at the most.")


class PreviewLineRead(BaseModel):
    """One pair of a preview, with its reasons."""

    challenge: PartyRead
    solution: PartyRead
    rank: int = Field(description="Place of the solution among those for the challenge.")
    score: float = Field(description="text_part + theme_part.")
    text_part: float
    theme_part: float
    coverage: float = Field(description="Share of the score that could be computed, 0 to 1.")
    contributions: list[ContributionRead]
    passages: PassagesRead


class PreviewRead(BaseModel):
    """Where a submission would stand among what is selected now; stored nowhere."""

    submission_id: UUID
    kind: Kind
    model: str | None = Field(
        description="Version of the model; null where nothing is selected to compare with."
    )
    lines: list[PreviewLineRead] = Field(description="The best first.")


class SuggestionQuery(ListQuery):
    """Filters of the suggestions of a run."""

    challenge: list[UUID] = Field(default=[], description="Repeat for several.")
    solution: list[UUID] = Field(default=[], description="Repeat for several.")
    assigned: bool | None = None


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


class JobRead(BaseModel):
    """How far a piece of background work is."""

    id: int
    name: str
    state: JobState
    attempts: int
    done: int = Field(description="Progress: so many of `total`.")
    total: int
    result: str | None = Field(description="Where to read on.")
    created_at: datetime
    finished_at: datetime | None
