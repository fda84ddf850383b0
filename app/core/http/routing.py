"""What every route of the interface does around its endpoint.

It asks who is there before it looks at anything that was sent, refuses a body of another
kind, gives the answer its tag and what was made its address, keeps the answer beside the
idempotency key of the request, and takes back what a dry run has done: all of it but the
first inside the transaction of the request, and before the answer leaves.
"""

import json
from collections.abc import Awaitable, Callable, Collection, Coroutine, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, Final

from fastapi import Depends, FastAPI, Request, Response, params
from fastapi.dependencies.models import Dependant
from fastapi.exceptions import RequestValidationError
from fastapi.routing import APIRoute, iter_route_contexts
from pydantic import BaseModel
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.responses import StreamingResponse

from app.core.base.entity_tags import tag_of
from app.core.base.errors import (
    AppError,
    BadQuery,
    Conflict,
    KeyRequired,
    NotFound,
    NotPermitted,
    NotSignedIn,
    PreconditionRequired,
    Stale,
    TooLarge,
    TooMany,
    Unavailable,
    Unprocessable,
    UnsupportedMedia,
)
from app.core.base.messages import Message
from app.core.base.validation_errors import head_of
from app.core.http.access import Access, declaration_of, with_dependencies
from app.core.http.bodies import StrictRequest, require_body
from app.core.http.computing import InTurn
from app.core.http.content_limits import require_small_query
from app.core.http.etags import expected, expected_if_stated, is_known
from app.core.http.idempotency import Answered, Claim, Once, Repetition, once_of
from app.core.http.openapi import merged, responses
from app.core.http.resource_locations import require_readable, where_read
from app.core.tables.exporting import Format, wanted

JSON: Final = "application/json"
CREATED: Final = 201
MERGE_PATCH: Final = "application/merge-patch+json"
Handler = Callable[[Request], Coroutine[Any, Any, Response]]

ABOUT_WHAT_WAS_SENT: Final = (
    RequestValidationError,
    HTTPException,
    BadQuery,
    TooLarge,
    UnsupportedMedia,
)
"""Refusals for which nobody has looked yet at the thing that is asked for."""


class _Unread(Exception):
    """What was sent is refused; who may know of the thing that it is about is told why."""

    def __init__(self, refusal: Exception) -> None:
        super().__init__("unread")
        self.refusal = refusal


@dataclass(frozen=True, slots=True)
class AccessGuard:
    """Who is let in: asked before anything that was sent is looked at.

    Attributes
    ----------
    enter : callable
        Refuses who is not known, and who may do what the route says to nothing.
    require_any : callable
        Refuses who has none of the actions within whose reach the route answers.
    """

    enter: Callable[[Request], Awaitable[object]]
    require_any: Callable[[Request], None]


