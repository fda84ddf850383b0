"""What the commands write on: the two streams, how wide they are, how a refusal looks."""

import sys
from shutil import get_terminal_size
from typing import Final

from rich.console import Console
from rich.table import Table

from app.core.base.errors import AppError

NARROWEST: Final = 60
"""Columns below which a table cannot be read; a narrower terminal wraps its lines."""
IN_A_FILE: Final = 110
"""Columns of what is not written to a terminal."""


def width_of(on_screen: bool) -> int:
    """Return how wide what is written for people may be, in columns."""
    return max(NARROWEST, get_terminal_size().columns) if on_screen else IN_A_FILE


out = Console(width=width_of(sys.stdout.isatty()))
err = Console(stderr=True, highlight=False)


def plain_table(*headings: str) -> Table:
    """Return a table without lines, whose cells are never cut."""
    table = Table(box=None, pad_edge=False)
    for heading in headings:
        table.add_column(heading, overflow="fold")
    return table


def show_table(table: Table, without: str) -> None:
    """Print a table, or a sentence where it has no row."""
    if table.row_count:
        out.print(table)
    else:
        out.print(without, markup=False, soft_wrap=True)


def show_refusal(refusal: AppError) -> None:
    """Print what is wrong, all of it, and what to do."""
    err.print(f"[bold]{refusal.title}.[/bold]", end=" ")
    err.print(refusal.detail, markup=False, soft_wrap=True)
    for error in refusal.errors:
        err.print(f"  {error.pointer}: {error.detail}", markup=False, soft_wrap=True)
    err.print(refusal.remedy, markup=False, soft_wrap=True)
