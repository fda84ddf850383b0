"""Which columns the list of submissions shows: those of the tables, by the same rule."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Final
from zoneinfo import ZoneInfo

from sqlmodel import Session

from app.access.policy import Actor
from app.core.base.messages import Message
from app.core.tables import exporting
from app.core.tables.exporting import Column
from app.insights import queries
from app.matchmaking.service.queries import parties
from app.pages.topics import FIELDS
from app.submissions.lifecycle import Kind
from app.submissions.schemas import READS

USUAL: Final = ("code", "title", "organisation", "country", "state", "updated_at")
"""What the list shows where nobody chooses."""

HEADINGS: Final[Mapping[str, Message]] = MappingProxyType(
    {
        "code": Message("Code"),
        "programme": Message("Programme"),
        "call": Message("Call"),
        "organisation": Message("Organisation"),
        "country": Message("Country"),
        "title": FIELDS["title"],
        "language": Message("Language"),
        "summary": FIELDS["summary"],
        "themes": Message("Themes"),
        "content.capacity": Message("How many challenges it takes on"),
        "answers": Message("Answers to the call's own questions"),
        "state": Message("State"),
        "message": Message("What the staff last wrote to the team"),
        "created_at": Message("Begun"),
        "updated_at": Message("Last change"),
        "submitted_at": Message("Handed in"),
        "answer_by": Message("To be answered by"),
        "appeal": Message("Why the team appealed"),
        "asked": Message("What staff asked the team"),
        **{
            f"content.{field}": heading
            for field, heading in FIELDS.items()
            if field not in {"title", "summary"}
        },
    }
)
"""What people read above each column, by what `columns=` calls it."""


TOLD_BY_THE_PAGE: Final = frozenset({"state", "country", "language"})
"""Columns whose words are in the language of the page, not in that of the tables."""


@dataclass(frozen=True, slots=True)
class Shown:
    """One row of the list in the columns that were chosen.

    Attributes
    ----------
    row : ChallengeRead or SolutionRead
    cells : sequence of pair of Column and cell
    """

    row: Any
    cells: Sequence[tuple[Column, exporting.Cell]]


def offered(kind: Kind) -> list[Column]:
    """Return the columns that may be chosen, in the order of the tables."""
    return [column for column in exporting.columns_of(READS[kind]) if column.is_shown]


def chosen(kind: Kind, keys: str | None) -> list[Column]:
    """Return the columns that are named, in that order; without names the usual ones.

    Raises
    ------
    BadQuery
        If a name is not known, or there twice.
    """
    return exporting.chosen_columns(READS[kind], keys or ",".join(USUAL))


def shown(
    session: Session, actor: Actor, kind: Kind, rows: Sequence[Any], columns: list[Column]
) -> list[Shown]:
    """Return rows of submissions as the tables say them."""
    reads = [READS[kind].model_validate(row) for row in rows]
    names = queries.names_of(session, actor, exporting.identifiers_in(reads, columns))
    sides = parties(session, (read.id for read in reads))
    utc = ZoneInfo("UTC")

    def cell(read: Any, column: Column) -> Any:
        if column.key == "country":
            return sides[read.id].country
        if column.is_instant or column.key in TOLD_BY_THE_PAGE:
            return column.value(read)
        return exporting.cell_of(read, column, names, utc)

    return [Shown(read, [(column, cell(read, column)) for column in columns]) for read in reads]
