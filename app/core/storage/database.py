"""Transactions: where they begin and end, on SQLite and PostgreSQL alike.

Reading and writing are two sessions. On SQLite one connection of the process
writes, and its transactions begin with a lock (`BEGIN IMMEDIATE`), so that two
writers wait for one another instead of failing; readers have a pool that cannot
write. On PostgreSQL both are ordinary sessions of one pool, the reading ones in
read-only transactions.
"""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from types import MappingProxyType
from typing import Any, Final
from uuid import UUID, uuid4

from sqlalchemy import Enum, MetaData, TypeDecorator, create_engine, make_url
from sqlalchemy.engine import URL, Dialect, Engine
from sqlalchemy.exc import (
    ArgumentError,
    DatabaseError,
    IntegrityError,
    InternalError,
    OperationalError,
    SQLAlchemyError,
)
from sqlalchemy.exc import TimeoutError as NoConnectionFree
from sqlalchemy.orm import declared_attr
from sqlalchemy.orm.exc import StaleDataError
from sqlmodel import DateTime, Field, Session, SQLModel

from app.core.base.clock import in_utc, now
from app.core.base.errors import (
    Conflict,
    Failure,
    FieldError,
    ReadOnly,
    Unavailable,
    Unprocessable,
)
from app.core.storage import json_columns, sqlite

log = logging.getLogger(__name__)

DRIVERS: Final = frozenset({"sqlite", "sqlite+pysqlite", "postgresql", "postgresql+psycopg"})

POSTGRES: Final = MappingProxyType(
    {
        "connect_timeout": 10,
        # Milliseconds. A transaction that its program has forgotten holds locks no longer.
        "options": "-c lock_timeout=10000 -c statement_timeout=60000"
        " -c idle_in_transaction_session_timeout=60000",
        # A server that vanished without a word is noticed; milliseconds, then seconds.
        "tcp_user_timeout": 20000,
        "keepalives_idle": 30,
    }
)
"""How every connection to PostgreSQL is opened."""

SQLModel.metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
        "pk": "pk_%(table_name)s",
    }
)


class UtcDateTime(TypeDecorator[datetime]):
    """An instant: aware on both sides, kept in UTC (SQLite knows no zones)."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Refuse a naive instant, and turn the others into UTC."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("an instant needs a zone")
        return in_utc(value)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Give the zone back that SQLite forgot."""
        if value is None or value.tzinfo is not None:
            return value and value.astimezone(UTC)
        return value.replace(tzinfo=UTC)


DUPLICATES: Final = frozenset({"23505", "23P01"})
"""What PostgreSQL says to a row that may be there once alone (unique, exclusion)."""

MAX_INTEGER: Final = 2**31 - 1
"""The largest whole number that a column of ours holds (PostgreSQL's integer)."""


def enum_column(kind: type[StrEnum]) -> Any:
    """Return the column type for a closed set of words, stored as people read them.

    Not the database's own enumeration: adding a word to one of those cannot be
    undone, and SQLite has none.
    """
    return Enum(
        kind, native_enum=False, length=40, values_callable=lambda k: [word.value for word in k]
    )


class Record(SQLModel):
    """What each row has: a key that cannot be guessed, a version, and two instants.

    The version is in the `WHERE` of each update: of two people who change one row
    at once, exactly one wins, and the other is told (409).
    """

    id: UUID = Field(default_factory=uuid4, primary_key=True)
    version: int = Field(default=1)
    created_at: datetime = Field(default_factory=now, sa_type=UtcDateTime)
    updated_at: datetime = Field(
        default_factory=now, sa_type=UtcDateTime, sa_column_kwargs={"onupdate": now}
    )

    @declared_attr.directive
    def __mapper_args__(cls) -> dict[str, Any]:  # noqa: N805 -- a declared attribute gets the class
        """Let the mapper count the versions."""
        return {"version_id_col": vars(cls)["__table__"].c.version}


@dataclass(frozen=True, slots=True)
class Database:
    """The two ways into one database.

    Attributes
    ----------
    writer, reader : Engine
        On PostgreSQL the same engine, with a read-only option on the second.
    max_writers, max_readers : int
        How many requests may hold a session at once. Some connections are left for
        the short look-ups beside them (who is asking, jobs).
    read_only : bool
        Whether every transaction that would write is refused.
    page_bytes, table_bytes : int
        Where a page of a list ends, and what is read at once of a table; each session
        knows it.
    """

    writer: Engine
    reader: Engine
    max_writers: int
    max_readers: int
    read_only: bool = False
    page_bytes: int = 4_000_000
    table_bytes: int = 20_000_000

    @property
    def sizes(self) -> dict[str, int]:
        """What a session of this database is told about the sizes of answers."""
        return {"page_bytes": self.page_bytes, "table_bytes": self.table_bytes}

    def dispose(self) -> None:
        """Close all connections."""
        self.writer.dispose()
        self.reader.dispose()


