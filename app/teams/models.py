"""Where comments, statements of support and assisted entries are stored. Storage only.

Rules live in `lifecycle` and in the services.
"""

from datetime import datetime
from uuid import UUID

from sqlmodel import CheckConstraint, Field

from app.core.storage.database import Record, UtcDateTime, enum_column
from app.teams.lifecycle import EntryState, ThreadState


class AssistedEntry(Record, table=True):
    """That staff enter a submission for a team that cannot do it itself.

    `reason` is why; the team reads it. `confirmed_by` is who of the team has confirmed what was
    sent, by saying so or by sending it.
    """

    __tablename__ = "assisted_entry"
    __table_args__ = (
        CheckConstraint("(state = 'confirmed') = (confirmed_at IS NOT NULL)", name="confirmed"),
    )

    submission_id: UUID = Field(foreign_key="submission.id", unique=True)
    call_id: UUID = Field(foreign_key="call.id", index=True)
    begun_by: UUID = Field(foreign_key="user_account.id", index=True)
    reason: str
    state: EntryState = Field(default=EntryState.WRITING, sa_type=enum_column(EntryState))
    confirmed_by: UUID | None = Field(default=None, foreign_key="user_account.id", index=True)
    confirmed_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


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
