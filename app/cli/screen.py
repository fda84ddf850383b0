"""What the commands write on: the two streams, how wide they are, how a refusal looks."""

import sys
from collections.abc import Collection
from shutil import get_terminal_size
from typing import Final

from rich.console import Console
from rich.measure import Measurement
from rich.table import Table

from app.core.base.errors import AppError

NARROWEST: Final = 60
"""Columns below which a table cannot be read; a narrower terminal wraps its lines."""
WIDEST: Final = 10_000
"""Columns that no table of ours needs."""
IN_A_FILE: Final = 110
"""Columns of what is not written to a terminal."""


def width_of(on_screen: bool) -> int:
    """Return how wide what is written for people may be, in columns."""
    return max(NARROWEST, get_terminal_size().columns) if on_screen else IN_A_FILE


out = Console(width=width_of(sys.stdout.isatty()))
err = Console(stderr=True, highlight=False)


def plain_table(*headings: str, whole: Collection[str] = ()) -> Table:
    """Return a table without lines, whose cells are never cut.

    Parameters
    ----------
    whole : collection of str
        Headings of columns that people copy from, such as codes: no cell of them is wrapped.
    """
    table = Table(box=None, pad_edge=False)
    for heading in headings:
        table.add_column(heading, overflow="fold", no_wrap=heading in whole)
    return table


def show_table(table: Table, without: str) -> None:
    """Print a table, or a sentence where it has no row."""
    if table.row_count:
        # Where what is whole needs more than the screen has, the screen wraps, and not we.
        least = Measurement.get(out, out.options.update(width=WIDEST), table).minimum
        table.width = least if least > out.width else None
        out.print(table, crop=False)
    else:
        out.print(without, markup=False, soft_wrap=True)


def show_refusal(refusal: AppError) -> None:
    """Print what is wrong, all of it, and what to do."""
    err.print(f"[bold]{refusal.title}.[/bold]", end=" ")
    err.print(refusal.detail, markup=False, soft_wrap=True)
    for error in refusal.errors:
        err.print(f"  {error.pointer}: {error.detail}", markup=False, soft_wrap=True)
    err.print(refusal.remedy, markup=False, soft_wrap=True)
