"""What goes in and out about reviews, and what reviewers may read."""

from datetime import datetime
from typing import Annotated, Any, Final
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from app.attachments.content import FileKind
from app.attachments.schemas import MOST_SHOWN
from app.core.base.references import Reference
from app.core.base.schemas import at_most
from app.core.base.text import Text
from app.core.storage.pagination import ListQuery, Several
from app.core.tables.exporting import Aside, Names
from app.questions.forms import MOST_QUESTIONS
from app.reviews.lifecycle import (
    Confidence,
    Recommendation,
    ReviewState,
)
from app.reviews.schemas.rubrics import MOST_CRITERIA, MOST_POINTS, CriterionKey
from app.submissions.content import Passage
from app.submissions.lifecycle import Kind
from app.submissions.schemas import MOST_THEMES, Reason

MOST_OTHERS: Final = 50
"""Other reviews of a submission that are shown."""
MOST_COMMENTS: Final = 200
"""Words of one discussion."""
Comment = Annotated[Text, StringConstraints(max_length=10_000)]


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


class Answered(BaseModel):
    """What a team said to a question of the call's own."""

    question: str
    answer: str


class ReviewedFile(BaseModel):
    """A file of the submission that its reviewer may read."""

    model_config = ConfigDict(from_attributes=True)

    id: UUID
    name: str
    kind: FileKind
    size: int = Field(description="In bytes.")


class ReviewedSupport(BaseModel):
    """Who of the team's superiors supports the submission, and what they say."""

    name: str
    office: str
    words: str
    answered_at: datetime
    before_last_change: bool = Field(
        description="Whether the submission has changed since they said it."
    )


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
    answers: Annotated[list[Answered], at_most(MOST_QUESTIONS)] | None = Field(
        default=None, description="To questions of the call's own that are for reviewers."
    )
    files: Annotated[list[ReviewedFile], at_most(MOST_SHOWN)] | None = Field(
        default=None,
        description="Null as well where the call is blind: a file may tell a team.",
    )
    support: ReviewedSupport | None = Field(
        default=None, description="Null as well where the call is blind: it names a person."
    )
    withheld_files: int | None = Field(
        default=None, description="How many files are not shown since the call is blind."
    )


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


def answers_of(review: Any) -> dict[str, Any]:
    """Return what a reviewer has written, as plain values."""
    text = ReviewText.model_validate({n: getattr(review, n) for n in ReviewText.model_fields})
    return text.model_dump(mode="json")