def connect(url: str) -> Database:
    """Open a database; no connection is made before the first use.

    Parameters
    ----------
    url : str
        SQLAlchemy's form: `sqlite:///file.db` or `postgresql+psycopg://...`.

    Raises
    ------
    Unprocessable
        If it is not of this form.
    """
    parsed = address_of(url)
    if parsed.get_backend_name() == "sqlite":
        writer, reader = sqlite.engines(parsed)
        return Database(writer, reader, max_writers=1, max_readers=8)
    engine = create_engine(
        parsed,
        pool_size=8,
        max_overflow=0,
        pool_pre_ping=True,
        hide_parameters=True,
        connect_args=POSTGRES,
        **json_columns.BY_ENGINE,
    )
    reader = engine.execution_options(
        isolation_level="REPEATABLE READ", postgresql_readonly=True
    )
    return Database(engine, reader, max_writers=3, max_readers=3)


def address_of(url: str) -> URL:
    """Read the address of a database that can be used.

    Raises
    ------
    Unprocessable
        If it is none. The refusal does not repeat it, for it may hold a password.
    """
    try:
        parsed = make_url(url)
    except (ArgumentError, ValueError):
        problem = "This is not the address of a database."
    else:
        if parsed.drivername not in DRIVERS:
            problem = f"{parsed.drivername} is not a kind of database that can be used."
        elif parsed.get_backend_name() == "sqlite" and parsed.database in {None, ":memory:"}:
            problem = "A database in memory cannot be shared by readers and writers."
        else:
            return parsed
    raise Unprocessable(
        "The database cannot be opened.",
        errors=[FieldError("COUNTERPART_DATABASE_URL", problem)],
        remedy="Write sqlite:///file.db or postgresql+psycopg://user:password@host/name.",
    )


def shown(address: URL) -> str:
    """Return an address as messages and logs may repeat it: no password in any place of it."""
    return address.set(query={}).render_as_string(hide_password=True)


@contextmanager
def transaction(database: Database) -> Iterator[Session]:
    """Open a session that writes; commit if the block succeeds, roll back if it raises.

    This is the only `commit` in the code base. Services call `session.flush()`
    when they need the database's opinion earlier.

    Raises
    ------
    Conflict
        If somebody else changed a row in the meantime, or added one like it.
    Failure
        If a row breaks another promise of the tables: that is a mistake of ours.
    Unavailable
        If the database cannot be reached, or stays locked.
    ReadOnly
        If nothing may be written for the moment.
    """
    if database.read_only:
        raise ReadOnly("The service accepts no changes at the moment.")
    with (
        _failures_as_refusals(),
        Session(database.writer, expire_on_commit=False, info=database.sizes) as session,
        session.begin(),
    ):
        yield session


@contextmanager
def reading(database: Database) -> Iterator[Session]:
    """Open a session that only reads, in one consistent view of the data.

    Raises
    ------
    Unavailable
        If the database cannot be reached.
    """
    with (
        _failures_as_refusals(),
        Session(database.reader, expire_on_commit=False, info=database.sizes) as session,
        session.begin(),
    ):
        yield session


@contextmanager
def _failures_as_refusals() -> Iterator[None]:
    try:
        yield
    except StaleDataError as error:
        raise Conflict("Somebody else changed this at the same moment.") from error
    except IntegrityError as error:
        if _is_duplicate(error):
            raise Conflict("Somebody else changed this at the same moment.") from error
        # Not the error itself, and none behind ours: it may hold the row that was refused.
        log.error("integrity violated", extra={"constraint": _constraint_of(error)})
        raise Failure("Something failed on our side; it has been logged.") from None
    except (DatabaseError, NoConnectionFree) as error:
        if not _is_out_of_order(error):
            raise
        # The reason is for the operator; who asked cannot act upon it.
        log.error("database failed", extra={"reason": reason_of(error)})
        raise Unavailable("The database does not answer.") from error


def _is_duplicate(error: IntegrityError) -> bool:
    """Tell whether a row like it is there already, which somebody else may have added."""
    state = getattr(error.orig, "sqlstate", None)
    if state is not None:
        return str(state) in DUPLICATES
    return str(error.orig).startswith("UNIQUE constraint failed")


def _constraint_of(error: IntegrityError) -> str:
    """Return what was violated: the constraint or the column, and nothing of the row."""
    told = getattr(error.orig, "diag", None)
    if told is None:
        return str(error.orig)
    return f"{told.table_name}: {told.constraint_name or told.column_name}"


def _is_out_of_order(error: SQLAlchemyError) -> bool:
    """Tell a database that cannot be used from a statement that is wrong.

    A file that is damaged or none of SQLite's raises the base class itself. PostgreSQL
    ends some connections with other errors (idle in a transaction); they are lost all the same.
    """
    if isinstance(error, DatabaseError) and error.connection_invalidated:
        return True
    if isinstance(error, InternalError):
        # What the server did not foresee, such as a quota that is used up; its class is XX.
        return str(getattr(error.orig, "sqlstate", None)).startswith("XX")
    return (
        isinstance(error, OperationalError | NoConnectionFree) or type(error) is DatabaseError
    )


def reason_of(error: SQLAlchemyError) -> str:
    """Return what the driver says, on one line and without what was asked for."""
    cause = error.orig if isinstance(error, DatabaseError) else error
    return " ".join(str(cause).split())
