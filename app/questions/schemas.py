"""What goes in and out about the forms of calls."""

from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from app.core.base.numbers import Whole
from app.core.base.schemas import Told
from app.core.storage.pagination import ListQuery
from app.programmes.schemas import Code, Title
from app.questions.forms import MOST_QUESTIONS, MOST_RULES, Question, Rule


class FormDraft(BaseModel):
    """What staff want a call to ask."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [
                {
                    "questions": [
                        {"key": "problem", "required": True, "most_words": 400},
                        {"key": "outcome", "required": True},
                        {
                            "key": "budget",
                            "type": "number",
                            "title": "What does it cost you in a year, in euros?",
                            "least": 0,
                            "audience": "staff",
                        },
                    ],
                    "rules": [
                        {
                            "subject": "level",
                            "one_of": ["regional", "local"],
                            "reason": "This call is for cities and regions.",
                        }
                    ],
                }
            ]
        },
    )

    questions: list[Question] = Field(
        min_length=1,
        max_length=MOST_QUESTIONS,
        description="In the order of the form. A built-in question is named by its key; what "
        "it says, and who reads the answer, stays as it is.",
    )
    rules: list[Rule] = Field(
        default=[], max_length=MOST_RULES, description="Who may take part, with reasons."
    )
    support: bool = Field(
        default=False,
        description="Whether a superior, whom the team names, has to support what it sends.",
    )


class QuestionRead(Question):
    """A question of a form, as everybody reads it."""

    title: Told = Field(description="What is asked.")
    hint: Told
    built_in: bool = Field(description="Whether its words are ours, in four languages.")


class FormRead(BaseModel):
    """A version of what a call asks."""

    call_id: UUID
    number: int = Field(description="Of the version; 0 for the built-in form.")
    language: str = Field(description="In which the questions of the call are written.")
    is_used: bool = Field(description="Whether teams are asked by it; else it is prepared.")
    is_locked: bool = Field(
        description="Whether somebody answers it: then a change makes the next version."
    )
    questions: Annotated[list[QuestionRead], Field(max_length=MOST_QUESTIONS)]
    rules: Annotated[list[Rule], Field(max_length=MOST_RULES)]
    support: bool = Field(description="Whether a superior has to support what is sent.")
    version: int = Field(description="Grows with each change; 0 for the built-in form.")


class NextEdition(BaseModel):
    """How another edition of a programme is called, and when it is."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [{"code": "gov2gov-2028", "title": "Third edition", "days": 364}]
        },
    )

    code: Code
    title: Title
    days: Whole = Field(
        default=364,
        ge=0,
        le=3_660,
        description="By how many days all dates move; 364 keeps the days of the week.",
    )


class FormQuery(ListQuery):
    """The list of versions of the form of a call."""
