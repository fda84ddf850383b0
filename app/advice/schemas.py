"""What goes in and out about the advisory board."""

from datetime import datetime
from typing import Annotated, Final
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

from app.advice.lifecycle import ConsultationState, Stance
from app.core.base.messages import Message
from app.core.base.references import Reference
from app.core.base.schemas import Instant, at_most
from app.core.base.text import Text
from app.core.storage.pagination import ListQuery, Several
from app.core.tables.exporting import Aside, Names
from app.decisions.lifecycle import DecisionOutcome
from app.reviews.schemas.reviews import SubjectRead

MOST_ITEMS: Final = 300
"""Submissions or pairs of one consultation: more than that nobody reads."""
MOST_QUESTIONS: Final = 200
"""Questions of one consultation."""

Title = Annotated[Text, StringConstraints(min_length=1, max_length=200)]
Words = Annotated[Text, StringConstraints(max_length=3000)]
Said = Annotated[Text, StringConstraints(min_length=1, max_length=3000)]


class NewAdvisor(BaseModel):
    """A person with the role `advisor` who is to advise in a programme."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [
                {
                    "programme_id": "gov2gov-2027",
                    "user_id": "9b2f4a4e-6f0e-4c1c-9b3e-0d6c1f3a7b52",
                }
            ]
        },
    )

    programme_id: Reference
    user_id: UUID


class AdvisorDraft(BaseModel):
    """Whether somebody advises."""

    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"examples": [{"is_active": False}]}
    )

    is_active: bool = Field(description="Whether they are asked, and read what is asked.")


class AdvisorRead(BaseModel):
    """An advisor of a programme, for the staff."""

    model_config = ConfigDict(from_attributes=True)

    id: UUID
    programme_id: Annotated[UUID, Names("programme", "programme")]
    user_id: Annotated[UUID, Names("decider", "advisor")]
    is_active: bool
    version: Annotated[int, Aside()]
    created_at: datetime
    updated_at: datetime


class AdvisorQuery(ListQuery):
    """Filters of the list of advisors."""

    programme: Several[Reference] = Field(
        default=[], description="Identifiers or codes of programmes; repeatable."
    )


class PairNamed(BaseModel):
    """A pair of a run, by keys or codes."""

    model_config = ConfigDict(extra="forbid")

    challenge_id: Reference
    solution_id: Reference


class NewConsultation(BaseModel):
    """What is put before the board: submissions of a call, or pairs of a run."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [
                {
                    "call_id": "gov2gov-2027-challenges",
                    "title": "Which four challenges to take",
                    "message": "The first twelve by their reviews. Which would you not take?",
                    "due_at": "2027-03-12T17:00:00Z",
                    "is_ranked": True,
                }
            ]
        },
    )

    call_id: Reference | None = Field(default=None, description="Else a run is named.")
    run_id: Reference | None = Field(default=None, description="Else a call is named.")
    title: Title
    message: Words = Field(default="", description="What the board is asked.")
    due_at: Instant = Field(description="By when.")
    submissions: list[Reference] = Field(
        default=[],
        max_length=MOST_ITEMS,
        description="Of the call, by key or code; none stands for all that are eligible.",
    )
    pairs: list[PairNamed] = Field(
        default=[],
        max_length=MOST_ITEMS,
        description="Of the run; none stands for those that are chosen or in reserve, or "
        "where nothing is decided, for those that the run assigns.",
    )
    is_ranked: bool = Field(
        default=False, description="Of a call: show where reviews rank each, as of now."
    )
    shows_decisions: bool = Field(
        default=False, description="Of a call: show what is drafted about each."
    )

    @model_validator(mode="after")
    def _about_one(self) -> "NewConsultation":
        """Refuse what is about a call and a run, or about neither."""
        if (self.call_id is None) == (self.run_id is None):
            raise ValueError(Message("name either a call or a run"))
        if self.run_id is not None and (
            self.submissions or self.is_ranked or self.shows_decisions
        ):
            raise ValueError(Message("a run is put before the board by its pairs alone"))
        if self.call_id is not None and self.pairs:
            raise ValueError(Message("pairs are those of a run"))
        return self


class ConsultationRead(BaseModel):
    """What is before the board, as staff and advisors see it."""

    model_config = ConfigDict(from_attributes=True)

    id: UUID
    programme_id: Annotated[UUID, Names("programme", "programme")]
    call_id: Annotated[UUID | None, Names("call", "call")]
    run_id: Annotated[UUID | None, Names("run", "run")]
    title: str
    message: str
    state: ConsultationState
    due_at: datetime
    is_ranked: bool
    shows_decisions: bool
    version: Annotated[int, Aside()]
    created_at: datetime
    updated_at: datetime


