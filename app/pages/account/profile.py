"""The page about oneself: who one is here, and in which roles."""

from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, Response
from sqlmodel import Session

from app.access.policy import Actor
from app.accounts.dependencies import ActorDep
from app.accounts.schemas import PreferencesForm
from app.accounts.service import browser_sessions, preferences
from app.core.base import zones
from app.core.http.access import signed_in
from app.core.http.database_sessions import ReadSessionDep, SessionDep
from app.core.http.forms import Form, form_of
from app.organisations.service import people
from app.pages.layout import Page, PageDep, go_to

router = APIRouter()

Preferences = Annotated[Form[PreferencesForm], Depends(form_of(PreferencesForm))]


@router.get("/profile")
@signed_in
def show_profile(page: PageDep, session: ReadSessionDep, actor: ActorDep) -> Response:
    """Who one is here, and in which roles."""
    return _profile_page(page, session, actor, Form())


def _profile_page(
    page: Page,
    session: Session,
    actor: Actor,
    form: Form[PreferencesForm],
    status: int = 200,
) -> Response:
    me = people.describe(session, actor)
    export = "/api/v1/me/export"
    if not browser_sessions.recently_confirmed(actor):
        export = f"/confirm?{urlencode({'next': export})}"
    return page.render(
        "account/profile.html",
        status=status,
        me=me,
        form=form,
        zones=zones.places(),
        enrolled=browser_sessions.is_enrolled(session, me.id),
        export=export,
    )


@router.post("/profile/preferences")
@signed_in
def change_preferences(
    page: PageDep, session: SessionDep, actor: ActorDep, form: Preferences
) -> Response:
    """Choose in which language and zone the service speaks to oneself."""
    if form.value is None:
        return _profile_page(page, session, actor, form, 422)
    preferences.choose(session, actor, form.value.language, form.value.zone)
    return go_to("/profile")
