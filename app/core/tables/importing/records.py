"""Rows that were read, turned into records; and what is wrong with the others."""

import difflib
from collections.abc import Mapping
from typing import Any, Final, Generic, TypeVar

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from app.core.base.messages import Message, Sentence
from app.core.base.text import comparable
from app.core.base.validation_errors import Wanted, head_of, own_words, wrong_length
from app.core.tables.importing.headings import Headings
from app.core.tables.row_errors import Fault

Record = TypeVar("Record", bound=BaseModel)

_PLAINLY: Final = {
    "missing": Message("It is missing."),
    "string_type": Message("It is not text."),
    "string_unicode": Message("It holds half a character."),
    "list_type": Message("It is not a list."),
    "int_type": Message("It is not a whole number."),
    "int_parsing": Message("It is not a whole number."),
    "int_parsing_size": Message("It is not a whole number of at most 18 digits."),
    "int_from_float": Message("It is not a whole number."),
    "float_type": Message("It is not a number."),
    "float_parsing": Message("It is not a number."),
}


class Reading(Generic[Record]):
    """What has been read so far of one file, and what is wrong with it.

    Attributes
    ----------
    absent : set of str
        Required fields without a column, told once at the header.
    columns : mapping of str to str
        In a workbook, the letters of each field's column, after the name of its sheet.
    written : mapping of str to str
        How the file names each field.
    rows : list of (line, values by field)
    """

    def __init__(
        self, name: str, schema: type[Record], unique: str, notes: list[str] | None = None
    ) -> None:
        self.name = name
        self.schema = schema
        self.unique = unique
        self.headings = Headings(schema)
        self.fields = self.headings.fields
        self.absent: frozenset[str] = frozenset()
        self.columns: dict[str, str] = {}
        self.written: dict[str, str] = {}
        self.rows: list[tuple[int, Mapping[str, Any]]] = []
        self.faults: list[Fault] = []
        self.notes = [] if notes is None else notes

    def fault(self, line: int, field: str, problem: str, remedy: str) -> None:
        """Note what is wrong with a field of a row, or with the row where none is named."""
        name = field.partition(",")[0]
        letters, heading = self.columns.get(name), self.written.get(name, "")
        cell = f"{letters}{line}" if letters else ""
        self.faults.append(Fault(self.name, line, field, problem, remedy, cell, heading))

    def unknown(self, line: int, field: str, noun: str) -> None:
        """Note a field that the schema does not have."""
        close = difflib.get_close_matches(field.lower(), self.fields, n=1)
        remedy = (
            Message("Did you mean {key}?", key=close[0])
            if close
            else Message("Leave it out. Known are: {fields}.", fields=", ".join(self.fields))
        )
        problem = (
            Message("There is no such column.")
            if noun == "column"
            else Message("There is no such field.")
        )
        self.fault(line, label(field), problem, remedy)

    def records(self, context: object) -> list[tuple[int, Record]]:
        """Return the rows that keep to the schema; note what is wrong with the others."""
        first: dict[str, tuple[int, str]] = {}
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
        self, line: int, given: Mapping[str, Any], first: dict[str, tuple[int, str]]
    ) -> None:
        value = given.get(self.unique)
        if not isinstance(value, str):
            return
        written = value.strip()
        before, there = first.setdefault(comparable(written), (line, written))
        if before != line:
            problem = (
                Message("{id!r} stands on line {line} already.", id=written[:60], line=before)
                if written == there
                else Message(
                    "{id!r} reads like {other!r} on line {line}.",
                    id=written[:60],
                    other=there[:60],
                    line=before,
                )
            )
            self.fault(
                line,
                self.unique,
                problem,
                Message("Give each record its own {field}.", field=self.unique),
            )

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
        remedy = Message("Give {wanted}.", wanted=wanted) if wanted else Message("Correct it.")
        if details["type"] in _PLAINLY:
            return _PLAINLY[details["type"]], remedy
        if length := wrong_length(details):
            return length, remedy
        return Sentence(own_words(details)), remedy


def _blank(value: Any) -> bool:
    return value is None or (isinstance(value, str) and not value.strip())


def label(name: str) -> str:
    """Return a stranger's field name as it can be printed."""
    return name if name.isidentifier() and len(name) <= 60 else repr(name[:60])
