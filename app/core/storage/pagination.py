"""Pages of a list: strict parameters, and cursors that hold still while rows are added.

A page ends after so many rows, or after the row with which it has so many bytes: rows are
read a few at a time, so that what is beyond the page never comes into memory.
"""

import base64
import binascii
import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Annotated, Any, ClassVar, Final, Generic, Self, TypeVar
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator
from pydantic_core import to_json
from sqlalchemy import ColumnElement, Result, Row, TypeDecorator, and_, false, or_
from sqlalchemy.types import TypeEngine
from sqlmodel import Session, SQLModel
from sqlmodel.sql.expression import SelectOfScalar

from app.core.base.clock import in_utc
from app.core.base.errors import BadQuery
from app.core.base.messages import Message
from app.core.base.numbers import Whole
from app.core.base.text import printable
from app.core.base.zones import is_zone
from app.core.storage.database import MAX_INTEGER
from app.core.tables.exporting import Format

T = TypeVar("T")

MOST_ROWS: Final = 200
"""Rows of one page."""
ROWS_AT_ONCE: Final = 500
"""Rows of a table that are held at once."""
MOST_VALUES: Final = 100
"""Values of one filter."""

Several = Annotated[list[T], Field(max_length=MOST_VALUES)]
"""Values of a filter, of which one has to be met."""
Word = Annotated[str, Field(max_length=200)]
"""A text that a filter compares as it is."""


class ListQuery(BaseModel):
    """What every list understands; a feature adds its filters."""

    model_config = ConfigDict(extra="forbid")

    has_columns: ClassVar[bool] = False
    """Whether what answers shows columns although it is no file: a page for people."""

    limit: Whole = Field(default=50, ge=1, le=MOST_ROWS, description="Maximum number of items.")
    cursor: str | None = Field(
        default=None, max_length=2000, description="From `next` of the page before."
    )
    sort: str | None = Field(
        default=None,
        max_length=100,
        description="Names to sort by, separated by commas; `-` before a name to descend.",
    )

    format: Format = Field(
        default=Format.JSON,
        description="`csv` and `xlsx` give a table of all that is filtered; `Accept` says the "
        "same.",
    )
    columns: str | None = Field(
        default=None,
        max_length=2000,
        description="Of a table: names of columns, separated by commas, in that order; "
        "identifiers are shown only where they are named.",
    )
    zone: str | None = Field(
        default=None,
        max_length=100,
        description="Of a table: in whose time instants are shown, such as `Europe/Paris`; "
        "else that of the newest programme.",
    )

    @property
    def rows(self) -> int:
        """The maximum number of rows in the answer."""
        if self.is_page:
            return self.limit
        return ROWS_AT_ONCE

    @property
    def is_page(self) -> bool:
        """Whether one page is asked for, and not a table of everything."""
        return self.format is Format.JSON or "limit" in self.model_fields_set

    @field_validator("zone")
    @classmethod
    def _known_zone(cls, zone: str | None) -> str | None:
        if zone is not None and not is_zone(zone):
            raise ValueError(Message("write an IANA time zone, such as Europe/Paris"))
        return zone

    @model_validator(mode="after")
    def _of_tables(self) -> Self:
        is_table = self.format is not Format.JSON or self.has_columns
        if not is_table and (self.columns or self.zone):
            raise ValueError(Message("`columns` and `zone` need `format=csv` or `format=xlsx`"))
        return self

    @field_validator("*")
    @classmethod
    def _printable(cls, value: Any) -> Any:
        """Refuse what a database could not even compare: filters are texts of any kind."""
        for text in value if isinstance(value, list) else [value]:
            if isinstance(text, str):
                printable(text)
        return value


@dataclass(frozen=True, slots=True)
class Page(Generic[T]):
    """Rows of one page, and the cursor behind them."""

    rows: Sequence[T]
    cursor: str | None


@dataclass(frozen=True, slots=True)
class _Key:
    """One column to sort by."""

    name: str
    column: Any
    descending: bool


def page(
    session: Session,
    statement: SelectOfScalar[T],
    query: ListQuery,
    *,
    sortable: Mapping[str, Any],
    default: str,
    key: Any,
) -> Page[T]:
    """Return one page of a statement's rows: of one at least, if there is one.

    Parameters
    ----------
    sortable : mapping of names to columns that are never null
    default : str
        The order where the query asks for none, such as `-created_at`.
    key : column
        The primary key, which breaks ties.

    Raises
    ------
    BadQuery
        If the order is not known, or the cursor is not one of this list.
    """
    order = query.sort or default
    keys = [*_keys(order, sortable), _Key("id", key, False)]
    if query.cursor is not None:
        statement = statement.where(_behind(keys, _values(query.cursor, order, keys)))
    shown = [k.column for k in keys]
    found = session.execute(
        _ordered(statement, keys).add_columns(*shown).limit(query.rows + 1),
        execution_options={"yield_per": _AT_ONCE},
    )
    rows, more = _fitting(found, query.rows, _bytes_of(session, query))
    cursor = _cursor(order, rows[-1][1:]) if more else None
    return Page([row[0] for row in rows], cursor)


