"""Where comments beside questions are stored. Storage only: rules live in `lifecycle`."""

from datetime import datetime
from uuid import UUID

from sqlmodel import Field

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
