"""Who is asking: turns the credentials of a request into an actor."""

from collections.abc import AsyncIterator
from ipaddress import IPv4Address, IPv6Network, ip_address
from typing import Annotated, Final

from fastapi import BackgroundTasks, Depends, Request
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from starlette.concurrency import run_in_threadpool

from app.access.policy import Action, Actor, allows_somewhere, require_somewhere
from app.accounts import service
from app.accounts.service import browser_sessions, known_browsers
from app.accounts.service.known_browsers import Browser
from app.core.base.errors import NotSignedIn, Unavailable
from app.core.base.logging import actor_id
from app.core.http import cookies
from app.core.http.access import Access, declaration_of, is_unnamed
from app.core.http.routing import AccessGuard
from app.core.http.turns import Turns
from app.core.storage.database import Database, reading
from app.core.storage.rate_limits import RequestQuota
from app.settings import Settings

_bearer = HTTPBearer(
    auto_error=False,
    description="A token made with `counterpart token`, with `POST /tokens` or by the demo. "
    "The cookie of a browser that has signed in does as well.",
)


Credentials = HTTPAuthorizationCredentials | None


async def enter(request: Request) -> Actor:
    """Find out who asks, and refuse anyone who has no action that the route needs.

    It holds nothing, and looks at nothing of what was sent but who sends it.

    Raises
    ------
    NotSignedIn
        If nobody known asks.
    TooMany
        If the actor has sent too many requests in a short time.
    NotPermitted
        If the actor may do what the route declares to nothing at all.
    """
    credentials = await _bearer(request)
    actor = await run_in_threadpool(_who_asks, request, credentials)
    if not is_unnamed(request.scope["endpoint"]):
        actor_id.set(str(actor.user_id))
    await run_in_threadpool(_count, request, actor)
    declaration = declaration_of(request.scope["endpoint"])
    if declaration is not None and declaration.access is Access.NEEDS:
        require_somewhere(actor, Action(declaration.actions[0]))
    request.state.actor = actor
    return actor


def _count(request: Request, actor: Actor) -> None:
    """Do nothing, or refuse if that person has no request left."""
    quota: RequestQuota = request.app.state.request_quota
    quota.count(request.app.state.database, str(actor.user_id))


def _who_asks(request: Request, credentials: Credentials) -> Actor:
    cookie = cookies.read(request, cookies.SESSION)
    database: Database = request.app.state.database
    # A session of its own, given back at once: a request that held one connection
    # while it waits for the next would, with enough others like it, wait for ever.
    with reading(database) as session:
        if credentials is not None:
            return service.authenticate(session, credentials.credentials)
        if cookie is None or "authorization" in request.headers:
            raise NotSignedIn("You are not signed in.")
        settings = request.app.state.settings
        actor, seen_at = service.authenticate_browser(session, cookie, settings)
    due = browser_sessions.is_due(seen_at) and not database.read_only
    request.state.touch = cookie if due else None
    return actor


def recognise(request: Request) -> Actor | None:
    """Return whose browser asks, on a page that is open to everybody; None for nobody known."""
    cookie = cookies.read(request, cookies.SESSION)
    if cookie is None:
        return None
    database: Database = request.app.state.database
    with reading(database) as session:
        try:
            actor, _ = service.authenticate_browser(session, cookie, request.app.state.settings)
        except NotSignedIn:
            return None
    return actor


def require_any(request: Request) -> None:
    """Do nothing, or refuse anyone who may do none of what the route declares to anything.

    Raises
    ------
    NotPermitted
        If no role of the actor includes one of the actions.
    """
    declaration = declaration_of(request.scope["endpoint"])
    actions = (
        [Action(action) for action in declaration.actions] if declaration is not None else []
    )
    actor: Actor = request.state.actor
    if actions and not any(allows_somewhere(actor, action) for action in actions):
        require_somewhere(actor, actions[0])


GUARD: Final = AccessGuard(enter, require_any)
"""At which the routes of the interface ask, before they look at what was sent."""


async def admitted(
    request: Request,
    background: BackgroundTasks,
    _: Annotated[Credentials, Depends(_bearer)],  # for the description
) -> Actor:
    """Return who asks; a page is checked only here."""
    actor: Actor = getattr(request.state, "actor", None) or await enter(request)
    cookie = getattr(request.state, "touch", None)
    if cookie is not None:  # after the answer, when its own transaction has ended
        request.state.touch = None  # once, though a page asks here too
        background.add_task(browser_sessions.touch, request.app.state.database, cookie)
    return actor


ActorDep = Annotated[Actor, Depends(admitted)]


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
    return place_of(request.client.host) if request.client else "unknown"


def place_of(host: str) -> str:
    """Return the network address that tries are counted by.

    Of IPv6 the first 64 bits: one subscriber has all that begin with them (RFC 6177).
    """
    try:
        address = ip_address(host)
    except ValueError:
        return host
    if isinstance(address, IPv4Address):
        return host
    return str(address.ipv4_mapped or IPv6Network((int(address), 64), strict=False))


ClientDep = Annotated[str, Depends(_client)]
"""The network address from which a request comes, as far as tries are counted by it."""


def _browser(request: Request) -> Browser:
    return Browser(
        place=_client(request),
        session=_cookie(request),
        known=cookies.read(request, cookies.KNOWN) or "",
        name=known_browsers.name_of(request.headers.get("user-agent", "")),
    )


BrowserDep = Annotated[Browser, Depends(_browser)]
"""What a browser presents when somebody signs in."""

SLOTS: Final = 2
"""How many passwords are hashed at once: each takes 19 MiB and a core for a while."""
QUEUE: Final = 20
"""How many wait for a slot; a flood of sign-ins is turned away and takes no thread."""

_HASHING: Final = Turns("hashing")


async def _turn_to_hash() -> AsyncIterator[None]:
    limiter = _HASHING.limiter(SLOTS)
    if limiter.statistics().tasks_waiting >= QUEUE:
        raise Unavailable("Too many people sign in at once.", retry_after=5)
    async with limiter:
        yield


HashingTurn = Depends(_turn_to_hash, scope="function")
"""A place in the queue for hashing, taken before the request takes a thread."""
