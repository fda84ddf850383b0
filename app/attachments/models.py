"""Where files of submissions are stored. Storage only: rules live in `lifecycle`."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import LargeBinary
from sqlmodel import CheckConstraint, Column, Field, SQLModel

from app.attachments.content import FileKind
from app.attachments.lifecycle import FileState
from app.core.storage.database import Record, UtcDateTime, enum_column


class Attachment(Record, table=True):
    """A file of a submission; what it holds stands in its pieces.

    `question` is the key of the question that it answers; without one it belongs to the
    submission as a whole. `handed_in` tells that it belonged to what its team has submitted
    and taken back: it is not removed for good until that no longer counts.
    """

    __table_args__ = (
        CheckConstraint("(state = 'removed') = (removed_at IS NOT NULL)", name="removed"),
        CheckConstraint("size > 0", name="size"),
    )

    submission_id: UUID = Field(foreign_key="submission.id", index=True)
    question: str | None = None
    name: str
    kind: FileKind = Field(sa_type=enum_column(FileKind))
    size: int
    sha256: str
    state: FileState = Field(default=FileState.KEPT, sa_type=enum_column(FileState))
    removed_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    handed_in: bool = False


class AttachmentPiece(SQLModel, table=True):
    """A piece of what a file holds: nobody who reads or writes it has all of it in memory."""

    __tablename__ = "attachment_piece"

    attachment_id: UUID = Field(
        primary_key=True, foreign_key="attachment.id", ondelete="CASCADE"
    )
    number: int = Field(primary_key=True)
    content: bytes = Field(sa_column=Column(LargeBinary, nullable=False))
