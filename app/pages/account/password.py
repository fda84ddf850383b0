"""The page on which somebody who is signed in takes another password."""

from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response

from app.accounts.dependencies import (
    ActorDep,
    CookieDep,
    DatabaseDep,
    HashingTurn,
    SettingsDep,
)
from app.accounts.schemas import PasswordForm
from app.accounts.service import password_change
from app.core.base.errors import Unprocessable
from app.core.http import cookies
from app.core.http.access import signed_in
from app.core.http.forms import Form, form_of
from app.pages.layout import PageDep

router = APIRouter()

PLACE = "/profile/password"
NewPassword = Annotated[Form[PasswordForm], Depends(form_of(PasswordForm))]


@router.get(PLACE)
@signed_in
def show_password(page: PageDep, database: DatabaseDep, actor: ActorDep) -> Response:
    """Ask for the old password and a new one; not those who sign in with a provider."""
    held = password_change.has_password(database, actor)
    return page.render("account/change_password.html", form=Form(), held=held)


@router.post(PLACE, dependencies=[HashingTurn])
@signed_in
def change_password(
    page: PageDep,
    request: Request,
    database: DatabaseDep,
    settings: SettingsDep,
    cookie: CookieDep,
    form: NewPassword,
) -> Response:
    """Take the new password, and sign every other browser out."""
    cookies.require_private(request)
    if form.value is not None:
        try:
            ended = password_change.change_password(database, settings, cookie, form.value)
        except Unprocessable as refusal:
            form = form.refused(*refusal.errors)
        else:
            return page.render("account/password_changed.html", ended=ended)
    return page.render("account/change_password.html", status=422, form=form, held=True)
