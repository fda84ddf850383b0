"""What goes in and out about letters."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from app.core.base.text import Line, Text
from app.core.storage.outbox import LetterState
from app.core.storage.pagination import ListQuery, Several


class LetterRead(BaseModel):
    """A letter in the outbox."""

    id: UUID
    user_id: UUID
    recipient: str
    subject: str
    state: LetterState
    attempts: int
    created_at: datetime
    sent_at: datetime | None
    body: str | None = Field(
        description="Null where it holds a link that lets its holder in, and you do not "
        "look after users; removed when such a letter was sent."
    )


class LetterQuery(ListQuery):
    """Filters of the outbox."""

    state: Several[LetterState] = Field(default=[], description="Repeat for several.")


class LetterDraft(BaseModel):
    """Another text for a letter of a call."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [
                {
                    "subject": "The decision about {code}",
                    "body": "Dear team of {organisation},\n\n{feedback}\n\n{answer}\n",
                }
            ]
        },
    )

    subject: Annotated[Line, StringConstraints(min_length=1, max_length=200)]
    body: Annotated[Text, StringConstraints(min_length=1, max_length=5000)]
