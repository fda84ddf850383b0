"""Rows written as CSV or XLSX, part by part: what is written is not held."""

import csv
import io
import re
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final, Protocol
from zoneinfo import ZoneInfo

from pydantic import BaseModel

from app.core.tables.exporting.cells import Cell, cell_of
from app.core.tables.exporting.columns import Column, Named, chosen_columns
from app.core.tables.exporting.formats import Format
from app.core.tables.formulas import guarded, is_formula

LONGEST: Final = 32_767
"""Characters that a cell of XLSX holds."""
CUT: Final = " [...]"
MOST_LINES: Final = 2**20
"""Lines of a sheet, its heading included."""
MEASURED: Final = 200
"""By how many rows the width of a column is found."""
_PART: Final = 2**16
_NO_NAME: Final = re.compile(r"[\[\]:*?/\\']")

UTC: Final = ZoneInfo("UTC")


@dataclass(frozen=True, slots=True)
class Look:
    """How a table looks.

    Parameters
    ----------
    columns : sequence of Column
    zone : ZoneInfo, default=UTC
        In whose time instants are shown.
    title : str
        The name of the sheet.
    """

    columns: Sequence[Column]
    zone: ZoneInfo = field(default=UTC)
    title: str = "Table"


def table(
    schema: type[BaseModel],
    rows: Iterable[BaseModel],
    kind: Format,
    names: Named | None = None,
) -> bytes:
    """Return rows as a file: a line of headings, then one line for each row.

    Parameters
    ----------
    schema : type
        What the rows are; the parts of a nested one become columns such as `challenge.code`.
    kind : CSV or XLSX
    names : mapping, optional
        What the identifiers in the rows name.
    """
    pages = [(list(rows), names or {})]
    return b"".join(table_in_parts(pages, kind, Look(chosen_columns(schema, None))))


def table_in_parts(
    pages: Iterable[tuple[Sequence[BaseModel], Named]], kind: Format, look: Look
) -> Iterator[bytes]:
    """Yield the parts of a table; of its rows one page is held at a time.

    Parameters
    ----------
    pages : iterable of (rows, names)
    """
    writer: _Writer = _Csv() if kind is Format.CSV else _Xlsx(look.title)
    yield writer.begun(
        [
            f"{column.heading} ({look.zone.key})" if column.is_instant else column.heading
            for column in look.columns
        ]
    )
    for rows, names in pages:
        yield writer.written(
            [cell_of(row, column, names, look.zone) for column in look.columns] for row in rows
        )
    yield from writer.finished()


class _Writer(Protocol):
    """Writes a table; what is ready is handed over at each turn."""

    def begun(self, names: Sequence[str]) -> bytes: ...

    def written(self, lines: Iterable[Sequence[Cell]]) -> bytes: ...

    def finished(self) -> Iterator[bytes]: ...


class _Csv:
    """CSV in UTF-8, with the mark by which spreadsheets know that it is.

    Every text is in quotes: a program that separates cells at semicolons must not find any.
    """

    def __init__(self) -> None:
        self._file = io.StringIO(newline="")
        self._writer = csv.writer(self._file, quoting=csv.QUOTE_NONNUMERIC)

    def begun(self, names: Sequence[str]) -> bytes:
        return "\ufeff".encode() + self.written([names])

    def written(self, lines: Iterable[Sequence[Cell]]) -> bytes:
        self._writer.writerows([_plain(cell) for cell in line] for line in lines)
        text = self._file.getvalue()
        self._file.seek(0)
        self._file.truncate()
        return text.encode()

    def finished(self) -> Iterator[bytes]:
        yield b""


def _plain(cell: Cell) -> str | int | float:
    if isinstance(cell, bool):
        return str(cell).lower()
    if isinstance(cell, datetime):
        return cell.isoformat(" ", "minutes")
    return guarded(cell) if isinstance(cell, str) else cell


