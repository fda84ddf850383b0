"""Where challenges and solutions are stored. Storage only: rules live in `lifecycle`."""

from datetime import datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Connection, event
from sqlalchemy.orm import Mapper
from sqlmodel import (
    JSON,
    CheckConstraint,
    Column,
    Field,
    Index,
    SQLModel,
    UniqueConstraint,
    and_,
    col,
)

from app.core.base.text import comparable
from app.core.storage import upserts
from app.core.storage.database import Record, UtcDateTime, enum_column
from app.submissions.lifecycle import Kind, State


class Submission(Record, table=True):
    """A challenge or a solution on its way through a call.

    Until `submitted_at` is set it is a draft, and nobody but its team may see it. `handed_in`
    is what a team has submitted and taken back; see `service.taken_back`. `reused` is what came
    from an earlier submission; see `service.reuse`. `answers` are those to questions of the
    call, as far as they are asked: what is not shown waits `aside`; see `service.asking`.
    `form_id` names the version of the form, none the built-in one. Until `answer_by` a
    team accepts or declines its place, sends what was returned to it, or appeals; `appeal` is
    why it has appealed, once. `asked` is what staff asked when they last returned it, by the
    key of the question.
    """

    __table_args__ = (
        UniqueConstraint("call_id", "external_id"),
        CheckConstraint(
            "submitted_at IS NOT NULL OR state IN ('draft', 'withdrawn')", name="submitted"
        ),
        CheckConstraint(
            "answer_by IS NOT NULL OR state NOT IN ('accepted', 'declined')", name="asked"
        ),
        # What counts the submissions of a programme reads no text of theirs.
        Index(
            "ix_submission_counted",
            *("programme_id", "kind", "state", "organisation_id", "submitted_at"),
        ),
        # A page of a long list reads its own rows alone.
        Index("ix_submission_listed", "programme_id", "kind", "code"),
    )

    programme_id: UUID = Field(foreign_key="programme.id")
    call_id: UUID = Field(foreign_key="call.id", index=True)
    organisation_id: UUID = Field(foreign_key="organisation.id", index=True)
    kind: Kind = Field(sa_type=enum_column(Kind))
    code: str = Field(unique=True)
    external_id: str | None = None
    title: str
    language: str | None = None
    summary: str = ""
    content: dict[str, Any] = Field(sa_column=Column(JSON, nullable=False))
    answers: dict[str, Any] = Field(
        default_factory=dict, sa_column=Column(JSON, nullable=False)
    )
    aside: dict[str, Any] | None = Field(
        default=None, sa_column=Column(JSON(none_as_null=True))
    )
    form_id: UUID | None = Field(default=None, foreign_key="call_form.id", index=True)
    themes: list[str] = Field(sa_column=Column(JSON, nullable=False))
    state: State = Field(default=State.DRAFT, sa_type=enum_column(State), index=True)
    submitted_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    answer_by: datetime | None = Field(default=None, sa_type=UtcDateTime)
    message: str = ""
    appeal: str = ""
    asked: dict[str, str] | None = Field(
        default=None, sa_column=Column(JSON(none_as_null=True))
    )
    handed_in: dict[str, Any] | None = Field(
        default=None, sa_column=Column(JSON(none_as_null=True))
    )
    reused: dict[str, Any] | None = Field(
        default=None, sa_column=Column(JSON(none_as_null=True))
    )


class Revision(Record, table=True):
    """What a team sent, as it stood when it was sent; never changed.

    `asked` is what staff had asked before.
    """

    __table_args__ = (UniqueConstraint("submission_id", "number"),)

    submission_id: UUID = Field(foreign_key="submission.id")
    number: int
    sent_at: datetime = Field(sa_type=UtcDateTime)
    title: str
    language: str | None = None
    summary: str = ""
    content: dict[str, Any] = Field(sa_column=Column(JSON, nullable=False))
    answers: dict[str, Any] = Field(sa_column=Column(JSON, nullable=False))
    themes: list[str] = Field(sa_column=Column(JSON, nullable=False))
    form_id: UUID | None = Field(default=None, foreign_key="call_form.id", index=True)
    asked: dict[str, str] | None = Field(
        default=None, sa_column=Column(JSON(none_as_null=True))
    )


class LatePermit(Record, table=True):
    """Lets one team send what it writes to a call until later than everybody else.

    `reason` is for staff: why this team may.
    """

    __tablename__ = "late_permit"
    __table_args__ = (UniqueConstraint("call_id", "organisation_id"),)

    call_id: UUID = Field(foreign_key="call.id")
    organisation_id: UUID = Field(foreign_key="organisation.id", index=True)
    until: datetime = Field(sa_type=UtcDateTime)
    reason: str


OF_TEAM: Final = and_(
    col(LatePermit.call_id) == col(Submission.call_id),
    col(LatePermit.organisation_id) == col(Submission.organisation_id),
)
"""On which a submission is joined with the permit of its team, if there is one."""


class SubmissionText(SQLModel, table=True):
    """What is searched of a submission: title, summary and code, as text is compared.

    Beside the submission and not in it, so that a search reads nothing else; stored, as the
    databases fold letters in different ways and would not answer the same.
    """

    __tablename__ = "submission_text"

    submission_id: UUID = Field(
        primary_key=True, foreign_key="submission.id", ondelete="CASCADE"
    )
    words: str


def searched(submission: Submission) -> str:
    """Return what is searched of a submission, each part on a line of its own."""
    return "\n".join(map(comparable, (submission.title, submission.summary, submission.code)))


@event.listens_for(Submission, "after_insert")
@event.listens_for(Submission, "after_update")
def _make_searchable(
    _: Mapper[Submission], connection: Connection, submission: Submission
) -> None:
    """Keep what is searched in line with what is written, whoever writes it."""
    row = {"submission_id": submission.id, "words": searched(submission)}
    upserts.put(connection, vars(SubmissionText)["__table__"], "submission_id", row)
