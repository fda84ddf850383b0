"""SQLite as the service uses it: which library, which promises, one writer at a time.

All access of a process must go through the one library that `driver` returns. Two
copies of SQLite in one process would undo each other's locks on the file.
"""

import importlib
import os
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any, Final

from sqlalchemy import Connection, create_engine, event
from sqlalchemy.engine import URL, Dialect, Engine
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.pool import ConnectionPoolEntry

from app.core.base.errors import Unavailable
from app.core.base.messages import Message
from app.core.storage import json_columns

OLDEST: Final = (3, 51, 3)
"""Earlier versions can damage a database when its log begins again (WAL reset)."""

DRIVERS: Final = ("pysqlite3.dbapi2", "sqlite3")
"""Where SQLite may be: in the package that brings a new one, or in Python itself."""


def driver(names: Sequence[str] = DRIVERS) -> Any:
    """Return the first module with a SQLite that can be trusted.

    Raises
    ------
    Unavailable
        If every one that is there is too old.
    """
    found = []
    for name in names:
        try:
            module = importlib.import_module(name)
        except ImportError:
            continue
        if module.sqlite_version_info >= OLDEST:
            return module
        found.append(module.sqlite_version)
    oldest = ".".join(map(str, OLDEST))
    raise Unavailable(
        Message(
            "SQLite {oldest} or newer is needed, and here is {found}: versions before it can "
            "damage a database.",
            oldest=oldest,
            found=", ".join(found) or "none",
        ),
        remedy="Install pysqlite3, use a Python with a newer SQLite, or PostgreSQL.",
    )


def engines(url: URL) -> tuple[Engine, Engine]:
    """Return one writing connection, and a pool of reading ones."""
    module = driver()
    # Parameters are hidden in errors, because those are logged and may hold personal data.
    given = {"module": module, "hide_parameters": True, **json_columns.BY_ENGINE}
    writer = create_engine(url, pool_size=1, max_overflow=0, pool_timeout=60, **given)
    reader = create_engine(url, pool_size=8, max_overflow=8, **given)
    for engine in (writer, reader):
        event.listen(engine, "do_connect", _make_private)
    event.listen(writer, "connect", _prepare)
    event.listen(reader, "connect", _prepare)
    event.listen(reader, "connect", _forbid_writing)
    event.listen(writer, "begin", _begin_immediate)
    event.listen(reader, "begin", _begin)
    return writer, reader


def settle(path: Path) -> bool:
    """Bring everything into the one file; tell whether nobody else has it open."""
    connection = driver().connect(str(path), timeout=1)
    try:
        mode = connection.execute("PRAGMA journal_mode=DELETE").fetchone()
    except driver().OperationalError:
        return False
    finally:
        connection.close()
    return bool(mode == ("delete",))


def _make_private(_: Dialect, __: ConnectionPoolEntry, names: list[str], ___: object) -> None:
    """Make a file that is not there yet, so that its owner alone reads it; its log follows it.

    SQLite would make it for everybody whom the process lets read.
    """
    if names[0].startswith("file:"):
        return  # an address with options, whose file its owner has made
    with suppress(OSError):  # SQLite itself says what is wrong with a place
        os.close(os.open(names[0], os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600))


def _prepare(connection: DBAPIConnection, _: ConnectionPoolEntry) -> None:
    # The driver's own transaction handling would begin too late; `begin` below does it.
    connection.isolation_level = None
    for pragma in (
        # First, so that every other one waits for a database that is locked.
        "busy_timeout=30000",
        "journal_mode=WAL",
        "synchronous=FULL",
        "foreign_keys=ON",
        "trusted_schema=OFF",
    ):
        connection.cursor().execute(f"PRAGMA {pragma}")


def _forbid_writing(connection: DBAPIConnection, _: ConnectionPoolEntry) -> None:
    connection.cursor().execute("PRAGMA query_only=ON")


def _begin_immediate(connection: Connection) -> None:
    connection.exec_driver_sql("BEGIN IMMEDIATE")


def _begin(connection: Connection) -> None:
    connection.exec_driver_sql("BEGIN")
