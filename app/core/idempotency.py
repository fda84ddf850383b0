"""Requests that may be sent twice and are done once: keys, each with its final answer.

The key is claimed in the transaction that does what is asked, and the answer is kept in
that transaction: both are there, or neither. Of equal requests at once the later ones wait
at the claim, and then give the answer of the first. A refusal keeps nothing, so that the
same request can be sent again when the reason has gone.
"""

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final, cast
from uuid import UUID

from fastapi import Request, Response
from sqlalchemy import Table, bindparam, or_
from sqlmodel import JSON, Column, Field, Session, SQLModel, col, delete, select

from app.core import upserts
from app.core.clock import now
from app.core.database import UtcDateTime
from app.core.errors import BadQuery, Unprocessable

KEPT: Final = timedelta(hours=24)
HEADERS: Final = ("content-type", "location", "etag")
"""What an answer says beside its body, and says again."""


class IdempotencyKey(SQLModel, table=True):
    """A key that somebody has used, with what was asked and what was answered."""

    __tablename__ = "idempotency_key"

    actor_id: UUID = Field(primary_key=True)
    key: str = Field(primary_key=True, max_length=200)
    fingerprint: str = Field(max_length=64)
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


def _claiming(dialect: str) -> Any:
    """Return the statement that writes a key, unless it is there and has not expired.

    RETURNING tells who has won; the count of rows misses the conflict on PostgreSQL.
    """
    new = upserts.insert(dialect, _KEYS)
    return new.on_conflict_do_update(
        index_elements=["actor_id", "key"],
        set_={"fingerprint": new.excluded.fingerprint, "created_at": new.excluded.created_at},
        where=_KEYS.c.created_at < bindparam("expired", type_=UtcDateTime),
    ).returning(_KEYS.c.key)


_CLAIM: Final = {dialect: _claiming(dialect) for dialect in ("sqlite", "postgresql")}
_KEEP: Final = _KEYS.update().where(
    _KEYS.c.actor_id == bindparam("whose"), _KEYS.c.key == bindparam("named")
)


class Answered(Exception):
    """There is an answer already, and this transaction is to leave nothing behind."""

    def __init__(self, response: Response) -> None:
        super().__init__("answered")
        self.response = response


@dataclass(frozen=True, slots=True)
class Claim:
    """A key that this request has claimed, and the way to keep the answer beside it."""

    session: Session
    actor_id: UUID
    key: str

    def keep(self, response: Response) -> None:
        """Write the answer into the transaction of the request."""
        answer = {
            "whose": self.actor_id,
            "named": self.key,
            "status": response.status_code,
            "headers": {n: response.headers[n] for n in HEADERS if n in response.headers},
            "body": bytes(response.body).decode(),
        }
        self.session.connection().execute(_KEEP, answer)


async def fingerprint(request: Request) -> str:
    """Return the hash of what is asked: method, address, query and body."""
    asked = f"{request.method} {request.url.path}?{request.url.query}\n".encode()
    return hashlib.sha256(asked + await request.body()).hexdigest()


def claim(session: Session, actor_id: UUID, key: str, asked: str) -> Claim:
    """Claim a key for this transaction.

    Raises
    ------
    Answered
        With the first answer, if the same was asked with this key before.
    Unprocessable
        If something else was asked with it.
    BadQuery
        If it is no key.
    """
    if not (0 < len(key) <= 200 and key.isascii() and key.isprintable()):
        raise BadQuery("An Idempotency-Key has 1 to 200 printable characters of ASCII.")
    began = now()
    row = {
        "actor_id": actor_id,
        "key": key,
        "fingerprint": asked,
        "status": 0,
        "headers": {},
        "body": "",
        "created_at": began,
    }
    connection = session.connection()
    statement = _CLAIM[connection.dialect.name]
    if connection.execute(statement, row | {"expired": began - KEPT}).first() is None:
        raise Answered(_replayed(session, actor_id, key, asked))
    return Claim(session, actor_id, key)


def _replayed(session: Session, actor_id: UUID, key: str, asked: str) -> Response:
    stored = session.exec(
        select(IdempotencyKey).where(
            IdempotencyKey.actor_id == actor_id, IdempotencyKey.key == key
        )
    ).one()
    if stored.fingerprint != asked:
        raise Unprocessable(
            "Something else was asked with this Idempotency-Key.",
            remedy="Take a new key for each thing that you ask for.",
        )
    headers = stored.headers | {"Idempotency-Replayed": "true"}
    return Response(stored.body, stored.status, headers)


def forget(session: Session, user_id: UUID) -> None:
    """Forget all that somebody was answered, and what others were answered about them."""
    about = col(IdempotencyKey.body).contains(str(user_id))
    theirs = col(IdempotencyKey.actor_id) == user_id
    session.execute(delete(IdempotencyKey).where(or_(theirs, about)))


def purge(session: Session) -> None:
    """Forget the keys whose time is over."""
    session.execute(delete(IdempotencyKey).where(col(IdempotencyKey.created_at) < now() - KEPT))
