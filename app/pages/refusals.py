"""Refusals as pages: what went wrong, and what a person can do about it.

A refusal is the problem document of `app.core.http.problems`, in words and in the frame of its
reader. The document tells programs what to send; `REMEDIES` tells people what to do instead.
"""

import logging
from collections.abc import Callable, Mapping
from dataclasses import replace
from http import HTTPStatus
from types import MappingProxyType
from typing import Any, Final
from urllib.parse import urlsplit

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException as StarletteHTTPException

from app.core.base import errors
from app.core.base.errors import AppError
from app.core.base.logging import request_id
from app.core.base.messages import Message
from app.core.base.translations import language
from app.core.http.csrf import local_path
from app.core.http.forms import MEDIA_TYPE, texts_of
from app.core.http.problems import Refusal, body_of
from app.pages.layout import Page, go_to, language_of, page_of, sign_in_path, wants_page

log = logging.getLogger(__name__)

SECRET: Final = frozenset({"code", "current", "password"})
"""Fields of forms that no page shows again."""
LONGEST_FORM: Final = 500_000
"""Bytes of a form that is shown again after its sender was signed out."""
KEPT: Final = ("retry-after", "allow", "x-request-id")
"""Headers of a refusal that a page keeps."""
_OPEN_AGAIN: Final = Message(
    "Open the page again: it shows how things stand now. What you wrote is still in the page "
    "before this one; go back to copy it."
)
REMEDIES: Final[Mapping[type[AppError], Message]] = MappingProxyType(
    {
        errors.BadQuery: Message(
            "Go back, and use the links and fields of the page. An address that was written by "
            "hand may have a mistake."
        ),
        errors.NotSignedIn: Message("Sign in, and do this again."),
        errors.ConfirmFirst: Message(
            "Confirm that it is you, and do this again within ten minutes."
        ),
        errors.MethodNotAllowed: Message(
            "Open it from a link or a button: its address alone does nothing."
        ),
        errors.Conflict: Message(
            "Open the page again: it shows how things stand now, and what is possible."
        ),
        errors.TransitionNotAllowed: Message(
            "Open it again: it shows where it stands now, and which steps are open."
        ),
        errors.Stale: _OPEN_AGAIN,
        errors.PreconditionRequired: _OPEN_AGAIN,
        errors.UnsupportedMedia: Message("Choose a file of a kind that the page names."),
        errors.Unprocessable: Message(
            "Go back, correct what is listed above, and send it again. Nothing was stored."
        ),
        errors.TooMany: Message("Nothing was done. Wait {seconds} seconds, and try again."),
        errors.Failure: Message(
            "Try again. If it happens again, tell the staff of the incubator this number: "
            "{request}"
        ),
        errors.Unavailable: Message(
            "What is stored is safe. Wait {seconds} seconds, and try again."
        ),
    }
)
"""What people can do, for each kind of refusal whose own remedy speaks to programs."""
AGAIN: Final = frozenset({408, 429, 500, 503})
"""Refusals after which the same page may be asked for again."""


def install(app: FastAPI) -> None:
    """Let each refusal answer with a page, where the visitor wants one.

    The handlers of `app.core.http.problems` are there already: theirs is the answer to
    programs.
    """
    for kind in (AppError, RequestValidationError, StarletteHTTPException, Exception):
        app.add_exception_handler(kind, _with_page(app.exception_handlers[kind]))


def _with_page(answer: Callable[..., Any]) -> Callable[[Request, Exception], Response]:
    def refuse(request: Request, error: Exception) -> Response:
        return as_page(request, answer(request, error))

    return refuse


def as_page(request: Request, refusal: Response) -> Response:
    """Return the refusal as a page if the visitor wants pages, or as it is.

    Somebody who is not signed in is led to where that is done, and back. It reads the
    database, to know whose page it is: call it on a thread.
    """
    if not wants_page(request):
        return refusal
    if refusal.status_code == HTTPStatus.UNAUTHORIZED and request.method == "GET":
        return go_to(sign_in_path(_path_of(request) or "/"))
    assert isinstance(refusal, Refusal)  # noqa: S101 -- `problems` answers with nothing else
    # What was refused says nothing of where: a link that has ended is like one that never was.
    frame = replace(_frame(request), path="/")
    into = language(frame.language)
    page = frame.render(
        "problem.html",
        status=refusal.status_code,
        problem={
            **body_of(refusal.path, refusal.error, into),
            "remedy": into.say(_remedy(refusal)),
        },
        sent=_to_send_again(request),
        back=_came_from(request),
        again=_path_of(request) if refusal.status_code in AGAIN else None,
    )
    page.headers.update({k: v for k, v in refusal.headers.items() if k in KEPT})
    return page


def _remedy(refusal: Refusal) -> str:
    """Return what a person can do: what this refusal says itself, or what its kind does."""
    error = refusal.error
    if "remedy" in vars(error):
        return error.remedy
    for kind in type(error).__mro__:
        if kind in REMEDIES:
            return Message(
                REMEDIES[kind],
                seconds=refusal.headers.get("retry-after", "5"),
                request=request_id.get(),
            )
        if "remedy" in vars(kind):
            break
    return error.remedy


def _path_of(request: Request) -> str | None:
    """Return the address that was asked for; None where something was sent to it."""
    url = request.url
    if request.method != "GET":
        return None
    return url.path + (f"?{url.query}" if url.query else "")


def _came_from(request: Request) -> str | None:
    """Return the address of the page of ours on which something was sent; None if unknown."""
    try:
        came = urlsplit(request.headers.get("referer", ""))
    except ValueError:  # anybody may write anything there
        return None
    if request.method == "GET" or came.netloc != request.url.netloc:
        return None
    return local_path(came.path + (f"?{came.query}" if came.query else ""), "") or None


def _to_send_again(request: Request) -> list[tuple[str, str]]:
    """Return the fields of a form whose sender is no longer signed in: nothing is lost."""
    body: bytes = getattr(request.state, "sent", b"")
    kind = request.headers.get("content-type", "").partition(";")[0]
    if kind != MEDIA_TYPE or len(body) > LONGEST_FORM:
        return []
    try:
        fields = texts_of(body)
    except ValueError:  # more fields than a form of ours has
        return []
    return [
        (name, value)
        for name, values in fields.items()
        if name not in SECRET
        for value in values
    ]


def as_bare_page(request: Request, refusal: Response) -> Response:
    """Return the same in a frame that names no reader: it asks nothing of the database."""
    request.state.page = Page(language=language_of(request))
    return as_page(request, refusal)


def _frame(request: Request) -> Page:
    """Return the frame of a refusal: the reader's own, as far as one can be made."""
    page: Page | None = getattr(request.state, "page", None)
    if page is not None:
        return page
    try:
        return page_of(request)
    except Exception:  # whatever fails here must not take the refusal with it
        log.warning("page without its reader", exc_info=True)
        return Page(language=language_of(request))
