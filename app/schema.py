"""Brings the database to the shape that this version needs, one process at a time."""

from pathlib import Path
from typing import Final

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, text

from app.core.database import Database
from app.core.errors import Conflict

MIGRATIONS: Final = Path(__file__).parent / "migrations"
LOCK: Final = 7_209_114_201
"""Any number that no other program of ours takes as an advisory lock."""


def migrate(database: Database, revision: str = "head") -> tuple[str | None, str | None]:
    """Change the database to a version of its shape; return the versions before and after.

    Parameters
    ----------
    revision : str
        `head`, a version, or a relative one such as `-1` to go one step down.
    """
    with database.writer.connect() as connection, connection.begin():
        _lock(connection)
        before = _current(connection)
        config = Config(attributes={"connection": connection})
        config.set_main_option("script_location", str(MIGRATIONS))
        if revision.startswith("-") or revision == "base":
            command.downgrade(config, revision)
        else:
            command.upgrade(config, revision)
        return before, _current(connection)


def require_current(database: Database) -> None:
    """Do nothing, or refuse a database that this version cannot work with.

    Raises
    ------
    Conflict
        If migrations wait, or the database belongs to a newer version.
    """
    with database.reader.connect() as connection:
        found = _current(connection)
    needed = ScriptDirectory(str(MIGRATIONS)).get_current_head()
    if found != needed:
        raise Conflict(
            f"The database has the shape {found or 'of no version'}, and {needed} is needed.",
            remedy="Run `counterpart migrate` first.",
        )


def _lock(connection: Connection) -> None:
    """Let one process migrate at a time; on SQLite the transaction itself is the lock."""
    if connection.dialect.name == "postgresql":
        connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": LOCK})


def _current(connection: Connection) -> str | None:
    return MigrationContext.configure(connection).get_current_revision()
