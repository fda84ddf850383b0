"""The way into the demonstration without a password: a link that works once, and only here."""

from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from app.accounts.dependencies import BrowserDep, SettingsDep
from app.accounts.service import demonstration_links
from app.accounts.service.demonstration_links import DemonstrationLinks
from app.core.base.errors import NotFound
from app.core.http.access import public
from app.core.http.database_sessions import SessionDep
from app.core.http.forwarding import is_here
from app.pages.account.stages import go_in

router = APIRouter()


@router.get("/demonstration")
@public
def enter_demonstration(
    request: Request,
    session: SessionDep,
    settings: SettingsDep,
    browser: BrowserDep,
    code: Annotated[str, Query(max_length=100)] = "",
) -> Response:
    """Sign in by a link that the demonstration has printed on this machine."""
    links: DemonstrationLinks = request.app.state.demonstration_links
    if not is_here(request):
        raise NotFound("There is nothing at this address.")
    email = links.use(code)
    entry = demonstration_links.enter(session, settings, email, browser=browser.name)
    return go_in(request, entry, "/tasks")
