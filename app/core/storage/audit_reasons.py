"""Reasons that people give, beside the record: a text can be erased, an event cannot.

An event names its reason by a key and by a hash over the text and a salt. While the text is
there, any change of it is found; when it is erased, the salt goes along, so that nobody can
try texts against the hash, and the chain stays whole.
"""

import hashlib
import secrets
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any, Final
from uuid import UUID, uuid4

from sqlmodel import Field, Session, SQLModel, col, delete, select

from app.core.base.clock import now
from app.core.storage.database import UtcDateTime

NAME: Final = "reason"
"""The fact of an event that names its reason; in events of before it is the text itself."""


class AuditReason(SQLModel, table=True):
    """A reason that somebody gave for something that stands in the record."""

    __tablename__ = "audit_reason"

    id: UUID = Field(default_factory=uuid4, primary_key=True)
    author_id: UUID | None = Field(default=None, index=True)
    salt: str = Field(max_length=64)
    text: str
    created_at: datetime = Field(default_factory=now, sa_type=UtcDateTime)

    def __repr__(self) -> str:
        """Name the row without its text."""
        return f"AuditReason({self.id})"


def keep(session: Session, author_id: UUID | None, text: str) -> dict[str, str]:
    """Keep a reason in the caller's transaction; return what the event names it by."""
    row = AuditReason(author_id=author_id, salt=secrets.token_hex(32), text=text)
    session.add(row)
    return {"id": str(row.id), "sha256": _hash_of(row)}


def key_of(facts: Mapping[str, Any]) -> UUID | None:
    """Return the key of the reason that an event names; None for none, or for an old one."""
    named = facts.get(NAME)
    return UUID(named["id"]) if isinstance(named, dict) else None


def texts_of(session: Session, events: Iterable[Mapping[str, Any]]) -> dict[UUID, str]:
    """Return the reasons that are still there, by their keys, at one query for all facts."""
    return texts(session, [key for facts in events if (key := key_of(facts)) is not None])


def text_of(facts: Mapping[str, Any], found: Mapping[UUID, str]) -> str | None:
    """Return the reason of an event; None if it has none, or it was erased."""
    key = key_of(facts)
    if key is not None:
        return found.get(key)
    told = facts.get(NAME)
    return told if isinstance(told, str) and told else None


def texts(session: Session, keys: Iterable[UUID]) -> dict[UUID, str]:
    """Return the reasons of these keys that are still there."""
    wanted = [*keys]
    if not wanted:
        return {}
    rows = session.exec(select(AuditReason).where(col(AuditReason.id).in_(wanted)))
    return {row.id: row.text for row in rows}


def is_what_was_given(session: Session, facts: Mapping[str, Any]) -> bool:
    """Tell whether the reason of an event is the one that was given, or was erased."""
    key = key_of(facts)
    row = session.get(AuditReason, key) if key is not None else None
    return row is None or _hash_of(row) == facts[NAME]["sha256"]


def erase(session: Session, key: UUID) -> bool:
    """Erase a reason; tell whether it was still there."""
    done = session.execute(delete(AuditReason).where(col(AuditReason.id) == key))
    return bool(getattr(done, "rowcount", 0))


def erase_by(session: Session, author_id: UUID) -> None:
    """Erase every reason that somebody gave."""
    session.execute(delete(AuditReason).where(col(AuditReason.author_id) == author_id))


def _hash_of(row: AuditReason) -> str:
    return hashlib.sha256(f"{row.salt}{row.text}".encode()).hexdigest()
