"""Tables that people bring, as JSONL or CSV: read as a whole, or refused with all faults.

A table holds one record a row. Anyone who brings it is told everything that is wrong at
once, with file, line and field, because nobody wants to correct a file error by error.
A blank cell, an empty string and null all say "not given", in both formats.

A schema helps with good messages: what a field says that it wants (`Wanted` in its type, or
its `description`) completes the sentence "Give ...", and its validators may raise
`app.core.base.validation_errors.mendable`.
"""

import csv
import difflib
import io
import json
import math
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any, Final, Generic, NoReturn, TypeVar

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from app.core.base.messages import Message
from app.core.base.validation_errors import Wanted, head_of, wrong_length
from app.core.tables.row_errors import Fault, FaultyTable, refuse

Record = TypeVar("Record", bound=BaseModel)

MAX_BYTES: Final = 64 * 2**20
"""Bytes that a file may have."""

_PLAINLY: Final = {
    "missing": "It is missing.",
    "string_type": "It is not text.",
    "string_unicode": "It holds half a character.",
    "list_type": "It is not a list.",
    "int_type": "It is not a whole number.",
    "int_parsing": "It is not a whole number.",
    "int_from_float": "It is not a whole number.",
}


def read_table(
    path: Path, schema: type[Record], *, unique: str = "id", context: object = None
) -> list[tuple[int, Record]]:
    """Read a file of records.

    Parameters
    ----------
    path : Path
        A file that ends with .csv or .jsonl, UTF-8, at most 64 MB.
    schema : pydantic model
        What each record must look like.
    unique : str, default="id"
        The field that no two records may share.
    context : object, optional
        What the validators of the schema are given beside the record.

    Returns
    -------
    rows : list of (line, record), in the order of the file

    Raises
    ------
    FaultyTable
        If the file cannot be read or any record is not as it should be.
    """
    return parse_table(_content(path), str(path), schema, unique=unique, context=context)


def parse_table(
    content: bytes,
    name: str,
    schema: type[Record],
    *,
    unique: str = "id",
    context: object = None,
) -> list[tuple[int, Record]]:
    """Read records from the content of a file, as `read_table` does.

    Parameters
    ----------
    name : str
        What to call the file; its suffix tells the format.
    """
    rows_of = _reader(name)
    if len(content) > MAX_BYTES:
        refuse(
            name,
            "The file is larger than 64 MB.",
            "Split it, or leave out columns that are not needed.",
        )
    reading = _Reading(name, schema, unique)
    rows_of(_decoded(content, name), reading)
    if not reading.rows and not reading.faults:
        refuse(name, "The file holds no record.", "Write one record on each line.")
    records = reading.records(context)
    if reading.faults:
        raise FaultyTable(sorted(reading.faults, key=lambda fault: fault.line))
    return records


