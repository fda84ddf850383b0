"""Shapes that more than one feature answers with."""

from pydantic import BaseModel, ConfigDict, Field

from app.core.problems import ProblemError


class OfferRead(BaseModel):
    """One step from here, whether you can take it now, and what it lacks."""

    model_config = ConfigDict(from_attributes=True)

    name: str
    label: str
    target: str = Field(description="The state after the step.")
    open: bool
    reason: str | None = Field(description="Why the step is closed to you at present.")
    missing: list[ProblemError] = Field(description="All that has to be done first.")


class OffersRead(BaseModel):
    """Where a thing stands, and every step from there."""

    state: str
    steps: list[OfferRead]
