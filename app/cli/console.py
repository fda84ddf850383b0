"""What the commands share: settings, an open database, and how a refusal looks."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from shutil import get_terminal_size
from typing import Any, Final

import typer
from pydantic import ValidationError
from rich.console import Console
from typer.core import TyperGroup

from app.core.base.errors import AppError, FieldError, Unprocessable
from app.core.base.logging import configure
from app.core.storage.database import Database, connect
from app.operations import migrating
from app.settings import Settings

NARROWEST: Final = 60
"""Columns below which a table cannot be read; a narrower terminal wraps its lines."""
IN_A_FILE: Final = 110
"""Columns of what is not written to a terminal."""


def width_of(on_screen: bool) -> int:
    """Return how wide what is written for people may be, in columns."""
    return max(NARROWEST, get_terminal_size().columns) if on_screen else IN_A_FILE


out = Console(width=width_of(sys.stdout.isatty()))
err = Console(stderr=True, highlight=False)


class Commands(TyperGroup):
    """A group of commands that turns a refusal into sentences and exit code 1."""

    def invoke(self, ctx: Any) -> Any:
        """Run the command; 0 is done, 1 refused, 2 wrong usage."""
        try:
            return super().invoke(ctx)
        except AppError as refusal:
            show_refusal(refusal)
            raise typer.Exit(1) from refusal
        except UnicodeEncodeError as error:
            # Python keeps such bytes as halves of characters, which nothing can store.
            show_refusal(Unprocessable("An argument is not UTF-8.", remedy="Write it again."))
            raise typer.Exit(1) from error


def show_refusal(refusal: AppError) -> None:
    """Print what is wrong, all of it, and what to do."""
    err.print(f"[bold]{refusal.title}.[/bold]", end=" ")
    err.print(refusal.detail, markup=False, soft_wrap=True)
    for error in refusal.errors:
        err.print(f"  {error.pointer}: {error.detail}", markup=False, soft_wrap=True)
    err.print(refusal.remedy, markup=False, soft_wrap=True)


def settings_of(**changes: Any) -> Settings:
    """Read the settings from the environment, and set up logging as they say.

    Raises
    ------
    Unprocessable
        If a variable holds something that it cannot.
    """
    try:
        settings = Settings(**changes)
    except ValidationError as error:
        errors = [
            FieldError(f"COUNTERPART_{str(e['loc'][0]).upper()}", e["msg"])
            for e in error.errors()
        ]
        raise Unprocessable(
            "The settings in the environment cannot be used.",
            errors=errors,
            remedy="Correct these variables; the README lists all settings.",
        ) from error
    configure(settings.log_level)
    return settings


@contextmanager
def database_of(settings: Settings) -> Iterator[Database]:
    """Open the database of the settings, once it has the shape that is needed.

    Raises
    ------
    Conflict
        If it must be migrated first.
    """
    database = connect(settings.database_url)
    try:
        migrating.require_current(database)
        yield database
    finally:
        database.dispose()
