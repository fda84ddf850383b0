"""How the two sides of a pair are named."""

from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, ConfigDict

from app.core.tables.countries import name_of
from app.core.tables.exporting import InWords


class PartyRead(BaseModel):
    """A challenge or a solution, as a suggestion names it."""

    model_config = ConfigDict(from_attributes=True)

    id: UUID
    code: str
    title: str
    organisation: str
    country: Annotated[str, InWords(lambda code, _: name_of(code))]
