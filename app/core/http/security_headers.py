"""What every answer tells the browser to forbid, unless the answer itself says more.

Nothing is framed, nothing runs inline or from elsewhere, no type is guessed, no address leaks
to other sites, and what one person has read stays out of shared caches.
"""

from types import MappingProxyType
from typing import Final

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

_NOTHING: Final = (
    "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"
)
_PAGE: Final = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self'",
        "font-src 'self'",
        "connect-src 'self'",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
    )
)
_ALWAYS: Final = MappingProxyType(
    {
        "X-Content-Type-Options": "nosniff",
        "X-Frame-Options": "DENY",  # for browsers that do not know frame-ancestors
        "Referrer-Policy": "same-origin",
        "Cross-Origin-Opener-Policy": "same-origin",
        "Cross-Origin-Resource-Policy": "same-origin",
        "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    }
)
_HTTPS_ONLY: Final = "max-age=31536000"


def secure(scope: Scope, headers: MutableHeaders) -> None:
    """Add what an answer does not say itself."""
    for name, value in _ALWAYS.items():
        headers.setdefault(name, value)
    is_page = headers.get("content-type", "").startswith("text/html")
    headers.setdefault("Content-Security-Policy", _PAGE if is_page else _NOTHING)
    headers.setdefault("Cache-Control", _caching(scope["path"]))
    if _is_https(scope):
        headers.setdefault("Strict-Transport-Security", _HTTPS_ONLY)


def _is_https(scope: Scope) -> bool:
    """Tell whether people reach the service over https, though a proxy may end it."""
    public: str = scope["app"].state.settings.public_url
    return scope.get("scheme") == "https" or public.startswith("https:")


def _caching(path: str) -> str:
    if path.startswith("/static/"):
        return "public, no-cache"
    # With its tag, an answer may be kept by who has read it, and asked for again.
    return "private, no-cache" if path.startswith("/api/") else "no-store"


class SecureHeaders:
    """Give every answer its headers."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer the request; the headers are added as the answer begins."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return

        async def secured(message: Message) -> None:
            if message["type"] == "http.response.start":
                secure(scope, MutableHeaders(scope=message))
            await send(message)

        await self.app(scope, receive, secured)
