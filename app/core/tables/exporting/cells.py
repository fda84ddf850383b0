"""From a value to what stands in a cell: in words, without identifiers and without JSON."""

import re
from collections.abc import Hashable, Iterable, Iterator, Mapping
from datetime import datetime
from enum import Enum
from typing import Any, Final
from uuid import UUID
from zoneinfo import ZoneInfo

from pydantic import BaseModel

from app.core.tables.exporting.columns import Column, Named, Names, marks_of

Cell = str | int | float | bool | datetime
"""What both kinds of tables hold; an instant as the clock shows it, without its zone."""

_IDENTIFIER: Final = re.compile(r"[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}")


def cell_of(row: BaseModel, column: Column, names: Named, zone: ZoneInfo) -> Cell:
    """Return what a row shows in a column, in the words of tables for people."""
    value = column.value(row)
    if column.names is not None:
        return _name(value, column.part, names)
    if column.words is not None:
        return "" if value is None else column.words.say(value, names)
    if isinstance(value, datetime):
        return value.astimezone(zone).replace(tzinfo=None)
    if isinstance(value, int | float) and not isinstance(value, Enum):
        return value
    return text_of(value, names)


def _name(value: Any, part: int, names: Named) -> str:
    if isinstance(value, list | tuple):
        return "; ".join(filter(None, (_name(item, part, names) for item in value)))
    parts = names.get(value, ())
    return parts[part] if part < len(parts) else ""


def text_of(value: Any, names: Named) -> str:
    """Return a value as text; parts of parts are separated by commas."""
    if value is None:
        return ""
    if isinstance(value, BaseModel):
        return ", ".join(filter(None, _parts(value, names)))
    if isinstance(value, Mapping):
        parts = ((key, text_of(item, names)) for key, item in value.items())
        return "; ".join(f"{key}: {text}" for key, text in parts if text)
    if isinstance(value, list | tuple | set | frozenset):
        between = ", " if isinstance(value, tuple) else "; "
        return between.join(filter(None, (text_of(item, names) for item in value)))
    if isinstance(value, Enum):
        return in_words(str(value.value))
    if isinstance(value, UUID):
        return str(value)
    if isinstance(value, str) and _IDENTIFIER.fullmatch(value):
        return _name(UUID(value), 0, names)
    return str(value)


def in_words(term: str) -> str:
    """Return the name of a state or a kind as people write it.

    Examples
    --------
    >>> in_words("not_selected")
    'Not selected'
    """
    words = term.replace("_", " ")
    return words[:1].upper() + words[1:]


def _parts(value: BaseModel, names: Named) -> Iterator[str]:
    for name, field in type(value).model_fields.items():
        part = getattr(value, name)
        mark = next((m for m in marks_of(field) if isinstance(m, Names)), None)
        if mark is not None:
            yield _name(part, 0, names)
        elif not isinstance(part, UUID):
            yield text_of(part, names)


def identifiers_in(
    rows: Iterable[BaseModel], columns: Iterable[Column]
) -> dict[str, set[Hashable]]:
    """Return the identifiers that stand in columns and need a name, by what they name."""
    found: dict[str, set[Hashable]] = {}
    columns = [column for column in columns if column.is_shown or column.names]
    for row in rows:
        for column in columns:
            for kind, identifier in _identifiers(column.value(row), column.names):
                found.setdefault(kind, set()).add(identifier)
    return found


def _identifiers(value: Any, names: Names | None) -> Iterator[tuple[str, Hashable]]:
    if isinstance(value, BaseModel):
        for name, field in type(value).model_fields.items():
            mark = next((m for m in marks_of(field) if isinstance(m, Names)), None)
            yield from _identifiers(getattr(value, name), mark)
    elif isinstance(value, Mapping | list | tuple):
        items = value.values() if isinstance(value, Mapping) else value
        for item in items:
            yield from _identifiers(item, names)
    elif names is not None and value is not None:
        yield names.kind, value
    elif isinstance(value, str) and _IDENTIFIER.fullmatch(value):
        yield "any", UUID(value)
