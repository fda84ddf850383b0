"""What goes in and out about matches."""

from datetime import datetime
from uuid import UUID

from pydantic import BaseModel, Field

from app.core.base.references import Reference
from app.core.storage.pagination import ListQuery, Several
from app.matches.lifecycle import MatchState
from app.matchmaking.schemas.parties import PartyRead


class MatchRead(BaseModel):
    """A challenge and a solution that people brought together, as both teams see them."""

    id: UUID
    code: str
    challenge: PartyRead
    solution: PartyRead
    state: MatchState
    created_at: datetime


class MatchStaffRead(MatchRead):
    """A match with what staff have noted about it."""

    notes: str


class MatchQuery(ListQuery):
    """Filters of the list of matches."""

    code: Several[Reference] = Field(default=[], description="Repeat for several.")
    programme: Several[Reference] = Field(
        default=[], description="Identifiers or codes of programmes; repeatable."
    )
