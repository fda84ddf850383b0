"""What goes in and out about organisations and users."""

from enum import StrEnum
from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, ConfigDict, EmailStr, Field, StringConstraints

from app.core.countries import Country
from app.core.lists import ListQuery
from app.core.text import Line
from app.policy import Role

Name = Annotated[Line, StringConstraints(min_length=2, max_length=200)]


class Level(StrEnum):
    """Level of government."""

    CENTRAL = "central"
    REGIONAL = "regional"
    LOCAL = "local"
    OTHER = "other"


class OrganisationDraft(BaseModel):
    """What is told about an organisation when it is first named."""

    model_config = ConfigDict(extra="forbid")

    name: Name
    country: Country
    subdivision: str | None = Field(default=None, max_length=10)
    level: Level = Level.OTHER


class OrganisationRead(BaseModel):
    """An organisation as its readers see it."""

    model_config = ConfigDict(from_attributes=True)

    id: UUID
    name: str
    country: str = Field(description="ISO 3166-1 alpha-2, or EU.")
    subdivision: str | None
    level: Level


class OrganisationQuery(ListQuery):
    """Filters of the list of organisations."""

    country: list[Country] = Field(default=[], description="Repeat for several.")


class UserDraft(BaseModel):
    """Somebody who shall be able to sign in."""

    model_config = ConfigDict(extra="forbid")

    email: EmailStr
    name: Name
    role: Role
    organisation: OrganisationDraft


class MembershipRead(BaseModel):
    """A role, and the organisation in which it is held."""

    role: Role
    organisation: OrganisationRead


class MeRead(BaseModel):
    """Who you are to the service."""

    id: UUID
    name: str
    email: str
    memberships: list[MembershipRead]
