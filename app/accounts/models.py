"""Where organisations, users, memberships and tokens are stored."""

from datetime import datetime
from uuid import UUID

from sqlmodel import Field, UniqueConstraint

from app.core.database import Record, UtcDateTime, words
from app.policy import Role


class Organisation(Record, table=True):
    """A government body that takes part, or runs the incubator."""

    __table_args__ = (UniqueConstraint("name", "country"),)

    name: str
    country: str
    subdivision: str | None = None
    level: str = "other"


class User(Record, table=True):
    """A person who signs in."""

    __tablename__ = "user_account"  # `user` is a reserved word in SQL

    email: str = Field(unique=True)
    name: str

    def __repr__(self) -> str:
        """Name the row without personal data."""
        return f"User({self.id})"


class Membership(Record, table=True):
    """What a user is in an organisation."""

    __table_args__ = (UniqueConstraint("user_id", "organisation_id", "role"),)

    user_id: UUID = Field(foreign_key="user_account.id", index=True)
    organisation_id: UUID = Field(foreign_key="organisation.id", index=True)
    role: Role = Field(sa_type=words(Role))


class Token(Record, table=True):
    """A secret for programs: only its hash is kept."""

    user_id: UUID = Field(foreign_key="user_account.id", index=True)
    name: str
    digest: str = Field(unique=True)
    expires_at: datetime = Field(sa_type=UtcDateTime)
    revoked_at: datetime | None = Field(default=None, sa_type=UtcDateTime)

    def __repr__(self) -> str:
        """Name the row without its hash."""
        return f"Token({self.id})"
