"""What goes in and out about reviews; a form for the staff, and one for reviewers."""

from datetime import datetime
from typing import Annotated, Any, Final, Self
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

from app.core.base.messages import Message
from app.core.base.numbers import Whole
from app.core.base.references import Reference
from app.core.base.schemas import Instant, at_most
from app.core.base.text import Line, Text
from app.core.storage.pagination import ListQuery, Several
from app.core.tables.exporting import Aside, Names
from app.reviews.lifecycle import (
    Confidence,
    ConflictKind,
    ConflictState,
    Recommendation,
    ReviewState,
)
from app.submissions.content import Passage
from app.submissions.lifecycle import Kind
from app.submissions.schemas import MOST_THEMES, Language, Reason, ThemeKey

MOST_CRITERIA: Final = 12
MOST_POINTS: Final = 7
MOST_WANTED: Final = 9
MOST_REVIEWS: Final = 500
"""How many reviews one person takes on at most."""
MOST_LANGUAGES: Final = 20
MOST_OTHERS: Final = 50
"""Other reviews of a submission that are shown."""
MOST_COMMENTS: Final = 200
"""Words of one discussion."""

CriterionKey = Annotated[str, StringConstraints(pattern="^[a-z][a-z0-9-]{0,39}$")]
Anchor = Annotated[Line, StringConstraints(max_length=300)]
Comment = Annotated[Text, StringConstraints(max_length=10_000)]


class Criterion(BaseModel):
    """One thing by which a submission is judged."""

    model_config = ConfigDict(extra="forbid")

    key: CriterionKey
    title: Annotated[Line, StringConstraints(min_length=1, max_length=200)]
    hint: Annotated[Text, StringConstraints(max_length=1000)] = ""
    weight: Whole = Field(default=1, ge=1, le=10, description="How much it counts.")
    anchors: list[Anchor] = Field(
        default=[],
        max_length=MOST_POINTS,
        description="What each point means, from 1 on; the first and the last are needed.",
    )


class RubricDraft(BaseModel):
    """By what the submissions of a call are reviewed, by how many, and until when."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [
                {
                    "points": 3,
                    "criteria": [
                        {
                            "key": "need",
                            "title": "How great the need is",
                            "weight": 2,
                            "anchors": ["hardly any", "some", "many people wait for it"],
                        }
                    ],
                    "is_blind": False,
                    "wanted": 2,
                    "due_at": "2027-03-01T18:00:00+01:00",
                }
            ]
        },
    )

    points: Whole = Field(default=5, ge=2, le=MOST_POINTS, description="The best score.")
    criteria: list[Criterion] = Field(min_length=1, max_length=MOST_CRITERIA)
    is_blind: bool = Field(
        default=False,
        description="Whether reviewers see a code alone before the declaration, and never who "
        "the team is.",
    )
    wanted: Whole = Field(
        default=2, ge=1, le=MOST_WANTED, description="Reviewers that each submission wants."
    )
    due_at: Instant = Field(description="Until when reviews are asked for.")

    @model_validator(mode="after")
    def _fits_together(self) -> Self:
        keys = [one.key for one in self.criteria]
        if len({*keys}) < len(keys):
            raise ValueError(Message("give each criterion a key of its own"))
        for one in self.criteria:
            ends = (one.anchors[:1], one.anchors[-1:])
            if len(one.anchors) != self.points or not all(end and end[0] for end in ends):
                raise ValueError(
                    Message(
                        "say for “{criterion}” what {points} points mean, at least the lowest "
                        "and the highest",
                        criterion=one.title,
                        points=self.points,
                    )
                )
        return self


class RubricRead(BaseModel):
    """The rubric of a call."""

    model_config = ConfigDict(from_attributes=True)

    id: UUID
    programme_id: UUID
    call_id: UUID
    number: int = Field(description="Grows with each change of what is scored.")
    points: int
    criteria: Annotated[list[Criterion], at_most(MOST_CRITERIA)]
    is_blind: bool
    wanted: int
    due_at: datetime
    frozen_at: datetime | None = Field(description="When the first review was begun by it.")
    version: int


class ReviewerDraft(BaseModel):
    """What a reviewer knows, reads, and takes on."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [
                {
                    "themes": ["practice:open-source"],
                    "languages": ["en", "fr"],
                    "expertise": "Ten years of data platforms for cities.",
                    "most": 12,
                }
            ]
        },
    )

    themes: list[ThemeKey] = Field(default=[], max_length=MOST_THEMES)
    languages: list[Language] = Field(
        default=[], max_length=MOST_LANGUAGES, description="None stands for all of them."
    )
    expertise: Annotated[Text, StringConstraints(max_length=3000)] = ""
    most: Whole = Field(default=10, ge=0, le=MOST_REVIEWS, description="Reviews at most.")
    is_active: bool = Field(default=True, description="Whether they are asked again.")


