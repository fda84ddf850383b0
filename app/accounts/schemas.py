"""What goes in and out about organisations and users."""

from datetime import datetime
from enum import StrEnum
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import (
    BaseModel,
    ConfigDict,
    EmailStr,
    Field,
    SecretStr,
    StringConstraints,
    field_validator,
)

from app.accounts.lifecycle import UserState
from app.core.countries import Country
from app.core.lists import ListQuery
from app.core.outbox import LetterState
from app.core.text import Address, Line, printable
from app.policy import Action, Role

Name = Annotated[Line, StringConstraints(min_length=2, max_length=200)]


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
    country: str = Field(description="ISO 3166-1 alpha-2, or EU.")
    subdivision: str | None
    level: Level


class OrganisationQuery(ListQuery):
    """Filters of the list of organisations."""

    country: list[Country] = Field(default=[], description="Repeat for several.")


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


class UserMembership(BaseModel):
    """A role that a user holds in an organisation."""

    model_config = ConfigDict(from_attributes=True)

    id: UUID
    organisation_id: UUID
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


class UserQuery(ListQuery):
    """Filters of the list of users."""

    state: list[UserState] = Field(default=[], description="Repeat for several.")
    organisation: list[UUID] = Field(default=[], description="Repeat for several.")


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


class TokenDraft(BaseModel):
    """A token that is wanted."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [{"name": "nightly report", "scopes": ["run:read"], "days": 30}]
        },
    )

    name: Name
    scopes: list[Action] = Field(min_length=1, description="Actions that it is good for.")
    days: int = Field(default=90, ge=1, le=366, description="How long it holds.")


class TokenRead(BaseModel):
    """A token, without its secret."""

    model_config = ConfigDict(from_attributes=True)

    id: UUID
    name: str
    scopes: list[str] | None = Field(description="Null for all that its user may do.")
    created_at: datetime
    expires_at: datetime
    revoked_at: datetime | None


class TokenMade(TokenRead):
    """A token as its maker sees it once."""

    secret: str = Field(description="Shown here and never again.")


class TokenQuery(ListQuery):
    """The list of one's own tokens has no filters."""


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

    state: list[LetterState] = Field(default=[], description="Repeat for several.")


class PersonExport(BaseModel):
    """All that is stored about a person, for that person."""

    id: UUID
    name: str
    email: str
    state: UserState
    created_at: datetime
    consented_at: datetime | None
    memberships: list[MembershipRead]
    second_factor: bool
    identities: list[dict[str, str]] = Field(description="Who you are at OpenID providers.")
    tokens: list[TokenRead]
    sessions: list[dict[str, datetime]]
    letters: list[dict[str, Any]]
    events: list[dict[str, Any]] = Field(description="What you did, or was done about you.")


_Password = Annotated[SecretStr, Field(max_length=200)]
_NewPassword = Annotated[SecretStr, Field(min_length=12, max_length=200)]


class _Form(BaseModel):
    """What every form of a page shares."""

    model_config = ConfigDict(extra="forbid")

    next: str = Field(default="", max_length=2000)

    @field_validator("*")
    @classmethod
    def _storable(cls, value: Any) -> Any:
        """Refuse what could not even be compared with what is stored."""
        plain = value.get_secret_value() if isinstance(value, SecretStr) else value
        if isinstance(plain, str):
            printable(plain)
        return value


class SignInForm(_Form):
    """The sign-in page."""

    email: EmailStr
    password: _Password


class CodeForm(_Form):
    """A code of the second factor, or a recovery code."""

    code: Line = Field(min_length=6, max_length=40)


class ConfirmForm(_Form):
    """Who one is, once more."""

    by: Literal["code", "password"] = "password"
    code: str = Field(default="", max_length=40)
    password: _Password = SecretStr("")

    @property
    def plain_password(self) -> str:
        """The password as it was written."""
        return self.password.get_secret_value()


class InvitationForm(_Form):
    """An invitation that is accepted with a password."""

    code: str = Field(max_length=100)
    password: _NewPassword
    agreed: str = Field(default="", validate_default=True)

    @field_validator("agreed")
    @classmethod
    def _says_so(cls, agreed: str) -> str:
        if agreed != "true":
            raise ValueError("Tick the box if you agree, or close this page.")
        return agreed


class NewPasswordForm(_Form):
    """A new password."""

    code: str = Field(max_length=100)
    password: _NewPassword


class ResetForm(_Form):
    """Somebody who asks for a new password."""

    email: EmailStr


class ConsentForm(_Form):
    """Yes or no to what is stored."""

    agreed: Literal["yes", "no"]


class TokenForm(_Form):
    """A token that is wanted, on the page."""

    name: Name
    scopes: list[Action] = Field(min_length=1)
    days: int = Field(default=90, ge=1, le=366)

    def draft(self) -> TokenDraft:
        """Return what the interface for programs would have been sent."""
        return TokenDraft(name=self.name, scopes=self.scopes, days=self.days)
