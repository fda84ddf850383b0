"""For which published challenges a solution may help, as its team reads it: in words."""

from enum import StrEnum
from typing import Annotated, Final

from pydantic import BaseModel, Field

from app.core.base.schemas import at_most
from app.matchmaking.schemas.settings import MOST_WARNINGS
from app.matchmaking.schemas.suggestions import PassagesRead, WarningRead

MOST_MEETINGS: Final = 5
"""Published challenges that are named at once: a team shall read them."""


class Empty(StrEnum):
    """Why no challenge is named."""

    NOTHING_TOLD = "nothing told"
    NOTHING_PUBLISHED = "nothing published"
    NOTHING_IN_COMMON = "nothing in common"


class MeetingRead(BaseModel):
    """What a solution has in common with a published challenge, and what it does not tell."""

    code: str = Field(description="Of the challenge; its notice is public.")
    title: str
    language: str = Field(description="In which the title and the passage are written.")
    words: Annotated[list[str], at_most(8)] = Field(description="What both mention.")
    themes: Annotated[list[str], at_most(8)] = Field(description="Keys of themes of both.")
    passages: PassagesRead
    untold: Annotated[list[str], at_most(5)] = Field(
        description="What the challenge asks for and the solution does not tell of."
    )
    other_language: bool = Field(
        description="Whether the texts are in two languages, so that themes alone are compared."
    )


class MeetingsRead(BaseModel):
    """The published challenges for which a solution may help; stored nowhere.

    Those that have most in common with it come first. There are no scores.
    """

    code: str = Field(description="Of the solution.")
    challenges: Annotated[list[MeetingRead], at_most(MOST_MEETINGS)]
    empty: Empty | None = Field(description="Why there is none; null where there is one.")
    warnings: Annotated[list[WarningRead], at_most(MOST_WARNINGS)] = Field(
        description="What to look at in the solution itself, such as text that does not count."
    )
