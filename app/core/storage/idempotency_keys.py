"""Keys of requests that are done once, each with its final answer."""

from datetime import datetime, timedelta
from functools import cache
from typing import Any, Final, NamedTuple, cast
from uuid import UUID

from sqlalchemy import Table, bindparam, or_
from sqlmodel import JSON, Column, Field, Session, SQLModel, col, delete, select

from app.core.base.clock import now
from app.core.base.errors import Unprocessable
from app.core.storage import upserts
from app.core.storage.database import UtcDateTime

KEPT: Final = timedelta(hours=24)


class IdempotencyKey(SQLModel, table=True):
    """A key that somebody has used, with what was asked and what was answered.

    `credential_id` is the token or the session that has used it; `permissions` a hash of what
    its person might do then.
    """

    __tablename__ = "idempotency_key"

    actor_id: UUID = Field(primary_key=True)
    key: str = Field(primary_key=True, max_length=200)
    fingerprint: str = Field(max_length=64)
    credential_id: UUID | None = None
    permissions: str | None = Field(default=None, max_length=64)
    status: int = 0
    headers: dict[str, str] = Field(
        default_factory=dict, sa_column=Column(JSON, nullable=False)
    )
    body: str = ""
    created_at: datetime = Field(default_factory=now, sa_type=UtcDateTime, index=True)

    def __repr__(self) -> str:
        """Name the row without what was answered."""
        return f"IdempotencyKey({self.actor_id})"


_KEYS: Final = cast(Table, vars(IdempotencyKey)["__table__"])


_RENEWED: Final = ("fingerprint", "credential_id", "permissions", "created_at")


@cache
def _claiming(dialect: str) -> Any:
    """Return the statement that writes a key, unless it is there and has not expired.

    RETURNING tells who has won; the count of rows misses the conflict on PostgreSQL.
    """
    new = upserts.insert(dialect, _KEYS)
    return new.on_conflict_do_update(
        index_elements=["actor_id", "key"],
        set_={name: new.excluded[name] for name in _RENEWED},
        where=_KEYS.c.created_at < bindparam("expired", type_=UtcDateTime),
    ).returning(_KEYS.c.key)


_KEEP: Final = _KEYS.update().where(
    _KEYS.c.actor_id == bindparam("whose"), _KEYS.c.key == bindparam("named")
)


class Answer(NamedTuple):
    """What was answered to a request: status, some of its headers, the body."""

    status: int
    headers: dict[str, str]
    body: str


class Asker(NamedTuple):
    """Who sends a request: the person, by which token or session, with which permissions."""

    user_id: UUID
    credential_id: UUID | None
    permissions: str


def claim(session: Session, asker: Asker, key: str, request_hash: str) -> IdempotencyKey | None:
    """Claim a key for this transaction; return what is kept if it was claimed before.

    Parameters
    ----------
    request_hash : str
        What tells one request from another.

    Raises
    ------
    Unprocessable
        If it was claimed for another request, or by another token or session.
    """
    began = now()
    row = {
        "actor_id": asker.user_id,
        "key": key,
        "fingerprint": request_hash,
        "credential_id": asker.credential_id,
        "permissions": asker.permissions,
        "status": 0,
        "headers": {},
        "body": "",
        "created_at": began,
    }
    connection = session.connection()
    statement = _claiming(connection.dialect.name)
    if connection.execute(statement, row | {"expired": began - KEPT}).first() is not None:
        return None
    stored = session.exec(
        select(IdempotencyKey).where(
            IdempotencyKey.actor_id == asker.user_id, IdempotencyKey.key == key
        )
    ).one()
    if stored.fingerprint != request_hash:
        raise Unprocessable(
            "This Idempotency-Key was used for a different request.",
            remedy="Use a new key for each request.",
        )
    if stored.credential_id not in {asker.credential_id, None}:
        raise Unprocessable(
            "This Idempotency-Key was used with another token or in another browser session.",
            remedy="Use a new key. First look whether what you ask for was done already.",
        )
    return stored


def keep(session: Session, actor_id: UUID, key: str, answer: Answer) -> None:
    """Write the answer to a request beside its key."""
    session.connection().execute(_KEEP, {"whose": actor_id, "named": key, **answer._asdict()})


def forget(session: Session, user_id: UUID) -> None:
    """Forget all that somebody was answered, and what others were answered about them."""
    about = col(IdempotencyKey.body).contains(str(user_id))
    theirs = col(IdempotencyKey.actor_id) == user_id
    session.execute(delete(IdempotencyKey).where(or_(theirs, about)))


def purge(session: Session) -> None:
    """Forget the keys whose time is over."""
    session.execute(delete(IdempotencyKey).where(col(IdempotencyKey.created_at) < now() - KEPT))
