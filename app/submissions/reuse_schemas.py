"""What is read of a submission that begins with an earlier one, and of what a form asks."""

from datetime import datetime
from typing import Annotated

from pydantic import BaseModel, Field

from app.core.base.schemas import at_most
from app.submissions.schemas import MOST_ANSWERS, MOST_THEMES


class ReusedAnswerRead(BaseModel):
    """An answer that was taken over from an earlier submission and not changed since."""

    answer: str = Field(description="Its name, such as `themes` or `content.problem`.")
    submission: str = Field(description="Code of the submission that it is from.")
    written_at: datetime = Field(
        description="When that one was handed in; when it was last changed, if it was not."
    )


class LeftOutRead(BaseModel):
    """An answer that could not be taken over, or not all of it, and was not changed since."""

    answer: str
    submission: str = Field(description="Code of the submission in which it stands.")
    themes: Annotated[list[str], at_most(MOST_THEMES)] = Field(
        description="Keys of themes that are no longer offered."
    )


class MeterRead(BaseModel):
    """How much a submission asks of its team, and what it did not have to tell again."""

    asked: int = Field(description="Questions that are asked of this team, ours included.")
    answered: int
    reused: int = Field(description="Answers taken over from an earlier one and not changed.")
    minutes: int = Field(
        description="To read the questions and write the answers, at least; neither thinking "
        "nor asking colleagues is counted."
    )
    minutes_spared: int = Field(description="That answers taken over did not take, at least.")


class ReusedRead(BaseModel):
    """What a submission has from an earlier one, for its team to read."""

    meter: MeterRead
    answers: Annotated[list[ReusedAnswerRead], at_most(MOST_ANSWERS)]
    left_out: Annotated[list[LeftOutRead], at_most(MOST_ANSWERS)]


class CallMeterRead(BaseModel):
    """What a call has asked of the teams that have sent something, and what it spared them."""

    submissions: int = Field(
        description="That these figures are of: the newest that were sent, 1,000 at most."
    )
    begun_from_earlier: int = Field(description="Of them, begun with an earlier submission.")
    questions: int = Field(description="Asked of a team, ours included; the median.")
    answers: int = Field(description="Given by a team; the median.")
    minutes: int = Field(
        description="For a team to read and write, at least; the median. Neither thinking nor "
        "asking colleagues is counted."
    )
    minutes_in_all: int = Field(description="The same of all these teams together.")
    answers_in_all: int
    reused: int = Field(description="Answers of all teams, taken over and not changed.")
    minutes_spared: int = Field(description="That they did not take all teams, at least.")
