"""Turns refusals into problem documents (RFC 9457), in one place."""

import json
import logging
from collections.abc import Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import Any, Final

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, Field
from starlette.datastructures import Headers
from starlette.exceptions import HTTPException as StarletteHTTPException
from starlette.routing import Match
from starlette.types import Scope

from app.core.base.errors import (
    AppError,
    BadQuery,
    Failure,
    FieldError,
    MethodNotAllowed,
    NotFound,
    NotPermitted,
    TooLarge,
    Unprocessable,
)
from app.core.base.logging import request_id
from app.core.base.messages import Joined, Message
from app.core.base.schemas import ProblemError
from app.core.base.translations import ENGLISH, Language, language, preferred
from app.core.base.validation_errors import field_errors, head_of
from app.core.http.security_headers import secure

log = logging.getLogger(__name__)

MEDIA_TYPE = "application/problem+json"
HEADERS: Final[Mapping[int, dict[str, str]]] = MappingProxyType(
    {401: {"WWW-Authenticate": "Bearer"}, 503: {"Retry-After": "5"}}
)
"""What a refusal says beside its document; seconds."""
MOST_ERRORS: Final = 50
"""How many things that are wrong one document lists; it says how many more there are."""
LONGEST_DETAIL: Final = 500
"""How many characters it says of each of them."""
METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE")


class Problem(BaseModel):
    """Why a request was refused, and what to do about it (RFC 9457)."""

    type: str
    title: str
    status: int
    detail: str
    instance: str
    code: str
    remedy: str
    errors: list[ProblemError] = Field(default=[], max_length=MOST_ERRORS)


class Refusal(Response):
    """The problem document that refuses a request, in one language, and what it says.

    Parameters
    ----------
    path : str
        The address that was asked.
    error : AppError
    into : Language
    """

    def __init__(self, path: str, error: AppError, into: Language) -> None:
        self.path, self.error = path, error
        headers = {
            **HEADERS.get(error.status, {}),
            **error.headers,
            "Content-Language": into.tag,
            "Vary": "Accept-Language",
        }
        if error.retry_after is not None:
            headers["Retry-After"] = str(error.retry_after)
        # ASCII, because a refusal may quote what could not be encoded.
        document = json.dumps(body_of(path, error, into))
        super().__init__(document, error.status, headers, MEDIA_TYPE)


def body_of(path: str, error: AppError, into: Language | None = None) -> dict[str, Any]:
    """Return the members of the problem document for a refusal at this address.

    Parameters
    ----------
    into : Language, optional
        In which it is said; English if it is not given.
    """
    say = (into or language(ENGLISH)).say
    return {
        "type": error.type,
        "title": say(error.title),
        "status": error.status,
        "detail": say(_with_how_many_more(error)),
        "instance": path,
        "code": error.code,
        "remedy": say(error.remedy),
        "errors": [
            {"pointer": e.pointer, "detail": _cut(say(e.detail))}
            for e in error.errors[:MOST_ERRORS]
        ],
    }


def _with_how_many_more(error: AppError) -> str:
    more = len(error.errors) - MOST_ERRORS
    if more <= 0:
        return error.detail
    return Message(
        "{detail} `errors` lists the first {listed}; there are {more:,} more.",
        detail=error.detail,
        listed=MOST_ERRORS,
        more=more,
    )


def _cut(detail: str) -> str:
    return detail if len(detail) <= LONGEST_DETAIL else f"{detail[:LONGEST_DETAIL]} [...]"


def respond(scope: Scope, error: AppError) -> Refusal:
    """Return the answer that refuses a request, in the language that its sender prefers."""
    header = Headers(raw=scope.get("headers", [])).get("accept-language")
    return Refusal(scope["path"], error, language(preferred(header)))


def _refusal(request: Request, error: Exception) -> Response:
    assert isinstance(error, AppError)  # noqa: S101 -- the registration below guarantees it
    note_denial(request, error)
    return respond(request.scope, error)


def note_denial(request: Request, error: AppError) -> None:
    """Log who was not permitted to do what; the line names the person by key."""
    if isinstance(error, NotPermitted):
        facts = {"method": request.method, "path": request.url.path, "code": error.code}
        log.warning("not permitted", extra=facts)


def _invalid(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)  # noqa: S101 -- the registration below guarantees it
    return respond(request.scope, _understood(error.errors()))


def _understood(details: Sequence[Any]) -> AppError:
    """Choose the refusal: an address that names nothing, a query, or the content."""
    where = {head_of(detail) for detail in details}
    if "path" in where:
        return NotFound("There is nothing at this address.")
    if "query" in where:
        errors = field_errors(details, skip=1)
        return BadQuery(
            Message(
                "The query has parameters that are not valid: {errors}",
                errors=Joined("; ", map(_at_its_name, errors[:5])),
            ),
            errors=errors,
        )
    return Unprocessable(
        "The content cannot be accepted.", errors=field_errors(details, skip=1)
    )


def _at_its_name(error: FieldError) -> Message:
    name = error.pointer.removeprefix("/")
    return Message("{name}: {detail}", name=name, detail=error.detail)


def _framework(request: Request, error: Exception) -> Response:
    assert isinstance(error, StarletteHTTPException)  # noqa: S101 -- the registration below guarantees it
    refusals: dict[int, AppError] = {
        404: NotFound("There is nothing at this address."),
        405: MethodNotAllowed("This address does not take that method."),
        413: TooLarge("The body is too large."),
    }
    unreadable = Unprocessable(
        "The body could not be read as JSON.",
        remedy="Send JSON in UTF-8, nested a few levels and with numbers of usual length.",
    )
    response = respond(request.scope, refusals.get(error.status_code, unreadable))
    response.headers.update(error.headers or {})
    if "allow" in response.headers:
        response.headers["Allow"] = ", ".join(_methods(request))
    return response


def _methods(request: Request) -> Iterator[str]:
    """Yield what the address takes; the framework names the methods of one route only."""
    for method in METHODS:
        scope = {**request.scope, "method": method}
        if any(route.matches(scope)[0] is Match.FULL for route in request.app.routes):
            yield method


def _failure(request: Request, error: Exception) -> Response:
    log.error("request failed", exc_info=error, extra={"path": request.url.path})
    response = respond(
        request.scope, Failure("Something failed on our side; it has been logged.")
    )
    # This answer passes by what gives the others their identifier and their headers.
    response.headers["x-request-id"] = str(request_id.get())
    secure(request.scope, response.headers)
    return response


def install(app: FastAPI) -> None:
    """Register the handlers; nothing else answers a refusal."""
    app.add_exception_handler(AppError, _refusal)
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(StarletteHTTPException, _framework)
    app.add_exception_handler(Exception, _failure)
