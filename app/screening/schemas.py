"""What goes in and out about screening; a team reads what was approved with its submission."""

from datetime import datetime
from enum import StrEnum
from typing import Annotated, Final
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from app.core.base.references import Reference
from app.core.base.schemas import at_most
from app.core.base.text import Line, Text
from app.core.storage.pagination import ListQuery, Several
from app.core.tables.exporting import Aside, Names
from app.matchmaking.schemas.parties import PartyRead
from app.screening.lifecycle import ExclusionState
from app.submissions.lifecycle import Kind, State
from app.submissions.schemas import MOST_THEMES, Reason, ThemeKey

SHORTEST: Final = 20
"""Characters by which a text for a team says something."""


class NewExclusion(BaseModel):
    """That a submission is not eligible, for a second person to approve."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [
                {
                    "submission_id": "CH-2027-001",
                    "rule": "Teams of governments alone take part.",
                    "feedback": "Your text is signed by a company, and no authority is named.",
                }
            ]
        },
    )

    submission_id: Reference = Field(description="A challenge or a solution, or its code.")
    rule: Annotated[Line, StringConstraints(min_length=3, max_length=500)] = Field(
        description="Which condition is not met. The team reads it once it is approved."
    )
    feedback: Annotated[Text, StringConstraints(min_length=SHORTEST, max_length=5000)] = Field(
        description="What the team reads beside it, about this submission."
    )


class ExclusionRead(BaseModel):
    """An exclusion as those who screen and auditors see it."""

    model_config = ConfigDict(from_attributes=True)

    id: UUID
    code: str = Field(description="That of the submission.")
    kind: Kind
    programme_id: Annotated[UUID, Names("programme", "programme")]
    call_id: Annotated[UUID, Names("call", "call")]
    submission_id: Annotated[UUID, Names("submission", "submission", "title")]
    sent_at: datetime = Field(
        description="When the version was handed in that it is about; nobody can approve it "
        "about another one."
    )
    rule: str = Field(description="Which condition is not met.")
    feedback: str = Field(description="For the team, once it is approved.")
    state: ExclusionState
    message: str = Field(description="What was said with the last step.")
    proposed_by: Annotated[UUID | None, Names("decider", "proposed_by")]
    settled_by: Annotated[UUID | None, Names("decider", "settled_by")] = Field(
        description="Who approved, refused or took it back."
    )
    settled_at: datetime | None
    version: Annotated[int, Aside()] = Field(description="Grows with each change.")
    created_at: datetime
    updated_at: datetime


class ExclusionQuery(ListQuery):
    """Filters of the list of exclusions."""

    state: Several[ExclusionState] = Field(default=[], description="Repeat for several.")
    code: Several[Reference] = Field(default=[], description="Codes of submissions.")
    call: Several[Reference] = Field(
        default=[], description="Identifiers or codes of calls; repeatable."
    )
    programme: Several[Reference] = Field(
        default=[], description="Identifiers or codes of programmes; repeatable."
    )


class ExclusionStepTaken(BaseModel):
    """What may be said when a step of an exclusion is taken."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={"examples": [{"reason": "The ministry has signed it as well."}]},
    )

    reason: Reason = Field(
        default="", description="For who has proposed it, where it is asked."
    )


class FindingKind(StrEnum):
    """What people should look at in a submission."""

    APPEAL = "appeal"
    ANSWERED = "answered"
    OVERDUE = "overdue"
    PROPOSED = "proposed"
    UNCONFIRMED = "unconfirmed"
    CONDITION = "condition"
    INCOMPLETE = "incomplete"
    LANGUAGE = "language"
    SUMMARY = "summary"
    NEAR_DUPLICATE = "near_duplicate"
    COPIED = "copied"
    LIST = "list"
    CLAIMED = "claimed"
    NOTHING = "nothing"


MOST_DETAILS: Final = 100
"""Details of one finding that are listed."""
MOST_OTHERS: Final = 10
"""Other submissions that one finding names."""
MOST_LINES: Final = 100
"""Lines of one page of the queue."""


class FindingRead(BaseModel):
    """Something that people should look at, with what led to it."""

    model_config = ConfigDict(from_attributes=True)

    kind: FindingKind
    details: Annotated[list[str], at_most(MOST_DETAILS)] = Field(
        description="What is missing or not met, each in a sentence; or keys of themes."
    )
    others: Annotated[list[str], at_most(MOST_OTHERS)] = Field(
        description="Codes of the submissions that it is about beside this one."
    )


class LineRead(PartyRead):
    """One submission that is screened, with what was found in it."""

    model_config = ConfigDict(from_attributes=True)

    state: State
    language: str | None = Field(description="As it is stated, or else recognised.")
    submitted_at: datetime
    findings: Annotated[list[FindingRead], at_most(len(FindingKind))]


class CountRead(BaseModel):
    """How many submissions of the queue have one finding."""

    finding: FindingKind
    n: int


class QueueRead(BaseModel):
    """What of a call is to be screened."""

    n: int = Field(description="How many submissions wait to be screened.")
    n_compared: int = Field(description="Of how many near-duplicates were looked for.")
    counts: Annotated[list[CountRead], at_most(len(FindingKind))]
    lines: Annotated[list[LineRead], at_most(MOST_LINES)] = Field(description="By code.")
    following: str | None = Field(description="The `after` of the next page; null at the end.")


class QueueQuery(BaseModel):
    """Which lines of the queue are asked for."""

    model_config = ConfigDict(extra="forbid")

    finding: Several[FindingKind] = Field(
        default=[], description="With one of these; `nothing` for those without any."
    )
    after: Annotated[str, Field(max_length=40)] | None = Field(
        default=None, description="The code behind which the page begins."
    )


class ProposedThemeRead(BaseModel):
    """A theme that a submission may be about."""

    key: str
    share: float = Field(description="How much of its name the text has, from 0 to 1.")
    words: Annotated[list[str], at_most(12)] = Field(
        description="The words of the text that led to it."
    )


class ProposedThemesRead(BaseModel):
    """The themes that a submission may be about, beside those that it names."""

    themes: Annotated[list[ProposedThemeRead], at_most(8)]


class ThemesConfirmed(BaseModel):
    """Themes that staff add to a submission."""

    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"examples": [{"themes": ["practice:open-source"]}]}
    )

    themes: Annotated[list[ThemeKey], Field(min_length=1, max_length=MOST_THEMES)]


class ThemesRead(BaseModel):
    """The themes that a submission names now."""

    themes: Annotated[list[str], at_most(MOST_THEMES)]