class _Reading(Generic[Record]):
    """What has been read so far of one file, and what is wrong with it."""

    def __init__(self, name: str, schema: type[Record], unique: str) -> None:
        self.name = name
        self.schema = schema
        self.unique = unique
        self.fields = tuple(schema.model_fields)
        self.absent: frozenset[str] = frozenset()  # required, told once at the header
        self.rows: list[tuple[int, Mapping[str, Any]]] = []
        self.faults: list[Fault] = []

    def fault(self, line: int, field: str, problem: str, remedy: str) -> None:
        self.faults.append(Fault(self.name, line, field, problem, remedy))

    def unknown(self, line: int, field: str, noun: str) -> None:
        """Note a field that the schema does not have."""
        close = difflib.get_close_matches(field.lower(), self.fields, n=1)
        known = f"Known are: {', '.join(self.fields)}."
        remedy = f"Did you mean {close[0]}?" if close else f"Leave it out. {known}"
        self.fault(line, _label(field), f"There is no such {noun}.", remedy)

    def records(self, context: object) -> list[tuple[int, Record]]:
        """Return the rows that keep to the schema; note what is wrong with the others."""
        first: dict[str, int] = {}
        records = []
        for line, values in self.rows:
            given = {k: v for k, v in values.items() if k not in self.fields or not _blank(v)}
            self._note_repeated(line, given, first)
            try:
                records.append((line, self.schema.model_validate(given, context=context)))
            except ValidationError as error:
                for details in error.errors(include_url=False):
                    self._note_invalid(line, details)
        return records

    def _note_repeated(
        self, line: int, given: Mapping[str, Any], first: dict[str, int]
    ) -> None:
        value = given.get(self.unique)
        if not isinstance(value, str):
            return
        before = first.setdefault(value.strip(), line)
        if before != line:
            problem = f"{value.strip()[:60]!r} stands on line {before} already."
            self.fault(line, self.unique, problem, f"Give each record its own {self.unique}.")

    def _note_invalid(self, line: int, details: ErrorDetails) -> None:
        name = str(head_of(details) or "")
        if details["type"] == "extra_forbidden":
            self.unknown(line, name, "field")
        elif details["type"] != "missing" or name not in self.absent:
            items = [f"item {part + 1}" for part in details["loc"][1:] if isinstance(part, int)]
            problem, remedy = self._in_words(name, details)
            self.fault(line, ", ".join([name, *items]), problem, remedy)

    def _wanted(self, name: str) -> str | None:
        """Return what a field wants: as its type says, or else its description."""
        field = self.schema.model_fields.get(name)
        metadata = field.metadata if field else []
        wanted = (part.text for part in metadata if isinstance(part, Wanted))
        return next(wanted, field and field.description)

    def _in_words(self, name: str, details: ErrorDetails) -> tuple[str, str]:
        context = details.get("ctx", {})
        if "remedy" in context:
            return context["problem"], context["remedy"]
        wanted = self._wanted(name)
        remedy = f"Give {wanted}." if wanted else "Correct it."
        if details["type"] in _PLAINLY:
            return _PLAINLY[details["type"]], remedy
        if length := wrong_length(details):
            return length, remedy
        message = str(context.get("error", details["msg"]))
        return f"{message[:1].upper()}{message[1:]}.", remedy


def _blank(value: Any) -> bool:
    return value is None or (isinstance(value, str) and not value.strip())


def _label(name: str) -> str:
    """Return a stranger's field name as it can be printed."""
    return name if name.isidentifier() and len(name) <= 60 else repr(name[:60])


# --- files -----------------------------------------------------------------------------


def _content(path: Path) -> bytes:
    name = str(path)
    _reader(name)
    try:
        if path.is_dir():
            refuse(name, "This is a folder.", "Name a file in it.")
        if not path.exists():
            refuse(name, "There is no such file.", "Check the name and the folder.")
        if not path.is_file():
            refuse(name, "This is not an ordinary file.", "Name a file on the disk.")
        with path.open("rb") as file:
            return file.read(MAX_BYTES + 1)
    except OSError as error:
        refuse(
            name,
            Message("The file cannot be read: {reason}.", reason=error.strerror),
            "Check who may read it.",
        )


def _reader(name: str) -> Callable[[str, _Reading[Any]], None]:
    suffix = Path(name).suffix.lower()
    if suffix == ".json":
        refuse(
            name,
            "A .json file is one value, not a table.",
            "Write one record on each line, without brackets around all and commas between "
            "the records, and name the file .jsonl; or bring it as .csv.",
        )
    if suffix not in _READERS:
        refuse(
            name,
            "The name does not end with .csv or .jsonl.",
            "Save the table as CSV in UTF-8, or as JSONL, one JSON object a line.",
        )
    return _READERS[suffix]


def _decoded(content: bytes, name: str) -> str:
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        refuse(name, "The file is in UTF-16.", "Save it again in UTF-8 (CSV UTF-8).")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        if b"\0" in content:
            refuse(name, "This is not a text file.", "Save the table as CSV or JSONL.")
        raise FaultyTable(list(_badly_encoded(content, name))) from None


def _badly_encoded(content: bytes, name: str) -> Iterator[Fault]:
    for line, part in enumerate(content.splitlines(), 1):
        try:
            part.decode()
        except UnicodeDecodeError as error:
            yield Fault(
                name,
                line,
                "",
                Message("Byte {start} of the line is not UTF-8.", start=error.start + 1),
                "Save the file again in UTF-8 (CSV UTF-8 in a spreadsheet program).",
            )


# --- JSONL -----------------------------------------------------------------------------