def beside(
    session: Session,
    statement: SelectOfScalar[T],
    query: ListQuery,
    row: SQLModel,
    *,
    sortable: Mapping[str, Any],
    default: str,
    key: Any,
) -> tuple[T | None, T | None]:
    """Return the rows before and behind one in the order of a list; None where it ends.

    The row need not be in the list any longer: its neighbours are those of the place that it
    would have. The parameters are those of `page`; a limit and a cursor count for nothing.

    Raises
    ------
    BadQuery
        If the order is not known.
    """
    keys = [*_keys(query.sort or default, sortable), _Key("id", key, False)]
    values = [getattr(row, k.column.key) for k in keys]
    back = [replace(k, descending=not k.descending) for k in keys]

    def first(keys: Sequence[_Key]) -> T | None:
        behind = statement.where(_behind(keys, values))
        return session.exec(_ordered(behind, keys).limit(1)).first()

    return first(back), first(keys)


def _ordered(statement: SelectOfScalar[T], keys: Sequence[_Key]) -> SelectOfScalar[T]:
    return statement.order_by(
        *(k.column.desc() if k.descending else k.column.asc() for k in keys)
    )


def _bytes_of(session: Session, query: ListQuery) -> float:
    """Return how many bytes of rows an answer may have; any number in a session without."""
    name = "page_bytes" if query.format is Format.JSON else "table_bytes"
    return float(session.info.get(name, math.inf))


def _fitting(
    found: Result[Any], most_rows: int, most_bytes: float
) -> tuple[list[Row[Any]], bool]:
    """Return the rows that fit, and whether there are more."""
    rows: list[Row[Any]] = []
    size = 0
    for row in found:
        size += size_of(row[0])
        if len(rows) == most_rows or (rows and size > most_bytes):
            found.close()
            return rows, True
        rows.append(row)
    return rows, False


def size_of(value: Any) -> int:
    """Return about how many bytes a row has when it is written."""
    if isinstance(value, str):
        return len(value) if value.isascii() else len(value.encode())
    if isinstance(value, SQLModel):
        return sum(len(name) + size_of(part) for name, part in vars(value).items())
    if isinstance(value, Row | tuple | frozenset):
        return sum(map(size_of, value))
    if isinstance(value, Mapping | list):
        return len(to_json(value, fallback=str))
    return _PLAIN


_PLAIN: Final = 24
"""Bytes of a number, an instant, a key, with its name: about so many."""
_AT_ONCE: Final = 20
"""Rows that are read at a time."""


def _keys(order: str, sortable: Mapping[str, Any]) -> list[_Key]:
    names = order.split(",")
    unknown = [name for name in names if name.removeprefix("-") not in sortable]
    if unknown or len({name.removeprefix("-") for name in names}) < len(names):
        raise BadQuery(
            Message("The list cannot be sorted by {order!r}.", order=order),
            remedy=Message(
                "Sort by one or more of: {sortable}.", sortable=", ".join(sorted(sortable))
            ),
        )
    return [_Key(n, sortable[n.removeprefix("-")], n.startswith("-")) for n in names]


def _behind(keys: Sequence[_Key], values: Sequence[Any]) -> ColumnElement[bool]:
    """Rows behind the cursor: greater in the first key that differs."""
    clause: ColumnElement[bool] = false()
    for k, value in reversed(list(zip(keys, values, strict=True))):
        beyond = k.column < value if k.descending else k.column > value
        clause = or_(beyond, and_(k.column == value, clause))
    return clause


def _cursor(order: str, values: Sequence[Any]) -> str:
    plain = [v.isoformat() if isinstance(v, datetime) else v for v in values]
    text = json.dumps([order, *plain], default=str)
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def _values(cursor: str, order: str, keys: Sequence[_Key]) -> list[Any]:
    try:
        padded = cursor + "=" * (-len(cursor) % 4)
        sorted_by, *values = json.loads(base64.b64decode(padded, altchars=b"-_", validate=True))
        if sorted_by != order or len(values) != len(keys):
            raise ValueError
        kinds = [_kind(key.column.type) for key in keys]
        return [_restored(kind, value) for kind, value in zip(kinds, values, strict=True)]
    except (ValueError, TypeError, AttributeError, RecursionError, binascii.Error) as error:
        raise BadQuery(
            "The cursor does not belong to this list.",
            remedy="Use `next` of the previous page unchanged, or start without a cursor.",
        ) from error


def _kind(type_: TypeEngine[Any]) -> type[Any]:
    decorated = type_.impl_instance if isinstance(type_, TypeDecorator) else type_
    return decorated.python_type


def _restored(kind: type[Any], value: Any) -> Any:
    """Give a value of the cursor its type back; ValueError if it has another one."""
    if kind is datetime:
        instant = datetime.fromisoformat(value)
        if instant.tzinfo is None:
            raise ValueError
        return in_utc(instant)
    if kind is UUID:
        return UUID(value)
    if type(value) is not kind or (kind is int and abs(value) > MAX_INTEGER):
        raise ValueError
    return printable(value) if kind is str else value
