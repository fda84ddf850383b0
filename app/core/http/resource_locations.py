"""Where each thing is read: one address for each kind, found by what is answered there.

What was made is named by `Location`, and is linked in the description to whatever takes its
key. A thing is read where a GET that is given one key answers with its schema.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, cast, get_args

from fastapi import FastAPI, Request
from fastapi.routing import APIRoute, iter_route_contexts
from pydantic import BaseModel
from starlette.types import Message

ROOT: Final = "/api/"

# What a request is found to be on its way; without handlers, a refusal is raised.
_FOUND_OUT: Final = frozenset(
    {
        *("starlette.exception_handlers", "fastapi", "raw_path"),
        *("route", "endpoint", "path_params", "router"),
    }
)


@dataclass(frozen=True, slots=True)
class Address:
    """Where a thing is read by its key.

    Attributes
    ----------
    path : str
        With the name of the key in braces at its end.
    operation : str
        The identifier of the operation in the description.
    schemas : tuple of types
        What is answered, one for each audience.
    endpoint : object
    """

    path: str
    operation: str
    schemas: tuple[type[BaseModel], ...]
    endpoint: object

    @property
    def key(self) -> str:
        """The name of the key in the path."""
        return self.path.rpartition("{")[2].removesuffix("}")

    def of(self, key: str) -> str:
        """Return the address of the thing that has this key."""
        return self.path.rpartition("{")[0] + key


def addresses(app: FastAPI) -> tuple[Address, ...]:
    """Return where things are read, each by one key; looked up once, when all routes stand."""
    if not hasattr(app.state, "addresses"):
        app.state.addresses = tuple(_found(app))
    return cast(tuple[Address, ...], app.state.addresses)


def _found(app: FastAPI) -> Iterator[Address]:
    for context in iter_route_contexts(app.routes):
        route, path = context.original_route, str(context.path_format or "")
        if not (isinstance(route, APIRoute) and path.startswith(ROOT)):
            continue
        by_one_key = path.endswith("}") and path.count("{") == 1
        methods = route.methods or ()
        schemas = _schemas(route.response_model)
        if by_one_key and "GET" in methods and schemas:
            yield Address(path, route.name, schemas, route.endpoint)


def where_read(app: FastAPI, schema: object) -> Address | None:
    """Return where a thing of this schema is read; None if nowhere, by its key alone."""
    made = _schemas(schema)
    return next(
        (a for a in addresses(app) if any(issubclass(kind, a.schemas) for kind in made)), None
    )


def made_by(app: FastAPI) -> dict[tuple[str, str], Address]:
    """Return where that is read which a route makes, by the route's path and method."""
    return {
        (str(context.path_format), method): address
        for context in iter_route_contexts(app.routes)
        for method in context.methods or ()
        if method == "POST"
        and (
            address := where_read(app, getattr(context.original_route, "response_model", None))
        )
    }


def named_by(request: Request) -> Address | None:
    """Return where the thing is read that the address of a request names, if it names one."""
    params = request.path_params
    inside = f"{request.scope['path']}/"
    return next(
        (
            a
            for a in addresses(request.app)
            if a.key in params and inside.startswith(f"{a.of(str(params[a.key]))}/")
        ),
        None,
    )


async def require_readable(request: Request) -> None:
    """Do nothing, or refuse as reading the thing that the address names would be.

    Raises
    ------
    NotFound
        If there is no such thing, or none of which the actor may know.
    """
    address = named_by(request)
    if address is None or request.scope["endpoint"] is address.endpoint:
        return
    path = address.of(str(request.path_params[address.key]))
    known = {name: value for name, value in request.scope.items() if name not in _FOUND_OUT}
    overrides = {"method": "GET", "path": path, "query_string": b"", "state": {}}
    await request.app.router({**known, **overrides}, request.receive, _unheard)


async def _unheard(_: Message) -> None:
    """Send nothing: whether there is an answer is all that is asked."""


def _schemas(answered: object) -> tuple[type[BaseModel], ...]:
    kinds = get_args(answered) or (answered,)
    return tuple(k for k in kinds if isinstance(k, type) and issubclass(k, BaseModel))
