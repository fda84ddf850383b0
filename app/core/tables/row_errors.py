"""Faults of tables that people bring: all of them, each with its place and its remedy."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NoReturn

from app.core.base.errors import FieldError, Unprocessable
from app.core.base.messages import Message


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that is wrong with a table.

    Parameters
    ----------
    file : str
        Name of the file.
    line : int
        Where the row begins, from 1; 0 for the file as a whole.
    field : str
        Name of the field; empty for the row as a whole.
    problem, remedy : str
        What is wrong, and what to do: a sentence each.
    cell : str, default=""
        In a workbook, where the cell is: C3, or Solutions!C3.
    heading : str, default=""
        How the file names the field.
    """

    file: str
    line: int
    field: str
    problem: str
    remedy: str
    cell: str = ""
    heading: str = ""

    @property
    def place(self) -> str:
        """File, line, cell and field, as far as they are known."""
        line = f"line {self.line}" if self.line else ""
        cell = f"cell {self.cell}" if self.cell else ""
        return ", ".join(part for part in (self.file, line, cell, self.field) if part)

    def __str__(self) -> str:
        return f"{self.place}: {self.problem} {self.remedy}"


class FaultyTable(Unprocessable):
    """A table cannot be taken as it is; `faults` lists all that is wrong with it."""

    title = "The table has errors"
    code = "faulty-table"
    remedy = "Correct everything listed and try the file again. Nothing was taken from it."

    def __init__(self, faults: Sequence[Fault]) -> None:
        self.faults = tuple(faults)
        n, files = len(self.faults), ", ".join(dict.fromkeys(f.file for f in self.faults))
        super().__init__(
            Message("{files}: 1 fault.", files=files)
            if n == 1
            else Message("{files}: {n} faults.", files=files, n=n),
            errors=[
                FieldError(
                    f.place,
                    Message(
                        "{problem} {remedy}",
                        problem=Message.of(f.problem),
                        remedy=Message.of(f.remedy),
                    ),
                )
                for f in self.faults
            ],
        )


def refuse(name: str, problem: str, remedy: str) -> NoReturn:
    """Raise `FaultyTable` for the file as a whole."""
    raise FaultyTable([Fault(name, 0, "", problem, remedy)])
