"""What goes in and out about matches and their offers."""

from datetime import datetime
from typing import Annotated, Final
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from app.core.base.references import Reference
from app.core.base.schemas import MOST_MISSING, Instant, Told, at_most
from app.core.storage.pagination import ListQuery, Several
from app.core.tables.exporting import Aside, Names
from app.matches.lifecycle import Consent, DeclineReason, MatchState, Side
from app.matchmaking.schemas.parties import PartyRead
from app.matchmaking.schemas.settings import MOST_NEEDS
from app.matchmaking.schemas.suggestions import NeedRead, PassagesRead
from app.submissions.schemas import MOST_THEMES, Reason

MOST_OFFERS: Final = 1_000
"""Pairs that are offered at once, and those that are named beside them."""
MOST_SENTENCES: Final = 10
MOST_PHRASES: Final = 20
MOST_CONTACTS: Final = 100


class MatchRead(BaseModel):
    """A challenge and a solution that people brought together."""

    id: UUID
    code: str
    challenge: PartyRead
    solution: PartyRead
    state: MatchState
    answer_by: datetime | None = Field(
        description="Until when both teams accept or decline; null where they were not asked."
    )
    created_at: datetime


class ContactRead(BaseModel):
    """Somebody of the other team."""

    model_config = ConfigDict(from_attributes=True)

    name: str
    email: str


class MatchTeamRead(MatchRead):
    """A match as one of its two teams reads it: in words, without a score."""

    side: Side = Field(description="Which of the two is yours.")
    answer: Consent | None = Field(description="What your team has said; null for nothing yet.")
    answered_at: datetime | None
    answered_by: str | None = Field(description="The name of the colleague who answered.")
    reasons: Annotated[list[Told], at_most(MOST_SENTENCES)] = Field(
        description="Why the two are brought together, in sentences."
    )
    phrases: Annotated[list[str], at_most(MOST_PHRASES)] = Field(
        description="What both mention, in the words of the challenge."
    )
    themes: Annotated[list[str], at_most(MOST_THEMES)] = Field(
        description="Keys of the themes that both name."
    )
    passages: PassagesRead | None = Field(
        description="The best passage of each side; null where no run lists the pair."
    )
    points: Annotated[list[NeedRead], at_most(MOST_NEEDS)] = Field(
        description="What the challenge asks, and where the solution tells of it."
    )
    contacts: Annotated[list[ContactRead], at_most(MOST_CONTACTS)] = Field(
        description="How to reach the other team; empty before both have accepted."
    )


class MatchStaffRead(MatchRead):
    """A match with what both sides said, and what staff have noted about it."""

    notes: str
    programme_id: Annotated[UUID, Names("programme", "programme")]
    run_id: Annotated[UUID | None, Names("run", "run")] = Field(
        description="From whose chosen pairs it comes."
    )
    score: float | None = Field(
        description="As the run gave it; null where it does not list the pair."
    )
    offered_at: datetime | None
    offered_by: Annotated[UUID | None, Names("decider", "offered_by")]
    challenge_answer: Consent | None
    challenge_answered_at: datetime | None
    solution_answer: Consent | None
    solution_answered_at: datetime | None
    decline_reason: DeclineReason | None
    decline_reason_text: str | None = Field(
        description="What the team wrote who declined; null for nothing, and once erased."
    )
    settled_at: datetime | None = Field(description="When its answers came to an end.")
    replaces_id: Annotated[UUID | None, Names("match", "replaces")] = Field(
        description="The match in whose place it was offered."
    )
    version: Annotated[int, Aside()] = Field(description="Grows with each change.")


class MatchQuery(ListQuery):
    """Filters of the list of matches."""

    code: Several[Reference] = Field(default=[], description="Repeat for several.")
    state: Several[MatchState] = Field(default=[], description="Repeat for several.")
    programme: Several[Reference] = Field(
        default=[], description="Identifiers or codes of programmes; repeatable."
    )


