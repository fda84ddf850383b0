"""A backup of all data in one file, made while the service runs; and the way back.

The file is a ZIP of two members: the database in its own format (a SQLite file, or what
`pg_dump` writes), and a manifest that says what must be found in it. Whatever is read or
made is held against the manifest before anything is replaced.
"""

import hashlib
import os
import shutil
import tempfile
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from importlib.metadata import version
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final

from sqlalchemy import Connection, create_engine, func, inspect, select, table, text
from sqlalchemy.engine import URL
from sqlalchemy.exc import DatabaseError

from app.core.base.clock import now
from app.core.base.errors import Conflict, Unavailable
from app.core.base.files import put, whole
from app.core.base.messages import Message
from app.core.storage import postgres, sqlite
from app.core.storage.database import Database, address_of, connect, shown
from app.operations import migrating
from app.operations.backup_manifest import (
    MANIFEST,
    MEMBERS,
    Manifest,
    read_manifest,
    require_fit,
    unfit,
)

PACKED: Final[Mapping[str, int]] = MappingProxyType(
    # What pg_dump writes is packed already.
    {"sqlite": zipfile.ZIP_DEFLATED, "postgresql": zipfile.ZIP_STORED}
)
CHUNK: Final = 1 << 20

CLEAR: Final = """
SET lock_timeout = '10s';
DO $$ DECLARE one regclass; other regprocedure; BEGIN
  FOR one IN SELECT oid FROM pg_class WHERE relkind IN ('r', 'p')
    AND relnamespace = current_schema()::regnamespace
    AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.objid = pg_class.oid AND d.deptype = 'e')
  LOOP EXECUTE format('DROP TABLE IF EXISTS %s CASCADE', one); END LOOP;
  FOR other IN SELECT oid FROM pg_proc WHERE pronamespace = current_schema()::regnamespace
    AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.objid = pg_proc.oid AND d.deptype = 'e')
  LOOP EXECUTE format('DROP ROUTINE IF EXISTS %s CASCADE', other); END LOOP;
END $$;
"""
"""Takes out what any version of ours may have made, so that nothing of it stays behind."""

OTHERS: Final = """
SELECT count(*) FROM pg_stat_activity
WHERE datname = current_database() AND usename IS NOT NULL AND pid <> pg_backend_pid()
"""
"""Who else is connected; the server's own helpers have no name."""


def backup(url: str, file: Path) -> Manifest:
    """Write all data into one file, as they are at one instant, while others write on.

    Raises
    ------
    Conflict
        If the file is there already or cannot be written, or there is nothing to back up.
    Unavailable
        If the database cannot be read.
    """
    address = address_of(url)
    if file.exists():
        raise Conflict(
            Message("{file} is there already.", file=file),
            remedy="Name a file that is not there yet.",
        )
    database = connect(url)
    try:
        with whole(file, secret=True) as draft, _folder_at(file) as folder:
            copied = folder / MEMBERS[address.get_backend_name()]
            manifest = _copy_out(database, address, copied)
            with zipfile.ZipFile(draft, "w") as archive:
                archive.write(copied, copied.name, PACKED[manifest.kind])
                archive.writestr(MANIFEST, manifest.model_dump_json(indent=2))
        return manifest
    finally:
        database.dispose()


def restore(url: str, file: Path, *, replace: bool = False) -> Manifest:
    """Put the data of a backup in place of the database, once all of them were found good.

    Parameters
    ----------
    replace : bool, default=False
        Whether the rows that are there now may go.

    Raises
    ------
    NotFound
        If there is no such file.
    Unprocessable
        If the file is no backup, is damaged, or does not fit this database or version.
    Conflict
        If there are rows and they may not go, or the service still runs.
    Unavailable
        If the database cannot be written; it is as it was.
    """
    address = address_of(url)
    manifest = read_manifest(file)
    require_fit(manifest, address)
    beside = Path(str(address.database)) if manifest.kind == "sqlite" else file
    with _folder_at(beside) as folder:
        copied = _unpack(file, manifest, folder)
        if manifest.kind == "sqlite":
            _require_whole(copied, manifest)
            _require_idle(url, replace=replace)
            _put_in_place(copied, beside)
        else:
            scripts = _scripts_of(copied, manifest)
            _require_idle(url, replace=replace)
            postgres.execute(address, scripts)
    database = connect(url)
    try:
        with migrating.connected(database.reader) as connection:
            _require_same(manifest, migrating.current(connection), _rows(connection))
    finally:
        database.dispose()
    return manifest


