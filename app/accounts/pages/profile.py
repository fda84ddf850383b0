"""The page about oneself: who one is here, and in which roles."""

from urllib.parse import urlencode

from fastapi import APIRouter, Response

from app.accounts import service
from app.accounts.dependencies import ActorDep
from app.accounts.service import sessions
from app.core.declaring import signed_in
from app.core.sessions import ReadSessionDep
from app.core.web import render

router = APIRouter()


@router.get("/profile")
@signed_in
def show_profile(session: ReadSessionDep, actor: ActorDep) -> Response:
    """Who one is here, and in which roles."""
    me = service.describe(session, actor)
    export = "/api/v1/me/export"
    if not sessions.recently_confirmed(actor):
        export = f"/confirm?{urlencode({'next': export})}"
    return render(
        "accounts/profile.html",
        me=me,
        person=me.name,
        enrolled=sessions.is_enrolled(session, me.id),
        export=export,
    )
