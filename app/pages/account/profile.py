"""The page about oneself: who one is here, and in which roles."""

from urllib.parse import urlencode

from fastapi import APIRouter, Response

from app.accounts.dependencies import ActorDep
from app.accounts.service import browser_sessions
from app.core.http.access import signed_in
from app.core.http.database_sessions import ReadSessionDep
from app.organisations.service import people
from app.pages.layout import PageDep

router = APIRouter()


@router.get("/profile")
@signed_in
def show_profile(page: PageDep, session: ReadSessionDep, actor: ActorDep) -> Response:
    """Who one is here, and in which roles."""
    me = people.describe(session, actor)
    export = "/api/v1/me/export"
    if not browser_sessions.recently_confirmed(actor):
        export = f"/confirm?{urlencode({'next': export})}"
    return page.render(
        "account/profile.html",
        me=me,
        enrolled=browser_sessions.is_enrolled(session, me.id),
        export=export,
    )
