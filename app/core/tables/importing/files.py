"""A file of records: which kind it is, how large it may be, and what it holds."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Final

from app.core.base.messages import Message
from app.core.tables.importing.encodings import decoded
from app.core.tables.importing.json_lines import read_jsonl
from app.core.tables.importing.records import Reading, Record
from app.core.tables.importing.separated import read_csv
from app.core.tables.importing.workbooks import is_workbook, read_workbook
from app.core.tables.row_errors import FaultyTable, refuse

MAX_BYTES: Final = 64 * 2**20
"""Bytes that a file may have."""


def read_table(
    path: Path,
    schema: type[Record],
    *,
    unique: str = "id",
    context: object = None,
    notes: list[str] | None = None,
) -> list[tuple[int, Record]]:
    """Read a file of records.

    Parameters
    ----------
    path : Path
        A file of at most 64 MB that ends with .csv, .tsv, .xlsx or .jsonl.
    schema : pydantic model
        What each record must look like.
    unique : str, default="id"
        The field that no two records may share.
    context : object, optional
        What the validators of the schema are given beside the record.
    notes : list of str, optional
        Gets a sentence for everything that was read in another way than people may think.

    Returns
    -------
    rows : list of (line, record), in the order of the file

    Raises
    ------
    FaultyTable
        If the file cannot be read or any record is not as it should be.
    """
    name = str(path)
    return parse_table(
        _content(path), name, schema, unique=unique, context=context, notes=notes
    )


def parse_table(
    content: bytes,
    name: str,
    schema: type[Record],
    *,
    unique: str = "id",
    context: object = None,
    notes: list[str] | None = None,
) -> list[tuple[int, Record]]:
    """Read records from the content of a file, as `read_table` does.

    Parameters
    ----------
    name : str
        What to call the file; its suffix tells the format.
    """
    read = _reader(name)
    if len(content) > MAX_BYTES:
        refuse(
            name,
            "The file is larger than 64 MB.",
            "Split it, or leave out columns that are not needed.",
        )
    reading = Reading(name, schema, unique, notes)
    read(content, reading)
    if not reading.rows and not reading.faults:
        refuse(name, "The file holds no record.", "Write one record on each line.")
    records = reading.records(context)
    if reading.faults:
        raise FaultyTable(sorted(reading.faults, key=lambda fault: fault.line))
    return records


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


def _reader(name: str) -> Callable[[bytes, Reading[Any]], None]:
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
            "The name does not end with .csv, .tsv, .xlsx or .jsonl.",
            "Save the table as XLSX, as CSV in UTF-8, or as JSONL, one JSON object a line.",
        )
    return _READERS[suffix]


def _of_text(
    read: Callable[[str, Reading[Any]], None],
) -> Callable[[bytes, Reading[Any]], None]:
    """Return a reader of bytes from a reader of text."""

    def read_bytes(content: bytes, reading: Reading[Any]) -> None:
        if is_workbook(content):
            refuse(reading.name, "This is an XLSX workbook.", "Name the file .xlsx.")
        read(decoded(content, reading.name, reading.notes), reading)

    return read_bytes


_READERS: Final[Mapping[str, Callable[[bytes, Reading[Any]], None]]] = {
    ".csv": _of_text(read_csv),
    ".tsv": _of_text(read_csv),
    ".tab": _of_text(read_csv),
    ".txt": _of_text(read_csv),
    ".xlsx": read_workbook,
    ".jsonl": _of_text(read_jsonl),
    ".ndjson": _of_text(read_jsonl),
}
