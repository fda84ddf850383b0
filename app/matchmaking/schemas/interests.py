"""What goes out about the interests of a pair that a run has frozen; for the staff alone."""

from typing import Annotated

from pydantic import BaseModel, Field

from app.core.base.schemas import Told, at_most
from app.core.tables.exporting import Named
from app.interests.scale import InterestWord


class InterestsOfPair(BaseModel):
    """What both sides of a pair had said of each other when the run was asked for."""

    challenge: InterestWord | None = Field(
        description="What the owner of the challenge said of the solution; null for nothing."
    )
    solution: InterestWord | None = Field(
        description="What the team of the solution said of the challenge; null for nothing."
    )
    obstacles: Annotated[list[Told], at_most(2)] = Field(
        description="Who says that it cannot, in sentences: the pair is not assigned then."
    )


def interests_in_words(said: InterestsOfPair | None, _: Named) -> str:
    """Say what both sides had said."""
    if said is None:
        return ""
    sides = (("challenge", said.challenge), ("solution", said.solution))
    return "; ".join(f"{side}: {word.replace('_', ' ')}" for side, word in sides if word)
