"""What goes out about letters."""

from datetime import datetime
from uuid import UUID

from pydantic import (
    BaseModel,
    Field,
)

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
