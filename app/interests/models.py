"""Where interests are stored. Storage only: rules live in the service."""

from datetime import datetime
from uuid import UUID

from sqlmodel import CheckConstraint, Field, UniqueConstraint

from app.core.storage.database import Record, UtcDateTime, enum_column
from app.interests.scale import InterestWord
from app.submissions.lifecycle import Kind


class Interest(Record, table=True):
    """What one side says of the other one, or is asked to say.

    `side` tells which of the two submissions is the teller's, `organisation_id` is its team.
    `asked_at` is since when staff have shown a solution to the owner of a challenge: of that
    alone can an owner say anything. `reason` is for the staff; it is emptied with its writer.
    """

    __table_args__ = (
        UniqueConstraint("side", "challenge_id", "solution_id"),
        CheckConstraint("(value IS NULL) = (told_at IS NULL)", name="told"),
        CheckConstraint("value IS NOT NULL OR asked_at IS NOT NULL", name="said"),
        CheckConstraint("value IS NOT NULL OR reason = ''", name="reason"),
    )

    programme_id: UUID = Field(foreign_key="programme.id", index=True)
    side: Kind = Field(sa_type=enum_column(Kind))
    challenge_id: UUID = Field(foreign_key="submission.id", index=True)
    solution_id: UUID = Field(foreign_key="submission.id", index=True)
    organisation_id: UUID = Field(foreign_key="organisation.id", index=True)
    value: InterestWord | None = Field(default=None, sa_type=enum_column(InterestWord))
    reason: str = ""
    told_by: UUID | None = Field(default=None, foreign_key="user_account.id", index=True)
    told_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    asked_at: datetime | None = Field(default=None, sa_type=UtcDateTime)

    @property
    def own_id(self) -> UUID:
        """The submission of the side that tells."""
        return self.challenge_id if self.side is Kind.CHALLENGE else self.solution_id

    def __repr__(self) -> str:
        """Name the row without what was said."""
        return f"Interest({self.id}, {self.side})"
