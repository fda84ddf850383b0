"""Where organisations are stored."""

from sqlmodel import UniqueConstraint

from app.core.storage.database import Record


class Organisation(Record, table=True):
    """A government body that takes part, or runs the incubator."""

    __table_args__ = (UniqueConstraint("name", "country"),)

    name: str
    country: str
    subdivision: str | None = None
    level: str = "other"
