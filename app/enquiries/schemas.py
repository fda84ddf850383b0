"""What goes in and out about questions: one form for each who reads, and none with a name."""

from datetime import date, datetime
from typing import Annotated, Final
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from app.core.base.references import Reference
from app.core.base.schemas import at_most
from app.core.base.text import Text
from app.core.storage.pagination import ListQuery, Several
from app.core.tables.exporting import Aside, Names
from app.enquiries.lifecycle import MOST_KEPT, EnquiryState
from app.submissions.schemas import Language

LONGEST: Final = 2_000
"""Characters of a question, and of a reason."""
LONGEST_ANSWER: Final = 5_000
"""Characters of an answer."""
MOST_OWN: Final = 500
"""Questions of one person that are listed, the newest first."""

Body = Annotated[Text, StringConstraints(min_length=1, max_length=LONGEST)]


class NewEnquiry(BaseModel):
    """What somebody asks about a published challenge."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [
                {
                    "notice_id": "CH-2027-001",
                    "language": "en",
                    "body": "May the sensors send over the public network?",
                }
            ]
        },
    )

    notice_id: Reference = Field(description="A published challenge, or its code.")
    language: Language
    body: Body = Field(description="Everybody may read it: name nobody in it.")


class EditedEnquiry(BaseModel):
    """What staff leave of a question, so that it does not tell who asks."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [{"body": "May the sensors send over the public network?"}]
        },
    )

    body: Body


class EnquiryStepTaken(BaseModel):
    """What is said with a step of a question."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [{"answer": "Yes, if what they send is signed.", "language": "en"}]
        },
    )

    answer: Annotated[Text, StringConstraints(max_length=LONGEST_ANSWER)] = Field(
        default="", description="For everybody, where a step answers."
    )
    language: Language | None = Field(default=None, description="Of the answer.")
    reason: Annotated[Text, StringConstraints(max_length=LONGEST)] = Field(
        default="", description="Why it is declined, for who asked alone."
    )


class EnquiryRead(BaseModel):
    """A question as the team reads it that answers: of whom it is nobody tells."""

    model_config = ConfigDict(from_attributes=True)

    id: UUID
    code: str = Field(description="Of the challenge.")
    notice_id: UUID
    programme_id: Annotated[UUID, Names("programme", "programme")]
    organisation_id: Annotated[UUID, Names("organisation", "organisation")] = Field(
        description="The team that answers."
    )
    number: int = Field(description="Among all about the challenge, from 1.")
    state: EnquiryState
    language: str = Field(description="Of the question.")
    question: str = Field(description="Empty where it was withdrawn.")
    asked_on: date = Field(description="The day in UTC; the hour would tell who was there.")
    edited_at: datetime | None = Field(description="When staff last left something out.")
    answer: str
    answer_language: str
    answered_at: datetime | None
    corrected_at: datetime | None
    version: Annotated[int, Aside()] = Field(description="Grows with each change.")


class EnquiryStaffRead(EnquiryRead):
    """A question as the staff read it, with what they told who asked."""

    reason: str = Field(description="Why it was declined.")


class AskedRead(EnquiryStaffRead):
    """A question as the person reads it who asked."""

    asked_at: datetime


class AskedListRead(BaseModel):
    """All that its reader has asked, the newest first."""

    enquiries: Annotated[list[AskedRead], at_most(MOST_OWN)]


class EnquiryQuery(ListQuery):
    """Filters of the list of questions."""

    state: Several[EnquiryState] = Field(default=[], description="Repeat for several.")
    notice: Several[Reference] = Field(
        default=[], description="Identifiers or codes of challenges' notices; repeatable."
    )
    programme: Several[Reference] = Field(
        default=[], description="Identifiers or codes of programmes; repeatable."
    )


class AnsweredRead(BaseModel):
    """A question with its answer, as everybody reads them."""

    number: int
    language: str = Field(description="Of the question.")
    question: str
    edited: bool = Field(description="Whether staff have left something out.")
    answer: str
    answer_language: str
    answered_at: datetime
    corrected_at: datetime | None = Field(description="When the answer was last corrected.")


class AnsweredListRead(BaseModel):
    """All questions about a published challenge that are answered."""

    licence: str | None = Field(description="Null where the operator has not said.")
    code: str = Field(description="Of the challenge.")
    takes_questions: bool = Field(description="Whether somebody can ask at present.")
    questions: Annotated[list[AnsweredRead], at_most(MOST_KEPT)]
