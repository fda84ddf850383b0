"""What goes in and out about challenges and solutions."""

from datetime import datetime
from typing import Annotated, Any, Final, Generic, Literal, TypeVar
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, JsonValue, StringConstraints

from app.core.base.references import Reference
from app.core.base.schemas import Instant, at_most
from app.core.base.text import Line, Text
from app.core.storage.pagination import ListQuery, Several, Word
from app.core.tables.countries import NamedCountry
from app.core.tables.exporting import Aside, InWords, Named, Names
from app.core.tables.languages import language_name
from app.questions.answering import spoken
from app.questions.forms import MOST_OPTIONS, MOST_QUESTIONS, Key, Option
from app.submissions.content import LONGEST, ChallengeFields, Passage, SolutionFields
from app.submissions.lifecycle import Kind, State

Title = Annotated[Line, StringConstraints(min_length=5, max_length=200)]
Language = Annotated[str, StringConstraints(pattern="^[a-z]{2,3}$")]
ThemeKey = Annotated[str, StringConstraints(pattern="^[a-z-]+:[A-Za-z0-9-]+$", max_length=80)]
MOST_THEMES: Final = 10
MOST_REVISIONS: Final = 50
"""Revisions that are listed: of one submission the newest."""
MOST_ANSWERS: Final = 20 + MOST_QUESTIONS
"""Answers that a submission has, of either kind; a test holds it."""
Reason = Annotated[Text, StringConstraints(max_length=5000)]


class ChallengeContent(ChallengeFields):
    """What a team tells about its challenge; the form asks no solution of it."""

    model_config = ConfigDict(extra="forbid")


class SolutionContent(SolutionFields):
    """What a team tells about its practical experience."""

    model_config = ConfigDict(extra="forbid")


Content = TypeVar("Content", bound=BaseModel)

Answer = (
    bool
    | int
    | float
    | Annotated[str, Field(max_length=LONGEST)]
    | Annotated[list[Option], Field(max_length=MOST_OPTIONS)]
    | None
)
"""An answer to a question of a call: text, number, yes or no, or what was chosen."""
Answers = Annotated[dict[Key, Answer], Field(max_length=MOST_QUESTIONS)]


def answers_in_words(answers: dict[str, Any], _: Named) -> str:
    """Return answers one below the other, each behind the key of its question."""
    return "\n".join(f"{key}: {'; '.join(spoken(value))}" for key, value in answers.items())


Asked = Annotated[
    dict[
        Annotated[str, StringConstraints(min_length=1, max_length=80)],
        Annotated[Text, StringConstraints(max_length=2000)],
    ],
    Field(max_length=MOST_ANSWERS),
]
"""What staff ask, by the key of a question; an empty text asks for the answer itself."""


class _Draft(BaseModel, Generic[Content]):
    model_config = ConfigDict(extra="forbid")

    title: Title
    language: Language | None = Field(
        default=None, description="In which the passages are written; else it is recognised."
    )
    summary: Passage = Field(
        default="",
        description="In the programme's working language, where the passages are in another.",
    )
    themes: list[ThemeKey] = Field(
        default=[],
        max_length=MOST_THEMES,
        description="Keys of themes, such as `practice:open-source`.",
    )
    content: Content
    answers: Answers = Field(
        default={},
        description="To questions of the call's own, by key: `GET /calls/{call_id}/form`.",
    )


CHALLENGE_EXAMPLE: Final[dict[str, JsonValue]] = {
    "title": "Early warning of floods in small rivers",
    "themes": ["policy-domain:ENVI", "practice:data-sharing"],
    "content": {
        "problem": "Our small rivers rise within an hour; nobody is warned.",
        "outcome": "Every household is warned half an hour ahead.",
    },
}
SOLUTION_EXAMPLE: Final[dict[str, JsonValue]] = {
    "title": "Sensors and text messages against flash floods",
    "themes": ["policy-domain:ENVI", "practice:data-sharing"],
    "content": {
        "experience": "We put open water sensors into forty small rivers and warn "
        "households by text message.",
        "capacity": 2,
    },
}
_CALL: Final[dict[str, JsonValue]] = {"call_id": "gov2gov-2027-challenges"}


class ChallengeDraft(_Draft[ChallengeContent]):
    """What a challenge owner writes."""

    model_config = ConfigDict(json_schema_extra={"examples": [CHALLENGE_EXAMPLE]})


class SolutionDraft(_Draft[SolutionContent]):
    """What a solution provider writes."""

    model_config = ConfigDict(json_schema_extra={"examples": [SOLUTION_EXAMPLE]})


class _New(BaseModel):
    """What is said once, when a submission begins."""

    call_id: Reference = Field(description="An open call of the right kind, or its code.")
    organisation_id: UUID | None = Field(
        default=None, description="Which of your organisations; not needed if you have one."
    )
    like: Reference | None = Field(
        default=None,
        description="An earlier submission of the same organisation and kind, whose answers "
        "are taken over where you give none.",
    )


class NewChallenge(_New, ChallengeDraft):
    """A challenge that begins as a draft in a call."""

    model_config = ConfigDict(json_schema_extra={"examples": [_CALL | CHALLENGE_EXAMPLE]})


class NewSolution(_New, SolutionDraft):
    """A solution that begins as a draft in a call."""

    model_config = ConfigDict(json_schema_extra={"examples": [_CALL | SOLUTION_EXAMPLE]})