class ConsultationQuery(ListQuery):
    """Filters of the list of consultations."""

    state: Several[ConsultationState] = Field(default=[], description="Repeat for several.")
    programme: Several[Reference] = Field(
        default=[], description="Identifiers or codes of programmes; repeatable."
    )
    call: Several[Reference] = Field(
        default=[], description="Identifiers or codes of calls; repeatable."
    )
    run: Several[Reference] = Field(
        default=[], description="Identifiers or codes of runs; repeatable."
    )


class ConsultationStepTaken(BaseModel):
    """What goes with a step of a consultation."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={"examples": [{"due_at": "2027-03-19T17:00:00Z"}]},
    )

    due_at: Instant | None = Field(default=None, description="To reopen: the new date.")


class ConflictNamed(BaseModel):
    """A submission between which and an advisor something stands."""

    model_config = ConfigDict(extra="forbid")

    submission_id: Reference
    reason: Said


class NewDeclaration(BaseModel):
    """What an advisor declares; nothing stands between them and what is not named."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [
                {
                    "conflicts": [
                        {
                            "submission_id": "CH-2027-001",
                            "reason": "I worked with this team until May.",
                        }
                    ]
                }
            ]
        },
    )

    conflicts: list[ConflictNamed] = Field(default=[], max_length=2 * MOST_ITEMS)


class StandingThen(BaseModel):
    """Where the reviews ranked a submission when it was put before the board."""

    place: int = Field(description="1 the best.")
    reviews: int
    mean: float
    corrected: float = Field(description="Without the severity of who reviewed it.")
    firmness: float = Field(
        description="In which share of draws of the reviewers it is among the first."
    )


class DecisionShown(BaseModel):
    """What is drafted about a submission, as the board reads it."""

    outcome: DecisionOutcome
    reasons: str


class PairShown(BaseModel):
    """How the run sees a pair."""

    rank: int
    band: str | None
    assigned: bool
    phrases: Annotated[list[str], at_most(MOST_ITEMS)] = Field(
        description="What both tell of, the strongest first."
    )


class AdviceShown(BaseModel):
    """What an advisor has said of an item, as it counts."""

    model_config = ConfigDict(from_attributes=True)

    stance: Stance
    comment: str
    created_at: datetime


class ItemRead(BaseModel):
    """An item as an advisor may know it at present, or the staff: the rest is null."""

    id: UUID
    number: int
    sides: Annotated[list[SubjectRead], at_most(2)]
    is_readable: bool = Field(description="Whether the text may be read, and advised on.")
    is_barred: bool = Field(description="Whether a conflict of interest stands in between.")
    is_gone: bool = Field(
        description="Whether it is with its team again, or a team has withdrawn."
    )
    standing: StandingThen | None = None
    decision: DecisionShown | None = None
    pair: PairShown | None = None
    own: AdviceShown | None = Field(description="What the reader has said of it.")


class ItemQuery(ListQuery):
    """Which page of the items is read."""


class NewAdvice(BaseModel):
    """What an advisor says of an item; it counts instead of what they said before."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [
                {"stance": "doubts", "comment": "The team depends on a law that is not passed."}
            ]
        },
    )

    stance: Stance
    comment: Said = Field(description="Why. For the staff.")


class AdviceRead(BaseModel):
    """Advice on an item: an advisor reads their own, the staff all."""

    id: UUID
    consultation_id: UUID
    item_id: UUID
    code: str = Field(description="Of the submission, or of the challenge of a pair.")
    solution: str | None = Field(description="The code of the solution of a pair.")
    user_id: Annotated[UUID, Names("decider", "advisor")]
    stance: Stance
    comment: str
    is_current: bool = Field(description="Whether it counts: nothing was said later.")
    created_at: datetime


class AdviceQuery(ListQuery):
    """Filters of the list of advice."""

    consultation: Several[UUID] = Field(default=[], description="Repeat for several.")
    code: Several[Reference] = Field(
        default=[], description="Codes of submissions, of either side of a pair; repeatable."
    )
    stance: Several[Stance] = Field(default=[], description="Repeat for several.")
    is_current: bool | None = Field(default=None, description="Only what counts, or not.")


class NewBoardQuestion(BaseModel):
    """What an advisor asks the staff."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [{"question": "Has the ministry said who would work on it?"}]
        },
    )

    question: Said
    item_id: UUID | None = Field(default=None, description="Which item it is about, if one.")


class NewAnswer(BaseModel):
    """What staff answer; all advisors of the consultation read it."""

    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"examples": [{"answer": "Two people, from May."}]}
    )

    answer: Said


class BoardQuestionRead(BaseModel):
    """A question and its answer: advisors see nobody's name but that it is theirs."""

    id: UUID
    consultation_id: UUID
    item_id: UUID | None
    code: str | None = Field(description="Of what it is about; null where it is about all.")
    by_you: bool
    question: str
    answer: str
    answered_at: datetime | None
    created_at: datetime


class BoardQuestionQuery(ListQuery):
    """Filters of the list of questions."""

    consultation: Several[UUID] = Field(default=[], description="Repeat for several.")
    is_answered: bool | None = Field(default=None)
