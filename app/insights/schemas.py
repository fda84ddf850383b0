"""What goes in and out of queries over all features."""

from datetime import datetime
from enum import StrEnum
from typing import Annotated, Any, Final
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from app.core.base.references import Reference
from app.core.base.schemas import Instant
from app.core.storage.pagination import ListQuery, Several, Word
from app.core.tables.exporting import Names
from app.submissions.lifecycle import Kind


class AuditRead(BaseModel):
    """Something that somebody did, as those see it who look after the record."""

    model_config = ConfigDict(from_attributes=True)

    number: int = Field(validation_alias="id", description="Its place in the chain, from 1.")
    at: datetime
    actor_id: Annotated[UUID | None, Names("user", "actor")] = Field(
        description="Null for the operator at the command line, and for who asks a question "
        "about a published challenge, or withdraws one: nobody is told who that is."
    )
    action: str
    subject_kind: str
    subject_id: Annotated[UUID, Names("any", "subject")]
    facts: dict[str, Any] = Field(
        description="Identifiers and states; a reason by its key and hash. Events of earlier "
        "versions hold the reason itself."
    )
    reason: str | None = Field(
        description="What was given as the reason; null if there was none, or it was erased."
    )
    previous: str = Field(description="The hash of the event before; of the first, zeros.")
    digest: str = Field(description="SHA-256 over `previous` and all of the above.")


class AuditQuery(ListQuery):
    """Filters of the list of audit events."""

    actor: Several[UUID] = Field(default=[], description="Repeat for several.")
    action: Several[Word] = Field(default=[], description="Repeat for several.")
    kind: Several[Word] = Field(default=[], description="Kinds of subject; repeatable.")
    subject: Several[Reference] = Field(
        default=[], description="Identifiers, or codes of what has one; repeatable."
    )
    since: Instant | None = Field(default=None, description="An instant with its zone.")
    until: Instant | None = Field(default=None, description="The first one that is too late.")


MOST_TASKS: Final = 100
"""How many tasks are shown at once."""


class TaskKind(StrEnum):
    """What there is to do."""

    COMPLETE = "complete"
    FINISH = "finish"
    HELP = "help"
    DISCUSS = "discuss"
    CONFIRM = "confirm"
    REWRITE = "rewrite"
    SCREEN = "screen"
    LIST = "list"
    EXCLUDE = "exclude"
    DECIDE = "decide"
    SIGN = "sign"
    RELEASE = "release"
    ANSWER = "answer"
    TELL = "tell"
    EXPLAIN = "explain"
    APPROVE = "approve"
    AMEND = "amend"
    PUBLISH = "publish"
    ADVISE = "advise"
    REPLY = "reply"
    REVIEW = "review"
    RESOLVE = "resolve"
    CONSENT = "consent"
    READ = "read"
    MEET = "meet"
    DO = "do"
    OFFER = "offer"
    REPLACE = "replace"
    RESTART = "restart"


class TaskRead(BaseModel):
    """Something that waits for its reader."""

    model_config = ConfigDict(from_attributes=True)

    what: TaskKind
    code: str = Field(description="Of the submission or the programme that it is about.")
    title: str = Field(description="Of the same.")
    kind: Kind = Field(description="Of the submissions.")
    count: int = Field(description="How many of them.")
    due: datetime | None = Field(description="Until when; null where it has no date.")


class TasksRead(BaseModel):
    """What waits for its reader, the most urgent first."""

    tasks: Annotated[list[TaskRead], Field(max_length=MOST_TASKS)]