class _Read(BaseModel, Generic[Content]):
    model_config = ConfigDict(from_attributes=True)

    id: UUID
    code: str
    programme_id: Annotated[UUID, Names("programme", "programme")]
    call_id: Annotated[UUID, Names("call", "call")]
    organisation_id: Annotated[UUID, Names("organisation", "organisation", "country")]
    title: str
    language: Annotated[str | None, InWords(lambda code, _: language_name(code))] = Field(
        description="As stated; null where it is to be recognised."
    )
    summary: str
    themes: Annotated[list[str], at_most(MOST_THEMES), Names("theme", "themes")]
    content: Content
    answers: Annotated[Answers, InWords(answers_in_words)] = Field(
        description="To questions of the call's own that are asked of this team, by key."
    )
    state: State
    message: str = Field(description="What the staff last wrote to the team.")
    version: Annotated[int, Aside()] = Field(description="Grows with each change.")
    created_at: datetime
    updated_at: datetime
    submitted_at: datetime | None
    answer_by: datetime | None = Field(
        description="Until when the team answers: accepts or declines its place, sends what "
        "was returned, or appeals; null where it is not asked."
    )
    appeal: str = Field(description="Why the team appealed; empty if it has not.")
    asked: Annotated[Asked | None, InWords(answers_in_words)] = Field(
        description="What staff asked when they last returned it, by the key of the question."
    )


class ChallengeRead(_Read[ChallengeContent]):
    """A challenge as its team and the staff see it."""


class SolutionRead(_Read[SolutionContent]):
    """A solution as its team and the staff see it."""


DRAFTS: Final[dict[Kind, type[ChallengeDraft | SolutionDraft]]] = {
    Kind.CHALLENGE: ChallengeDraft,
    Kind.SOLUTION: SolutionDraft,
}
"""What a team writes, by kind."""
READS: Final[dict[Kind, type[ChallengeRead | SolutionRead]]] = {
    Kind.CHALLENGE: ChallengeRead,
    Kind.SOLUTION: SolutionRead,
}
"""How a submission is read, by kind."""


class NewLatePermit(BaseModel):
    """Until when one team may send what it writes, although the call has closed."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [
                {
                    "organisation_id": "5f0c2c1e-6f0a-4a9e-8f2f-0b1f0a4d7c11",
                    "until": "2027-02-16T12:00:00+01:00",
                    "reason": "Their network was down on the last day.",
                }
            ]
        },
    )

    organisation_id: UUID
    until: Instant = Field(description="The first instant that is too late for this team.")
    reason: Annotated[Text, StringConstraints(min_length=3, max_length=5000)] = Field(
        description="For staff and auditors to read: why this team may."
    )


class LatePermitRead(BaseModel):
    """Until when a team may send what it writes, as the team reads it."""

    model_config = ConfigDict(from_attributes=True)

    id: UUID
    call_id: UUID
    organisation_id: UUID
    until: datetime = Field(description="UTC; the first instant that is too late.")
    version: int = Field(description="Grows with each change.")


class LatePermitStaffRead(LatePermitRead):
    """The same with why, for staff and auditors."""

    reason: str


class LatePermitQuery(ListQuery):
    """The list of late permits of a call."""


class SubmissionQuery(ListQuery):
    """Filters of the lists of challenges and solutions."""

    state: Several[State] = Field(default=[], description="Repeat for several.")
    code: Several[Reference] = Field(default=[], description="Repeat for several.")
    call: Several[Reference] = Field(
        default=[], description="Identifiers or codes of calls; repeatable."
    )
    programme: Several[Reference] = Field(
        default=[], description="Identifiers or codes of programmes; repeatable."
    )
    organisation: Several[Word] = Field(
        default=[],
        description="Names of organisations, in capitals or not; repeatable.",
    )
    country: Several[NamedCountry] = Field(
        default=[], description="Codes or names of countries of organisations; repeatable."
    )
    q: Line | None = Field(
        default=None, max_length=200, description="Words in the title, the summary or the code."
    )


class StepTaken(BaseModel):
    """What may be said when a step is taken."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [
                {
                    "reason": "We cannot compare it yet.",
                    "asked": {"problem": "Say since when it floods."},
                    "answer_by": "2027-03-01T12:00:00+01:00",
                }
            ]
        },
    )

    reason: Reason = Field(default="", description="For the team to read, where a step asks.")
    asked: Asked = Field(
        default={},
        description="With `return`: what you ask, by the key of the question, `title`, "
        "`themes` or `summary`; an empty text asks for the answer itself.",
    )
    answer_by: Instant | None = Field(
        default=None,
        description="With `return`: the first instant that is too late to send it again.",
    )


class RevisionRead(BaseModel):
    """What a team sent, and that it stays as it was sent."""

    model_config = ConfigDict(from_attributes=True)

    number: int = Field(description="From 1, in the order in which they were sent.")
    sent_at: datetime
    title: str
    language: str | None
    summary: str
    themes: Annotated[list[str], at_most(MOST_THEMES)]
    content: ChallengeContent | SolutionContent
    answers: Answers
    asked: Asked | None = Field(description="What staff had asked before; null for nothing.")


class ChangeRead(BaseModel):
    """An answer that a team has changed, word by word."""

    answer: str = Field(description="Its name, such as `title` or `content.problem`.")
    words: list[tuple[Literal["same", "removed", "added"], str]] = Field(
        description="Runs of the text in its order, with what was done with each."
    )


class RevisionChangesRead(BaseModel):
    """What a team has changed between two revisions."""

    before: int = Field(description="The number of the earlier one.")
    after: int
    changes: Annotated[list[ChangeRead], at_most(MOST_ANSWERS)]


class RevisionsRead(BaseModel):
    """What a team sent, one after the other."""

    revisions: Annotated[list[RevisionRead], at_most(MOST_REVISIONS)] = Field(
        description="The newest first."
    )


PREFIXES = {Kind.CHALLENGE: "CH", Kind.SOLUTION: "SO"}
"""How the codes of each kind begin."""