# --- out -----------------------------------------------------------------------------


def _copy_out(database: Database, address: URL, copied: Path) -> Manifest:
    """Write the database into a file of its own format; return what is in it."""
    with migrating.connected(database.reader) as connection:
        shape = migrating.current(connection)
        migrating.require_known(shape)
        if shape is None:
            raise Conflict(
                Message(
                    "There is nothing to back up in {address}: it has no table of ours.",
                    address=shown(address),
                ),
                remedy="Check COUNTERPART_DATABASE_URL.",
            )
        if address.get_backend_name() == "sqlite":
            rows = _copy_sqlite(connection, copied)
        else:
            rows = _dump(connection, address, copied)
    return Manifest(
        kind="sqlite" if address.get_backend_name() == "sqlite" else "postgresql",
        shape=shape,
        version=version("counterpart"),
        made_at=now(),
        bytes=copied.stat().st_size,
        sha256=_digest(copied),
        rows=rows,
    )


def _copy_sqlite(connection: Connection, copied: Path) -> dict[str, int]:
    """Copy all pages as one transaction sees them; writers are not kept waiting."""
    target = sqlite.driver().connect(str(copied))
    source: Any = connection.connection.driver_connection
    try:
        source.backup(target)
        # One file that holds everything, and no log beside it.
        target.execute("PRAGMA journal_mode=DELETE")
    except sqlite.driver().Error as error:
        raise Conflict(Message("The copy cannot be made: {error}.", error=error)) from error
    finally:
        target.close()
    with _opened(copied) as found:
        _require_sound(found, "The database itself is damaged")
        return _rows(found)


def _dump(connection: Connection, address: URL, copied: Path) -> dict[str, int]:
    """Let PostgreSQL write what this very transaction sees, however long that takes."""
    for limit in ("statement_timeout", "idle_in_transaction_session_timeout"):
        connection.execute(text(f"SET LOCAL {limit} = 0"))
    snapshot = connection.execute(text("SELECT pg_export_snapshot()")).scalar_one()
    postgres.dump(address, snapshot, copied)
    return _rows(connection)


# --- in ------------------------------------------------------------------------------


def _require_idle(url: str, *, replace: bool) -> None:
    """Do nothing, or refuse a database that is in use, or holds rows that must not go."""
    address = address_of(url)
    on_sqlite = address.get_backend_name() == "sqlite"
    if on_sqlite and not Path(str(address.database)).exists():
        return
    database = connect(url)
    try:
        with migrating.connected(database.reader) as connection:
            rows = sum(_rows(connection).values())
            others = 0 if on_sqlite else connection.execute(text(OTHERS)).scalar_one()
    except Unavailable as error:
        # A damaged file is a reason to restore; one that cannot be read now is none.
        damaged = on_sqlite and type(error.__cause__) is DatabaseError
        if not (damaged and replace):
            raise
        return
    finally:
        database.dispose()
    if rows and not replace:
        raise Conflict(
            Message(
                "The database {address} holds {rows} rows.", address=shown(address), rows=rows
            ),
            remedy="Nothing was changed. To overwrite them, add --replace.",
        )
    if others or (on_sqlite and not sqlite.settle(Path(str(address.database)))):
        raise Conflict(
            Message("The database {address} is in use.", address=shown(address)),
            remedy="Nothing was changed. First stop the service and all else that uses it.",
        )


