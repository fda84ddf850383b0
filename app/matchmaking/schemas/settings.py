"""What a run is asked with, beside its inputs."""

from typing import Final, Literal

from pydantic import BaseModel, ConfigDict, Field

from app.submissions.lifecycle import Basis

Objective = Literal["leximin", "total", "maxmin"]

FLOOR: Final = 0.01
"""The least share of what a challenge asks that a provider tells, for the assignment.

Of the right pairs of agencies' problems and teams' products one in thirty tells less.
"""

MOST_NEEDS: Final = 8
"""Points of a challenge that a suggestion names."""
MOST_UNTOLD: Final = 5
"""Points of a challenge that are named because nobody tells of them."""
MOST_WARNINGS: Final = 20
"""Warnings about a submission that are kept with a suggestion."""

MOST_LISTED: Final = 50
"""Suggestions that may be kept for a challenge."""


class RunSettings(BaseModel):
    """Everything beside the inputs that a run's answer depends on."""

    model_config = ConfigDict(frozen=True)

    top: int
    text_weight: float
    providers_min: int
    providers_max: int
    working_language: str
    objective: Objective = Field(
        default="total", description="What counts first in the assignment."
    )
    require_all: bool = Field(
        default=True,
        description="Whether every challenge must have the least number of providers; false "
        "serves as many as can be.",
    )
    cross_border: bool = Field(
        default=True, description="Whether a pair of one country is left out."
    )
    rejected: tuple[tuple[str, str], ...] = Field(
        default=(),
        max_length=1_000_000,
        description="Codes of pairs that may not be assigned: rejected in earlier runs.",
    )
    basis: Basis = Field(
        default=Basis.SELECTED,
        description="How far the submissions had come at least: submitted, eligible, or "
        "selected.",
    )
    floor: float = Field(
        default=0.0,
        description="The least share of what a challenge asks that a provider tells, to be "
        "proposed in the assignment; 0 asks for a word or a theme in common alone.",
    )
    interest_weight: float = Field(
        default=0.0,
        description="How much what both sides say of each other weighs in the assignment, 0 to "
        "1; 0 shows it alone. A pair of which a side cannot is left out in any case.",
    )
    encoder: str | None = Field(
        default=None,
        description="SHA-256 of the sentence encoder; null where words alone count.",
    )
