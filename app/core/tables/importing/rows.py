"""Rows of cells, from CSV or a sheet: which of them names the columns, and what they hold."""

import string
from collections.abc import Sequence
from typing import Any, Final

from app.core.base.messages import Message
from app.core.tables.importing.headings import Headings
from app.core.tables.importing.records import Reading, label

LOOKED_AT: Final = 20
"""How many rows at the top are looked at for the names of the columns."""
UNSEEN: Final = "\ufeff\u200b\u2060"
"""What some programs put around a cell, and nobody sees."""

_UNREAD: Final = UNSEEN + string.whitespace + "\u00a0"

Row = tuple[int, list[str]]
"""The line on which a row begins, and its cells."""


def take_rows(rows: Sequence[Row], reading: Reading[Any]) -> None:
    """Take rows, none of them blank, into the reading: the names of the columns first."""
    if not rows:
        return
    place = place_of_names(rows, reading.headings)
    if place is None:
        _note_no_names(rows[0][0], reading)
        return
    if place:
        reading.notes.append(
            Message(
                "{name}: the names of the columns stand on line {line}; what is above was "
                "not read.",
                name=reading.name,
                line=rows[place][0],
            )
        )
    line, header = rows[place]
    rows = rows[place + 1 :]
    places = _places_of_columns(header, rows)
    rows = [(line, _at(places, cells, len(header))) for line, cells in rows]
    names = [header[place].strip().strip(UNSEEN) for place in places]
    if kind := reading.headings.other_kind(names):
        _note_other_kind(line, kind, reading)
        return
    fields = _checked(line, names, places, reading)
    for line, cells in rows:
        _take_row(line, cells, names, fields, reading)


def place_of_names(rows: Sequence[Row], headings: Headings) -> int | None:
    """Return the place of the row that names the columns; None if there is none.

    It is the first row, but for titles above it: a row that names every field that is
    required counts before one that names some.
    """
    named = [headings.named(cells) for _, cells in rows[:LOOKED_AT]]
    required = {*headings.required}
    for place, fields in enumerate(named):
        if len(fields) > 1 and fields >= required:
            return place
    return 0 if named[0] or headings.other_kind(rows[0][1]) else None


def _note_no_names(line: int, reading: Reading[Any]) -> None:
    remedy = Message(
        "Begin with a row of names, at least: {names}.",
        names=",".join(reading.headings.required),
    )
    reading.fault(line, "", "The first row does not name the columns.", remedy)


def _note_other_kind(line: int, kind: str, reading: Reading[Any]) -> None:
    problem = Message("This is a file of {kind}.", kind=kind)
    reading.fault(line, "", problem, "Bring it where these are wanted, or choose another file.")


def _places_of_columns(header: Sequence[str], rows: Sequence[Row]) -> list[int]:
    """Return where the columns are; those with neither name nor content are none.

    A table may begin further to the right, and have such columns for their looks.
    """
    blank = {place for place, name in enumerate(header) if not name.strip(_UNREAD)}
    for _, cells in rows:
        if not blank:
            break
        blank -= {p for p in blank if p < len(cells) and cells[p].strip(_UNREAD)}
    return [place for place in range(len(header)) if place not in blank]


def _at(places: Sequence[int], cells: Sequence[str], width: int) -> list[str]:
    """Return the cells of a row that stand in columns, and those beyond the header."""
    return [*(cells[p] for p in places if p < len(cells)), *cells[width:]]


def _checked(
    line: int, names: Sequence[str], places: Sequence[int], reading: Reading[Any]
) -> list[str | None]:
    """Return the field of each column, and note what is wrong with the names."""
    headings = reading.headings
    fields: list[str | None] = []
    for place, name in zip(places, names, strict=True):
        field = headings.field(name)
        if field is None and not name:
            problem = Message("Column {column} has no name.", column=place + 1)
            reading.fault(line, "", problem, "Name it, or delete the column.")
        elif field is None and not headings.is_unread(name):
            reading.unknown(line, name, "column")
        elif field in fields and field is not None:
            _note_twice(line, names[fields.index(field)], name, field, reading)
            field = None
        fields.append(field)
        if field is not None:
            reading.written[field] = name
    reading.absent = frozenset({*headings.required} - {*fields})
    for name in sorted(reading.absent):
        remedy = Message("Add a column named {name}.", name=name)
        reading.fault(line, name, "The column is missing.", remedy)
    return fields


def _note_twice(line: int, first: str, name: str, field: str, reading: Reading[Any]) -> None:
    problem = (
        "Two columns have this name."
        if name == first
        else Message(
            "The columns {first} and {name} both mean {field}.",
            first=label(first),
            name=label(name),
            field=field,
        )
    )
    reading.fault(line, label(name), problem, "Keep one of them.")


def _take_row(
    line: int,
    cells: Sequence[str],
    names: Sequence[str],
    fields: Sequence[str | None],
    reading: Reading[Any],
) -> None:
    beyond = any(cell.strip() for cell in cells[len(names) :])
    if len(cells) < len(names) or beyond:
        problem = Message(
            "The row has {cells} cells, the header has {names}.",
            cells=len(cells),
            names=len(names),
        )
        reading.fault(line, "", problem, "Put cells that hold the separator into quotes.")
    elif [cell.strip().strip(UNSEEN) for cell in cells[: len(names)]] == [*names]:
        reading.fault(
            line, "", "The names of the columns stand here once more.", "Delete the row."
        )
    else:
        known = zip(fields, cells, strict=False)
        values = {field: cell.strip(UNSEEN) for field, cell in known if field}
        reading.rows.append((line, values))
