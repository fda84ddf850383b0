"""Pages: who reads one, and how a template becomes an answer.

Templates stand in `app/pages/templates/<wing>/<page>.html` and get plain values, beside
`page`, which every frame needs.
"""

import logging
from dataclasses import dataclass, replace
from functools import cache
from http import HTTPStatus
from pathlib import Path
from typing import Annotated, Any, Final
from urllib.parse import urlencode

from fastapi import BackgroundTasks, Depends, Request
from fastapi.responses import HTMLResponse, RedirectResponse
from jinja2 import ChoiceLoader, Environment, FileSystemLoader, PackageLoader, PrefixLoader
from starlette.concurrency import run_in_threadpool

from app.access.policy import Action, Actor, has_any_reach
from app.accounts.dependencies import admitted, recognise
from app.accounts.service import preferences
from app.core.base.errors import NotSignedIn
from app.core.base.translations import ENGLISH, LANGUAGES, language, preferred
from app.core.http import cookies
from app.core.http.access import Access, declaration_of
from app.core.http.forms import Form, is_form
from app.core.storage.database import Database, reading
from app.insights import queries
from app.pages import navigation, words
from app.pages.entry_readers import Links
from app.pages.notices import NOTICES, Notice

log = logging.getLogger(__name__)

HERE: Final = Path(__file__).parent
SIGN_IN: Final = "/sign-in"
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

    @property
    def reads_matches(self) -> bool:
        """Whether the reader knows of offers that are not sent yet."""
        return self.actor is not None and has_any_reach(self.actor, Action.NOTES_READ)

    @property
    def asks_board(self) -> bool:
        """Whether the reader may put something before the advisory board."""
        return self.actor is not None and has_any_reach(self.actor, Action.ADVICE_ASK)

    def signed_out(self) -> "Page":
        """Return the page of somebody whose sessions this request has ended."""
        return replace(
            self, actor=None, person=None, navigation=tuple(navigation.rows(None, ""))
        )

    def under(self, endpoint: str, programme: str) -> "Page":
        """Return the page with the navigation of another one, of which it is a part."""
        return replace(self, navigation=tuple(navigation.rows(self.actor, endpoint, programme)))

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
            if request.method == "POST" and is_form(request):
                # Shown again: a session may end while its person writes.
                request.state.sent = await request.body()
            raise
    page = await run_in_threadpool(page_of, request)
    request.state.page = page
    return page


PageDep = Annotated[Page, Depends(page_for)]
"""For every endpoint that answers with a page: it needs nothing else to render one."""


def page_of(request: Request) -> Page:
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
        An address of ours.
    done : str, optional
        Which of `NOTICES` the page shows.
    """
    if done is not None:
        path += f"{'&' if '?' in path else '?'}{urlencode({'done': done})}"
    return RedirectResponse(path, HTTPStatus.SEE_OTHER)


def sign_in_path(following: str) -> str:
    """Return the address of the sign-in page that leads on to another one."""
    return f"{SIGN_IN}?{urlencode({'next': following})}"


def wants_page(request: Request) -> bool:
    """Tell a person with a browser from a program."""
    accepted = request.headers.get("accept", "")
    return "text/html" in accepted and not request.url.path.startswith("/api/")
