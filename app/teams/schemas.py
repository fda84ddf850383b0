"""What goes in and out about those who work on a submission together; for its team alone."""

from datetime import datetime
from typing import Annotated, Final
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from app.access.policy import May
from app.accounts.schemas import Name
from app.core.base.schemas import at_most
from app.core.base.text import Address
from app.core.base.translations import Tag

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
    may: May = Field(
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
