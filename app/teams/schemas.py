"""What goes in and out about those who work on a submission together; for its team alone."""

from datetime import datetime
from enum import StrEnum
from typing import Annotated, Final, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from app.access.policy import May
from app.accounts.schemas import Name
from app.core.base.schemas import at_most
from app.core.base.text import Address, Line, Text
from app.core.base.translations import Tag
from app.submissions.schemas import Language, Title
from app.teams.lifecycle import EntryState, ThreadState

MOST_COLLABORATORS: Final = 20
"""How many people collaborate on one submission at once."""


class NewCollaborator(BaseModel):
    """Somebody who shall work on a submission, and what they may do there."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [{"email": "ann@example.org", "name": "Ann", "may": "comment"}]
        },
    )

    email: Address
    name: Name = Field(description="For the invitation; who has an account keeps their name.")
    may: Literal[May.WRITE, May.COMMENT, May.READ] = Field(
        description="`write`: change answers and files. `comment`: read and comment. `read`."
    )
    language: Tag | None = Field(default=None, description="In which letters are written.")


class CollaboratorRead(BaseModel):
    """Somebody who works on a submission, as the team has named them."""

    model_config = ConfigDict(from_attributes=True)

    id: UUID
    email: str
    may: May
    created_at: datetime = Field(description="Since when.")


class CollaboratorsRead(BaseModel):
    """Who works on a submission, beside the members of its team."""

    collaborators: Annotated[list[CollaboratorRead], at_most(MOST_COLLABORATORS)]


MOST_THREADS: Final = 100
"""How many threads a submission has at most."""
MOST_COMMENTS: Final = 300
"""How many comments a submission has at most, in all threads."""
MOST_ASKABLE: Final = 200
"""How many people can be chosen to ask."""

Body = Annotated[Text, StringConstraints(min_length=1, max_length=2000)]


class NewTeamComment(BaseModel):
    """What somebody says in a thread."""

    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"examples": [{"body": "Do we have newer figures?"}]}
    )

    body: Body = Field(description="Text alone; nothing of it is read as HTML.")
    asks: UUID | None = Field(
        default=None,
        description="Whom it asks: a member of the team or somebody who works with it.",
    )


class NewThread(NewTeamComment):
    """What somebody says about a question first."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [{"question": "problem", "body": "Do we have newer figures?"}]
        },
    )

    question: Annotated[str, Field(max_length=80)] = Field(
        description="The key of a question, or `title`, `themes` or `summary`."
    )


class ChangedTeamComment(BaseModel):
    """What stands in a comment instead."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={"examples": [{"body": "Do we have figures of 2025?"}]},
    )

    body: Body


class TeamCommentRead(BaseModel):
    """A comment, as those read it who work on the submission."""

    model_config = ConfigDict(from_attributes=True)

    id: UUID
    thread_id: UUID
    author: str = Field(description="What the person is called who wrote it.")
    by_you: bool
    body: str
    asks_you: bool
    created_at: datetime
    edited_at: datetime | None
    changeable: bool = Field(description="Whether you can still change or remove it.")


class ThreadRead(BaseModel):
    """Comments about one question, the oldest first."""

    id: UUID
    question: str
    state: ThreadState
    comments: Annotated[list[TeamCommentRead], at_most(MOST_COMMENTS)]


class ThreadsRead(BaseModel):
    """What is said beside the questions of a submission, in the order in which it began."""

    threads: Annotated[list[ThreadRead], at_most(MOST_THREADS)]


class SupportState(StrEnum):
    """Where the support of a superior stands, computed from what is stored."""

    NOT_ASKED = "not_asked"
    WAITING = "waiting"
    EXPIRED = "expired"
    SUPPORTED = "supported"
    NOT_SUPPORTED = "not_supported"


class NewSupport(BaseModel):
    """A superior who is asked whether they support what the team sends."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [{"name": "Ann Berg", "office": "Director", "email": "ann@example.org"}]
        },
    )

    name: Name
    office: Annotated[Line, StringConstraints(min_length=2, max_length=200)]
    email: Address
    language: Tag | None = Field(default=None, description="In which the letter is written.")


class SupportAnswer(BaseModel):
    """What a superior says."""

    model_config = ConfigDict(extra="forbid")

    supports: bool
    words: Annotated[Text, StringConstraints(max_length=2000)] = ""


class SupportRead(BaseModel):
    """Whether a superior supports a submission, for its team and for staff."""

    required: bool = Field(description="Whether it cannot be sent without.")
    state: SupportState
    name: str | None = Field(default=None, description="Who is asked.")
    office: str | None = None
    ends_at: datetime | None = Field(
        default=None, description="Until when the link in the letter holds."
    )
    answered_at: datetime | None = None
    words: str | None = None
    before_last_change: bool = Field(
        default=False, description="Whether the submission has changed since they answered."
    )


MOST_ENTRIES: Final = 200
"""Assisted entries of a call that are listed, the newest first."""


class NewEntry(BaseModel):
    """What staff begin to enter for a team that cannot do it itself."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [
                {
                    "organisation_id": "5f0c2c1e-6f0a-4a9e-8f2f-0b1f0a4d7c11",
                    "title": "Early warning of floods",
                    "language": "en",
                    "reason": "They have sent it on paper, since they have no connection.",
                }
            ]
        },
    )

    organisation_id: UUID
    title: Title
    language: Language | None = None
    reason: Annotated[Text, StringConstraints(min_length=3, max_length=2000)] = Field(
        description="Why the team does not enter it itself; the team reads it."
    )


class EntryRead(BaseModel):
    """How far it is with what staff enter for a team."""

    model_config = ConfigDict(from_attributes=True)

    state: EntryState
    reason: str
    created_at: datetime = Field(description="Since when.")
    confirmed_at: datetime | None = Field(description="When the team has confirmed it.")


class EntryListed(EntryRead):
    """The same for staff, with what it is about."""

    id: UUID
    submission: str = Field(description="Its code.")
    organisation: str = Field(description="The name of the team's organisation.")
    begun_by: str = Field(description="Who of the staff has begun it.")
    is_yours: bool = Field(description="Whether the reader works on it.")


class EntriesRead(BaseModel):
    """What staff have entered for teams in a call, the newest first."""

    entries: Annotated[list[EntryListed], at_most(MOST_ENTRIES)]
