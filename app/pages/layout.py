"""Pages: who reads one, how a template becomes an answer, and a refusal a page.

Templates stand in `app/pages/templates/<wing>/<page>.html` and get plain values, beside
`page`, which every frame needs. A refusal is the problem document of
`app.core.http.problems`, in words, with its remedy, and in the same frame.
"""

import logging
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cache
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
from app.accounts.service import preferences
from app.core.base.errors import AppError, NotSignedIn
from app.core.base.messages import Message
from app.core.base.translations import ENGLISH, LANGUAGES, language, preferred
from app.core.http import cookies
from app.core.http.access import Access, declaration_of
from app.core.http.forms import MEDIA_TYPE, Form, texts_of
from app.core.http.problems import Refusal, body_of
from app.core.storage.database import Database, reading
from app.insights import queries
from app.pages import navigation, words
from app.pages.navigation import Links
from app.pages.notices import NOTICES, Notice

log = logging.getLogger(__name__)

HERE: Final = Path(__file__).parent
SIGN_IN: Final = "/sign-in"
SIGN_IN_AGAIN: Final = Message("Sign in, and do this again.")
SECRET: Final = frozenset({"code", "current", "password"})
"""Fields of forms that no page shows again."""
LONGEST_FORM: Final = 500_000
"""Bytes of a form that is shown again after its sender was signed out."""
KEPT: Final = ("retry-after", "allow", "x-request-id")
"""Headers of a refusal that a page keeps."""
LOADER: Final = ChoiceLoader(
    [
        FileSystemLoader(HERE / "templates"),
        PrefixLoader(
            {
                "components": FileSystemLoader(HERE / "components"),
                "govuk_frontend_jinja": PackageLoader("govuk_frontend_jinja"),
            }
        ),
    ]
)


@cache
def environment_of(tag: str) -> Environment:
    """Return what makes pages of templates in this language.

    Each language has its own: what a template says outside of its macros is worked out once.
    """
    environment = Environment(
        loader=LOADER,
        extensions=("jinja2.ext.i18n",),
        autoescape=True,
        auto_reload=False,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.policies["ext.i18n.trimmed"] = True
    words.install(environment, language(tag))
    return environment


@dataclass(frozen=True, slots=True)
class Page:
    """What every page is made with.

    Attributes
    ----------
    actor : Actor or None
        Who reads it; None for somebody who is not signed in.
    person : str or None
        The reader's name.
    navigation : tuple of Links
    language, zone : str
        In which the page speaks, as a BCP 47 tag, and tells times, as an IANA name.
    path : str
        The address of the page, to which a choice of the frame leads back.
    notice : Notice or None
        What the reader has just done.
    is_partial : bool
        Whether a script asks for a part of the page (htmx) rather than a browser for all.
    """

    actor: Actor | None = None
    person: str | None = None
    navigation: tuple[Links, ...] = ()
    language: str = ENGLISH
    zone: str = "UTC"
    path: str = "/"
    notice: Notice | None = None
    is_partial: bool = False

    def signed_out(self) -> "Page":
        """Return the page of somebody whose sessions this request has ended."""
        return replace(
            self, actor=None, person=None, navigation=tuple(navigation.rows(None, ""))
        )

    def render(self, name: str, *, status: int = HTTPStatus.OK, **values: Any) -> HTMLResponse:
        """Return a page; nothing of it is kept by the browser or by anybody between."""
        say = language(self.language).say
        told = {k: v.told(say) if isinstance(v, Form) else v for k, v in values.items()}
        template = environment_of(self.language).get_template(name)
        with words.in_zone(self.zone):
            text = template.render(told, page=self)
        headers = {
            "Cache-Control": "no-store",
            "Content-Language": self.language,
            "Vary": "Accept-Language, Cookie",
        }
        return HTMLResponse(text, status, headers=headers)


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
        try:
            await admitted(request, background, None)
        except NotSignedIn:
            if request.method == "POST":
                # Shown again: a session may end while its person writes.
                request.state.sent = await request.body()
            raise
    page = await run_in_threadpool(_page, request)
    request.state.page = page
    return page


PageDep = Annotated[Page, Depends(page_for)]
"""For every endpoint that answers with a page: it needs nothing else to render one."""


def _page(request: Request) -> Page:
    """Return what a page is made with, for anyone who asks; nobody is refused."""
    database: Database = request.app.state.database
    actor: Actor | None = getattr(request.state, "actor", None) or recognise(request)
    reader, zone = None, "UTC"
    if actor is not None and actor.user_id is not None:
        with reading(database) as session:
            reader = preferences.reader(session, actor.user_id)
            zone = (reader.zone if reader else None) or queries.zone_of(session)
    endpoint = getattr(request.scope.get("endpoint"), "__name__", "")
    programme = request.path_params.get("programme")
    return Page(
        actor=actor,
        person=reader.name if reader else None,
        navigation=tuple(navigation.rows(actor, endpoint, programme)),
        language=(reader.language if reader else None) or language_of(request),
        zone=zone,
        path=_path_of(request),
        notice=NOTICES.get(request.query_params.get("done", "")),
        is_partial=request.headers.get("hx-request") == "true",
    )


def language_of(request: Request) -> str:
    """Return the language of somebody who has chosen none as a person: of this browser."""
    # What turns requests away may stand before any application, and then knows no cookie.
    chosen = cookies.read(request, cookies.LANGUAGE) if "app" in request.scope else None
    if chosen is not None and chosen in LANGUAGES:
        return chosen
    return preferred(request.headers.get("accept-language"))


def _path_of(request: Request) -> str:
    """Return the address of a page; after something was sent, of the page that it came from."""
    if request.method != "GET":
        return "/"
    url = request.url.remove_query_params("done")
    return url.path + (f"?{url.query}" if url.query else "")


def go_to(path: str, *, done: str | None = None) -> RedirectResponse:
    """Lead on to another page after something was done.

    Parameters
    ----------
    path : str
        An address of ours, without a query where `done` is given.
    done : str, optional
        Which of `NOTICES` the page shows.
    """
    query = f"?{urlencode({'done': done})}" if done is not None else ""
    return RedirectResponse(path + query, HTTPStatus.SEE_OTHER)


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
    assert isinstance(refusal, Refusal)  # noqa: S101 -- `problems` answers with nothing else
    if refusal.status_code == HTTPStatus.UNAUTHORIZED:
        refusal.error.remedy = SIGN_IN_AGAIN
    # What was refused says nothing of where: a link that has ended is like one that never was.
    frame = replace(_frame(request), path="/")
    problem = body_of(refusal.path, refusal.error, language(frame.language))
    page = frame.render(
        "problem.html",
        status=refusal.status_code,
        problem=problem,
        again=_to_send_again(request),
    )
    page.headers.update({k: v for k, v in refusal.headers.items() if k in KEPT})
    return page


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
        return _page(request)
    except Exception:  # whatever fails here must not take the refusal with it
        log.warning("page without its reader", exc_info=True)
        return Page(language=language_of(request))


def wants_page(request: Request) -> bool:
    """Tell a person with a browser from a program."""
    accepted = request.headers.get("accept", "")
    return "text/html" in accepted and not request.url.path.startswith("/api/")
