"""Lists: strict parameters, and cursors that hold still while rows are added.

A cursor names the last row that was seen by its sort values and its key, so the
next page begins behind it whatever was inserted before (keyset pagination).
"""

import base64
import binascii
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any, Generic, TypeVar
from uuid import UUID

from fastapi import Depends, Request, Response
from pydantic import BaseModel, ConfigDict, Field, field_validator
from sqlalchemy import ColumnElement, TypeDecorator, and_, false, or_
from sqlalchemy.types import TypeEngine
from sqlmodel import Session
from sqlmodel.sql.expression import SelectOfScalar

from app.core import exports
from app.core.clock import in_utc
from app.core.database import LARGEST
from app.core.errors import BadQuery
from app.core.exports import Format
from app.core.text import printable

T = TypeVar("T")
Row = TypeVar("Row")
Read = TypeVar("Read", bound=BaseModel)


class ListQuery(BaseModel):
    """What every list understands; a feature adds its filters."""

    model_config = ConfigDict(extra="forbid")

    limit: int = Field(default=50, ge=1, le=200, description="How many items at the most.")
    cursor: str | None = Field(
        default=None, max_length=2000, description="From `next` of the page before."
    )
    sort: str | None = Field(
        default=None,
        max_length=100,
        description="Names to sort by, parted by commas; `-` before a name turns it round.",
    )

    format: Format = Field(
        default=Format.JSON,
        description="`csv` and `xlsx` give a table of all that is filtered, up to "
        f"{exports.ROWS:,} rows; `Accept` says the same.",
    )

    @property
    def rows(self) -> int:
        """How many rows the answer holds at the most."""
        if self.format is Format.JSON or "limit" in self.model_fields_set:
            return self.limit
        return exports.ROWS

    @field_validator("*")
    @classmethod
    def _printable(cls, value: Any) -> Any:
        """Refuse what a database could not even compare: filters are texts of any kind."""
        for text in value if isinstance(value, list) else [value]:
            if isinstance(text, str):
                printable(text)
        return value


class ListOf(BaseModel, Generic[Read]):
    """One page of a list, and the address of the next one."""

    items: list[Read]
    next: str | None = Field(description="Address of the next page; null on the last.")


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
    """Return one page of a statement's rows.

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
    statement = statement.order_by(
        *(k.column.desc() if k.descending else k.column.asc() for k in keys)
    )
    shown = [k.column for k in keys]
    rows = session.execute(statement.add_columns(*shown).limit(query.rows + 1)).all()
    more = len(rows) > query.rows
    rows = rows[: query.rows]
    cursor = _cursor(order, rows[-1][1:]) if more else None
    return Page([row[0] for row in rows], cursor)


def _keys(order: str, sortable: Mapping[str, Any]) -> list[_Key]:
    names = order.split(",")
    unknown = [name for name in names if name.removeprefix("-") not in sortable]
    if unknown or len({name.removeprefix("-") for name in names}) < len(names):
        raise BadQuery(
            f"The list cannot be sorted by {order!r}.",
            remedy=f"Sort by one or more of: {', '.join(sorted(sortable))}.",
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
        said, *values = json.loads(base64.b64decode(padded, altchars=b"-_", validate=True))
        if said != order or len(values) != len(keys):
            raise ValueError
        kinds = [_kind(key.column.type) for key in keys]
        return [_restored(kind, value) for kind, value in zip(kinds, values, strict=True)]
    except (ValueError, TypeError, AttributeError, RecursionError, binascii.Error) as error:
        raise BadQuery(
            "The cursor does not belong to this list.",
            remedy="Take `next` from the page before as it is, or begin without a cursor.",
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
    if type(value) is not kind or (kind is int and abs(value) > LARGEST):
        raise ValueError
    return printable(value) if kind is str else value


class _Answer:
    """Shapes a page for its readers, with the address of the next one."""

    def __init__(self, request: Request, response: Response) -> None:
        self._request = request
        self._response = response

    def __call__(self, found: Page[Row], schema: type[Read]) -> ListOf[Read]:
        """Return the page in the form of its readers: as JSON, or as a table."""
        following = self._next(found)
        items = [schema.model_validate(row, from_attributes=True) for row in found.rows]
        kind = Format(self._request.query_params.get("format", Format.JSON))
        if kind is not Format.JSON:
            return self._table(schema, items, kind)  # type: ignore[return-value]  # -- FastAPI hands a response on as it is
        # Of the kind that it holds: of several forms of a list the reader's own is described.
        kind_of_list: type[ListOf[Read]] = ListOf[schema]  # type: ignore[valid-type]  # -- known only now
        return kind_of_list(items=items, next=following)

    def written(self, found: Page[str]) -> Response:
        """Return a page whose items are JSON already, as JSON."""
        following = json.dumps(self._next(found))
        text = f'{{"items":[{",".join(found.rows)}],"next":{following}}}'
        headers = dict(self._response.headers)
        return Response(text, headers=headers, media_type=exports.MEDIA[Format.JSON])

    def _next(self, found: Page[Any]) -> str | None:
        """Return the address of the next page, if there is one, and name it in the headers."""
        self._response.headers["Vary"] = "Accept"
        if not found.cursor:
            return None
        url = self._request.url.include_query_params(cursor=found.cursor)
        following = f"{url.path}?{url.query}"
        self._response.headers["Link"] = f'<{following}>; rel="next"'
        return following

    def _table(self, schema: type[Read], items: Sequence[Read], kind: Format) -> Response:
        name = self._request.url.path.rpartition("/")[2]
        headers = {"Content-Disposition": f'attachment; filename="{name}.{kind}"'}
        headers |= self._response.headers
        return Response(
            exports.table(schema, items, kind), headers=headers, media_type=exports.MEDIA[kind]
        )


AnswerDep = Annotated[_Answer, Depends()]
