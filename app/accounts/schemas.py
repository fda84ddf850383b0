"""What goes in and out about organisations and users."""

from datetime import datetime
from typing import Annotated, Any, Literal, NamedTuple
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

from app.access.policy import Action
from app.core.base.messages import Message
from app.core.base.numbers import Whole
from app.core.base.schemas import at_most
from app.core.base.text import Line, printable
from app.core.base.translations import Tag
from app.core.base.zones import Zone
from app.core.storage.pagination import ListQuery

Name = Annotated[Line, StringConstraints(min_length=2, max_length=200)]
Scopes = Annotated[list[Action], Field(min_length=1, max_length=len(Action))]


class TokenDraft(BaseModel):
    """A token that is wanted."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [{"name": "nightly report", "scopes": ["run:read"], "days": 30}]
        },
    )

    name: Name
    scopes: Scopes = Field(description="Actions that it is good for.")
    days: Whole = Field(default=90, ge=1, le=366, description="How long it holds.")


class TokenRead(BaseModel):
    """A token, without its secret."""

    model_config = ConfigDict(from_attributes=True)

    id: UUID
    name: str
    scopes: Annotated[list[str], at_most(len(Action))] | None = Field(
        description="Null for all that its user may do."
    )
    created_at: datetime
    expires_at: datetime
    revoked_at: datetime | None


class TokenMade(TokenRead):
    """A token as its maker sees it once."""

    secret: str = Field(description="Shown here and never again.")


class Ended(BaseModel):
    """What no longer lets anybody in."""

    tokens: list[str] = Field(
        description="Names of the tokens that have ended; of those that they made, too."
    )
    sessions: int = Field(description="How many browsers were signed out.")

    def facts(self) -> dict[str, Any]:
        """Return what the record holds of it; each token has an event of its own."""
        return {"tokens": len(self.tokens), "sessions": self.sessions}


class SessionRead(BaseModel):
    """A browser in which somebody is signed in."""

    model_config = ConfigDict(from_attributes=True)

    id: UUID
    browser: str = Field(description="Which program it says that it is.")
    created_at: datetime = Field(description="When the person signed in.")
    seen_at: datetime = Field(description="When it was last used, to within five minutes.")
    ends_at: datetime
    current: bool = Field(description="Whether it is the one that asks.")


class SessionQuery(ListQuery):
    """The list of sessions has no filters."""


class TokenQuery(ListQuery):
    """The list of one's own tokens has no filters."""


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
    agreed: str = Field(default="", max_length=10, validate_default=True)

    @field_validator("agreed")
    @classmethod
    def _says_so(cls, agreed: str) -> str:
        if agreed != "true":
            raise ValueError(Message("Tick the box if you agree, or close this page."))
        return agreed


class NewPasswordForm(_Form):
    """A new password."""

    code: str = Field(max_length=100)
    password: _NewPassword


class PasswordForm(_Form):
    """Another password, by somebody who is signed in."""

    current: _Password
    password: _NewPassword


class ResetForm(_Form):
    """Somebody who asks for a new password."""

    email: EmailStr


class ConsentForm(_Form):
    """Yes or no to what is stored."""

    agreed: Literal["yes", "no"]


class LanguageForm(_Form):
    """The language of the pages."""

    language: Tag


class PreferencesForm(_Form):
    """In which language and zone the service speaks to its reader; empty for no choice."""

    language: Tag | None = None
    zone: Zone | None = None


class Reader(NamedTuple):
    """What a page needs of the person who reads it."""

    name: str
    language: str | None
    zone: str | None


class TokenForm(_Form):
    """A token that is wanted, on the page."""

    name: Name
    scopes: Scopes
    days: Whole = Field(default=90, ge=1, le=366)

    def draft(self) -> TokenDraft:
        """Return what the interface for programs would have been sent."""
        return TokenDraft(name=self.name, scopes=self.scopes, days=self.days)
