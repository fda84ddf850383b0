"""The cookies of the service: out of reach for scripts, for neighbours and for other sites.

Over https their names begin with `__Host-`, which binds them to this host. Over plain http,
which is for one's own machine alone, a browser would drop such a cookie: there they have
a plain name and lack `Secure`.
"""

from datetime import timedelta
from typing import Final

from fastapi import Request, Response

from app.core.base.errors import NotPermitted

SESSION: Final = "counterpart"
KNOWN: Final = "counterpart-known"
"""By which a browser is known that its person has used before."""
LANGUAGE: Final = "counterpart-language"
"""The tag of the language that somebody has chosen in this browser."""
PROVIDER: Final = "counterpart-provider"
"""What must survive the way to an OpenID provider and back."""
OWN_MACHINE: Final = frozenset({"localhost", "127.0.0.1", "::1"})


def is_secure(request: Request) -> bool:
    """Tell whether people reach the service over https, through a proxy or not."""
    public: str = request.app.state.settings.public_url
    return request.url.scheme == "https" or public.startswith("https:")


def require_private(request: Request) -> None:
    """Do nothing, or refuse a way on which others could read what is sent.

    Raises
    ------
    NotPermitted
        If it is plain http from another machine.
    """
    if not (is_secure(request) or request.url.hostname in OWN_MACHINE):
        raise NotPermitted(
            "Over plain http, others on the network could read your password.",
            remedy="Open the service over https. Its operator sets COUNTERPART_PUBLIC_URL.",
        )


def read(request: Request, name: str) -> str | None:
    """Return what a cookie of ours holds; None if there is none."""
    return request.cookies.get(_full(request, name))


def give(
    request: Request,
    response: Response,
    name: str,
    value: str,
    *,
    lasts: timedelta | None = None,
) -> None:
    """Put a cookie into an answer.

    Parameters
    ----------
    lasts : timedelta, optional
        Without it the cookie lasts until the browser is closed.
    """
    response.set_cookie(
        _full(request, name),
        value,
        max_age=None if lasts is None else int(lasts.total_seconds()),
        path="/",
        secure=is_secure(request),
        httponly=True,
        samesite="lax",
    )


def take(request: Request, response: Response, name: str) -> None:
    """Let the browser forget a cookie."""
    response.delete_cookie(
        _full(request, name), path="/", secure=is_secure(request), httponly=True, samesite="lax"
    )


def _full(request: Request, name: str) -> str:
    return f"__Host-{name}" if is_secure(request) else name
