"""Refuses what another site makes a browser send, and leads nobody away from ours.

A browser says where a request comes from (`Sec-Fetch-Site`, `Origin`), and no page can
change that; programs say neither. So no form needs a token, sign-in included.
"""

from collections.abc import Callable
from typing import Final
from urllib.parse import urlsplit

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from app.core.base.errors import CrossSite
from app.core.http.problems import note_denial, respond

SAFE: Final = frozenset({"GET", "HEAD", "OPTIONS"})


class SameSite:
    """Answer 403 to a changing request that another site has caused.

    Parameters
    ----------
    app : ASGI application
    shown : callable
        Returns the refusal in the form that who sent the request wants: a page, a document.
    """

    def __init__(self, app: ASGIApp, *, shown: Callable[[Request, Response], Response]) -> None:
        self.app = app
        self.shown = shown

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Refuse the request, or hand it on."""
        if scope["type"] == "http" and scope["method"] not in SAFE:
            request = Request(scope)
            if comes_from_elsewhere(request):
                refusal = CrossSite("Another site sent this in your name.")
                note_denial(request, refusal)
                document = respond(scope, refusal)
                answer = await run_in_threadpool(self.shown, request, document)
                await answer(scope, receive, send)
                return
        await self.app(scope, receive, send)


def comes_from_elsewhere(request: Request) -> bool:
    """Tell whether a browser says that another site, or a neighbour of ours, asks."""
    site = request.headers.get("sec-fetch-site")
    if site is not None:
        return site not in {"same-origin", "none"}
    origin = request.headers.get("origin")
    if origin is None:
        return False  # not a browser: those send it with every POST
    # Without the scheme: behind a proxy that speaks TLS ours is not known for certain.
    return urlsplit(origin).netloc != request.headers.get("host", "")


def local_path(written: str, default: str) -> str:
    """Return the path if it leads to a page of ours, or the default.

    What a browser would read as another site (`//host`, a backslash) does not.
    """
    plain = written.isascii() and written.isprintable() and "\\" not in written
    if not plain or not written.startswith("/") or written.startswith("//"):
        return default
    parts = urlsplit(written)
    return default if parts.scheme or parts.netloc else written
