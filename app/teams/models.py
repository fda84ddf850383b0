"""Where comments and statements of support are stored. Storage only.

Rules live in `lifecycle` and in the services.
"""

from datetime import datetime
from uuid import UUID

from sqlmodel import CheckConstraint, Field

from app.core.storage.database import Record, UtcDateTime, enum_column
from app.teams.lifecycle import ThreadState


class TeamThread(Record, table=True):
    """Comments about one question of a submission; for those who work on it alone."""

    __tablename__ = "team_thread"

    submission_id: UUID = Field(foreign_key="submission.id", index=True)
    question: str
    state: ThreadState = Field(default=ThreadState.OPEN, sa_type=enum_column(ThreadState))


class TeamComment(Record, table=True):
    """What somebody says in a thread, and whom they ask."""

    __tablename__ = "team_comment"

    thread_id: UUID = Field(foreign_key="team_thread.id", index=True, ondelete="CASCADE")
    user_id: UUID = Field(foreign_key="user_account.id", index=True)
    asked_id: UUID | None = Field(default=None, foreign_key="user_account.id", index=True)
    body: str
    edited_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class SupportStatement(Record, table=True):
    """What a superior of a team is asked about its submission, and says.

    Of the link in the letter only the hash is kept, until it was used. `seen` is the
    fingerprint of what stood in the submission when they answered. `ended_at` tells since when
    the team asks somebody else, or again.
    """

    __tablename__ = "support_statement"
    __table_args__ = (
        CheckConstraint("(answered_at IS NULL) = (supports IS NULL)", name="answered"),
    )

    submission_id: UUID = Field(foreign_key="submission.id", index=True)
    name: str
    office: str
    email: str
    language: str | None = Field(default=None, max_length=2)
    digest: str | None = Field(default=None, unique=True)
    ends_at: datetime = Field(sa_type=UtcDateTime)
    ended_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    answered_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    supports: bool | None = None
    words: str = ""
    seen: str = ""

    def __repr__(self) -> str:
        """Name the row without personal data."""
        return f"SupportStatement({self.id})"