class Route(APIRoute):
    """A route of the interface; each router of `/api/v1` makes its routes of this class.

    What follows from its method and from what its endpoint declares is not said again: a
    `POST` takes an idempotency key and a dry run, and the usual refusals are described.

    Raises
    ------
    RuntimeError
        If a `PUT` or `PATCH` does not ask on which state it is based.
    """

    def __init__(
        self,
        path: str,
        endpoint: Callable[..., Any],
        *,
        methods: Collection[str] | None = None,
        dependencies: Sequence[params.Depends] | None = None,
        **options: Any,
    ) -> None:
        needed = list(dependencies or ())
        once = once_of(endpoint)
        if once is not None and "POST" in (methods or ()):
            needed.append(Depends(once))
        super().__init__(
            path, endpoint, methods=list(methods or ["GET"]), dependencies=needed, **options
        )
        if {"PUT", "PATCH"} & (self.methods or set()) and not self._asks(expected):
            raise RuntimeError(
                f"{path}: a change says on which state it is based (ExpectedDep)."
            )
        self.responses = merged(responses(*self._refusals()), self.responses)

    def _is_public(self) -> bool:
        declaration = declaration_of(self.endpoint)
        return declaration is not None and declaration.access is Access.PUBLIC

    def _asks(self, dependency: Callable[..., Any]) -> bool:
        return any(part.call is dependency for part in with_dependencies(self.dependant))

    def _refusals(self) -> Iterator[type[AppError]]:
        """Yield what the house itself refuses on such a route."""
        declaration = declaration_of(self.endpoint)
        access = Access.PUBLIC if declaration is None else declaration.access
        parts = list(with_dependencies(self.dependant))
        changes = not {"GET", "HEAD"} & (self.methods or set())
        confidential = access is Access.WITHIN and not changes
        once = any(isinstance(part.call, Once) for part in parts)
        usual: tuple[tuple[bool, tuple[type[AppError], ...]], ...] = (
            (True, (Unavailable,)),
            (access is not Access.PUBLIC, (NotSignedIn, TooMany)),
            (access in {Access.NEEDS, Access.WITHIN} and not confidential, (NotPermitted,)),
            (bool(self.dependant.path_params), (NotFound,)),
            (changes or any(part.query_params for part in parts), (BadQuery,)),
            (self.body_field is not None, (TooLarge, UnsupportedMedia, Unprocessable)),
            (once, (KeyRequired, Unprocessable)),
            (changes, (Conflict,)),
            (self._asks(expected), (Stale, PreconditionRequired)),
            (self._asks(expected_if_stated), (Stale,)),
        )
        for applies, kinds in usual:
            if applies:
                yield from kinds

    def get_route_handler(self) -> Handler:
        """Return what answers a request."""
        handler = super().get_route_handler()
        takes = frozenset({JSON, MERGE_PATCH} if "PATCH" in (self.methods or ()) else {JSON})
        takes_body = self.body_field is not None
        known = _query_names(self.dependant)
        let_in = _everybody if self._is_public() else _whom_the_guard_knows

        async def answered(request: Request) -> Response:
            require_small_query(request.url.query)
            if known is not None and not known.issuperset(request.query_params):
                raise _unknown_parameters(known)
            if takes_body and await request.body():
                _require_body(request, takes, await request.body())
            return await handler(request)

        async def handle(request: Request) -> Response:
            await let_in(request)
            if known is None:
                _ask_as_the_header_does(request)
            request = StrictRequest(request.scope, request.receive)
            response = await _first_answer_or_this(request, answered)
            _name_what_was_made(request, response, self.response_model)
            return await _finished(request, response)

        return handle


async def _first_answer_or_this(request: Request, answered: Handler) -> Response:
    """Return the answer to a request, or raise the one that it got when it was first sent."""
    try:
        response = await answered(request)
    except KeyRequired:
        raise
    except ABOUT_WHAT_WAS_SENT as refusal:
        raise _Unread(refusal) from refusal
    except Exception as refusal:
        if (repetition := _repetition(request)) is not None:
            repetition.answer(refusal)
        raise
    if (repetition := _repetition(request)) is not None:
        repetition.answer()
    return response


def _repetition(request: Request) -> Repetition | None:
    """Return what was answered to this request before, if it was."""
    claim = getattr(request.state, "claim", None)
    return claim if isinstance(claim, Repetition) else None


def _require_body(request: Request, takes: frozenset[str], body: bytes) -> None:
    try:
        require_body(request, takes, body)
    except Unprocessable as refusal:
        raise _Unread(refusal) from refusal


async def _everybody(_: Request) -> None:
    """Let in whoever comes."""


async def _whom_the_guard_knows(request: Request) -> None:
    guard: AccessGuard = request.app.state.guard
    await guard.enter(request)


def _unknown_parameters(known: frozenset[str]) -> BadQuery:
    if not known:
        return BadQuery("This address accepts no parameters.")
    names = ", ".join(sorted(known))
    return BadQuery(
        Message("This address accepts only these parameters: {names}.", names=names)
    )


def _name_what_was_made(request: Request, response: Response, schema: object) -> None:
    """Say in `Location` where a thing is read that has just been made."""
    address = where_read(request.app, schema) if response.status_code == CREATED else None
    if address is not None:
        made = json.loads(bytes(response.body))
        response.headers["Location"] = address.of(str(made["id"]))


