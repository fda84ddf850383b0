"""Brings the database to the shape that this version needs, one process at a time."""

import random
import re
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any, Final

from sqlalchemy import Connection, inspect, text
from sqlalchemy.engine import Engine
from sqlalchemy.exc import DBAPIError

from app.core.base.errors import Conflict, NotFound, Unavailable
from app.core.base.messages import Message
from app.core.storage import sqlite
from app.core.storage.database import Database, reason_of, shown

MIGRATIONS: Final = Path(__file__).parents[1] / "migrations"
LOCK: Final = 7_209_114_201
"""Any number that no other program of ours takes as an advisory lock."""

OTHERS: Final = """
SELECT count(*) FROM pg_stat_activity
WHERE datname = current_database() AND usename = current_user AND pid <> pg_backend_pid()
  AND application_name <> :migrator
"""
"""Who else of our own is connected and does not migrate."""
MIGRATOR: Final = "counterpart migrate"
OTHERS_MAY_TAKE: Final = 15.0
"""Seconds after which whoever has the database open counts as the service."""

_TABLE: Final = "alembic_version"
_NAMED: Final = re.compile(r'^(revision|down_revision) = ("\w+"|None)$', re.MULTILINE)

PATIENCE: Final = 600
"""Seconds that a process waits for another one that migrates."""


def migrate(
    database: Database, revision: str = "head", *, drop_data: bool = False
) -> tuple[str | None, str | None]:
    """Change the database to a version of its shape; return the versions before and after.

    Parameters
    ----------
    revision : str
        `head`, a version, or a relative one such as `-1` to go one step down.
    drop_data : bool, default=False
        Whether a step that leaves no table, and so no data, is meant.

    Raises
    ------
    NotFound
        If there is no such version.
    Conflict
        If the database belongs to a newer version, the service runs, or all data would be
        lost and that is not meant.
    Unavailable
        If it cannot be reached or changed.
    """
    from alembic import command  # noqa: PLC0415 -- half of a second, for those who migrate
    from alembic.config import Config  # noqa: PLC0415 -- as above
    from alembic.util import CommandError  # noqa: PLC0415 -- as above

    _require_unused(database, revision)
    with connected(database.writer) as connection, _alone(connection):
        before = current(connection)
        require_known(before)
        config = Config(attributes={"connection": connection})
        config.set_main_option("script_location", str(MIGRATIONS))
        change = command.downgrade if _leads_down(revision) else command.upgrade
        try:
            change(config, revision)
        except (CommandError, AssertionError) as error:  # the second for an empty name
            raise NotFound(
                Message(
                    "There is no version {revision} to go to from {before}.",
                    revision=revision,
                    before=before or "nothing",
                ),
                remedy="Name a version, head, base, or a number of steps such as -1.",
            ) from error
        after = current(connection)
        if before and not after and not drop_data:
            raise Conflict(
                Message(
                    "Going from {before} to nothing drops every table with its data.",
                    before=before,
                ),
                remedy="Nothing was changed. To do it all the same, add --drop-data.",
            )
        return before, after


def _require_unused(database: Database, revision: str) -> None:
    """Do nothing, or refuse to change the tables of a service that runs.

    Other processes that migrate are no reason: they are waited for.
    """
    until = time.monotonic() + OTHERS_MAY_TAKE
    while True:
        with connected(database.reader) as connection:
            found = current(connection)
        # Nothing of ours stands open any more while others are looked for.
        database.dispose()
        if found is None or (revision == "head" and found == needed()) or _is_alone(database):
            return
        if time.monotonic() > until:
            raise Conflict(
                Message("The database {url} is in use.", url=shown(database.writer.url)),
                remedy="Nothing was changed. First stop the service and all else that uses it.",
            )
        time.sleep(random.uniform(0.05, 0.25))  # noqa: S311 -- so that two do not keep step


def _is_alone(database: Database) -> bool:
    if database.writer.dialect.name == "sqlite":
        return sqlite.settle(Path(str(database.writer.url.database)))
    with connected(database.reader) as connection:
        _call_ourselves_so(connection)
        others = connection.execute(text(OTHERS), {"migrator": MIGRATOR}).scalar_one()
    database.dispose()
    return bool(others == 0)


def _call_ourselves_so(connection: Connection) -> None:
    """Tell others that look for the service that we are none."""
    connection.execute(
        text("SELECT set_config('application_name', :migrator, false)"), {"migrator": MIGRATOR}
    )


