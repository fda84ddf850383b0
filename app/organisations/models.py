"""Where organisations are stored."""

from sqlalchemy import event, inspect
from sqlmodel import UniqueConstraint

from app.core.base.text import comparable
from app.core.storage.database import Record


class Organisation(Record, table=True):
    """A government body that takes part, or runs the incubator.

    `name_read` is the name as names are compared. Of two people who add one whose name reads
    the same at the same moment, the database lets one through. `twin` is 0, but for those that
    were there before names were compared.
    """

    __table_args__ = (
        UniqueConstraint("name", "country"),
        UniqueConstraint("name_read", "country", "twin"),
    )

    name: str
    country: str
    subdivision: str | None = None
    level: str = "other"
    name_read: str | None = None
    twin: int = 0


@event.listens_for(Organisation, "before_insert")
@event.listens_for(Organisation, "before_update")
def _note_how_it_reads(_: object, __: object, organisation: Organisation) -> None:
    """Keep the name as names are compared beside it, so that one that reads alike is found."""
    organisation.name_read = comparable(organisation.name)
    is_another = any(
        inspect(organisation).attrs[name].history.deleted for name in ("name_read", "country")
    )
    if is_another:
        organisation.twin = 0
