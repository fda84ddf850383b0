"""The pages on the way to an OpenID provider and back."""

from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response

from app.accounts.dependencies import BrowserDep, ClientDep, DatabaseDep, SettingsDep
from app.accounts.schemas import ConsentForm
from app.accounts.service import openid
from app.accounts.service.openid import WITHIN, Visitor
from app.core.base.errors import NotPermitted
from app.core.http import cookies
from app.core.http.access import public
from app.core.http.database_sessions import SessionDep
from app.core.http.forms import Form, form_of
from app.core.storage.database import transaction
from app.pages.account.stages import go_in
from app.pages.layout import Page, PageDep, go_to

router = APIRouter()

Consent = Annotated[Form[ConsentForm], Depends(form_of(ConsentForm))]


@router.get("/sign-in/provider")
@public
def go_to_provider(
    request: Request,
    database: DatabaseDep,
    settings: SettingsDep,
    client: ClientDep,
    next: str = "",
    invitation: str = "",
) -> Response:
    """Lead to the provider, and let the browser remember what for."""
    cookies.require_private(request)
    address, sealed = openid.begin(
        database, settings, client=client, following=next, invitation=invitation
    )
    response = go_to(address)
    cookies.give(request, response, cookies.PROVIDER, sealed, lasts=WITHIN)
    return response


@router.get(openid.BACK)
@public
def come_back(
    request: Request, database: DatabaseDep, settings: SettingsDep, browser: BrowserDep
) -> Response:
    """Let somebody in whom we know; ask a person with an invitation to agree first."""
    sealed = cookies.read(request, cookies.PROVIDER)
    visitor = openid.finish(settings, sealed, dict(request.query_params))
    with transaction(database) as session:
        entry = openid.enter(session, settings, visitor, browser)
    if entry is not None:
        response = go_in(request, entry, visitor.following)
        cookies.take(request, response, cookies.PROVIDER)
        return response
    if not visitor.invitation:
        raise NotPermitted(
            "No account is linked to that sign-in. Nothing was stored.",
            remedy="Ask the staff for an invitation, and accept it with this sign-in.",
        )
    response = go_to("/invitation/consent")
    cookie = openid.remember(settings, visitor)
    cookies.give(request, response, cookies.PROVIDER, cookie, lasts=WITHIN)
    return response


@router.get("/invitation/consent")
@public
def show_provider_consent(page: PageDep, request: Request, settings: SettingsDep) -> Response:
    """Say what is stored and why, before anything is."""
    _visitor(request, settings)
    return _consent_page(page, settings, Form())


def _consent_page(
    page: Page, settings: SettingsDep, form: Form[ConsentForm], status: int = 200
) -> Response:
    return page.render(
        "account/consent.html",
        status=status,
        form=form,
        days=settings.retention_days,
        provider=settings.oidc_name,
    )


@router.post("/invitation/consent")
@public
def accept_with_provider(
    page: PageDep,
    request: Request,
    session: SessionDep,
    settings: SettingsDep,
    browser: BrowserDep,
    form: Consent,
) -> Response:
    """Accept the invitation with the provider's word, or store nothing."""
    visitor = _visitor(request, settings)
    if form.value is None:
        return _consent_page(page, settings, form, 422)
    if form.value.agreed == "no":
        response: Response = page.render("account/refused.html")
    else:
        entry = openid.link(session, settings, visitor, browser, page.language)
        response = go_in(request, entry, visitor.following)
    cookies.take(request, response, cookies.PROVIDER)
    return response


def _visitor(request: Request, settings: SettingsDep) -> Visitor:
    """Return who came back from the provider in this browser a moment ago."""
    visitor = openid.remembered(settings, cookies.read(request, cookies.PROVIDER))
    if visitor is None:
        raise NotPermitted(
            "This browser has not come back from the provider, or took too long.",
            remedy="Open the link of your invitation again.",
        )
    return visitor
