"""`INSERT ... ON CONFLICT`, which SQLite and PostgreSQL both have and SQL itself has not."""

from typing import Any

from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Session


def insert(session: Session, table: type[Any]) -> sqlite.Insert | postgresql.Insert:
    """Return an `INSERT` of the session's database that can say what a conflict means."""
    on_sqlite = session.get_bind().dialect.name == "sqlite"
    return sqlite.insert(table) if on_sqlite else postgresql.insert(table)
