"""What a team tells: the one list of content fields, by kind.

Schemas, records of files, forms, exports and the matching all read these classes. The
passages, in their order, are what the matching reads.
"""

from typing import Annotated, Any, Final

from pydantic import BaseModel, BeforeValidator, Field

from app.core.base.messages import Message
from app.core.base.numbers import Whole
from app.core.base.text import Text
from app.core.base.validation_errors import Wanted, mendable

LONGEST: Final = 20_000
"""Characters that a passage may have."""
MOST_CHALLENGES: Final = 20
"""How many challenges a team may say that it takes on."""

Passage = Annotated[
    Text,
    Field(max_length=LONGEST),
    Wanted(Message("plain text of at most {most:,} characters", most=LONGEST)),
]


def _not_a_truth_value(given: Any) -> Any:
    if isinstance(given, bool):
        raise mendable(
            "It is true or false, not a number.", "Give a whole number from 0 to 20."
        )
    return given


Capacity = Annotated[
    Whole,
    BeforeValidator(_not_a_truth_value),
    Field(ge=0, le=MOST_CHALLENGES),
    Wanted(
        Message(
            "a whole number from 0 to {most}: how many challenges to take on",
            most=MOST_CHALLENGES,
        )
    ),
]


class ChallengeFields(BaseModel):
    """What a team tells about its challenge; nobody asks it for a solution."""

    problem: Passage = Field(default="", description="The problem, as the team meets it.")
    affected: Passage = Field(default="", description="Who is affected.")
    tried: Passage = Field(default="", description="What was tried.")
    outcome: Passage = Field(default="", description="What would be different without it.")
    constraints: Passage = Field(default="", description="Rules and limits in the way.")
    help_wanted: Passage = Field(default="", description="What help the team looks for.")


class SolutionFields(BaseModel):
    """What a team tells about its practical experience."""

    experience: Passage = Field(default="", description="What was done.")
    setting: Passage = Field(default="", description="Where, and since when.")
    evidence: Passage = Field(default="", description="Results, and how they are known.")
    failures: Passage = Field(default="", description="What did not work.")
    transfer: Passage = Field(default="", description="What it takes to do it elsewhere.")
    offer: Passage = Field(default="", description="What the team can give: time, code.")
    capacity: Capacity = Field(default=1, description="How many challenges the team takes on.")


def passages_of(fields: type[BaseModel]) -> tuple[str, ...]:
    """Return the names of the passages among content fields, in the order of the form."""
    return tuple(name for name, field in fields.model_fields.items() if field.annotation is str)