def _read_jsonl(text: str, reading: _Reading[Any]) -> None:
    # Not splitlines(): it also cuts at characters that may stand within a JSON string.
    for line, source in enumerate(re.split(r"\r\n|\n|\r", text), 1):
        if not source.strip():
            continue
        try:
            value = json.loads(
                source,
                object_pairs_hook=_object,
                parse_constant=_not_a_number,
                parse_float=_finite,
                parse_int=_short,
            )
        except json.JSONDecodeError as error:
            problem = f"It is not valid JSON: {error.msg.lower()} at character {error.colno}."
            reading.fault(line, "", problem, "Write one whole JSON object on each line.")
        except RecursionError:
            reading.fault(line, "", "It is nested too deeply.", "Give plain fields.")
        except ValueError as error:
            reading.fault(line, "", f"{error}.", "Write each field once, and plain numbers.")
        else:
            _take_object(value, line, reading)


def _take_object(value: Any, line: int, reading: _Reading[Any]) -> None:
    if isinstance(value, dict):
        reading.rows.append((line, value))
    else:
        remedy = 'Write each record in braces: {"id": "...", "title": "..."}.'
        reading.fault(line, "", "The line is not a JSON object.", remedy)


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        names = sorted(name for name, _ in pairs)
        repeated = dict.fromkeys(_label(a) for a, b in pairwise(names) if a == b)
        raise ValueError(f"Given more than once: {', '.join(repeated)}")
    return found


def _not_a_number(constant: str) -> NoReturn:
    raise ValueError(f"{constant} is not a number in JSON")


def _finite(digits: str) -> float:
    value = float(digits)
    if math.isinf(value):
        raise ValueError(f"{digits[:60]} is too large a number")
    return value


def _short(digits: str) -> int:
    if len(digits) > 18:
        raise ValueError(f"A number has {len(digits):,} digits")
    return int(digits)


# --- CSV -------------------------------------------------------------------------------


def _read_csv(text: str, reading: _Reading[Any]) -> None:
    rows = _cells(text, _delimiter(text, reading.fields), reading)
    line, header = next(rows, (0, []))
    names = [name.strip() for name in header]
    if not header:
        return
    if not set(names) & set(reading.fields):
        required = ",".join(
            n for n, f in reading.schema.model_fields.items() if f.is_required()
        )
        remedy = f"Begin with a row of namesat least ,: {required}."
        reading.fault(line, "", "The first row does not name the columns.", remedy)
        return
    _check_header(line, names, reading)
    for line, cells in rows:
        if len(cells) != len(names):
            problem = f"The row has {len(cells)} cells, the header has {len(names)}."
            reading.fault(line, "", problem, "Put cells that hold the separator into quotes.")
        else:
            known = {n: c for n, c in zip(names, cells, strict=True) if n in reading.fields}
            reading.rows.append((line, known))


def _check_header(line: int, names: Sequence[str], reading: _Reading[Any]) -> None:
    for column, name in enumerate(names, 1):
        if not name:
            problem = f"Column {column} has no name."
            reading.fault(line, "", problem, "Name it, or delete the column.")
        elif name in names[: column - 1]:
            reading.fault(
                line, _label(name), "Two columns have this name.", "Keep one of them."
            )
        elif name not in reading.fields:
            reading.unknown(line, name, "column")
    required = {n for n, f in reading.schema.model_fields.items() if f.is_required()}
    reading.absent = frozenset(required - set(names))
    for name in sorted(reading.absent):
        remedy = f"Add a column named {name}."
        reading.fault(line, name, "The column is missing.", remedy)


def _delimiter(text: str, fields: Sequence[str]) -> str:
    """Return the separator under which the first line names more of the fields."""
    first = text.lstrip().partition("\n")[0]
    comma, semicolon = (
        len({name.strip(' "\r') for name in first.split(mark)} & set(fields)) for mark in ",;"
    )
    return ";" if semicolon > comma else ","


def _cells(
    text: str, delimiter: str, reading: _Reading[Any]
) -> Iterator[tuple[int, list[str]]]:
    """Yield each row that is not blank, with the line on which it begins."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    line = 1
    try:
        for cells in reader:
            if any(cell.strip() for cell in cells):
                yield line, cells
            line = reader.line_num + 1
    except csv.Error as error:
        problem = f"The quotation marks of the row do not pair up ({error})."
        remedy = 'Close each quoted cell, and write "" for a mark within; then check again: '
        reading.fault(line, "", problem, f"{remedy}the rows below could not be read.")


_READERS: Final[Mapping[str, Callable[[str, _Reading[Any]], None]]] = {
    ".csv": _read_csv,
    ".jsonl": _read_jsonl,
    ".ndjson": _read_jsonl,
}
