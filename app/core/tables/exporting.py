"""Lists as tables for people's own tools: CSV and XLSX, with what people wrote kept harmless.

A spreadsheet takes a cell that begins with certain signs for a formula. In XLSX a text is
written as a text; in CSV, which knows no kinds, an apostrophe is put before such a cell.
"""

import csv
import io
import json
import types
from collections.abc import Iterable, Iterator, Sequence
from enum import StrEnum
from typing import Any, Final, Union, get_args, get_origin

from pydantic import BaseModel

ROWS: Final = 2_000
"""The maximum number of rows in one table; `Link` names the next one."""
LONGEST: Final = 32_767
"""Characters that a cell of XLSX holds."""
CUT: Final = " [...]"
FORMULA: Final = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")  # noqa: RUF001 -- the wide ones count too


class Format(StrEnum):
    """How a list is answered."""

    JSON = "json"
    CSV = "csv"
    XLSX = "xlsx"


MEDIA: Final = {
    Format.JSON: "application/json",
    Format.CSV: "text/csv",
    Format.XLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}

Cell = str | int | float | bool


def wanted(accept: str) -> Format:
    """Return the format that an `Accept` header names, JSON where it names none of ours.

    Of several the one with the greatest weight counts, the first among equals.
    """
    accepted = [part for part in map(_weighed, accept.split(",")) if part is not None]
    return max(accepted, key=lambda part: part[1], default=(Format.JSON, 0.0))[0]


def _weighed(part: str) -> tuple[Format, float] | None:
    media, *parameters = (piece.strip().lower() for piece in part.split(";"))
    quality = next((p[2:] for p in parameters if p.startswith("q=")), "1")
    weight = (
        float(quality) if quality.replace(".", "", 1).isdecimal() and quality.isascii() else 0.0
    )
    known = {name: kind for kind, name in MEDIA.items()} | {"*/*": Format.JSON}
    return (known[media], weight) if media in known and weight > 0 else None


def table(schema: type[BaseModel], rows: Iterable[BaseModel], kind: Format) -> bytes:
    """Return rows as a file: a line of names, then one line for each row.

    Parameters
    ----------
    schema : type
        What the rows are; the parts of a nested one become columns such as `challenge.code`.
    kind : CSV or XLSX
    """
    columns = list(_columns(schema))
    names = [".".join(column) for column in columns]
    lines = ([_cell(row, column) for column in columns] for row in _plain(rows))
    return (_csv if kind is Format.CSV else _xlsx)(names, lines)


def _plain(rows: Iterable[BaseModel]) -> Iterator[dict[str, Any]]:
    return (row.model_dump(mode="json") for row in rows)


def _columns(schema: type[BaseModel]) -> Iterator[tuple[str, ...]]:
    for name, field in schema.model_fields.items():
        nested = _model_in(field.annotation)
        if nested is None:
            yield (name,)
        else:
            yield from ((name, *below) for below in _columns(nested))


def _model_in(annotation: Any) -> type[BaseModel] | None:
    if get_origin(annotation) in {Union, types.UnionType}:
        kinds = [kind for kind in get_args(annotation) if kind is not type(None)]
        return _model_in(kinds[0]) if len(kinds) == 1 else None
    is_model = isinstance(annotation, type) and issubclass(annotation, BaseModel)
    return annotation if is_model else None


def _cell(row: dict[str, Any], column: tuple[str, ...]) -> Cell:
    value: Any = row
    for name in column:
        value = None if value is None else value[name]
    if value is None:
        return ""
    if isinstance(value, list) and all(isinstance(part, str) for part in value):
        return "; ".join(value)
    if isinstance(value, list | dict):
        return json.dumps(value, ensure_ascii=False)
    plain: Cell = value
    return plain


def _csv(names: Sequence[str], lines: Iterable[Sequence[Cell]]) -> bytes:
    file = io.StringIO(newline="")
    # Every text in quotes: a program that parts cells at semicolons must not find any.
    writer = csv.writer(file, quoting=csv.QUOTE_NONNUMERIC)
    writer.writerow(names)
    writer.writerows([_harmless(cell) for cell in line] for line in lines)
    return file.getvalue().encode()


def _harmless(cell: Cell) -> Cell:
    if isinstance(cell, bool):
        return str(cell).lower()
    return no_formula(cell) if isinstance(cell, str) else cell


def no_formula(text: str) -> str:
    """Keep a spreadsheet from reading a stranger's text as a formula."""
    return f"'{text}" if text.lstrip(" ").startswith(FORMULA) else text


def _xlsx(names: Sequence[str], lines: Iterable[Sequence[Cell]]) -> bytes:
    import xlsxwriter  # noqa: PLC0415 -- loads slowly, and few ask for it

    file = io.BytesIO()
    with xlsxwriter.Workbook(file, {"in_memory": True}) as book:
        sheet = book.add_worksheet()
        bold = book.add_format({"bold": True})
        sheet.freeze_panes(1, 0)
        for column, name in enumerate(names):
            sheet.write_string(0, column, name, bold)
        for number, line in enumerate(lines, start=1):
            for column, cell in enumerate(line):
                if isinstance(cell, str):
                    sheet.write_string(number, column, _fitting(cell))
                elif isinstance(cell, bool):
                    sheet.write_boolean(number, column, cell)
                else:
                    sheet.write_number(number, column, cell)
    return file.getvalue()


def _fitting(text: str) -> str:
    # Excel counts in UTF-16; a longer cell would be left out without a word.
    if len(text.encode("utf-16-le")) // 2 <= LONGEST:
        return text
    start = text.encode("utf-16-le")[: 2 * (LONGEST - len(CUT))]
    return start.decode("utf-16-le", "ignore") + CUT
