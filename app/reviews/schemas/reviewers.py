"""Who reviews: what goes in and out about them."""

from datetime import datetime
from typing import Annotated, Final
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from app.core.base.numbers import Whole
from app.core.base.references import Reference
from app.core.base.schemas import at_most
from app.core.base.text import Text
from app.core.storage.pagination import ListQuery, Several
from app.core.tables.exporting import Aside, Names
from app.submissions.schemas import MOST_THEMES, Language, ThemeKey

MOST_REVIEWS: Final = 500
"""How many reviews one person takes on at most."""
MOST_LANGUAGES: Final = 20


class ReviewerDraft(BaseModel):
    """What a reviewer knows, reads, and takes on."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [
                {
                    "themes": ["practice:open-source"],
                    "languages": ["en", "fr"],
                    "expertise": "Ten years of data platforms for cities.",
                    "most": 12,
                }
            ]
        },
    )

    themes: list[ThemeKey] = Field(default=[], max_length=MOST_THEMES)
    languages: list[Language] = Field(
        default=[], max_length=MOST_LANGUAGES, description="None stands for all of them."
    )
    expertise: Annotated[Text, StringConstraints(max_length=3000)] = ""
    most: Whole = Field(default=10, ge=0, le=MOST_REVIEWS, description="Reviews at most.")
    is_active: bool = Field(default=True, description="Whether they are asked again.")


class NewReviewer(ReviewerDraft):
    """A person with the role `reviewer` who is to review in a programme."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [
                {
                    "programme_id": "gov2gov-2027",
                    "user_id": "9b2f4a4e-6f0e-4c1c-9b3e-0d6c1f3a7b52",
                    "themes": ["practice:open-source"],
                    "most": 12,
                }
            ]
        },
    )

    programme_id: Reference
    user_id: UUID


class ReviewerRead(BaseModel):
    """A reviewer of a programme, for the staff."""

    model_config = ConfigDict(from_attributes=True)

    id: UUID
    programme_id: Annotated[UUID, Names("programme", "programme")]
    user_id: Annotated[UUID, Names("decider", "reviewer")]
    themes: Annotated[list[str], at_most(MOST_THEMES)]
    languages: Annotated[list[str], at_most(MOST_LANGUAGES)]
    expertise: str
    most: int
    is_active: bool
    version: Annotated[int, Aside()]
    created_at: datetime
    updated_at: datetime


class ReviewerQuery(ListQuery):
    """Filters of the list of reviewers."""

    programme: Several[Reference] = Field(
        default=[], description="Identifiers or codes of programmes; repeatable."
    )