def _ask_as_the_header_does(request: Request) -> None:
    """Let `Accept: text/csv` mean `format=csv`, so that there is one way from here on."""
    kind = wanted(request.headers.get("accept", ""))
    if kind is not Format.JSON and "format" not in request.query_params:
        query = f"{request.url.query}&format={kind}".removeprefix("&")
        request.scope["query_string"] = query.encode()


def _query_names(dependant: Dependant) -> frozenset[str] | None:
    """Return the parameters that an address knows; None where a model looks after them."""
    fields = [f for part in with_dependencies(dependant) for f in part.query_params]
    if any(_is_model(field.field_info.annotation) for field in fields):
        return None
    return frozenset(field.alias for field in fields)


def _is_model(annotation: Any) -> bool:
    return isinstance(annotation, type) and issubclass(annotation, BaseModel)


async def _finished(request: Request, response: Response) -> Response:
    if getattr(request.state, "dry_run", False):
        raise Answered(_tried(response))
    if isinstance(response, InTurn):
        response.finish = partial(_tagged, request)
        return response
    response = _tagged(request, response)
    claim: Claim | None = getattr(request.state, "claim", None)
    if claim is not None:
        await run_in_threadpool(claim.keep, response)
    return response


def _tagged(request: Request, response: Response) -> Response:
    """Give an answer its tag, or say that the asker has it already; a stream has none."""
    if isinstance(response, StreamingResponse):
        return response
    if response.status_code < 300 and response.headers.get("content-type") == JSON:
        # An answer that says more than the thing itself has the tag of the thing already.
        response.headers.setdefault("ETag", tag_of(bytes(response.body)))
        if request.method == "GET" and is_known(request, response.headers["ETag"]):
            return _as(response, 304, None, {"ETag": response.headers["ETag"]})
    return response


def _tried(response: Response) -> Response:
    kind = response.headers.get("content-type", JSON)
    return _as(response, 200, response.body, {"Dry-Run": "true", "Content-Type": kind})


def _as(
    response: Response, status: int, body: bytes | memoryview | None, headers: dict[str, str]
) -> Response:
    """Return another answer in place of one; what is to be done after it stays."""
    return Response(body, status, headers, background=response.background)


def install(app: FastAPI, guard: AccessGuard) -> None:
    """Install the guard, and let an answer leave that takes its transaction back."""
    app.state.guard = guard
    app.add_exception_handler(Answered, _answer)
    app.add_exception_handler(_Unread, _refuse)


def require_one_way(app: FastAPI) -> None:
    """Do nothing, or refuse an interface of which some routes answer in a way of their own.

    Raises
    ------
    RuntimeError
        With each of them: its router was made without `route_class=Route`.
    """
    others = [
        route.path
        for route in iter_route_contexts(app.routes)
        if str(route.path).startswith("/api/") and not isinstance(route.original_route, Route)
    ]
    if others:
        raise RuntimeError(
            f"These routes need route_class=Route: {', '.join(map(str, others))}."
        )


async def _answer(request: Request, error: Exception) -> Response:
    assert isinstance(error, Answered)  # noqa: S101 -- the registration above guarantees it
    return error.response


async def _refuse(request: Request, error: Exception) -> Response:
    """Refuse: what is out of reach, then what is not permitted, then what was sent.

    The request has given back all that it held.
    """
    assert isinstance(error, _Unread)  # noqa: S101 -- the registration above guarantees it
    refusal = error.refusal
    guard: AccessGuard = request.app.state.guard
    try:
        if not _names_nothing(refusal):
            await require_readable(request)
            if request.method != "GET":
                guard.require_any(request)
    except _Unread as deeper:
        refusal = deeper.refusal
    except (AppError, HTTPException) as nearer:
        refusal = nearer
    handlers = request.app.exception_handlers
    answer = next(handlers[kind] for kind in type(refusal).__mro__ if kind in handlers)
    response: Response = answer(request, refusal)
    return response


def _names_nothing(refusal: Exception) -> bool:
    """Tell whether a part of the address could name nothing at all."""
    found = refusal.errors() if isinstance(refusal, RequestValidationError) else ()
    return any(head_of(fault) == "path" for fault in found)
