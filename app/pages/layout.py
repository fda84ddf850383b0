"""Pages: who reads one, how a template becomes an answer, and a refusal a page.

Templates stand in `app/pages/templates/<wing>/<page>.html` and get plain values, beside
`page`, which every frame needs. A refusal is the problem document of
`app.core.http.problems`, in words, with its remedy, and in the same frame.
"""

import json
import logging
from collections.abc import Callable
from dataclasses import dataclass, replace
from http import HTTPStatus
from pathlib import Path
from typing import Annotated, Any, Final
from urllib.parse import urlencode

from fastapi import BackgroundTasks, Depends, FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import HTMLResponse, RedirectResponse
from jinja2 import ChoiceLoader, Environment, FileSystemLoader, PackageLoader, PrefixLoader
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException as StarletteHTTPException

from app.access.policy import Actor
from app.accounts.dependencies import admitted, recognise
from app.accounts.service import users
from app.core.base.errors import AppError
from app.core.http.access import Access, declaration_of
from app.core.storage.database import Database, reading
from app.pages import navigation
from app.pages.navigation import Link

log = logging.getLogger(__name__)

HERE: Final = Path(__file__).parent
SIGN_IN: Final = "/sign-in"
KEPT: Final = ("retry-after", "allow", "x-request-id")
"""Headers of a refusal that a page keeps."""
LANGUAGE: Final = "en"
ZONE: Final = "UTC"
"""Every page is in this language and in this zone, as long as people choose none."""

environment: Final = Environment(
    loader=ChoiceLoader(
        [
            FileSystemLoader(HERE / "templates"),
            PrefixLoader(
                {
                    "components": FileSystemLoader(HERE / "components"),
                    "govuk_frontend_jinja": PackageLoader("govuk_frontend_jinja"),
                }
            ),
        ]
    ),
    extensions=("jinja2.ext.i18n",),
    autoescape=True,
    auto_reload=False,
    trim_blocks=True,
    lstrip_blocks=True,
)
environment.install_null_translations(newstyle=True)  # type: ignore[attr-defined] # -- added by it


@dataclass(frozen=True, slots=True)
class Page:
    """What every page is made with.

    Attributes
    ----------
    actor : Actor or None
        Who reads it; None for somebody who is not signed in.
    person : str or None
        The reader's name.
    navigation : tuple of Link
    language, zone : str
        In which the page speaks, as a BCP 47 tag, and tells times, as an IANA name.
    is_partial : bool
        Whether a script asks for a part of the page (htmx) rather than a browser for all.
    """

    actor: Actor | None = None
    person: str | None = None
    navigation: tuple[Link, ...] = ()
    language: str = LANGUAGE
    zone: str = ZONE
    is_partial: bool = False

    def signed_out(self) -> "Page":
        """Return the page of somebody whose sessions this request has ended."""
        return replace(self, actor=None, person=None, navigation=())

    def render(self, name: str, *, status: int = HTTPStatus.OK, **values: Any) -> HTMLResponse:
        """Return a page; nothing of it is kept by the browser or by anybody between."""
        text = environment.get_template(name).render(values, page=self)
        return HTMLResponse(text, status, headers={"Cache-Control": "no-store"})


async def page_for(request: Request, background: BackgroundTasks) -> Page:
    """Return what a page is made with; refuse anyone who the page does not let in.

    Raises
    ------
    NotSignedIn
        If nobody known asks for a page that is not public.
    NotPermitted
        If the actor may do what the page declares to nothing at all.
    """
    declaration = declaration_of(request.scope["endpoint"])
    if declaration is not None and declaration.access is not Access.PUBLIC:
        await admitted(request, background, None)
    page = await run_in_threadpool(_page, request)
    request.state.page = page
    return page


PageDep = Annotated[Page, Depends(page_for)]
"""For every endpoint that answers with a page: it needs nothing else to render one."""


def _page(request: Request) -> Page:
    """Return what a page is made with, for anyone who asks; nobody is refused."""
    database: Database = request.app.state.database
    actor: Actor | None = getattr(request.state, "actor", None) or recognise(request)
    person = None
    if actor is not None and actor.user_id is not None:
        with reading(database) as session:
            person = users.name_of(session, actor.user_id)
    endpoint = getattr(request.scope.get("endpoint"), "__name__", "")
    return Page(
        actor=actor,
        person=person,
        navigation=tuple(navigation.links(actor, endpoint)),
        is_partial=request.headers.get("hx-request") == "true",
    )


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

    Somebody who is not signed in is led to where that is done, and back. It reads the
    database, to know whose page it is: call it on a thread.
    """
    if not wants_page(request):
        return refusal
    if refusal.status_code == HTTPStatus.UNAUTHORIZED and request.method == "GET":
        url = request.url
        return go_to(sign_in_path(url.path + (f"?{url.query}" if url.query else "")))
    problem = json.loads(bytes(refusal.body))
    if refusal.status_code == HTTPStatus.UNAUTHORIZED:
        problem["remedy"] = "Sign in, and do this again."
    page = _frame(request).render("problem.html", status=refusal.status_code, problem=problem)
    page.headers.update({k: v for k, v in refusal.headers.items() if k in KEPT})
    return page


def as_bare_page(request: Request, refusal: Response) -> Response:
    """Return the same in a frame that names no reader: it asks nothing of the database."""
    request.state.page = Page()
    return as_page(request, refusal)


def _frame(request: Request) -> Page:
    """Return the frame of a refusal: the reader's own, as far as one can be made."""
    page: Page | None = getattr(request.state, "page", None)
    if page is not None:
        return page
    try:
        return _page(request)
    except Exception:  # whatever fails here must not take the refusal with it
        log.warning("page without its reader", exc_info=True)
        return Page()


def wants_page(request: Request) -> bool:
    """Tell a person with a browser from a program."""
    accepted = request.headers.get("accept", "")
    return "text/html" in accepted and not request.url.path.startswith("/api/")
