"""Where decisions and their releases are stored. Storage only: rules live in `lifecycle`."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlmodel import JSON, CheckConstraint, Column, Field, Index, text

from app.core.storage.database import Record, UtcDateTime, enum_column
from app.decisions.lifecycle import OPEN, DecisionOutcome, DecisionState
from app.submissions.lifecycle import Kind


def _one(name: str, column: str, states: Iterable[DecisionState]) -> Any:
    """Return the index that lets a submission stand in one decision of these states."""
    words = ", ".join(repr(state.value) for state in DecisionState if state in {*states})
    where = text(f"state IN ({words})")
    # The migration says the same to PostgreSQL; here that would load its dialect at each start.
    return Index(name, column, unique=True, sqlite_where=where)


class Release(Record, table=True):
    """The decisions of one call that were released together."""

    programme_id: UUID = Field(foreign_key="programme.id", index=True)
    call_id: UUID = Field(foreign_key="call.id", index=True)
    released_by: UUID | None = None
    decisions: int
    letters: int
    answer_by: datetime | None = Field(default=None, sa_type=UtcDateTime)


class Decision(Record, table=True):
    """What is decided about a submission, with the code of the submission.

    A submission has at most one that is being made, and at most one that counts. `drafted_by`
    wrote it last, `writers` are the keys of all who wrote a part of it. `corrects_id` is the
    released decision whose place it takes, and `in_place_of_id` the submission whose free
    place a reserve got; a correction of the words keeps it. `message` is what one side last
    said to the other with a step.
    """

    __table_args__ = (
        _one("uq_decision_made", "submission_id", OPEN),
        _one("uq_decision_counts", "submission_id", {DecisionState.RELEASED}),
        _one("uq_decision_promotes", "in_place_of_id", OPEN | {DecisionState.RELEASED}),
        CheckConstraint(
            "state NOT IN ('ready', 'approved') OR (reasons != '' AND feedback != '')",
            name="told",
        ),
        CheckConstraint(
            "state NOT IN ('approved', 'released', 'corrected') OR approved_at IS NOT NULL",
            name="approved",
        ),
        CheckConstraint("approved_by != drafted_by", name="two_people"),
        CheckConstraint(
            "state NOT IN ('released', 'corrected') OR released_at IS NOT NULL",
            name="released",
        ),
        CheckConstraint(
            "in_place_of_id IS NULL OR (outcome = 'selected' AND corrects_id IS NOT NULL)",
            name="promotes",
        ),
        # The table of a call reads its own rows alone.
        Index("ix_decision_listed", "call_id", "state", "code"),
    )

    programme_id: UUID = Field(foreign_key="programme.id", index=True)
    call_id: UUID = Field(foreign_key="call.id")
    submission_id: UUID = Field(foreign_key="submission.id", index=True)
    kind: Kind = Field(sa_type=enum_column(Kind))
    code: str = Field(index=True)
    outcome: DecisionOutcome = Field(sa_type=enum_column(DecisionOutcome))
    reasons: str = ""
    feedback: str = ""
    language: str
    state: DecisionState = Field(
        default=DecisionState.DRAFT, sa_type=enum_column(DecisionState)
    )
    message: str = ""
    drafted_by: UUID | None = Field(default=None, index=True)
    writers: list[str] = Field(default=[], sa_column=Column(JSON, nullable=False))
    approved_by: UUID | None = None
    approved_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    released_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    answer_by: datetime | None = Field(default=None, sa_type=UtcDateTime)
    release_id: UUID | None = Field(default=None, foreign_key="release.id", index=True)
    corrects_id: UUID | None = Field(default=None, foreign_key="decision.id", index=True)
    in_place_of_id: UUID | None = Field(default=None, foreign_key="submission.id")
