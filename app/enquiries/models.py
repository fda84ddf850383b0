"""Where questions about published challenges are stored. Rules live in `lifecycle`."""

from datetime import date, datetime
from uuid import UUID

from sqlmodel import CheckConstraint, Field, Index, UniqueConstraint

from app.core.storage.database import Record, UtcDateTime, enum_column
from app.enquiries.lifecycle import AskingState, EnquiryState


class Enquiry(Record, table=True):
    """A question about a published challenge, and its answer.

    `organisation_id` is the team that answers. `asker_id` is who asked: nobody but that person
    is ever told (`queries.of_asker` alone reads it), and it is emptied with the person.
    """

    __table_args__ = (
        UniqueConstraint("notice_id", "number"),
        CheckConstraint("(state = 'withdrawn') = (body = '')", name="withdrawn"),
        CheckConstraint("state != 'answered' OR answered_at IS NOT NULL", name="answered"),
        Index("ix_enquiry_asker_id_created_at", "asker_id", "created_at"),
    )

    notice_id: UUID = Field(foreign_key="public_notice.id")
    programme_id: UUID = Field(foreign_key="programme.id", index=True)
    organisation_id: UUID = Field(foreign_key="organisation.id", index=True)
    asker_id: UUID | None = Field(default=None, foreign_key="user_account.id")
    code: str
    number: int
    state: EnquiryState = Field(default=EnquiryState.WAITING, sa_type=enum_column(EnquiryState))
    language: str
    body: str
    edited_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    answer: str = ""
    answer_language: str = ""
    answered_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    corrected_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    reason: str = ""

    @property
    def question(self) -> str:
        """What is asked."""
        return self.body

    @property
    def asked_on(self) -> date:
        """On which day it was asked; the hour is for who asked alone."""
        return self.created_at.date()

    @property
    def asked_at(self) -> datetime:
        """When it was asked."""
        return self.created_at

    def __repr__(self) -> str:
        """Name the row without what was asked, and without who asked it."""
        return f"Enquiry({self.id})"


class Asking(Record, table=True):
    """Whether people may ask about a published challenge; there once staff have closed it."""

    notice_id: UUID = Field(foreign_key="public_notice.id", unique=True)
    state: AskingState = Field(default=AskingState.OPEN, sa_type=enum_column(AskingState))
