"""XLSX: the sheet that holds records, with its cells as text, within bounds.

A workbook is a zip file of XML, so a small one may hold more than fits into memory. What it
unpacks to, its rows and its columns are bounded before and while it is read.
"""

import io
import re
import warnings
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from datetime import date, datetime, time
from itertools import zip_longest
from typing import Any, Final

from app.core.base.messages import Message
from app.core.tables.importing.records import Reading
from app.core.tables.importing.rows import Row, place_of_names, take_rows
from app.core.tables.row_errors import Fault, FaultyTable, refuse

MAX_UNPACKED: Final = 64 * 2**20
"""Bytes that all parts of a workbook may have together."""
MAX_PARTS: Final = 2_000
MAX_SHEETS: Final = 50
MAX_COLUMNS: Final = 256
MAX_ROWS: Final = 2**20
"""Rows of all sheets together, blank ones counted."""
MAX_HELD: Final = 50_000
"""Rows of a sheet that its file really holds. Those between them cost nothing: a sheet whose
last row is the millionth is read at once, and one that holds a million blank ones is not."""

# Elements take their time however short they are, so their numbers end before the bytes do.
_BYTES_AN_ELEMENT: Final = 8
"""Of cells: a bound of 64 MB leaves 8 million beginnings and ends of elements."""
_BYTES_A_RARE_ONE: Final = 512
"""Of styles, merged cells and whatever else is no cell; each is an object for a while."""

# Also where they stand in a part that is called a sheet.
_RARE: Final = re.compile(rb"<(?:\w+:)?(?:mergeCell|xf|font|fill|border|dxf|numFmt)\b")