class NewReviewer(ReviewerDraft):
    """A person with the role `reviewer` who is to review in a programme."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [
                {
                    "programme_id": "gov2gov-2027",
                    "user_id": "9b2f4a4e-6f0e-4c1c-9b3e-0d6c1f3a7b52",
                    "themes": ["practice:open-source"],
                    "most": 12,
                }
            ]
        },
    )

    programme_id: Reference
    user_id: UUID


class ReviewerRead(BaseModel):
    """A reviewer of a programme, for the staff."""

    model_config = ConfigDict(from_attributes=True)

    id: UUID
    programme_id: Annotated[UUID, Names("programme", "programme")]
    user_id: Annotated[UUID, Names("decider", "reviewer")]
    themes: Annotated[list[str], at_most(MOST_THEMES)]
    languages: Annotated[list[str], at_most(MOST_LANGUAGES)]
    expertise: str
    most: int
    is_active: bool
    version: Annotated[int, Aside()]
    created_at: datetime
    updated_at: datetime


class ReviewerQuery(ListQuery):
    """Filters of the list of reviewers."""

    programme: Several[Reference] = Field(
        default=[], description="Identifiers or codes of programmes; repeatable."
    )


class ReviewText(BaseModel):
    """What a reviewer writes."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [
                {
                    "scores": {"need": 3},
                    "comment_team": "The need is clear and told in figures.",
                    "comment_staff": "",
                    "recommendation": "select",
                    "confidence": "high",
                }
            ]
        },
    )

    scores: dict[CriterionKey, Annotated[int, Field(ge=1, le=MOST_POINTS, strict=True)]] = (
        Field(
            default={},
            max_length=MOST_CRITERIA,
            description="From 1 to the points of the rubric, by the key of the criterion.",
        )
    )
    comment_team: Comment = Field(
        default="", description="For those who decide; they may pass it on to the team."
    )
    comment_staff: Comment = Field(default="", description="For the staff alone.")
    recommendation: Recommendation | None = None
    confidence: Confidence | None = Field(
        default=None, description="How well you know the field."
    )


Scores = Annotated[dict[str, int], Field(json_schema_extra={"maxProperties": MOST_CRITERIA})]


class ReviewRead(BaseModel):
    """A review as its reviewer sees it, and the staff."""

    model_config = ConfigDict(from_attributes=True)

    id: UUID
    code: str = Field(description="That of the submission.")
    programme_id: Annotated[UUID, Names("programme", "programme")]
    call_id: Annotated[UUID, Names("call", "call")]
    user_id: Annotated[UUID, Names("decider", "reviewer")]
    state: ReviewState
    due_at: datetime
    scores: Scores
    comment_team: str
    comment_staff: str
    recommendation: Recommendation | None
    confidence: Confidence | None
    message: str = Field(description="What was last said with a step.")
    submitted_at: datetime | None
    version: Annotated[int, Aside()]
    created_at: datetime
    updated_at: datetime


