"""Where practices are stored. Storage only: rules live in `lifecycle`.

What a team writes and what everybody reads are two rows: the second is written by the step
that lists it, and is gone with it. So no list of what is public can show a draft.
"""

from datetime import UTC, date, datetime, time
from uuid import UUID

from sqlalchemy import Connection, event
from sqlalchemy.orm import Mapper
from sqlmodel import JSON, CheckConstraint, Column, Field, Index, SQLModel

from app.core.base.text import comparable
from app.core.storage import upserts
from app.core.storage.database import Record, UtcDateTime, enum_column
from app.core.tables.countries import name_of
from app.register.lifecycle import PracticeState


def at_midnight(day: date | None) -> datetime | None:
    """Return the instant at which a day begins in UTC."""
    return datetime.combine(day, time(), UTC) if day else None


class PracticeText(SQLModel):
    """What a practice says, as it is written and as it is listed."""

    title: str = ""
    summary: str = ""
    text: str = ""
    results: str = ""
    language: str | None = None
    source_date: date | None = None
    themes: list[str] = Field(sa_type=JSON)
    works_in: list[str] = Field(sa_type=JSON)
    sources: list[str] = Field(sa_type=JSON)

    @property
    def source_at(self) -> datetime | None:
        """The day of what is told as an instant of UTC, as pages write it."""
        return at_midnight(self.source_date)


class Practice(PracticeText, Record, table=True):
    """A practice as its team writes it.

    `organisation_id` is of who offers it; where it is null, staff have entered it from public
    sources, and `organisation` and `countries` say who stands behind it. `listed_at` is null
    where nothing of it is listed.
    """

    __tablename__ = "practice"
    __table_args__ = (
        CheckConstraint("state != 'listed' OR listed_at IS NOT NULL", name="listed"),
        CheckConstraint("state != 'offered' OR offered_at IS NOT NULL", name="offered"),
        CheckConstraint("organisation_id IS NOT NULL OR external_id IS NOT NULL", name="whose"),
        # How many wait is counted at each look at the tasks of the staff.
        Index("ix_practice_state", "state"),
    )

    code: str = Field(unique=True)
    external_id: str | None = Field(default=None, unique=True)
    organisation_id: UUID | None = Field(
        default=None, foreign_key="organisation.id", index=True
    )
    organisation: str = ""
    countries: list[str] = Field(sa_column=Column(JSON, nullable=False))
    notes: str = ""
    state: PracticeState = Field(
        default=PracticeState.DRAFT, sa_type=enum_column(PracticeState)
    )
    message: str = ""
    offered_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    listed_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    first_listed_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class ListedPractice(PracticeText, Record, table=True):
    """What everybody reads of a practice: a copy of what staff have listed."""

    __tablename__ = "listed_practice"
    __table_args__ = (
        # A page of the register reads its own rows alone.
        Index("ix_listed_practice_newest", "listed_at", "id"),
    )

    practice_id: UUID = Field(foreign_key="practice.id", unique=True)
    code: str = Field(unique=True)
    organisation: str
    countries: list[str] = Field(sa_column=Column(JSON, nullable=False))
    notes: str = ""
    is_offered: bool
    offered_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    first_listed_at: datetime = Field(sa_type=UtcDateTime)
    listed_at: datetime = Field(sa_type=UtcDateTime)


class ListedPracticeWords(SQLModel, table=True):
    """What is searched of a listed practice, as text is compared; it stands beside it."""

    __tablename__ = "listed_practice_words"

    listed_id: UUID = Field(
        primary_key=True, foreign_key="listed_practice.id", ondelete="CASCADE"
    )
    words: str


def searched(listed: ListedPractice) -> str:
    """Return what is searched of a listed practice, each part on a line of its own."""
    passages = (listed.title, listed.summary, listed.text, listed.results, listed.notes)
    names = (listed.code, listed.organisation, *map(name_of, listed.countries))
    return "\n".join(comparable(part) for part in (*names, *passages) if part)


@event.listens_for(ListedPractice, "after_insert")
@event.listens_for(ListedPractice, "after_update")
def _make_searchable(
    _: Mapper[ListedPractice], connection: Connection, listed: ListedPractice
) -> None:
    """Keep what is searched in line with what is listed."""
    row = {"listed_id": listed.id, "words": searched(listed)}
    upserts.put(connection, vars(ListedPracticeWords)["__table__"], "listed_id", row)
