"""Where public notices are stored. Storage only: rules live in `lifecycle`."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, event
from sqlalchemy.orm import Mapper
from sqlmodel import JSON, CheckConstraint, Column, Field, Index, SQLModel

from app.core.base.text import comparable
from app.core.storage import upserts
from app.core.storage.database import Record, UtcDateTime, enum_column
from app.notices.lifecycle import NoticeState


class PublicNotice(Record, table=True):
    """What everybody may read of a challenge; the challenge itself stays as it was submitted.

    It has the code of its challenge: people say one code. `texts` holds what it says in each
    language, that of the programme first.
    """

    __tablename__ = "public_notice"
    __table_args__ = (
        CheckConstraint("state != 'published' OR published_at IS NOT NULL", name="published"),
        CheckConstraint("names_country OR NOT names_organisation", name="named"),
        # A page of the catalogue reads its own rows alone.
        Index("ix_public_notice_listed", "state", "published_at", "id"),
        # Which countries are named is told without reading what is written.
        Index("ix_public_notice_named", "state", "names_country", "organisation_id"),
    )

    code: str = Field(unique=True)
    challenge_id: UUID = Field(foreign_key="submission.id", unique=True)
    programme_id: UUID = Field(foreign_key="programme.id", index=True)
    organisation_id: UUID = Field(foreign_key="organisation.id", index=True)
    state: NoticeState = Field(default=NoticeState.DRAFT, sa_type=enum_column(NoticeState))
    names_country: bool = False
    names_organisation: bool = False
    published_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    message: str = ""
    themes: list[str] = Field(sa_column=Column(JSON, nullable=False))
    texts: list[dict[str, Any]] = Field(sa_column=Column(JSON, nullable=False))

    @property
    def title(self) -> str:
        """The title in the first language."""
        return str(self.texts[0]["title"])


class PublicNoticeText(SQLModel, table=True):
    """What is searched of a public notice, as text is compared; it stands beside it."""

    __tablename__ = "public_notice_text"

    notice_id: UUID = Field(
        primary_key=True, foreign_key="public_notice.id", ondelete="CASCADE"
    )
    words: str


def searched(notice: PublicNotice) -> str:
    """Return what is searched of a notice: all that it says, each part on a line of its own."""
    parts = (
        value for text in notice.texts for name, value in text.items() if name != "language"
    )
    return "\n".join(comparable(part) for part in (notice.code, *parts) if part)


@event.listens_for(PublicNotice, "after_insert")
@event.listens_for(PublicNotice, "after_update")
def _make_searchable(
    _: Mapper[PublicNotice], connection: Connection, notice: PublicNotice
) -> None:
    """Keep what is searched in line with what is written, whoever writes it."""
    row = {"notice_id": notice.id, "words": searched(notice)}
    upserts.put(connection, vars(PublicNoticeText)["__table__"], "notice_id", row)
