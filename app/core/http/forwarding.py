"""Whether forwarded headers come from a proxy that the settings do not name.

They are not believed then, and all that comes through such a proxy counts as one place: limits
by place are everybody's. Who runs the service must learn of it.
"""

import logging
import time
from ipaddress import ip_address
from typing import Final

from starlette.requests import Request
from starlette.types import ASGIApp, Receive, Scope, Send

log = logging.getLogger(__name__)

HEADERS: Final = frozenset({b"x-forwarded-for", b"x-real-ip", b"forwarded"})
WARNING: Final = (
    "Requests come with forwarded headers that are not believed: a proxy is not named in "
    "COUNTERPART_TRUSTED_PROXIES, so all its visitors count as one."
)
SHOWN: Final = 3600.0
"""Seconds for which it is shown after the last such request."""
LOGGED: Final = 600.0
"""Seconds between two lines about it: anybody can send such headers."""


class Forwarding:
    """What was seen of forwarded headers that nobody believes, in this process."""

    def __init__(self) -> None:
        self._seen: float | None = None
        self._logged: float | None = None

    def note(self, client: str | None) -> None:
        """Remember such a request, and log it now and then."""
        self._seen = time.monotonic()
        if self._logged is None or self._seen - self._logged >= LOGGED:
            self._logged = self._seen
            log.warning("forwarded headers not believed", extra={"proxy": _near(client)})

    def warnings(self) -> list[str]:
        """Return what whoever runs the service should know."""
        recent = self._seen is not None and time.monotonic() - self._seen < SHOWN
        return [WARNING] if recent else []


class ForwardedHeaders:
    """Notice forwarded headers that the server has not believed."""

    def __init__(self, app: ASGIApp, forwarding: Forwarding) -> None:
        self.app = app
        self.forwarding = forwarding

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Look at the headers of a request, and let it pass."""
        if scope["type"] == "http":
            client = scope["client"][0] if scope.get("client") else None
            if not _believed(scope["headers"], client):
                self.forwarding.note(client)
        await self.app(scope, receive, send)


def _believed(headers: list[tuple[bytes, bytes]], client: str | None) -> bool:
    """Tell whether the client is one that the headers name, or there are none.

    The server puts an address of `X-Forwarded-For` in the place of a proxy that is named.
    """
    said = [value for name, value in headers if name in HEADERS]
    named = b",".join(v for n, v in headers if n == b"x-forwarded-for").decode("latin-1")
    return not said or client in {part.strip() for part in named.split(",")}


def _near(client: str | None) -> str | None:
    """Return the address of a proxy in one's own network; others may be a person's."""
    try:
        return client if client and ip_address(client).is_private else None
    except ValueError:
        return None


def is_here(request: Request) -> bool:
    """Tell whether a request comes from this machine, and through no proxy."""
    forwarded = any(name.decode() in request.headers for name in HEADERS)
    try:
        return (
            not forwarded
            and request.client is not None
            and ip_address(request.client.host).is_loopback
        )
    except ValueError:
        return False
