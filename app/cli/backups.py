"""Commands about the data as a whole: backup, restore."""

from pathlib import Path
from typing import Annotated

import typer

from app.cli.console import name_database, settings_at_hand, settings_of
from app.cli.screen import out
from app.core.base.errors import Conflict
from app.core.storage.database import connect
from app.operations import backup as backups
from app.operations import migrating


def backup(
    file: Annotated[Path, typer.Argument(help="Where to write it; must not be there yet.")],
) -> None:
    """Write all data into one file, while the service runs.

    The file holds everything, personal data and hashes of tokens too: only you can read it.
    """
    settings = settings_at_hand()
    made = backups.backup(settings.database_url, file)
    out.print(
        f"Wrote {made.total} rows of {len(made.rows)} tables, schema version {made.shape}, "
        f"to {file}.",
        markup=False,
        soft_wrap=True,
    )
    name_database(settings)


def restore(
    file: Annotated[Path, typer.Argument(help="A file that `counterpart backup` wrote.")],
    replace: Annotated[
        bool, typer.Option("--replace", help="Allow the rows that are there now to go.")
    ] = False,
) -> None:
    """Put the data of a backup in place of the database; stop the service first.

    All of the file is checked before anything is changed, and the change is made whole or not.
    """
    settings = settings_of()
    made = backups.restore(settings.database_url, file, replace=replace)
    out.print(
        f"Restored {made.total} rows of {len(made.rows)} tables, as they were at "
        f"{made.made_at:%Y-%m-%d %H:%M:%S} UTC.",
        soft_wrap=True,
    )
    database = connect(settings.database_url)
    try:
        migrating.require_current(database)
    except Conflict as refusal:
        out.print(f"{refusal.detail} {refusal.remedy}", markup=False, soft_wrap=True)
    finally:
        database.dispose()
