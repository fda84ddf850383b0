"""Pages: how a template becomes an answer, and a refusal a page.

Templates stand in `app/pages/templates/<wing>/<page>.html` and get plain values. A refusal
is the problem document of `app.core.http.problems`, in words and with its remedy.
"""

import json
from collections.abc import Callable
from http import HTTPStatus
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlencode

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import HTMLResponse, RedirectResponse
from jinja2 import ChoiceLoader, Environment, FileSystemLoader, PackageLoader, PrefixLoader
from starlette.exceptions import HTTPException as StarletteHTTPException

from app.core.base.errors import AppError

TEMPLATES: Final = Path(__file__).parent / "templates"
SIGN_IN: Final = "/sign-in"
KEPT: Final = ("retry-after", "allow", "x-request-id")
"""Headers of a refusal that a page keeps."""

_environment: Final = Environment(
    loader=ChoiceLoader(
        [
            FileSystemLoader(TEMPLATES),
            PrefixLoader({"govuk_frontend_jinja": PackageLoader("govuk_frontend_jinja")}),
        ]
    ),
    autoescape=True,
    auto_reload=False,
    trim_blocks=True,
    lstrip_blocks=True,
)


def render(name: str, *, status: int = HTTPStatus.OK, **values: Any) -> HTMLResponse:
    """Return a page; nothing of it is kept by the browser or by anybody between."""
    page = _environment.get_template(name).render(values)
    return HTMLResponse(page, status, headers={"Cache-Control": "no-store"})


def go_to(path: str) -> RedirectResponse:
    """Lead on to another page after something was done."""
    return RedirectResponse(path, HTTPStatus.SEE_OTHER)


def sign_in_path(following: str) -> str:
    """Return the address of the sign-in page that leads on to another one."""
    return f"{SIGN_IN}?{urlencode({'next': following})}"


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

    Somebody who is not signed in is led to where that is done, and back.
    """
    if not wants_page(request):
        return refusal
    if refusal.status_code == HTTPStatus.UNAUTHORIZED and request.method == "GET":
        asked = request.url
        return go_to(sign_in_path(asked.path + (f"?{asked.query}" if asked.query else "")))
    problem = json.loads(bytes(refusal.body))
    page = render("problem.html", status=refusal.status_code, problem=problem)
    page.headers.update({k: v for k, v in refusal.headers.items() if k in KEPT})
    return page


def wants_page(request: Request) -> bool:
    """Tell a person with a browser from a program."""
    accepted = request.headers.get("accept", "")
    return "text/html" in accepted and not request.url.path.startswith("/api/")
