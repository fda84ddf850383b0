"""What goes in and out about decisions; a team reads its own with its submission."""

from datetime import datetime
from enum import StrEnum
from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from app.core.base.references import Reference
from app.core.base.schemas import Instant, at_most
from app.core.storage.pagination import ListQuery, Several
from app.core.tables.exporting import Aside, Names
from app.decisions.lifecycle import DecisionOutcome, DecisionState
from app.submissions.lifecycle import Kind
from app.submissions.schemas import Language, Reason


class DecisionDraft(BaseModel):
    """What staff write, and a second person approves."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [
                {
                    "outcome": "not_selected",
                    "reasons": "The reviewers missed what another government could help with.",
                    "feedback": "You know your problem in figures. The text asks mainly for "
                    "a change of law, with which other countries could help little.",
                }
            ]
        },
    )

    outcome: DecisionOutcome
    reasons: Reason = Field(default="", description="For the staff alone.")
    feedback: Reason = Field(default="", description="For the team: about this submission.")
    language: Language | None = Field(
        default=None,
        description="In which the feedback is written; else that of the submission, or the "
        "programme's working language.",
    )
    answer_by: Instant | None = Field(
        default=None,
        description="Of a correction that selects: until when the team accepts or declines. "
        "Other decisions get the date of their release.",
    )
    in_place_of: Reference | None = Field(
        default=None,
        description="Of a correction that selects a reserve: which submission has given its "
        "place back.",
    )


class NewDecision(DecisionDraft):
    """A decision about an eligible submission, or the correction of a released one."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [
                {
                    "submission_id": "CH-2027-001",
                    "outcome": "selected",
                    "reasons": "First of all reviewers.",
                    "feedback": "Your figures on rivers convinced every reviewer.",
                }
            ]
        },
    )

    submission_id: Reference = Field(description="A challenge or a solution, or its code.")


class DecisionRead(BaseModel):
    """A decision as staff and auditors see it."""

    model_config = ConfigDict(from_attributes=True)

    id: UUID
    code: str = Field(description="That of the submission.")
    kind: Kind
    programme_id: Annotated[UUID, Names("programme", "programme")]
    call_id: Annotated[UUID, Names("call", "call")]
    submission_id: Annotated[UUID, Names("submission", "submission", "title")]
    outcome: DecisionOutcome
    reasons: str = Field(description="For the staff alone.")
    feedback: str = Field(description="For the team, once it is released.")
    language: str = Field(description="In which the feedback is written.")
    state: DecisionState
    message: str = Field(description="What was last said with a step.")
    drafted_by: Annotated[UUID | None, Names("decider", "drafted_by")] = Field(
        description="Who wrote it last. Whoever wrote a part of it does not approve it."
    )
    approved_by: Annotated[UUID | None, Names("decider", "approved_by")]
    approved_at: datetime | None
    released_at: datetime | None
    answer_by: datetime | None = Field(
        description="Until when the team accepts or declines; null where it is not asked."
    )
    release_id: Annotated[UUID | None, Aside()] = Field(
        description="With which others it was released; null for a correction."
    )
    corrects_id: Annotated[UUID | None, Aside()] = Field(
        description="The released decision whose place it takes."
    )
    in_place_of_id: Annotated[UUID | None, Aside()] = Field(
        description="The submission whose free place a reserve got."
    )
    version: Annotated[int, Aside()] = Field(description="Grows with each change.")
    created_at: datetime
    updated_at: datetime


class DecisionQuery(ListQuery):
    """Filters of the list of decisions."""

    state: Several[DecisionState] = Field(default=[], description="Repeat for several.")
    outcome: Several[DecisionOutcome] = Field(default=[], description="Repeat for several.")
    kind: Several[Kind] = Field(default=[], description="Repeat for both.")
    code: Several[Reference] = Field(default=[], description="Codes of submissions.")
    call: Several[Reference] = Field(
        default=[], description="Identifiers or codes of calls; repeatable."
    )
    programme: Several[Reference] = Field(
        default=[], description="Identifiers or codes of programmes; repeatable."
    )


class Shown(StrEnum):
    """Which submissions of a call its table shows."""

    UNDECIDED = "undecided"
    DRAFT = "draft"
    READY = "ready"
    APPROVED = "approved"
    RELEASED = "released"


class TableQuery(ListQuery):
    """Filters of the table of a call."""

    show: Shown | None = None
    outcome: Several[DecisionOutcome] = []


class DecisionStepTaken(BaseModel):
    """What may be said when a step is taken."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={"examples": [{"reason": "Say what the reviewers found strong."}]},
    )

    reason: Reason = Field(default="", description="For who drafted it, where a step asks.")


class NewRelease(BaseModel):
    """Which call is released, and until when its selected teams answer."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [
                {
                    "call_id": "gov2gov-2027-challenges",
                    "answer_by": "2027-06-14T18:00:00+02:00",
                }
            ]
        },
    )

    call_id: Reference
    answer_by: Instant | None = Field(
        default=None,
        description="Until when selected teams accept or decline; null where they are not "
        "asked.",
    )
    expected: Annotated[str, StringConstraints(max_length=100)] | None = Field(
        default=None,
        description="The tag of the decisions and letters as they were looked at, so that "
        "nothing is released that was changed since (412, whose `ETag` is the present tag); "
        "null for whatever stands there.",
    )


class ReleaseRead(BaseModel):
    """A release of a call."""

    model_config = ConfigDict(from_attributes=True)

    id: UUID
    programme_id: Annotated[UUID, Names("programme", "programme")]
    call_id: Annotated[UUID, Names("call", "call")]
    released_by: Annotated[UUID | None, Names("decider", "released_by")]
    decisions: int = Field(description="How many were released together.")
    letters: int = Field(description="How many letters were written.")
    answer_by: datetime | None
    version: Annotated[int, Aside()]
    created_at: datetime


class ReleaseQuery(ListQuery):
    """Filters of the list of releases."""

    call: Several[Reference] = Field(
        default=[], description="Identifiers or codes of calls; repeatable."
    )
    programme: Several[Reference] = Field(
        default=[], description="Identifiers or codes of programmes; repeatable."
    )


class DecisionLetterRead(BaseModel):
    """The letter of a decision, as one person of the team would read it."""

    language: str
    subject: str
    body: str


MOST_LETTERS = 8
"""Languages in which the letter of one decision is shown."""

Letters = Annotated[list[DecisionLetterRead], at_most(MOST_LETTERS)]


class DecisionLettersRead(BaseModel):
    """The letter of a decision in each language that the service speaks."""

    letters: Letters
    readers: int = Field(description="How many people of the team get one.")