def _unpack(file: Path, manifest: Manifest, folder: Path) -> Path:
    """Take the database out of the backup, and hold it against its length and hash."""
    copied = folder / MEMBERS[manifest.kind]
    try:
        with (
            zipfile.ZipFile(file) as archive,
            archive.open(copied.name) as packed,
            copied.open("wb") as plain,
        ):
            shutil.copyfileobj(packed, plain, CHUNK)
            os.fsync(plain.fileno())
    except (zipfile.BadZipFile, zlib.error, EOFError) as error:
        raise unfit(Message("{file} is damaged.", file=file)) from error
    except OSError as error:
        raise Conflict(
            Message(
                "{folder} cannot be written: {reason}.", folder=folder, reason=error.strerror
            )
        ) from error
    if (copied.stat().st_size, _digest(copied)) != (manifest.bytes, manifest.sha256):
        raise unfit(Message("{file} does not hold what its manifest says.", file=file))
    return copied


def _require_whole(copied: Path, manifest: Manifest) -> None:
    with _opened(copied) as connection:
        _require_sound(connection, "The database in the backup is damaged")
        _require_same(manifest, migrating.current(connection), _rows(connection))


def _put_in_place(copied: Path, target: Path) -> None:
    """Replace the file at once and whole, for the same people as before."""
    copied.chmod(0o600)
    if target.exists():
        before = target.stat()
        shutil.copymode(target, copied)
        with suppress(PermissionError):
            os.chown(copied, before.st_uid, before.st_gid)
    # What a damaged file left beside it would be taken for the log of the new one.
    for suffix in ("-wal", "-shm", "-journal"):
        target.with_name(target.name + suffix).unlink(missing_ok=True)
    put(copied, target)


def _scripts_of(copied: Path, manifest: Manifest) -> list[Path]:
    """Return what clears the database, fills it and counts, for one transaction."""
    folder = copied.parent
    clear, fill, check = (folder / name for name in ("clear.sql", "fill.sql", "check.sql"))
    clear.write_text(CLEAR)
    postgres.script_of(copied, fill)
    counted = "\n".join(
        f"IF (SELECT count(*) FROM {name}) <> {count} THEN"  # noqa: S608 -- names are words
        f" RAISE 'error: {name} has not its {count} rows'; END IF;"
        for name, count in manifest.rows.items()
    )
    check.write_text(f"RESET search_path; DO $$ BEGIN {counted} END $$;")
    return [clear, fill, check]


# --- what both need --------------------------------------------------------------------


def _rows(connection: Connection) -> dict[str, int]:
    """Count the rows of each table, but for the one that names the shape."""
    names = sorted({*inspect(connection).get_table_names()} - {"alembic_version"})
    return {
        name: connection.execute(select(func.count()).select_from(table(name))).scalar_one()
        for name in names
    }


def _require_sound(connection: Connection, problem: str) -> None:
    """Let SQLite look at every page, index and reference."""
    found = [
        *connection.exec_driver_sql("PRAGMA integrity_check").scalars(),
        *connection.exec_driver_sql("PRAGMA foreign_key_check").scalars(),
    ]
    if found != ["ok"]:
        raise unfit(Message("{problem}: {n} faults.", problem=problem, n=len(found)))


def _require_same(manifest: Manifest, shape: str | None, rows: dict[str, int]) -> None:
    if (shape, rows) != (manifest.shape, manifest.rows):
        raise unfit("The database that was made does not hold what the manifest says.")


@contextmanager
def _opened(copied: Path) -> Iterator[Connection]:
    engine = create_engine(f"sqlite:///{copied}", module=sqlite.driver())
    try:
        with migrating.connected(engine) as connection:
            yield connection
    finally:
        engine.dispose()


@contextmanager
def _folder_at(path: Path) -> Iterator[Path]:
    """Yield a folder beside a file, on the same disk, for the time of the block."""
    try:
        made = tempfile.TemporaryDirectory(dir=path.resolve().parent, prefix=".counterpart-")
    except OSError as error:
        raise Conflict(
            Message(
                "{parent} cannot be written: {reason}.",
                parent=path.parent,
                reason=error.strerror,
            )
        ) from error
    with made as folder:
        yield Path(folder)


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
