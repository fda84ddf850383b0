"""Where runs, suggestions, verdicts and matches are stored."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Text
from sqlmodel import JSON, CheckConstraint, Column, Field, Index, UniqueConstraint

from app.core.storage.database import Record, UtcDateTime, enum_column
from app.matchmaking.lifecycle import Outcome, RunState
from app.submissions.lifecycle import Basis


class MatchRun(Record, table=True):
    """One execution of the engine: evidence, with its inputs frozen.

    `challenges` and `solutions` are records of the exchange format, as they were
    when the run was asked for; `record_format` numbers how they are read
    (`app.matchmaking.service.inputs`), and `digest` is taken over them and the settings.
    `background` holds what was submitted elsewhere, by which words are weighed.
    `ranking` is the document of its lists, written once when they are stored.
    `interests` holds what sides had said of each other, and `heeding` the assignment that heeds
    it, where it can be another one: both are for those alone who may read interests, and all
    else of a run is as though nobody had said anything.
    """

    __tablename__ = "match_run"

    programme_id: UUID = Field(foreign_key="programme.id", index=True)
    code: str = Field(unique=True)
    state: RunState = Field(default=RunState.QUEUED, sa_type=enum_column(RunState), index=True)
    requested_by: UUID | None = Field(default=None, foreign_key="user_account.id")
    job_id: int | None = Field(default=None, foreign_key="job.id")
    settings: dict[str, Any] = Field(sa_column=Column(JSON, nullable=False))
    record_format: int = Field(default=1, sa_column_kwargs={"server_default": "1"})
    challenges: list[dict[str, Any]] = Field(sa_column=Column(JSON, nullable=False))
    solutions: list[dict[str, Any]] = Field(sa_column=Column(JSON, nullable=False))
    background: list[dict[str, Any]] = Field(
        default_factory=list, sa_column=Column(JSON, nullable=False)
    )
    interests: list[list[str]] = Field(
        default_factory=list, sa_column=Column(JSON, nullable=False)
    )
    n_challenges: int
    n_solutions: int
    n_background: int = Field(default=0, sa_column_kwargs={"server_default": "0"})
    digest: str
    versions: dict[str, str] = Field(
        default_factory=dict, sa_column=Column(JSON, nullable=False)
    )
    assignment: dict[str, Any] | None = Field(
        default=None, sa_column=Column(JSON(none_as_null=True))
    )
    heeding: dict[str, Any] | None = Field(
        default=None, sa_column=Column(JSON(none_as_null=True))
    )
    ranking: str | None = Field(default=None, sa_column=Column(Text))
    finished_at: datetime | None = Field(default=None, sa_type=UtcDateTime)

    @property
    def provisional(self) -> bool:
        """Tell whether it ranks what was not selected, or not yet."""
        return bool(self.settings.get("basis", Basis.SELECTED) != Basis.SELECTED)

    def __repr__(self) -> str:
        """Name the run without what teams have written."""
        return f"MatchRun({self.code}, {self.state})"


class Suggestion(Record, table=True):
    """One line of a ranked list that the software proposes.

    `heeded` tells whether the assignment that heeds interests holds the pair; None where there
    is no such assignment.
    """

    __table_args__ = (
        UniqueConstraint("run_id", "challenge_id", "solution_id"),
        UniqueConstraint("run_id", "challenge_id", "rank"),
        CheckConstraint("rank >= 1", name="rank"),
        # The first places of a run are read without its reasons.
        Index("ix_suggestion_ranked", "run_id", "rank"),
    )

    run_id: UUID = Field(foreign_key="match_run.id")
    challenge_id: UUID = Field(foreign_key="submission.id", index=True)
    solution_id: UUID = Field(foreign_key="submission.id", index=True)
    rank: int
    score: float
    text_part: float
    theme_part: float
    coverage: float
    told: float | None = None
    warnings: list[dict[str, Any]] = Field(
        default_factory=list, sa_column=Column(JSON, nullable=False)
    )
    band: str | None = None
    stability: float | None = None
    turns_at: float | None = None
    hub: dict[str, Any] | None = Field(default=None, sa_column=Column(JSON(none_as_null=True)))
    assigned: bool
    heeded: bool | None = None
    contributions: list[dict[str, Any]] = Field(sa_column=Column(JSON, nullable=False))
    passages: dict[str, Any] = Field(sa_column=Column(JSON, nullable=False))
    needs: list[dict[str, Any]] = Field(
        default_factory=list, sa_column=Column(JSON, nullable=False)
    )


class Verdict(Record, table=True):
    """What somebody decided about a pair of a run, and why; a later one counts instead.

    Numbers count from 1 for each pair. `undoes` names the verdict that it takes back.
    """

    run_id: UUID = Field(foreign_key="match_run.id")
    challenge_id: UUID = Field(foreign_key="submission.id", index=True)
    solution_id: UUID = Field(foreign_key="submission.id", index=True)
    number: int
    outcome: Outcome = Field(sa_type=enum_column(Outcome))
    reason: str
    decided_by: UUID | None = Field(default=None, foreign_key="user_account.id")
    undoes: UUID | None = Field(default=None, foreign_key="verdict.id")

    __table_args__ = (UniqueConstraint("run_id", "challenge_id", "solution_id", "number"),)
