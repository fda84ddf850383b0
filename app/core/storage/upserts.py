"""`INSERT ... ON CONFLICT`, which SQLite and PostgreSQL both have and SQL itself has not."""

from typing import Any

from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Session


def dialect_of(session: Session) -> str:
    """Return the name of the session's database: `sqlite` or `postgresql`."""
    return session.get_bind().dialect.name


def insert(dialect: str, table: Any) -> sqlite.Insert | postgresql.Insert:
    """Return an `INSERT` that can say what a conflict means."""
    return sqlite.insert(table) if dialect == "sqlite" else postgresql.insert(table)