def _leads_down(revision: str) -> bool:
    return revision.startswith("-") or revision == "base"


def require_current(database: Database) -> None:
    """Do nothing, or refuse a database that this version cannot work with.

    Raises
    ------
    Conflict
        If migrations wait, or the database belongs to a newer version.
    Unavailable
        If it cannot be reached.
    """
    with connected(database.reader) as connection:
        found = current(connection)
    require_known(found)
    if found != needed():
        raise Conflict(
            Message(
                "The database has the schema version {found}, and {needed} is needed.",
                found=found or "none",
                needed=needed(),
            ),
            remedy="Run `counterpart migrate` first.",
        )


@contextmanager
def connected(engine: Engine) -> Iterator[Connection]:
    """Open a connection; tell the operator, whose database it is, what is wrong with it."""
    try:
        with engine.connect() as connection:
            yield connection
    except DBAPIError as error:
        raise Unavailable(
            Message(
                "The database {url} cannot be used: {reason}.",
                url=shown(engine.url),
                reason=reason_of(error),
            ),
            remedy="Check COUNTERPART_DATABASE_URL, and who may read and write there.",
        ) from error


@cache
def _versions() -> tuple[str, ...]:
    """Return the versions of the shape, the newest first; they do not change while we run.

    They are read off the files, each of which names the one before it: running them all takes
    as long as the rest of the start.
    """
    after = dict[str | None, str]()
    for file in (MIGRATIONS / "versions").glob("*.py"):
        named = dict(_NAMED.findall(file.read_text(encoding="utf-8")))
        after[named["down_revision"].strip('"')] = named["revision"].strip('"')
    found, version = list[str](), after.get("None")
    while version is not None:
        found.append(version)
        version = after.get(version)
    return tuple(reversed(found))


def needed() -> str:
    """Return the shape that this version needs."""
    return _versions()[0]


def require_known(revision: str | None) -> None:
    """Do nothing, or refuse the shape of a version that is newer than this one."""
    if revision is not None and revision not in _versions():
        raise Conflict(
            Message(
                "The database has the schema version {revision}, which this version does not "
                "know.",
                revision=revision,
            ),
            remedy="Start the newer version that made it, or go back to a backup.",
        )


@contextmanager
def _alone(connection: Connection) -> Iterator[None]:
    """Let one process migrate at a time, however long the one before it takes."""
    if connection.dialect.name == "sqlite":
        with _remade_freely(connection), connection.begin():
            yield
            _require_references(connection)
        return
    with connection.begin():
        _call_ourselves_so(connection)
        for limit in ("statement_timeout", "idle_in_transaction_session_timeout"):
            connection.execute(text(f"SET LOCAL {limit} = 0"))
        connection.execute(text(f"SET LOCAL lock_timeout = '{PATIENCE}s'"))
        connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": LOCK})
        # Anyone who waits for a table keeps everybody behind it waiting: not for long.
        connection.execute(text("SET LOCAL lock_timeout = '10s'"))
        yield


@contextmanager
def _remade_freely(connection: Connection) -> Iterator[None]:
    """Let tables be made again under the eyes of those that refer to them.

    SQLite changes a column by making its table again, and would refuse to drop the old one.
    The transaction is the lock; the patience is the connection's. Neither can be set within.
    """
    driver: Any = connection.connection.driver_connection
    (patience,) = driver.execute("PRAGMA busy_timeout").fetchone()
    driver.execute(f"PRAGMA busy_timeout={PATIENCE * 1000}")
    driver.execute("PRAGMA foreign_keys=OFF")
    try:
        yield
    finally:
        driver.execute("PRAGMA foreign_keys=ON")
        driver.execute(f"PRAGMA busy_timeout={patience}")


def _require_references(connection: Connection) -> None:
    """Do nothing, or refuse what leaves a row that refers to none: it was not looked at."""
    lost = connection.exec_driver_sql("PRAGMA foreign_key_check").first()
    if lost is not None:
        raise Conflict(
            Message(
                "The change would leave rows of {table} that refer to no row of {other}.",
                table=lost[0],
                other=lost[2],
            ),
            remedy="Nothing was changed. Tell the maintainers of the service.",
        )


def current(connection: Connection) -> str | None:
    """Return the version of the shape that the database has; none before the first."""
    if not inspect(connection).has_table(_TABLE):
        return None
    found: str | None = connection.execute(text(f"SELECT version_num FROM {_TABLE}")).scalar()  # noqa: S608 -- a fixed name
    return found
