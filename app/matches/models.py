"""Where matches are stored."""

from uuid import UUID

from sqlmodel import Field, UniqueConstraint

from app.core.storage.database import Record, enum_column
from app.matches.lifecycle import MatchState


class Match(Record, table=True):
    """A challenge and a solution that people brought together."""

    __table_args__ = (UniqueConstraint("challenge_id", "solution_id"),)

    code: str = Field(unique=True)
    challenge_id: UUID = Field(foreign_key="submission.id", index=True)
    solution_id: UUID = Field(foreign_key="submission.id", index=True)
    state: MatchState = Field(sa_type=enum_column(MatchState))
    notes: str = ""
