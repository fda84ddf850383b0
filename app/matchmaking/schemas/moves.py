"""What goes in about a move on the board: several verdicts with one reason."""

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from app.core.base.references import Reference
from app.matchmaking.lifecycle import Outcome
from app.matchmaking.schemas.verdicts import Reason, Seen

MOST_CHANGES = 3
"""Pairs that one move changes: where a provider goes, where it was, and who makes room."""


class NewMove(BaseModel):
    """Where a provider shall go, and what becomes of the pairs that it touches."""

    model_config = ConfigDict(extra="forbid")

    solution: Reference
    source: Reference | None = Field(default=None, description="The challenge that it leaves.")
    target: Reference | None = Field(default=None, description="The challenge it goes to.")
    outcome: Outcome = Field(default=Outcome.CHOSEN, description="What it becomes there.")
    left_as: Literal[Outcome.UNDECIDED, Outcome.RESERVE, Outcome.REJECTED] = Field(
        default=Outcome.UNDECIDED, description="What it is at the challenge that it leaves."
    )
    instead_of: Reference | None = Field(
        default=None, description="Who makes room where all places are taken."
    )
    instead_as: Literal[Outcome.UNDECIDED, Outcome.RESERVE, Outcome.REJECTED] = Field(
        default=Outcome.RESERVE, description="What becomes of who makes room."
    )


class KeptMove(BaseModel):
    """A move that somebody keeps: why, and the numbers of the verdicts that they saw."""

    model_config = ConfigDict(extra="forbid")

    reason: Reason
    newest: list[Seen] = Field(default=[], max_length=MOST_CHANGES)
    overbooked: bool = Field(
        default=False,
        description="That the provider gets more challenges than it takes on, on purpose.",
    )