class _Xlsx:
    """A workbook with one sheet; with more where a sheet is full."""

    def __init__(self, title: str) -> None:
        self._book = Workbook()
        self._title = title
        self._names: Sequence[str] = ()

    def begun(self, names: Sequence[str]) -> bytes:
        self._names = names
        self._book.begin(self._title, names)
        return b""

    def written(self, lines: Iterable[Sequence[Cell]]) -> bytes:
        for line in lines:
            if self._book.line == MOST_LINES:
                self._book.begin(self._title, self._names)
            self._book.write(line)
        return b""

    def finished(self) -> Iterator[bytes]:
        return self._book.parts()


class Workbook:
    """Sheets for people: typed cells, a heading that stays, a filter, fitting widths.

    It is written line by line to a disk and handed over as a whole; `line` is the place of the
    next line in the sheet, from 0.
    """

    def __init__(self) -> None:
        import xlsxwriter  # noqa: PLC0415 -- loads slowly, and few ask for it

        self._file = tempfile.TemporaryFile()  # noqa: SIM115 -- closed when it was handed over
        self._book = xlsxwriter.Workbook(self._file, {"constant_memory": True})
        plain = {"valign": "top"}
        self._heading = self._book.add_format({"bold": True, "text_wrap": True, **plain})
        self._text = self._book.add_format({"text_wrap": True, **plain})
        # A text that would be a formula stays one when somebody edits its cell.
        self._quoted = self._book.add_format({"text_wrap": True, "quote_prefix": True, **plain})
        self._other = self._book.add_format(plain)
        self._instant = self._book.add_format({"num_format": "yyyy-mm-dd hh:mm", **plain})
        self._sheet: Any = None
        self._widths: list[int] = []
        self.line = 0

    def begin(self, title: str, names: Sequence[str]) -> None:
        """Begin a sheet with its headings; the one before is ended."""
        self._end()
        self._sheet = self._book.add_worksheet(self._free(title))
        self._sheet.freeze_panes(1, 0)
        self._widths = [len(name) + 3 for name in names]
        for column, name in enumerate(names):
            self._sheet.write_string(0, column, _fitting(name), self._heading)
        self.line = 1

    def write(self, line: Sequence[Cell]) -> None:
        """Write one line below those before."""
        for column, cell in enumerate(line):
            self._write(column, cell)
            if self.line <= MEASURED:
                self._widths[column] = max(self._widths[column], _width(cell))
        self.line += 1

    def parts(self) -> Iterator[bytes]:
        """Yield the whole file in parts; nothing can be written afterwards."""
        with self._file as file:
            self._end()
            self._book.close()
            file.seek(0)
            while part := file.read(_PART):
                yield part

    def _write(self, column: int, cell: Cell) -> None:
        sheet, line = self._sheet, self.line
        if isinstance(cell, str):
            if cell:
                look = self._quoted if is_formula(cell) else self._text
                sheet.write_string(line, column, _fitting(cell), look)
        elif isinstance(cell, bool):
            sheet.write_boolean(line, column, cell, self._other)
        elif isinstance(cell, datetime):
            sheet.write_datetime(line, column, cell, self._instant)
        else:
            sheet.write_number(line, column, cell, self._other)

    def _free(self, title: str) -> str:
        """Return a name for a sheet that no other one has, as Excel takes it."""
        plain = _NO_NAME.sub(" ", title)[:25].strip() or "Sheet"
        number = len(self._book.worksheets()) + 1
        return f"{plain} {number}" if plain in self._book.sheetnames else plain

    def _end(self) -> None:
        """Give the sheet its filter and its widths."""
        if self._sheet is None:
            return
        for column, width in enumerate(self._widths):
            self._sheet.set_column(column, column, min(width, 60))
        if self._widths:
            self._sheet.autofilter(0, 0, max(self.line - 1, 1), len(self._widths) - 1)
        self._sheet = None


def _width(cell: Cell) -> int:
    if isinstance(cell, str):
        return max(map(len, cell.splitlines()), default=0) + 1
    return 17 if isinstance(cell, datetime) else len(f"{cell:.6g}") + 2


def _fitting(text: str) -> str:
    # Excel counts in UTF-16; a longer cell would be left out without a word.
    if len(text.encode("utf-16-le")) // 2 <= LONGEST:
        return text
    start = text.encode("utf-16-le")[: 2 * (LONGEST - len(CUT))]
    return start.decode("utf-16-le", "ignore") + CUT
