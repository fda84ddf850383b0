"""What goes in and out about organisations and the people in them."""

from datetime import datetime
from enum import StrEnum
from typing import Annotated, Any
from uuid import UUID

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
)

from app.access.policy import Role
from app.accounts.lifecycle import UserState
from app.accounts.schemas import Ended, Name, TokenRead
from app.core.base.text import Address
from app.core.base.translations import Tag
from app.core.storage.pagination import ListQuery, Several
from app.core.tables.countries import Country, name_of
from app.core.tables.exporting import InWords, Names


class Level(StrEnum):
    """Level of government."""

    CENTRAL = "central"
    REGIONAL = "regional"
    LOCAL = "local"
    OTHER = "other"


_ORGANISATION: dict[str, Any] = {
    "name": "Ministry of Water",
    "country": "NL",
    "level": "central",
}


class OrganisationDraft(BaseModel):
    """What is told about an organisation."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [_ORGANISATION]})

    name: Name
    country: Country
    subdivision: str | None = Field(default=None, max_length=10)
    level: Level = Level.OTHER


class OrganisationRead(BaseModel):
    """An organisation as its readers see it."""

    model_config = ConfigDict(from_attributes=True)

    id: UUID
    name: str
    country: Annotated[str, InWords(lambda code, _: name_of(code))] = Field(
        description="ISO 3166-1 alpha-2, or EU."
    )
    subdivision: str | None
    level: Level


class OrganisationQuery(ListQuery):
    """Filters of the list of organisations."""

    country: Several[Country] = Field(default=[], description="Repeat for several.")


class UserDraft(BaseModel):
    """Somebody who shall be able to sign in."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [
                {
                    "email": "ann@example.org",
                    "name": "Ann",
                    "role": "member",
                    "organisation": _ORGANISATION,
                }
            ]
        },
    )

    email: Address
    name: Name
    role: Role
    organisation: OrganisationDraft
    language: Tag | None = Field(default=None, description="In which letters are written.")


class MembershipRead(BaseModel):
    """A role, and the organisation in which it is held."""

    role: Role
    organisation: OrganisationRead


class MeRead(BaseModel):
    """Who you are to the service."""

    id: UUID
    name: str
    email: str
    language: str | None = Field(description="Of pages and letters; null for no choice.")
    zone: str | None = Field(description="In which times are told; null for no choice.")
    memberships: list[MembershipRead]


class UserMembership(BaseModel):
    """A role that a user holds in an organisation."""

    model_config = ConfigDict(from_attributes=True)

    id: UUID
    organisation_id: Annotated[UUID, Names("organisation", "organisation")]
    role: Role


class UserRead(BaseModel):
    """A user as colleagues and administrators see them."""

    model_config = ConfigDict(from_attributes=True)

    id: UUID
    name: str
    email: str
    state: UserState
    created_at: datetime
    memberships: list[UserMembership]


class UserMoved(UserRead):
    """A user after a step, and what has ended with it."""

    ended: Ended | None = Field(description="Null where the step ends nothing.")


class UserQuery(ListQuery):
    """Filters of the list of users."""

    state: Several[UserState] = Field(default=[], description="Repeat for several.")
    organisation: Several[UUID] = Field(default=[], description="Repeat for several.")


class InvitationQuery(ListQuery):
    """Filters of the list of people who have not accepted yet."""

    organisation: Several[UUID] = Field(default=[], description="Repeat for several.")


class MembershipDraft(BaseModel):
    """A role for a user, and the organisation in which it is held."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [
                {"organisation_id": "00000000-0000-4000-8000-000000000000", "role": "member"}
            ]
        },
    )

    organisation_id: UUID
    role: Role


class UserStep(BaseModel):
    """What a step of a user's life may need."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{}]})

    hand_over_to: UUID | None = Field(
        default=None, description="Who takes over the organisations of somebody who leaves."
    )
    leave_empty: bool = Field(
        default=False, description="Whether an organisation may be left without people."
    )


class HandOver(BaseModel):
    """Who takes over."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={"examples": [{"to": "00000000-0000-4000-8000-000000000000"}]},
    )

    to: UUID


class PersonExport(BaseModel):
    """All that is stored about a person, for that person."""

    id: UUID
    name: str
    email: str
    state: UserState
    created_at: datetime
    consented_at: datetime | None
    language: str | None
    zone: str | None
    unwanted_letters: list[str] = Field(
        max_length=50, description="Which you have chosen not to get."
    )
    memberships: list[MembershipRead]
    collaborations: list[dict[str, Any]] = Field(
        description="Submissions on which a team has named you, under which address, and what "
        "you may do there; with an end where you were taken off."
    )
    second_factor: bool
    identities: list[dict[str, str]] = Field(description="Who you are at OpenID providers.")
    tokens: list[TokenRead]
    sessions: list[dict[str, Any]]
    known_browsers: list[dict[str, datetime]] = Field(
        description="Browsers that you have used before."
    )
    enquiries: list[dict[str, Any]] = Field(
        description="What you have asked about published challenges; nobody else is told that "
        "it was you."
    )
    letters: list[dict[str, Any]]
    events: list[dict[str, Any]] = Field(description="What you did, or was done about you.")
