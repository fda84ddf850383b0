"""Who did what to which thing: written in the transaction that does it, never changed.

Events form a chain: each carries the hash of the one before and its own, so that a row
that was changed, removed, added or moved is found (`app.core.storage.audit_verification`).
The order is the chain's. Its end is one row, which a transaction takes last of all, when
it commits: writers wait for one another only for the moment of the commit, and since
nothing is locked after it, never in a ring.

Facts are identifiers and states; no personal data and no text of a person. People stand
there by their key, and reasons too (`audit_reasons`), so that forgetting either leaves the
chain whole.
"""

import hashlib
import json
from datetime import datetime
from functools import cache
from typing import Any, Final, cast
from uuid import UUID

from sqlalchemy import Table, event
from sqlalchemy.orm import SessionTransaction
from sqlmodel import JSON, Column, Field, Session, SQLModel

from app.core.base.clock import now
from app.core.storage import audit_reasons, upserts
from app.core.storage.database import UtcDateTime

GENESIS: Final = "0" * 64
"""What the first event carries as the hash of the one before."""

_WAITING: Final = "audit events"


class AuditEvent(SQLModel, table=True):
    """One thing that somebody did; `id` is its place in the chain, from 1 without gaps."""

    __tablename__ = "audit_event"

    id: int | None = Field(default=None, primary_key=True)
    at: datetime = Field(default_factory=now, sa_type=UtcDateTime)
    actor_id: UUID | None = Field(default=None, index=True)
    action: str
    subject_kind: str
    subject_id: UUID = Field(index=True)
    facts: dict[str, Any] = Field(default_factory=dict, sa_column=Column(JSON, nullable=False))
    previous: str = Field(max_length=64)
    digest: str = Field(max_length=64)


class AuditHead(SQLModel, table=True):
    """The end of the chain: the number and the hash of its last event. One row."""

    __tablename__ = "audit_head"

    id: int = Field(default=1, primary_key=True)
    last: int
    digest: str = Field(max_length=64)


_EVENTS: Final = cast(Table, vars(AuditEvent)["__table__"])
_HEAD: Final = cast(Table, vars(AuditHead)["__table__"])


# Built once: the end of the chain is held while they run.
@cache
def _take(dialect: str) -> Any:
    """Return the statement that takes the end of the chain."""
    return (
        upserts.insert(dialect, _HEAD)
        .values(id=1, last=0, digest=GENESIS)
        # A change that changes nothing: it locks the row, and returns what stands there.
        .on_conflict_do_update(index_elements=["id"], set_={"id": 1})
        .returning(_HEAD.c.last, _HEAD.c.digest)
    )


_WRITE: Final = _EVENTS.insert()
_MOVE: Final = _HEAD.update().where(_HEAD.c.id == 1)


def record(
    session: Session,
    actor_id: UUID | None,
    action: str,
    subject_kind: str,
    subject_id: UUID,
    reason: str = "",
    **facts: Any,
) -> UUID | None:
    """Add an event to the caller's transaction; it is chained when that commits.

    Parameters
    ----------
    actor_id : UUID or None
        The user; None for the operator at the command line.
    action : str
        What was done, as in the step's or command's name.
    reason : str, optional
        What somebody wrote: it is kept beside the record, and can be erased.
    facts : JSON values

    Returns
    -------
    key : UUID or None
        Of the reason, by which its text is found as long as nobody has erased it.

    Raises
    ------
    RuntimeError
        Within a savepoint: its end could not take the event back.
    """
    if session.in_nested_transaction():
        raise RuntimeError("an audit event belongs to a whole transaction, not to a savepoint")
    if reason:
        facts[audit_reasons.NAME] = audit_reasons.keep(session, actor_id, reason)
    waiting: list[dict[str, Any]] = session.info.setdefault(_WAITING, [])
    waiting.append(
        {
            "at": now(),
            "actor_id": actor_id,
            "action": str(action),
            "subject_kind": str(subject_kind),
            "subject_id": subject_id,
            # As the database will give it back.
            "facts": json.loads(_canonical(facts)),
        }
    )
    return audit_reasons.key_of(facts) if reason else None


@event.listens_for(Session, "before_commit")
def _chain(session: Session) -> None:
    """Give the events of the transaction their places in the chain, the last thing it does."""
    waiting: list[dict[str, Any]] = session.info.get(_WAITING, [])
    if not waiting or session.in_nested_transaction():
        return
    session.flush()
    connection = session.connection()
    last, digest = connection.execute(_take(connection.dialect.name)).one()
    for number, row in enumerate(waiting, start=last + 1):
        row["id"], row["previous"] = number, digest
        row["digest"] = digest = digest_of(row, digest)
    connection.execute(_WRITE, waiting)
    connection.execute(_MOVE, {"last": last + len(waiting), "digest": digest})


@event.listens_for(Session, "after_transaction_end")
def _forget(session: Session, transaction: SessionTransaction) -> None:
    """Drop what was committed, or was never to be."""
    if transaction.parent is None:
        session.info.pop(_WAITING, None)


def digest_of(event: dict[str, Any], previous: str) -> str:
    """Return the hash of an event and the one before it: SHA-256 over canonical JSON.

    Raises
    ------
    TypeError, ValueError, AttributeError
        If a value is none that `record` takes.
    """
    content = {
        "previous": previous,
        "at": event["at"].isoformat(),
        "actor_id": event["actor_id"] and str(event["actor_id"]),
        "action": event["action"],
        "subject_kind": event["subject_kind"],
        "subject_id": str(event["subject_id"]),
        "facts": event["facts"],
    }
    return hashlib.sha256(_canonical(content).encode()).hexdigest()


def _canonical(value: Any) -> str:
    return json.dumps(value, sort_keys=True, separators=(",", ":"), allow_nan=False)
