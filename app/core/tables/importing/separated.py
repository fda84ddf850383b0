"""CSV: rows of cells with a comma, a semicolon, a tab or a bar between them."""

import csv
import io
import re
from collections.abc import Iterator
from typing import Any, Final

from app.core.base.messages import Message
from app.core.tables.formulas import unguarded
from app.core.tables.importing.records import Reading
from app.core.tables.importing.rows import LOOKED_AT, Row, take_rows

_SEPARATORS: Final = ",;\t|"
_LOOKED_AT: Final = 100_000
_HINT: Final = re.compile(
    r'"?sep=(?P<separator>[^\w\s"]|\t)"?[;,\t ]*(?:\r\n|\n|\r|\Z)', re.IGNORECASE
)

# A cell that is too long is a fault of its field, and the rows below are read all the same.
csv.field_size_limit(2**31 - 1)


def read_csv(text: str, reading: Reading[Any]) -> None:
    """Take the rows of a text into the reading, whatever separates its cells."""
    if hint := _HINT.match(text):
        rows = _rows(text[hint.end() :], hint["separator"], 2, reading)
    else:
        rows = _rows(text, _separator(text, reading), 1, reading)
    take_rows(list(rows), reading)


def _separator(text: str, reading: Reading[Any]) -> str:
    """Return the separator under which one of the first lines names most of the fields."""
    lines = text[:_LOOKED_AT].lstrip().splitlines()[:LOOKED_AT]

    def named(separator: str) -> int:
        return max(
            (
                len(reading.headings.named(cell.strip(' "') for cell in line.split(separator)))
                for line in lines
            ),
            default=0,
        )

    return max(_SEPARATORS, key=named)


def _rows(text: str, separator: str, line: int, reading: Reading[Any]) -> Iterator[Row]:
    """Yield each row that is not blank, with the line on which it begins."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    above = line - 1
    try:
        for cells in reader:
            if any(cell.strip() for cell in cells):
                yield line, [unguarded(cell) for cell in cells]
            line = above + reader.line_num + 1
    except csv.Error as error:
        problem = Message(
            "The quotation marks of the row do not pair up ({error}).", error=str(error)
        )
        remedy = Message(
            'Close each quoted cell, and write "" for a mark within; then check again: '
            "the rows below could not be read."
        )
        reading.fault(line, "", problem, remedy)
