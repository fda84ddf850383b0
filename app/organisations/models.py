"""Where organisations are stored."""

from sqlalchemy import event
from sqlmodel import Field, UniqueConstraint

from app.core.base.text import comparable
from app.core.storage.database import Record


class Organisation(Record, table=True):
    """A government body that takes part, or runs the incubator."""

    __table_args__ = (UniqueConstraint("name", "country"),)

    name: str
    country: str
    subdivision: str | None = None
    level: str = "other"
    name_read: str | None = Field(default=None, index=True)


@event.listens_for(Organisation, "before_insert")
@event.listens_for(Organisation, "before_update")
def _note_how_it_reads(_: object, __: object, organisation: Organisation) -> None:
    """Keep the name as names are compared beside it, so that one that reads alike is found."""
    organisation.name_read = comparable(organisation.name)
