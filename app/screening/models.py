"""Where exclusions are stored. Storage only: rules live in `lifecycle`."""

from datetime import datetime
from uuid import UUID

from sqlmodel import CheckConstraint, Field, Index, text

from app.core.storage.database import Record, UtcDateTime, enum_column
from app.screening.lifecycle import ExclusionState
from app.submissions.lifecycle import Kind


class Exclusion(Record, table=True):
    """That a submission is not eligible, with the code of the submission.

    At most one is proposed of a submission: of the version that was handed in at `sent_at`.
    `rule` is the condition that is not met, `feedback` what the team reads beside it, once
    somebody has approved; `message` is what was said with the last step.
    """

    __table_args__ = (
        # The migration says the same to PostgreSQL; here that would load its dialect.
        Index(
            "uq_exclusion_proposed",
            "submission_id",
            unique=True,
            sqlite_where=text("state = 'proposed'"),
        ),
        CheckConstraint(
            "state NOT IN ('approved', 'refused') OR settled_by IS NULL"
            " OR settled_by != proposed_by",
            name="two_people",
        ),
        CheckConstraint("(state = 'proposed') = (settled_at IS NULL)", name="settled"),
        Index("ix_exclusion_listed", "programme_id", "state", "code"),
    )

    programme_id: UUID = Field(foreign_key="programme.id")
    call_id: UUID = Field(foreign_key="call.id", index=True)
    submission_id: UUID = Field(foreign_key="submission.id", index=True)
    kind: Kind = Field(sa_type=enum_column(Kind))
    code: str = Field(index=True)
    sent_at: datetime = Field(sa_type=UtcDateTime)
    rule: str
    feedback: str
    state: ExclusionState = Field(
        default=ExclusionState.PROPOSED, sa_type=enum_column(ExclusionState)
    )
    message: str = ""
    proposed_by: UUID | None = None
    settled_by: UUID | None = None
    settled_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
