"""Codes that people can say, such as CH-2026-014: counted without gaps or repeats."""

from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, or_
from sqlmodel import Field, Session, SQLModel, col, select

from app.core.base.clock import now
from app.core.storage import upserts


class Counter(SQLModel, table=True):
    """The last number that was given out in a series, such as a prefix and a year."""

    series: str = Field(primary_key=True)
    last: int


def next_code(session: Session, prefix: str) -> str:
    """Return the next code of this year, such as `CH-2026-014`."""
    series = f"{prefix}-{now().year}"
    return f"{series}-{next_number(session, series):03}"


def next_number(session: Session, series: str) -> int:
    """Return the next number of a series, from 1.

    The row of the counter stays locked until the transaction ends, so that two
    people at once get two numbers, and a refused request leaves no gap.
    """
    statement = (
        upserts.insert(upserts.dialect_of(session), Counter)
        .values(series=series, last=1)
        .on_conflict_do_update(index_elements=["series"], set_={"last": col(Counter.last) + 1})
        .returning(col(Counter.last))
    )
    return int(session.execute(statement).scalar_one())


def named(table: Any, *references: UUID | str) -> ColumnElement[bool]:
    """Return the condition for the rows of a table that references name, by key or code.

    Parameters
    ----------
    table : class with `id` and `code`
    references : UUID or str
        As `app.core.base.references` reads them.
    """
    keys = [reference for reference in references if isinstance(reference, UUID)]
    # What looks as if it was counted, and so is written in capitals, may have been chosen.
    codes = {
        code
        for reference in references
        if isinstance(reference, str)
        for code in (reference, reference.lower())
    }
    by_key, by_code = col(table.id).in_(keys), col(table.code).in_(codes)
    return or_(by_key, by_code) if keys and codes else by_code if codes else by_key


def refers(column: Any, table: Any, *references: UUID | str) -> ColumnElement[bool]:
    """Return the condition for rows of which a column refers to what references name."""
    if len(references) == 1 and isinstance(references[0], UUID):
        return col(column) == references[0]  # an index keeps its order then
    return col(column).in_(select(table.id).where(named(table, *references)))
