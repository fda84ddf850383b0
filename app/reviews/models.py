"""Where reviews and all that they need are stored. Storage only: rules live in `lifecycle`."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlmodel import JSON, CheckConstraint, Column, Field, Index, UniqueConstraint, text

from app.core.storage.database import Record, UtcDateTime, enum_column
from app.reviews.lifecycle import (
    LIVE,
    Confidence,
    ConflictState,
    Recommendation,
    ReviewState,
)


def _states(states: Iterable[ReviewState]) -> str:
    return ", ".join(repr(state.value) for state in ReviewState if state in {*states})


def _json(empty: Any) -> Any:
    return Field(default=empty, sa_column=Column(JSON, nullable=False))


class Rubric(Record, table=True):
    """By what the submissions of a call are reviewed, by how many, and until when.

    `criteria` are dumps of `schemas.Criterion`; each is scored from 1 to `points`. `number`
    grows with each change of what is scored. The first review that is begun freezes that
    (`frozen_at`): all reviews of a call are written by one rubric. With `is_blind` a reviewer
    sees a code alone before the declaration, and never who the team is.
    """

    __table_args__ = (
        CheckConstraint("points BETWEEN 2 AND 7", name="points"),
        CheckConstraint("wanted BETWEEN 1 AND 9", name="wanted"),
    )

    programme_id: UUID = Field(foreign_key="programme.id", index=True)
    call_id: UUID = Field(foreign_key="call.id", unique=True)
    number: int = 1
    points: int = 5
    criteria: list[dict[str, Any]] = _json([])
    is_blind: bool = False
    wanted: int = 2
    due_at: datetime = Field(sa_type=UtcDateTime)
    frozen_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class Reviewer(Record, table=True):
    """Somebody who reviews in a programme: what they know, read, and how much they take on.

    No `languages` stands for all of them. Who is not `is_active` is assigned nothing new.
    """

    __table_args__ = (
        UniqueConstraint("programme_id", "user_id"),
        CheckConstraint("most BETWEEN 0 AND 500", name="most"),
    )

    programme_id: UUID = Field(foreign_key="programme.id")
    user_id: UUID = Field(foreign_key="user_account.id", index=True)
    themes: list[str] = _json([])
    languages: list[str] = _json([])
    expertise: str = ""
    most: int = 10
    is_active: bool = True


class Tie(Record, table=True):
    """An organisation to which a reviewer is tied, as they or the staff have said."""

    __table_args__ = (UniqueConstraint("user_id", "organisation_id"),)

    user_id: UUID = Field(foreign_key="user_account.id")
    organisation_id: UUID = Field(foreign_key="organisation.id", index=True)


class ConflictOfInterest(Record, table=True):
    """What stands between a reviewer and a submission, and what staff have made of it.

    `kinds` are those that stood when it was found or last resolved: a waiver covers nothing
    that appears later. `reason` is for the staff.
    """

    __tablename__ = "conflict_of_interest"
    __table_args__ = (
        UniqueConstraint("user_id", "submission_id"),
        CheckConstraint("state = 'possible' OR reason != ''", name="explained"),
        CheckConstraint("resolved_by != user_id", name="not_by_oneself"),
    )

    programme_id: UUID = Field(foreign_key="programme.id", index=True)
    call_id: UUID = Field(foreign_key="call.id", index=True)
    user_id: UUID = Field(foreign_key="user_account.id")
    submission_id: UUID = Field(foreign_key="submission.id", index=True)
    code: str
    kinds: list[str] = _json([])
    state: ConflictState = Field(
        default=ConflictState.POSSIBLE, sa_type=enum_column(ConflictState)
    )
    reason: str = ""
    resolved_by: UUID | None = None


class Review(Record, table=True):
    """What one reviewer is asked about one submission, and says, with its code.

    `scores` are from 1 to the points of the rubric, by the key of the criterion. `message` is
    what was last said with a step. `reminded_at` is when a letter last asked for it.
    """

    __table_args__ = (
        Index(
            "uq_review_live",
            "submission_id",
            "user_id",
            unique=True,
            sqlite_where=text(f"state IN ({_states(LIVE)})"),
        ),
        CheckConstraint(
            "state NOT IN ('submitted', 'locked') OR (submitted_at IS NOT NULL "
            "AND recommendation IS NOT NULL AND confidence IS NOT NULL AND comment_team != '')",
            name="complete",
        ),
        Index("ix_review_listed", "call_id", "state", "code"),
    )

    programme_id: UUID = Field(foreign_key="programme.id", index=True)
    call_id: UUID = Field(foreign_key="call.id")
    submission_id: UUID = Field(foreign_key="submission.id", index=True)
    code: str = Field(index=True)
    user_id: UUID = Field(foreign_key="user_account.id", index=True)
    state: ReviewState = Field(default=ReviewState.ASSIGNED, sa_type=enum_column(ReviewState))
    due_at: datetime = Field(sa_type=UtcDateTime)
    scores: dict[str, int] = _json({})
    comment_team: str = ""
    comment_staff: str = ""
    recommendation: Recommendation | None = Field(
        default=None, sa_type=enum_column(Recommendation)
    )
    confidence: Confidence | None = Field(default=None, sa_type=enum_column(Confidence))
    message: str = ""
    submitted_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    reminded_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class ReviewComment(Record, table=True):
    """A word in the discussion of a submission among its reviewers and the staff.

    `review_id` is the review of who wrote it; null for staff.
    """

    __tablename__ = "review_comment"
    __table_args__ = (Index("ix_review_comment_listed", "submission_id", "created_at"),)

    submission_id: UUID = Field(foreign_key="submission.id")
    review_id: UUID | None = Field(default=None, foreign_key="review.id", index=True)
    user_id: UUID | None = Field(default=None, foreign_key="user_account.id", index=True)
    body: str
