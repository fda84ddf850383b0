"""Where texts of letters are stored, and what was reminded of."""

from datetime import datetime
from uuid import UUID

from sqlmodel import Field, Index, SQLModel, UniqueConstraint

from app.core.storage.database import Record, UtcDateTime, enum_column
from app.notifications.letter_texts import LetterKind


class LetterTemplate(Record, table=True):
    """How the letters of a call read, for one kind of letter in one language.

    Where there is none, the letter reads as the service has it (`letter_texts.TEXTS`).
    """

    __tablename__ = "letter_template"
    __table_args__ = (UniqueConstraint("call_id", "kind", "language"),)

    call_id: UUID = Field(foreign_key="call.id")
    kind: LetterKind = Field(sa_type=enum_column(LetterKind))
    language: str
    subject: str
    body: str


class Reminder(SQLModel, table=True):
    """That a letter which a date asks for was written: there is one of each.

    `about` is the key of what it is about, and `due_at` the instant from which it was due.
    """

    __table_args__ = (Index("ix_reminder_due_at", "due_at"),)

    kind: LetterKind = Field(primary_key=True, sa_type=enum_column(LetterKind))
    about: UUID = Field(primary_key=True)
    due_at: datetime = Field(primary_key=True, sa_type=UtcDateTime)
