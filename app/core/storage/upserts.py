"""`INSERT ... ON CONFLICT`, which SQLite and PostgreSQL both have and SQL itself has not."""

import importlib
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection
from sqlmodel import Session

if TYPE_CHECKING:
    from sqlalchemy.dialects import postgresql, sqlite


def dialect_of(session: Session) -> str:
    """Return the name of the session's database: `sqlite` or `postgresql`."""
    return session.get_bind().dialect.name


def put(connection: Connection, table: Any, key: str, values: Mapping[str, Any]) -> None:
    """Insert a row, or change the one that has this key."""
    rest = {name: value for name, value in values.items() if name != key}
    new = insert(connection.dialect.name, table).values(**values)
    connection.execute(new.on_conflict_do_update(index_elements=[key], set_=rest))


def insert(dialect: str, table: Any) -> "sqlite.Insert | postgresql.Insert":
    """Return an `INSERT` that can say what a conflict means."""
    # the dialect of the other database is never loaded: it takes 2 MB
    of_dialect = importlib.import_module(f"sqlalchemy.dialects.{dialect}")
    new: sqlite.Insert | postgresql.Insert = of_dialect.insert(table)
    return new