class MatchStepTaken(BaseModel):
    """What may be said when a step is taken."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [{"why": "no_time", "reason": "Our team moves house in autumn."}]
        },
    )

    why: DeclineReason | None = Field(
        default=None, description="Why you decline; only staff read it."
    )
    reason: Reason = Field(
        default="",
        description="In your own words, where you decline or end; only staff read it.",
    )
    side: Side | None = Field(
        default=None, description="For which side you answer, should both be of your teams."
    )


# --- offers --------------------------------------------------------------------------------


class NewPreparation(BaseModel):
    """From which run offers are prepared."""

    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"examples": [{"run_id": "RUN-2027-001"}]}
    )

    run_id: Reference = Field(description="A complete run, with chosen pairs.")


class UnofferedRead(BaseModel):
    """A chosen pair that cannot be offered, and why."""

    model_config = ConfigDict(from_attributes=True)

    challenge: str = Field(description="Its code.")
    solution: str = Field(description="Its code.")
    problem: Told


class PreparedRead(BaseModel):
    """What was prepared from the chosen pairs of a run."""

    run_id: UUID
    prepared: int = Field(description="How many offers are new.")
    left_out: Annotated[list[UnofferedRead], at_most(MOST_OFFERS)]


class OfferLineRead(BaseModel):
    """One offer that is about to be sent."""

    model_config = ConfigDict(from_attributes=True)

    id: UUID
    code: str
    challenge: PartyRead
    solution: PartyRead
    score: float | None
    first_time: bool = Field(description="Whether the provider has had no match before.")


class MissingRead(BaseModel):
    """Why offers cannot be sent yet, because of one of them."""

    model_config = ConfigDict(from_attributes=True)

    code: str
    problem: Told


class OutlookRead(BaseModel):
    """Who would get what, what it costs, and how fair it is."""

    run_id: UUID
    offers: Annotated[list[OfferLineRead], at_most(MOST_OFFERS)]
    missing: Annotated[list[MissingRead], at_most(MOST_MISSING)] = Field(
        description="All that stands in the way; empty where they can be sent."
    )
    total: float = Field(
        description="Sum of the scores of these offers and of those that are out already."
    )
    best: float | None = Field(
        description="Sum of the scores of the assignment that the run found; null for none."
    )
    cost: float | None = Field(description="The best, less the total.")
    unscored: int = Field(description="Pairs that the run does not list, and so have no score.")
    lowest: float | None = Field(description="Of the best score that each challenge gets.")
    median: float | None = Field(description="Of the same.")
    first_timers: int = Field(description="Providers that have had no match before.")
    countries: int = Field(description="From how many countries the providers come.")
    challenges_left: Annotated[list[PartyRead], at_most(MOST_OFFERS)] = Field(
        description="Challenges of the run without any offer or match."
    )
    solutions_left: Annotated[list[PartyRead], at_most(MOST_OFFERS)] = Field(
        description="Solutions of the run without any offer or match."
    )
    tag: str = Field(description="Of what is told here, to be sent as `expected`.")


class NewOffers(BaseModel):
    """Which offers are sent, and until when both sides answer."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [{"run_id": "RUN-2027-001", "answer_by": "2027-07-31T18:00:00+02:00"}]
        },
    )

    run_id: Reference
    answer_by: Instant
    expected: Annotated[str, StringConstraints(max_length=100)] | None = Field(
        default=None,
        description="The tag of the offers as they were looked at (412 where they have "
        "changed since, whose `ETag` is the present tag); null for whatever stands there.",
    )


class OffersSentRead(BaseModel):
    """What was sent."""

    run_id: UUID
    offers: int
    letters: int
    answer_by: datetime


# --- replacements --------------------------------------------------------------------------


class ReplacementRead(BaseModel):
    """A provider that may take the place of another one, and what that costs."""

    solution: PartyRead
    rank: int = Field(description="In the list of the challenge; 1 is best.")
    score: float
    best: bool = Field(
        description="Whether the best assignment holds it, with all others kept."
    )
    cost: float | None = Field(
        description="What the best assignment loses in total if this one is taken; null where "
        "it cannot be taken with all others kept."
    )
    problem: Told | None = Field(
        description="Why it cannot be offered at present; null where it can."
    )


class RejectedRead(BaseModel):
    """A provider that is not proposed for the challenge, and why."""

    solution: PartyRead
    problem: Told


class ReplacementsRead(BaseModel):
    """Who may take the place of a match that came to nothing: the cheapest first."""

    match_id: UUID
    candidates: Annotated[list[ReplacementRead], at_most(MOST_OFFERS)]
    rejected: Annotated[list[RejectedRead], at_most(MOST_OFFERS)] = Field(
        description="What people rejected for this challenge, and what came to nothing before."
    )


class NewReplacement(BaseModel):
    """Who is offered in place of a match that came to nothing."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [
                {"solution_id": "SO-2027-004", "answer_by": "2027-08-15T18:00:00+02:00"}
            ]
        },
    )

    solution_id: Reference
    answer_by: Instant
