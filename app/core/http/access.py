"""Whom each route lets in: declared in one way, or the application does not start.

    @router.get("/match-runs")
    @needs(Action.RUN_READ)
    def list_runs(...): ...

`public` lets everybody in, `signed_in` everybody who is known. `needs` refuses at once,
with 403 and before anything is looked up, those who may do this to nothing at all. `within` is
for what is itself confidential: the service answers only what lies within reach of these
actions, and otherwise as if there were nothing (404, or an empty list).
"""

from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final, TypeVar

from fastapi import FastAPI
from fastapi.dependencies.models import Dependant
from fastapi.routing import RouteContext, iter_route_contexts
from starlette.routing import Mount

T = TypeVar("T")

_NAME: Final = "__declaration__"
_UNNAMED: Final = "__unnamed__"


class Access(StrEnum):
    """Whom a route lets in."""

    PUBLIC = "public"
    SIGNED_IN = "signed-in"
    NEEDS = "needs"
    WITHIN = "within"


@dataclass(frozen=True, slots=True)
class Declaration:
    """What a route asks: the kind of access, and for the last two kinds the actions."""

    access: Access
    actions: tuple[str, ...] = ()

    @property
    def sentence(self) -> str:
        """What it says to the readers of the interface's description."""
        actions = ", ".join(f"`{action}`" for action in self.actions)
        return {
            Access.PUBLIC: "Open to everybody.",
            Access.SIGNED_IN: "For everybody who is signed in.",
            Access.NEEDS: f"Needs {actions}.",
            Access.WITHIN: f"Within the reach of {actions}.",
        }[self.access]


def public(endpoint: T) -> T:
    """Declare that nobody has to sign in."""
    return _declare(endpoint, Declaration(Access.PUBLIC))


def signed_in(endpoint: T) -> T:
    """Declare that everybody may call this who is known to the service."""
    return _declare(endpoint, Declaration(Access.SIGNED_IN))


def needs(action: StrEnum) -> Callable[[T], T]:
    """Declare that those who may do this to nothing at all are refused at once."""
    return lambda endpoint: _declare(endpoint, Declaration(Access.NEEDS, (str(action),)))


def within(*actions: StrEnum) -> Callable[[T], T]:
    """Declare that the service answers within the reach of these actions only."""
    declaration = Declaration(Access.WITHIN, tuple(map(str, actions)))
    return lambda endpoint: _declare(endpoint, declaration)


def unnamed(endpoint: T) -> T:
    """Declare that the lines of the log do not tell who calls this."""
    vars(endpoint)[_UNNAMED] = True
    return endpoint


def is_unnamed(endpoint: object) -> bool:
    """Tell whether the lines of the log leave out who calls this."""
    return getattr(endpoint, _UNNAMED, False)


def _declare(endpoint: T, declaration: Declaration) -> T:
    vars(endpoint)[_NAME] = declaration
    return endpoint


def declaration_of(endpoint: object) -> Declaration | None:
    """Return what an endpoint asks, if it says so."""
    declaration: Declaration | None = getattr(endpoint, _NAME, None)
    return declaration


def declarations(app: FastAPI) -> dict[tuple[str, str], Declaration | None]:
    """Return what each route asks, by its path and method; `*` for a folder of files."""
    return {place: declaration_of(endpoint) for place, endpoint, _ in _places(app)}


def require_declared(app: FastAPI, *guards: Callable[..., Any]) -> None:
    """Do nothing, or refuse an application with a route that does not say whom it lets in.

    Parameters
    ----------
    guards : callables
        The dependencies that check what a route declares; all but public routes have one.

    Raises
    ------
    RuntimeError
        With every route that says nothing, or says something that nobody checks.
    """
    faults = [
        f"{method} {path} {fault}"
        for (path, method), endpoint, dependant in _places(app)
        if (fault := _fault(declaration_of(endpoint), dependant, guards))
    ]
    if faults:
        raise RuntimeError(f"{'; '.join(faults)}. See app/core/http/access.py.")


def _fault(
    declaration: Declaration | None,
    dependant: Dependant | None,
    guards: Collection[Callable[..., Any]],
) -> str | None:
    if declaration is None:
        return "has no declaration"
    checked = dependant is not None and any(
        needed.call in guards for needed in with_dependencies(dependant)
    )
    if declaration.access is Access.PUBLIC or checked:
        return None
    return "declares what nobody checks: it has neither ActorDep nor PageDep"


Place = tuple[tuple[str, str], object, Dependant | None]


def _places(app: FastAPI) -> Iterator[Place]:
    """Yield each route: path and method, endpoint, and what FastAPI knows of its dependencies.

    `app.routes` alone hides the routes of routers that were included.
    """
    for route in iter_route_contexts(app.routes):
        if isinstance(route.route, Mount):
            yield (route.route.path, "*"), route.route.app, None
            continue
        for method in sorted(route.methods or {"*"}):
            yield (str(route.path_format or route.path), method), *_inside(route)


def _inside(route: RouteContext) -> tuple[object, Dependant | None]:
    return route.endpoint, getattr(route, "dependant", None)


def with_dependencies(dependant: Dependant) -> Iterator[Dependant]:
    """Yield what FastAPI knows of an endpoint, and of all that it depends on."""
    yield dependant
    for below in dependant.dependencies:
        yield from with_dependencies(below)
