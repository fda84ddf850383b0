"""The pages that letters lead to: an invitation, a new password."""

from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response

from app.accounts.dependencies import ClientDep, DatabaseDep, HashingTurn, SettingsDep
from app.accounts.lifecycle import Purpose
from app.accounts.schemas import InvitationForm, NewPasswordForm, ResetForm
from app.accounts.service import one_time_links
from app.core.base.errors import Unprocessable
from app.core.http import cookies
from app.core.http.access import public
from app.core.http.database_sessions import ReadSessionDep
from app.core.http.forms import Form, form_of
from app.pages.layout import Page, PageDep

router = APIRouter()

Invitation = Annotated[Form[InvitationForm], Depends(form_of(InvitationForm))]
NewPassword = Annotated[Form[NewPasswordForm], Depends(form_of(NewPasswordForm))]
Reset = Annotated[Form[ResetForm], Depends(form_of(ResetForm))]


# Looking at a link does not use it: programs that check letters look at all of them.
@router.get("/invitation")
@public
def show_invitation(
    page: PageDep, session: ReadSessionDep, settings: SettingsDep, code: str = ""
) -> Response:
    """Say what is stored and why, and ask for a password, or for the provider."""
    one_time_links.find_link(session, code, Purpose.INVITATION)
    return _invitation_page(page, settings, Form(written={"code": code}))


def _invitation_page(
    page: Page, settings: SettingsDep, form: Form[InvitationForm], status: int = 200
) -> Response:
    return page.render(
        "account/invitation.html",
        status=status,
        form=form,
        days=settings.retention_days,
        provider=settings.oidc_name if settings.oidc_issuer else None,
    )


@router.post("/invitation", dependencies=[HashingTurn])
@public
def accept_invitation(
    page: PageDep,
    request: Request,
    database: DatabaseDep,
    settings: SettingsDep,
    form: Invitation,
) -> Response:
    """Accept an invitation with a password."""
    cookies.require_private(request)
    if form.value is not None:
        password = form.value.password.get_secret_value()
        try:
            one_time_links.set_password(
                database,
                form.value.code,
                Purpose.INVITATION,
                password,
                language=page.language,
            )
        except Unprocessable as refusal:
            form = form.refused(*refusal.errors)
        else:
            return page.signed_out().render("account/password_set.html")
    return _invitation_page(page, settings, form, 422)


@router.get("/reset")
@public
def show_reset(page: PageDep, session: ReadSessionDep, code: str = "") -> Response:
    """Ask for the address, or, with a code from a letter, for the new password."""
    if not code:
        return page.render("account/reset.html", form=Form())
    one_time_links.find_link(session, code, Purpose.RESET)
    return page.render("account/new_password.html", form=Form(written={"code": code}))


@router.post("/reset")
@public
def ask_for_reset(
    page: PageDep,
    database: DatabaseDep,
    settings: SettingsDep,
    client: ClientDep,
    form: Reset,
) -> Response:
    """Promise a letter, whether or not there is somebody to get it."""
    if form.value is None:
        return page.render("account/reset.html", status=422, form=form)
    one_time_links.ask_for_reset(database, form.value.email, client)
    return page.render("account/reset_sent.html", mail=settings.smtp_host is not None)


@router.post("/reset/password", dependencies=[HashingTurn])
@public
def set_new_password(
    page: PageDep, request: Request, database: DatabaseDep, form: NewPassword
) -> Response:
    """Take the new password."""
    cookies.require_private(request)
    if form.value is not None:
        password = form.value.password.get_secret_value()
        try:
            ended = one_time_links.set_password(
                database, form.value.code, Purpose.RESET, password
            )
        except Unprocessable as refusal:
            form = form.refused(*refusal.errors)
        else:
            return page.signed_out().render("account/password_set.html", ended=ended)
    return page.render("account/new_password.html", status=422, form=form)