# What a part begins with that a parser of XML reads: an element, or a mark of its encoding.
_XML: Final = (b"<", b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff")

_ESCAPED: Final = re.compile("_x([0-9A-Fa-f]{4})_")
_OLD: Final = b"\xd0\xcf\x11\xe0"


def is_workbook(content: bytes) -> bool:
    """Tell whether this is an XLSX file, whatever its name."""
    if not content.startswith(b"PK"):
        return False
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            return "xl/workbook.xml" in archive.namelist()
    except (zipfile.BadZipFile, ValueError, NotImplementedError):
        return False


def read_workbook(content: bytes, reading: Reading[Any]) -> None:
    """Take the rows of the one sheet that holds records into the reading."""
    sheets = [sheet for sheet in sheets_of(content, reading.name) if sheet.rows]
    holding = [sheet for sheet in sheets if _holds_records(sheet, reading)]
    # A sheet of notes may name a column by chance, and hardly all that are required.
    holding = [sheet for sheet in holding if _names_all(sheet, reading)] or holding
    if len(holding) > 1:
        refuse(
            reading.name,
            Message(
                "The sheets {sheets} hold records.",
                sheets=" and ".join(sheet.title for sheet in holding),
            ),
            "Keep one of them, or bring each as a file of its own.",
        )
    for sheet in [*holding, *sheets][:1]:
        if len(sheets) > 1:
            reading.notes.append(
                Message(
                    "{name}: the sheet {sheet} was read, and no other.",
                    name=reading.name,
                    sheet=sheet.title,
                )
            )
        _take_sheet(sheet, f"{sheet.title}!" if len(sheets) > 1 else "", reading)


def _holds_records(sheet: "Sheet", reading: Reading[Any]) -> bool:
    """Tell whether a sheet has names of columns that fit, and rows below them."""
    place = place_of_names(sheet.rows, reading.headings)
    return (
        place is not None
        and len(sheet.rows) > place + 1
        and reading.headings.other_kind(sheet.rows[place][1]) is None
    )


def _names_all(sheet: "Sheet", reading: Reading[Any]) -> bool:
    place = place_of_names(sheet.rows, reading.headings) or 0
    return reading.headings.named(sheet.rows[place][1]) >= {*reading.headings.required}


def _take_sheet(sheet: "Sheet", prefix: str, reading: Reading[Any]) -> None:
    width = max(len(cells) for _, cells in sheet.rows)
    rows = [(line, cells + [""] * (width - len(cells))) for line, cells in sheet.rows]
    place = place_of_names(rows, reading.headings)
    for column, heading in enumerate(rows[place or 0][1]):
        if field := reading.headings.field(heading):
            reading.columns.setdefault(field, f"{prefix}{letters(column)}")
    for line, column, problem, remedy in sheet.broken:
        cell = f"{prefix}{letters(column)}{line}"
        reading.faults.append(Fault(reading.name, line, "", problem, remedy, cell))
    take_rows(rows, reading)


def letters(column: int) -> str:
    """Return the letters of a column, counted from 0: A, B, ..., Z, AA."""
    before, last = divmod(column, 26)
    return (letters(before - 1) if before else "") + chr(ord("A") + last)


def _require_readable(content: bytes, name: str, most: int) -> None:
    """Do nothing, or refuse what is no workbook, and one that unpacks to too much."""
    if content.startswith(_OLD):
        refuse(
            name,
            "This is a workbook in the old format, or one with a password.",
            "Save it as XLSX, without a password.",
        )
    if not is_workbook(content):
        refuse(name, "This is not an XLSX workbook.", "Save the table as XLSX or CSV.")
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        parts = archive.infolist()
    # What is read of a part ends at the size that is stated here.
    if len(parts) > MAX_PARTS or sum(part.file_size for part in parts) > most:
        refuse(
            name,
            Message("The workbook unpacks to more than {most} MB.", most=most // 2**20),
            "Take out pictures and sheets that are not needed, or bring the table as CSV.",
        )
    _require_few_elements(content, name, most)


def _require_few_elements(content: bytes, name: str, most: int) -> None:
    """Do nothing, or refuse a workbook whose parts are small and hold very many elements."""
    n_all = n_rare = 0
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        for part in archive.infolist():
            is_rare = not part.filename.startswith(("xl/worksheets/", "xl/sharedStrings"))
            try:
                text = archive.read(part)
            except (
                zipfile.BadZipFile,
                zlib.error,
                EOFError,
                NotImplementedError,
                RuntimeError,
            ):
                return  # said when it is read for good
            if not text.lstrip().startswith(_XML):
                continue  # a picture, of any size
            n_all += text.count(b"<")
            n_rare += text.count(b"<") if is_rare else len(_RARE.findall(text))
    if n_all > most // _BYTES_AN_ELEMENT or n_rare > most // _BYTES_A_RARE_ONE:
        refuse(
            name,
            "The workbook has too many cells or too many formats.",
            "Copy the cells that are needed into a new workbook, or bring the table as CSV.",
        )


def sheets_of(content: bytes, name: str, most: int = MAX_UNPACKED) -> "list[Sheet]":
    """Return the sheets that people see, with their rows that are not blank.

    Parameters
    ----------
    most : int
        Bytes that all parts may have together: by them goes how long it takes to read.

    Raises
    ------
    FaultyTable
        If it is no workbook, a damaged one, or one that unpacks to too much.
    """
    _require_readable(content, name, most)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # what it leaves aside is nothing that is read
        try:
            return _read_sheets(content, name)
        except FaultyTable:
            raise
        except Exception as error:
            refuse(
                name,
                Message("The workbook is damaged ({kind}).", kind=type(error).__name__),
                "Open it in a spreadsheet program, save it again as XLSX, and try that file.",
            )


def _read_sheets(content: bytes, name: str) -> "list[Sheet]":
    book = _opened(content, results=True)
    formulas = _opened(content, results=False) if _has_formulas(content) else None
    shown = [sheet for sheet in book.worksheets if sheet.sheet_state == "visible"]
    if len(shown) > MAX_SHEETS:
        refuse(
            name,
            Message("The workbook has {count} sheets.", count=len(shown)),
            "Keep the one that holds the records.",
        )
    sheets, rows_before = [], 0
    for sheet in shown:
        read = Sheet(sheet.title)
        behind = formulas[sheet.title] if formulas else None
        rows_before += read.fill(_cells_of(sheet), behind and _cells_of(behind), name)
        if rows_before > MAX_ROWS:
            refuse(name, "The sheets have too many rows.", "Delete rows that are blank.")
        sheets.append(read)
    return sheets


def _opened(content: bytes, *, results: bool) -> Any:
    """Open a workbook for the results of its formulas, or for the formulas themselves."""
    import openpyxl  # noqa: PLC0415 -- loads slowly, and few bring a workbook

    return openpyxl.load_workbook(
        io.BytesIO(content), read_only=True, data_only=results, keep_links=False
    )


def _has_formulas(content: bytes) -> bool:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        sheets = [n for n in archive.namelist() if n.startswith("xl/worksheets/sheet")]
        return any(b"<f>" in (part := archive.read(n)) or b"<f " in part for n in sheets)


def _cells_of(sheet: Any) -> Iterator[Sequence[Any]]:
    # Where a sheet says that it ends is not to be believed, in either direction.
    sheet.reset_dimensions()
    return iter(sheet.iter_rows(max_col=MAX_COLUMNS + 1, max_row=MAX_ROWS))


class Sheet:
    """A sheet with its rows that are not blank, and with the cells that cannot be read.

    Attributes
    ----------
    title : str
    rows : list of (line, cells as text)
    broken : list of (line, column, problem, remedy)
    """

    def __init__(self, title: str) -> None:
        self.title = title
        self.rows: list[Row] = []
        self.broken: list[tuple[int, int, str, str]] = []

    def fill(
        self, rows: Iterator[Sequence[Any]], behind: Iterator[Sequence[Any]] | None, name: str
    ) -> int:
        """Read the rows; return how many there are, blank ones counted."""
        line = n_held = 0
        # What stands for every row that the file does not hold is one and the same thing.
        between: tuple[object, object] = (None, None)
        for line, cells in enumerate(rows, 1):
            formulas = next(behind, ()) if behind else ()
            if cells is between[0] and formulas is between[1]:
                continue
            n_held += 1
            if n_held > MAX_HELD:
                refuse(name, "The sheets have too many rows.", "Delete rows that are blank.")
            if all(cell.value is None for cell in (*cells, *formulas)):
                between = (cells, formulas)
                continue
            texts = [
                self._text(line, column, cell, formula)
                for column, (cell, formula) in enumerate(zip_longest(cells, formulas))
            ]
            if texts[MAX_COLUMNS:] and texts[MAX_COLUMNS]:
                refuse(
                    name,
                    Message("A sheet has more than {most} columns.", most=MAX_COLUMNS),
                    "Delete the columns that are not needed.",
                )
            while texts and not texts[-1].strip():
                texts.pop()
            if texts:
                self.rows.append((line, texts))
        return line

    def _text(self, line: int, column: int, cell: Any, formula: Any) -> str:
        """Return what people see in a cell; note an error and a formula without a result."""
        if cell.value is None and formula is not None and formula.data_type == "f":
            remedy = "Open the file in a spreadsheet program, save it, and try it again."
            problem = "The cell holds a formula without its result."
            self.broken.append((line, column, problem, remedy))
            return str(formula.value)
        if cell.value is not None and cell.data_type == "e":
            problem = Message("The cell holds the error {error}.", error=str(cell.value)[:20])
            self.broken.append((line, column, problem, "Correct the formula, or clear it."))
        return _written(cell.value)


def _written(value: Any) -> str:
    """Return a value as text: whole numbers without a point, dates as in 2026-11-28."""
    if value is None:
        return ""
    if isinstance(value, str):
        return _ESCAPED.sub(lambda code: chr(int(code[1], 16)), value)
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, float) and value.is_integer() and abs(value) < 10**15:
        return str(int(value))
    if isinstance(value, datetime) and value.time() == time():
        return value.date().isoformat()
    return value.isoformat() if isinstance(value, date | time) else str(value)
