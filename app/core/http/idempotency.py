"""Requests that may be sent twice and are done once: keys, each with its final answer.

The key is claimed in the transaction that does what is asked, and the answer is kept in
that transaction: both are there, or neither. Of equal requests at once the later ones wait
at the claim, and then give the answer of the first. A refusal keeps nothing, so that the
same request can be sent again when the reason has gone.

A repetition is permitted or refused as it would be today: it is carried out once more, and
taken back. Only then is the first answer given again, to the credential that got it.
"""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, Any, Final, NoReturn, TypeVar
from uuid import UUID

from fastapi import Depends, Header, Query, Request, Response
from sqlmodel import Session

from app.core.base.errors import (
    BadQuery,
    Conflict,
    KeyRequired,
    NotFound,
    NotPermitted,
    NotSignedIn,
)
from app.core.http.database_sessions import SessionDep
from app.core.storage import idempotency_keys
from app.core.storage.idempotency_keys import Answer, Asker

T = TypeVar("T")

_NAME: Final = "__once__"

HEADERS: Final = ("content-type", "location", "etag")
"""What an answer says beside its body, and says again."""


class Answered(Exception):
    """There is an answer already, and this transaction is to leave nothing behind."""

    def __init__(self, response: Response) -> None:
        super().__init__("answered")
        self.response = response


@dataclass(frozen=True, slots=True)
class Repetition:
    """What was answered first, and whether whoever asks has the same permissions as then."""

    first: Response
    same_permissions: bool

    def answer(self, refusal: Exception | None = None) -> NoReturn:
        """Give the first answer, once the request was permitted today.

        Parameters
        ----------
        refusal : Exception, optional
            What became of the request when it was carried out once more.

        Raises
        ------
        Answered
            With the first answer.
        NotSignedIn, NotPermitted, NotFound
            If the request is out of reach or not permitted today: as it was raised.
        Conflict
            If the permissions have changed: the first answer may say more than may be read now.
        """
        if isinstance(refusal, NotSignedIn | NotPermitted | NotFound):
            raise refusal
        if not self.same_permissions:
            raise Conflict(
                "This was done when you first asked. Your permissions have changed since then.",
                remedy="Read what you have changed or made to see how it stands now.",
            ) from refusal
        raise Answered(self.first) from refusal


@dataclass(frozen=True, slots=True)
class Claim:
    """A key that this request has claimed, and the way to keep the answer beside it."""

    session: Session
    user_id: UUID
    key: str

    def keep(self, response: Response) -> None:
        """Write the answer into the transaction of the request."""
        headers = {name: response.headers[name] for name in HEADERS if name in response.headers}
        answer = Answer(response.status_code, headers, bytes(response.body).decode())
        idempotency_keys.keep(self.session, self.user_id, self.key, answer)


async def fingerprint(request: Request) -> str:
    """Return the hash of a request: method, address, query and body."""
    line = f"{request.method} {request.url.path}?{request.url.query}\n".encode()
    return hashlib.sha256(line + await request.body()).hexdigest()


def claim(session: Session, asker: Asker, key: str, request_hash: str) -> Claim | Repetition:
    """Claim a key for this transaction, or find the first answer if the same was sent before.

    Raises
    ------
    Unprocessable
        If something else was sent with it, or it belongs to another credential.
    BadQuery
        If it is no key.
    """
    if not (0 < len(key) <= 200 and key.isascii() and key.isprintable()):
        raise BadQuery("An Idempotency-Key has 1 to 200 printable characters of ASCII.")
    stored = idempotency_keys.claim(session, asker, key, request_hash)
    if stored is None:
        return Claim(session, asker.user_id, key)
    headers = stored.headers | {"Idempotency-Replayed": "true"}
    first = Response(stored.body, stored.status, headers)
    return Repetition(first, stored.permissions == asker.permissions)


@dataclass(frozen=True, slots=True)
class Once:
    """What is done once, however often it is sent; and what is only tried.

    Attributes
    ----------
    required_for : set of str
        The steps that are refused without a key; `*` for all there is.
    """

    required_for: frozenset[str] = frozenset()

    def __call__(
        self,
        request: Request,
        session: SessionDep,
        request_hash: Annotated[str, Depends(fingerprint)],
        idempotency_key: Annotated[
            str | None, Header(description="A new random value; the same on a retry.")
        ] = None,
        dry_run: Annotated[
            bool, Query(description="Check everything and change nothing.")
        ] = False,
    ) -> None:
        """Claim the key of the request, if it has one.

        Raises
        ------
        KeyRequired
            If it needs one and has none.
        """
        request.state.dry_run = dry_run
        # Whom the guard has let in; nobody, where everybody is.
        actor: Any = getattr(request.state, "actor", None)
        if dry_run or actor is None or actor.user_id is None:
            return
        if idempotency_key is not None:
            asker = Asker(actor.user_id, actor.credential_id, actor.permissions)
            request.state.claim = claim(session, asker, idempotency_key, request_hash)
        elif not self.required_for.isdisjoint({"*", request.path_params.get("step")}):
            raise KeyRequired("This must not happen twice, so it needs an idempotency key.")


def key_required(*steps: str) -> Callable[[T], T]:
    """Declare that an endpoint refuses without a key; with names of steps, only these."""
    return lambda endpoint: _declare(endpoint, Once(frozenset(steps or {"*"})))


def without_key(endpoint: T) -> T:
    """Declare a POST that stores nothing, or whose answer must not be kept."""
    return _declare(endpoint, None)


def _declare(endpoint: T, once: Once | None) -> T:
    vars(endpoint)[_NAME] = once
    return endpoint


def once_of(endpoint: object) -> Once | None:
    """Return how a POST to an endpoint is done once; None where it takes no key."""
    once: Once | None = getattr(endpoint, _NAME, Once())
    return once
