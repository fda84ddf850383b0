"""Who is asking: turns the credentials of a request into an actor."""

from collections.abc import AsyncIterator
from typing import Annotated, Final

from anyio import CapacityLimiter
from anyio.lowlevel import RunVar
from fastapi import BackgroundTasks, Depends, Request
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from app.accounts import service
from app.accounts.service import sessions
from app.core import cookies
from app.core.database import Database, reading
from app.core.errors import NotSignedIn, Unavailable
from app.policy import Actor
from app.settings import Settings

_bearer = HTTPBearer(
    auto_error=False,
    description="A token made with `counterpart token`, with `POST /tokens` or by the demo. "
    "The cookie of a browser that has signed in does as well.",
)


def _actor(
    request: Request,
    background: BackgroundTasks,
    credentials: Annotated[HTTPAuthorizationCredentials | None, Depends(_bearer)],
) -> Actor:
    cookie = cookies.read(request, cookies.SESSION)
    # A session of its own, given back at once: a request that held one connection
    # while it waits for the next would, with enough others like it, wait for ever.
    with reading(request.app.state.database) as session:
        if credentials is not None:
            return service.authenticate(session, credentials.credentials)
        if cookie is None or "authorization" in request.headers:
            raise NotSignedIn("The request names nobody.")
        settings = request.app.state.settings
        actor, seen_at = service.authenticate_browser(session, cookie, settings)
    if sessions.is_due(seen_at):  # after the answer, when its own transaction has ended
        background.add_task(sessions.touch, request.app.state.database, cookie)
    return actor


ActorDep = Annotated[Actor, Depends(_actor)]


def _settings(request: Request) -> Settings:
    settings: Settings = request.app.state.settings
    return settings


def _database(request: Request) -> Database:
    database: Database = request.app.state.database
    return database


SettingsDep = Annotated[Settings, Depends(_settings)]
DatabaseDep = Annotated[Database, Depends(_database)]
"""For use cases that open transactions of their own."""


def _cookie(request: Request) -> str:
    return cookies.read(request, cookies.SESSION) or ""


CookieDep = Annotated[str, Depends(_cookie)]
"""What a browser presents; empty if it presents nothing."""


def _client(request: Request) -> str:
    return request.client.host if request.client else "unknown"


ClientDep = Annotated[str, Depends(_client)]
"""The network address from which a request comes."""

SLOTS: Final = 2
"""How many passwords are hashed at once: each takes 19 MiB and a core for a while."""
QUEUE: Final = 20
"""How many wait for a slot; a flood of sign-ins is turned away and takes no thread."""

_hashers: RunVar[CapacityLimiter] = RunVar("hashers")


async def _turn_to_hash() -> AsyncIterator[None]:
    try:
        limiter = _hashers.get()
    except LookupError:
        limiter = CapacityLimiter(SLOTS)
        _hashers.set(limiter)
    if limiter.statistics().tasks_waiting >= QUEUE:
        raise Unavailable("Too many people sign in at once.", retry_after=5)
    async with limiter:
        yield


HashingTurn = Depends(_turn_to_hash, scope="function")
"""A place in the queue for hashing, taken before the request takes a thread."""
