"""By what submissions are reviewed."""

from datetime import datetime
from typing import Annotated, Final, Self
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

from app.core.base.messages import Message
from app.core.base.numbers import Whole
from app.core.base.schemas import Instant, at_most
from app.core.base.text import Line, Text

MOST_CRITERIA: Final = 12
MOST_POINTS: Final = 7
MOST_WANTED: Final = 9
CriterionKey = Annotated[str, StringConstraints(pattern="^[a-z][a-z0-9-]{0,39}$")]
Anchor = Annotated[Line, StringConstraints(max_length=300)]


class Criterion(BaseModel):
    """One thing by which a submission is judged."""

    model_config = ConfigDict(extra="forbid")

    key: CriterionKey
    title: Annotated[Line, StringConstraints(min_length=1, max_length=200)]
    hint: Annotated[Text, StringConstraints(max_length=1000)] = ""
    weight: Whole = Field(default=1, ge=1, le=10, description="How much it counts.")
    anchors: list[Anchor] = Field(
        default=[],
        max_length=MOST_POINTS,
        description="What each point means, from 1 on; the first and the last are needed.",
    )


class RubricDraft(BaseModel):
    """By what the submissions of a call are reviewed, by how many, and until when."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [
                {
                    "points": 3,
                    "criteria": [
                        {
                            "key": "need",
                            "title": "How great the need is",
                            "weight": 2,
                            "anchors": ["hardly any", "some", "many people wait for it"],
                        }
                    ],
                    "is_blind": False,
                    "wanted": 2,
                    "due_at": "2027-03-01T18:00:00+01:00",
                }
            ]
        },
    )

    points: Whole = Field(default=5, ge=2, le=MOST_POINTS, description="The best score.")
    criteria: list[Criterion] = Field(min_length=1, max_length=MOST_CRITERIA)
    is_blind: bool = Field(
        default=False,
        description="Whether reviewers see a code alone before the declaration, and never who "
        "the team is.",
    )
    wanted: Whole = Field(
        default=2, ge=1, le=MOST_WANTED, description="Reviewers that each submission wants."
    )
    due_at: Instant = Field(description="Until when reviews are asked for.")

    @model_validator(mode="after")
    def _fits_together(self) -> Self:
        keys = [one.key for one in self.criteria]
        if len({*keys}) < len(keys):
            raise ValueError(Message("give each criterion a key of its own"))
        for one in self.criteria:
            ends = (one.anchors[:1], one.anchors[-1:])
            if len(one.anchors) != self.points or not all(end and end[0] for end in ends):
                raise ValueError(
                    Message(
                        "say for “{criterion}” what {points} points mean, at least the lowest "
                        "and the highest",
                        criterion=one.title,
                        points=self.points,
                    )
                )
        return self


class RubricRead(BaseModel):
    """The rubric of a call."""

    model_config = ConfigDict(from_attributes=True)

    id: UUID
    programme_id: UUID
    call_id: UUID
    number: int = Field(description="Grows with each change of what is scored.")
    points: int
    criteria: Annotated[list[Criterion], at_most(MOST_CRITERIA)]
    is_blind: bool
    wanted: int
    due_at: datetime
    frozen_at: datetime | None = Field(description="When the first review was begun by it.")
    version: int
