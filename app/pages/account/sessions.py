"""The page of the browsers in which one is signed in."""

from typing import Annotated
from urllib.parse import urlencode
from uuid import UUID

from fastapi import APIRouter, Query, Response

from app.accounts.dependencies import ActorDep, SettingsDep
from app.accounts.schemas import SessionQuery
from app.accounts.service import browser_sessions, session_list
from app.core.http.access import signed_in
from app.core.http.database_sessions import ReadSessionDep, SessionDep
from app.pages.layout import PageDep, go_to

router = APIRouter()

PLACE = "/profile/sessions"


@router.get(PLACE)
@signed_in
def show_sessions(
    page: PageDep,
    session: ReadSessionDep,
    actor: ActorDep,
    settings: SettingsDep,
    ended: Annotated[int, Query(ge=0, le=10_000)] = 0,
) -> Response:
    """List the browsers in which one is signed in; a browser is confirmed first."""
    if not browser_sessions.recently_confirmed(actor):
        return go_to(f"/confirm?{urlencode({'next': PLACE})}")
    idle = settings.session_idle
    found = session_list.own_sessions(session, actor, SessionQuery(), idle=idle)
    return page.render(
        "account/sessions.html",
        sessions=found.rows,
        idle=settings.session_idle_minutes,
        ended=ended,
    )


@router.post(PLACE + "/end")
@signed_in
def sign_others_out(session: SessionDep, actor: ActorDep) -> Response:
    """Sign every browser out but this one."""
    ended = session_list.end_others(session, actor)
    return go_to(f"{PLACE}?{urlencode({'ended': ended.sessions})}")


@router.post(PLACE + "/{session_id}/end")
@signed_in
def sign_one_out(session: SessionDep, actor: ActorDep, session_id: UUID) -> Response:
    """Sign one browser out."""
    session_list.end_own(session, actor, session_id)
    return go_to(f"{PLACE}?{urlencode({'ended': 1})}")
