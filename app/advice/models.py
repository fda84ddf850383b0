"""Where the advisory board is stored. Storage only: rules live in `lifecycle`."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlmodel import JSON, CheckConstraint, Column, Field, Index, UniqueConstraint

from app.advice.lifecycle import ConsultationState, Stance
from app.core.storage.database import Record, UtcDateTime, enum_column


class Advisor(Record, table=True):
    """Somebody who advises in a programme. Who is not `is_active` reads nothing any more."""

    __table_args__ = (UniqueConstraint("programme_id", "user_id"),)

    programme_id: UUID = Field(foreign_key="programme.id")
    user_id: UUID = Field(foreign_key="user_account.id", index=True)
    is_active: bool = True


class Consultation(Record, table=True):
    """What staff put before the board by a date: submissions of a call, or pairs of a run.

    Its items stay as they were put: a declaration is about all of them. `is_ranked` says that
    the ranking of reviews stands beside them, `shows_decisions` that drafted decisions do.
    """

    __table_args__ = (
        CheckConstraint("(call_id IS NULL) != (run_id IS NULL)", name="about_one"),
        CheckConstraint(
            "run_id IS NULL OR NOT (is_ranked OR shows_decisions)", name="of_a_call"
        ),
    )

    programme_id: UUID = Field(foreign_key="programme.id", index=True)
    call_id: UUID | None = Field(default=None, foreign_key="call.id", index=True)
    run_id: UUID | None = Field(default=None, foreign_key="match_run.id", index=True)
    title: str
    message: str = ""
    state: ConsultationState = Field(
        default=ConsultationState.OPEN, sa_type=enum_column(ConsultationState)
    )
    due_at: datetime = Field(sa_type=UtcDateTime)
    is_ranked: bool = False
    shows_decisions: bool = False
    opened_by: UUID | None = None


class BoardItem(Record, table=True):
    """A submission that is before the board; with `solution_id` the pair of both.

    `standing` is where its reviews ranked it when it was put before the board; null where
    that was not shown, or nobody had reviewed it.
    """

    __tablename__ = "board_item"
    __table_args__ = (UniqueConstraint("consultation_id", "number"),)

    consultation_id: UUID = Field(foreign_key="consultation.id")
    number: int
    submission_id: UUID = Field(foreign_key="submission.id", index=True)
    solution_id: UUID | None = Field(default=None, foreign_key="submission.id", index=True)
    standing: dict[str, Any] | None = Field(
        default=None, sa_column=Column(JSON(none_as_null=True))
    )


class BoardDeclaration(Record, table=True):
    """That an advisor has said, for all items of a consultation, what stands in between."""

    __tablename__ = "board_declaration"
    __table_args__ = (UniqueConstraint("consultation_id", "user_id"),)

    consultation_id: UUID = Field(foreign_key="consultation.id")
    user_id: UUID = Field(foreign_key="user_account.id", index=True)


class Advice(Record, table=True):
    """What an advisor says of an item; a later number of the same person counts instead."""

    __table_args__ = (
        UniqueConstraint("item_id", "user_id", "number"),
        CheckConstraint("comment != ''", name="explained"),
    )

    consultation_id: UUID = Field(foreign_key="consultation.id", index=True)
    item_id: UUID = Field(foreign_key="board_item.id")
    user_id: UUID = Field(foreign_key="user_account.id", index=True)
    number: int = 1
    is_current: bool = True
    stance: Stance = Field(sa_type=enum_column(Stance))
    comment: str


class BoardQuestion(Record, table=True):
    """What an advisor asks, about one item or about all, and what staff answer."""

    __tablename__ = "board_question"
    __table_args__ = (
        CheckConstraint("(answer = '') = (answered_at IS NULL)", name="answered"),
        Index("ix_board_question_listed", "consultation_id", "answered_at"),
    )

    consultation_id: UUID = Field(foreign_key="consultation.id")
    item_id: UUID | None = Field(default=None, foreign_key="board_item.id", index=True)
    user_id: UUID = Field(foreign_key="user_account.id", index=True)
    question: str
    answer: str = ""
    answered_by: UUID | None = None
    answered_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
