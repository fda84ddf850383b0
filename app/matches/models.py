"""Where matches, their answers and their letters are stored. Rules live in `lifecycle`."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlmodel import JSON, CheckConstraint, Column, Field, Index, UniqueConstraint, text

from app.core.storage.database import Record, UtcDateTime, enum_column
from app.matches.lifecycle import (
    LIVE,
    Consent,
    DeclineReason,
    MatchLetterKind,
    MatchState,
    Side,
)


def _live() -> Any:
    """Return the index that lets a pair stand in one match that goes on, or ended well."""
    words = ", ".join(repr(state.value) for state in MatchState if state in LIVE)
    where = text(f"state IN ({words})")
    # The migration says the same to PostgreSQL; here that would load its dialect at each start.
    columns = ("challenge_id", "solution_id")
    return Index("uq_match_live", *columns, unique=True, sqlite_where=where)


class Match(Record, table=True):
    """A challenge and a solution that people brought together, and what both have said to it.

    `run_id` is the run from whose chosen pairs it comes, and `reasons` what that run says about
    the pair, frozen; `score` is for staff alone. Each side answers until `answer_by`;
    `decline_reason_id` names the text of who declined, which stands beside the record and can
    be erased. `replaces_id` is the match in whose place it was offered.
    """

    __table_args__ = (
        _live(),
        CheckConstraint(
            "state IN ('prepared', 'discarded', 'completed')"
            " OR (offered_at IS NOT NULL AND answer_by IS NOT NULL)",
            name="offered",
        ),
        CheckConstraint(
            "state NOT IN ('confirmed', 'active') OR (challenge_answer IS NOT NULL"
            " AND challenge_answer = 'yes' AND solution_answer IS NOT NULL"
            " AND solution_answer = 'yes')",
            name="both",
        ),
        CheckConstraint(
            "state != 'declined' OR (decline_reason IS NOT NULL"
            " AND (challenge_answer = 'no' OR solution_answer = 'no'))",
            name="declined",
        ),
        CheckConstraint(
            "(challenge_answer IS NULL) = (challenge_answered_at IS NULL)"
            " AND (solution_answer IS NULL) = (solution_answered_at IS NULL)",
            name="answered",
        ),
        # The offers of a programme, by where they stand, and the clock's own look at them.
        Index("ix_match_listed", "programme_id", "state", "code"),
        Index("ix_match_due", "state", "answer_by"),
    )

    programme_id: UUID = Field(foreign_key="programme.id")
    code: str = Field(unique=True)
    challenge_id: UUID = Field(foreign_key="submission.id", index=True)
    solution_id: UUID = Field(foreign_key="submission.id", index=True)
    state: MatchState = Field(sa_type=enum_column(MatchState))
    notes: str = ""
    run_id: UUID | None = Field(default=None, foreign_key="match_run.id", index=True)
    score: float | None = None
    reasons: dict[str, Any] | None = Field(
        default=None, sa_column=Column(JSON(none_as_null=True))
    )
    offered_by: UUID | None = None
    offered_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    answer_by: datetime | None = Field(default=None, sa_type=UtcDateTime)
    challenge_answer: Consent | None = Field(default=None, sa_type=enum_column(Consent))
    challenge_answered_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    challenge_answered_by: UUID | None = None
    solution_answer: Consent | None = Field(default=None, sa_type=enum_column(Consent))
    solution_answered_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    solution_answered_by: UUID | None = None
    decline_reason: DeclineReason | None = Field(
        default=None, sa_type=enum_column(DeclineReason)
    )
    decline_reason_id: UUID | None = None
    settled_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    replaces_id: UUID | None = Field(default=None, foreign_key="match.id", unique=True)

    @property
    def answers(self) -> dict[Side, Consent]:
        """What was said so far, by side."""
        said = {Side.CHALLENGE: self.challenge_answer, Side.SOLUTION: self.solution_answer}
        return {side: answer for side, answer in said.items() if answer is not None}

    def key_of(self, side: Side) -> UUID:
        """Return the key of the submission of a side."""
        return self.challenge_id if side is Side.CHALLENGE else self.solution_id

    def say(
        self, side: Side, answer: Consent | None, by: UUID | None, at: datetime | None
    ) -> None:
        """Keep what a side says; None takes it back."""
        if side is Side.CHALLENGE:
            self.challenge_answer, self.challenge_answered_at = answer, at
            self.challenge_answered_by = by
        else:
            self.solution_answer, self.solution_answered_at = answer, at
            self.solution_answered_by = by


class MatchLetter(Record, table=True):
    """That one side was told something of a match: each is told once.

    `letters` says to how many people.
    """

    __tablename__ = "match_letter"
    __table_args__ = (UniqueConstraint("match_id", "side", "kind"),)

    match_id: UUID = Field(foreign_key="match.id")
    side: Side = Field(sa_type=enum_column(Side))
    kind: MatchLetterKind = Field(sa_type=enum_column(MatchLetterKind))
    letters: int