class ReviewQuery(ListQuery):
    """Filters of the list of reviews."""

    state: Several[ReviewState] = Field(default=[], description="Repeat for several.")
    code: Several[Reference] = Field(default=[], description="Codes of submissions.")
    call: Several[Reference] = Field(
        default=[], description="Identifiers or codes of calls; repeatable."
    )
    programme: Several[Reference] = Field(
        default=[], description="Identifiers or codes of programmes; repeatable."
    )


class NewReview(BaseModel):
    """Who is asked by hand to review what."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [
                {
                    "submission_id": "CH-2027-001",
                    "user_id": "9b2f4a4e-6f0e-4c1c-9b3e-0d6c1f3a7b52",
                }
            ]
        },
    )

    submission_id: Reference = Field(description="A challenge or a solution, or its code.")
    user_id: UUID


class ReviewStepTaken(BaseModel):
    """What may be said when a step is taken."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={"examples": [{"reason": "I worked with this team until May."}]},
    )

    reason: Reason = Field(default="", description="For the staff, where a step asks.")


class Told(BaseModel):
    """One passage of a submission."""

    name: str
    text: str


class SubjectRead(BaseModel):
    """What a reviewer may know of the submission at present: the rest is null.

    Before the declaration that is title, organisation and themes; a code alone where the call
    is blind. The text comes with the declaration.
    """

    code: str
    kind: Kind
    language: str | None = None
    title: str | None = None
    organisation: str | None = None
    country: str | None = None
    themes: Annotated[list[str], at_most(MOST_THEMES)] | None = None
    summary: Passage | None = None
    passages: Annotated[list[Told], at_most(MOST_CRITERIA)] | None = None


class OtherReviewRead(BaseModel):
    """What another reviewer has written, without a name."""

    number: int = Field(description="Which reviewer of the submission it is.")
    scores: Scores
    mean: float
    comment_team: str
    recommendation: Recommendation | None
    confidence: Confidence | None


class NewComment(BaseModel):
    """A word in a discussion."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={"examples": [{"body": "I saw the figures otherwise."}]},
    )

    body: Annotated[Text, StringConstraints(min_length=1, max_length=3000)]


class CommentRead(BaseModel):
    """A word in a discussion, without a name."""

    id: UUID
    number: int | None = Field(description="Which reviewer wrote it; null for the staff.")
    by_you: bool
    body: str
    created_at: datetime


class DiscussionRead(BaseModel):
    """The other reviews of a submission, and what is said about them."""

    reviews: Annotated[list[OtherReviewRead], at_most(MOST_OTHERS)]
    comments: Annotated[list[CommentRead], at_most(MOST_COMMENTS)]


class ConflictRead(BaseModel):
    """What stands between a reviewer and a submission, for the staff."""

    model_config = ConfigDict(from_attributes=True)

    id: UUID
    code: str = Field(description="That of the submission.")
    programme_id: Annotated[UUID, Names("programme", "programme")]
    call_id: Annotated[UUID, Names("call", "call")]
    user_id: Annotated[UUID, Names("decider", "reviewer")]
    kinds: Annotated[list[ConflictKind], at_most(len(ConflictKind))]
    state: ConflictState
    reason: str
    resolved_by: Annotated[UUID | None, Names("decider", "resolved_by")]
    version: Annotated[int, Aside()]
    created_at: datetime
    updated_at: datetime


class ConflictQuery(ListQuery):
    """Filters of the list of conflicts of interest."""

    state: Several[ConflictState] = Field(default=[], description="Repeat for several.")
    code: Several[Reference] = Field(default=[], description="Codes of submissions.")
    call: Several[Reference] = Field(
        default=[], description="Identifiers or codes of calls; repeatable."
    )


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


def answers_of(review: Any) -> dict[str, Any]:
    """Return what a reviewer has written, as plain values."""
    text = ReviewText.model_validate({n: getattr(review, n) for n in ReviewText.model_fields})
    return text.model_dump(mode="json")
