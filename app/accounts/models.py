"""Where organisations, users and what they sign in with are stored."""

from datetime import datetime
from typing import Final
from uuid import UUID

from sqlmodel import JSON, Column, Field, UniqueConstraint

from app.access.policy import May, Role
from app.accounts.lifecycle import Purpose, Stage, UserState
from app.core.base.clock import now
from app.core.storage.database import Record, UtcDateTime, enum_column

UNKNOWN_BROWSER: Final = "A browser"


class User(Record, table=True):
    """A person who signs in.

    `language` and `zone` are those in which the service speaks to them; null where they have
    chosen none. `unwanted_letters` are the kinds of letters that they have chosen not to get.
    """

    __tablename__ = "user_account"  # `user` is a reserved word in SQL

    email: str = Field(unique=True)
    name: str
    state: UserState = Field(default=UserState.ACTIVE, sa_type=enum_column(UserState))
    consented_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    deactivated_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    access_ended_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    language: str | None = Field(default=None, max_length=2)
    zone: str | None = Field(default=None, max_length=100)
    unwanted_letters: list[str] = Field(default=[], sa_column=Column(JSON, nullable=False))

    def __repr__(self) -> str:
        """Name the row without personal data."""
        return f"User({self.id})"


class Membership(Record, table=True):
    """What a user is in an organisation."""

    __table_args__ = (UniqueConstraint("user_id", "organisation_id", "role"),)

    user_id: UUID = Field(foreign_key="user_account.id", index=True)
    organisation_id: UUID = Field(foreign_key="organisation.id", index=True)
    role: Role = Field(sa_type=enum_column(Role))


class Collaborator(Record, table=True):
    """What a user may do with one submission of a team that they are not a member of.

    `email` is what the team wrote, which may be all that it knows. Who was taken off keeps the
    row, which permits nothing then: that they have worked on it stands between them and it.
    """

    __table_args__ = (UniqueConstraint("submission_id", "user_id"),)

    submission_id: UUID = Field(foreign_key="submission.id", index=True)
    user_id: UUID = Field(foreign_key="user_account.id", index=True)
    email: str
    may: May = Field(sa_type=enum_column(May))
    ended_at: datetime | None = Field(default=None, sa_type=UtcDateTime)

    def __repr__(self) -> str:
        """Name the row without personal data."""
        return f"Collaborator({self.id})"


class Token(Record, table=True):
    """A secret for programs: only its hash is kept.

    `scopes` are the actions that it is good for; null for all of its user's. `made_by_id` is
    the token that has made it, and that it ends with.
    """

    user_id: UUID = Field(foreign_key="user_account.id", index=True)
    name: str
    digest: str = Field(unique=True)
    scopes: list[str] | None = Field(default=None, sa_column=Column(JSON(none_as_null=True)))
    made_by_id: UUID | None = Field(default=None, foreign_key="token.id", index=True)
    expires_at: datetime = Field(sa_type=UtcDateTime)
    revoked_at: datetime | None = Field(default=None, sa_type=UtcDateTime)

    def __repr__(self) -> str:
        """Name the row without its hash."""
        return f"Token({self.id})"


class Password(Record, table=True):
    """The hash of a user's password, apart from the user so that no answer can hold it."""

    user_id: UUID = Field(foreign_key="user_account.id", unique=True)
    hashed: str

    def __repr__(self) -> str:
        """Name the row without its hash."""
        return f"Password({self.id})"


class BrowserSession(Record, table=True):
    """One browser in which somebody signs in, or has done so: only its hash is kept.

    `browser` says which program it is, in our words; `known_browser_id` which browser that the
    person has used before.
    """

    __tablename__ = "browser_session"

    user_id: UUID = Field(foreign_key="user_account.id", index=True)
    digest: str = Field(unique=True)
    stage: Stage = Field(sa_type=enum_column(Stage))
    browser: str = Field(default=UNKNOWN_BROWSER, max_length=60)
    known_browser_id: UUID | None = None
    seen_at: datetime = Field(default_factory=now, sa_type=UtcDateTime)
    ends_at: datetime = Field(sa_type=UtcDateTime, index=True)
    confirmed_at: datetime = Field(sa_type=UtcDateTime)

    def __repr__(self) -> str:
        """Name the row without its hash."""
        return f"BrowserSession({self.id})"


class KnownBrowser(Record, table=True):
    """A browser in which somebody has signed in before: only the hash of its cookie is kept.

    It permits nothing. Wrong passwords from elsewhere do not keep it out.
    """

    __tablename__ = "known_browser"

    user_id: UUID = Field(foreign_key="user_account.id", index=True)
    digest: str = Field(unique=True)
    ends_at: datetime = Field(sa_type=UtcDateTime, index=True)

    def __repr__(self) -> str:
        """Name the row without its hash."""
        return f"KnownBrowser({self.id})"


class OneTimeLink(Record, table=True):
    """An invitation, or the way to a new password: only its hash is kept."""

    __tablename__ = "one_time_link"

    user_id: UUID = Field(foreign_key="user_account.id", index=True)
    purpose: Purpose = Field(sa_type=enum_column(Purpose))
    digest: str = Field(unique=True)
    ends_at: datetime = Field(sa_type=UtcDateTime, index=True)
    used_at: datetime | None = Field(default=None, sa_type=UtcDateTime)

    def __repr__(self) -> str:
        """Name the row without its hash."""
        return f"OneTimeLink({self.id})"


class SecondFactor(Record, table=True):
    """The secret that an authenticator shares with us, sealed by a key of the settings.

    `last_step` is the time step of the last code that was taken: a code works once.
    """

    __tablename__ = "second_factor"

    user_id: UUID = Field(foreign_key="user_account.id", unique=True)
    sealed: str
    enrolled_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    last_step: int | None = None

    def __repr__(self) -> str:
        """Name the row without its secret."""
        return f"SecondFactor({self.id})"


class RecoveryCode(Record, table=True):
    """A code for anyone who has lost the authenticator: only its hash is kept."""

    __tablename__ = "recovery_code"

    user_id: UUID = Field(foreign_key="user_account.id", index=True)
    digest: str = Field(unique=True)
    used_at: datetime | None = Field(default=None, sa_type=UtcDateTime)

    def __repr__(self) -> str:
        """Name the row without its hash."""
        return f"RecoveryCode({self.id})"


class Identity(Record, table=True):
    """Who a user is at an OpenID provider: issuer and subject, never the address."""

    __table_args__ = (UniqueConstraint("issuer", "subject"),)

    user_id: UUID = Field(foreign_key="user_account.id", index=True)
    issuer: str
    subject: str

    def __repr__(self) -> str:
        """Name the row without personal data."""
        return f"Identity({self.id})"
