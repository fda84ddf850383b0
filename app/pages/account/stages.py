"""Where each stage of signing in leads: shared by the pages that begin or pass one."""

from types import MappingProxyType
from typing import Final
from urllib.parse import urlencode

from fastapi import Request, Response

from app.accounts.lifecycle import Stage
from app.accounts.service.browser_sessions import Entry
from app.accounts.service.known_browsers import LIFETIME
from app.core.http import cookies
from app.core.http.csrf import local_path
from app.pages.layout import go_to

HOME: Final = "/tasks"
PLACES: Final = MappingProxyType(
    {
        Stage.SECOND_FACTOR: "/sign-in/second-factor",
        Stage.ENROLMENT: "/sign-in/enrolment",
        Stage.CONSENT: "/consent",
    }
)


def place_of(entry: Entry, following: str) -> str:
    """Return the page of a stage; the last one leads to where the person wanted to go."""
    wanted = local_path(following, HOME)
    if entry.stage is Stage.COMPLETE:
        return wanted
    return f"{PLACES[entry.stage]}?{urlencode({'next': wanted})}"


def go_in(request: Request, entry: Entry, following: str) -> Response:
    """Give the browser its session, and lead it on."""
    response = go_to(place_of(entry, following))
    give_session(request, response, entry)
    return response


def give_session(request: Request, response: Response, entry: Entry) -> None:
    """Put the session of a browser into an answer, and what it is known by from now on."""
    cookies.give(request, response, cookies.SESSION, entry.secret)
    if entry.known is not None:
        cookies.give(request, response, cookies.KNOWN, entry.known, lasts=LIFETIME)
