"""How the two sides of a pair are named."""

from uuid import UUID

from pydantic import BaseModel, ConfigDict


class PartyRead(BaseModel):
    """A challenge or a solution, as a suggestion names it."""

    model_config = ConfigDict(from_attributes=True)

    id: UUID
    code: str
    title: str
    organisation: str
    country: str
