"""The pages of signing in, from the password to the way out."""

from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response
from markupsafe import Markup

from app.accounts.dependencies import (
    ActorDep,
    BrowserDep,
    CookieDep,
    DatabaseDep,
    HashingTurn,
    SettingsDep,
)
from app.accounts.lifecycle import Stage
from app.accounts.schemas import CodeForm, ConfirmForm, ConsentForm, SignInForm
from app.accounts.service import browser_sessions, sign_in_flow
from app.core.base.errors import Unprocessable
from app.core.http import cookies
from app.core.http.access import public, signed_in
from app.core.http.csrf import local_path
from app.core.http.database_sessions import ReadSessionDep, SessionDep
from app.core.http.forms import Form, form_of
from app.pages.account.stages import HOME, give_session, go_in, place_of
from app.pages.layout import Page, PageDep, go_to

router = APIRouter()

SignIn = Annotated[Form[SignInForm], Depends(form_of(SignInForm))]
Code = Annotated[Form[CodeForm], Depends(form_of(CodeForm))]
Consent = Annotated[Form[ConsentForm], Depends(form_of(ConsentForm))]
Confirm = Annotated[Form[ConfirmForm], Depends(form_of(ConfirmForm))]


@router.get("/sign-in")
@public
def show_sign_in(page: PageDep, settings: SettingsDep, next: str = "") -> Response:
    """Ask for address and password, or lead to the provider."""
    return _sign_in_page(page, settings, Form(written={"next": next}))


def _sign_in_page(
    page: Page, settings: SettingsDep, form: Form[SignInForm], status: int = 200
) -> Response:
    provider = settings.oidc_name if settings.oidc_issuer else None
    return page.render("account/sign_in.html", status=status, form=form, provider=provider)


@router.post("/sign-in", dependencies=[HashingTurn])
@public
def sign_in(
    page: PageDep,
    request: Request,
    database: DatabaseDep,
    settings: SettingsDep,
    browser: BrowserDep,
    form: SignIn,
) -> Response:
    """Take address and password."""
    cookies.require_private(request)
    if form.value is None:
        return _sign_in_page(page, settings, form, 422)
    try:
        entry = sign_in_flow.sign_in(database, settings, form.value, browser)
    except Unprocessable as refusal:
        return _sign_in_page(page, settings, form.refused(*refusal.errors), 422)
    return go_in(request, entry, form.value.next)


@router.get("/sign-in/second-factor")
@public
def show_second_factor(
    page: PageDep,
    session: ReadSessionDep,
    settings: SettingsDep,
    cookie: CookieDep,
    next: str = "",
) -> Response:
    """Ask for a code of the authenticator."""
    browser_sessions.find(session, cookie, Stage.SECOND_FACTOR, settings, to_change=False)
    return page.render("account/second_factor.html", form=Form(written={"next": next}))


@router.post("/sign-in/second-factor")
@public
def pass_second_factor(
    page: PageDep,
    request: Request,
    database: DatabaseDep,
    settings: SettingsDep,
    cookie: CookieDep,
    form: Code,
) -> Response:
    """Take a code of the authenticator, or a recovery code."""
    if (given := form.value) is not None:
        try:
            entry = sign_in_flow.pass_code(database, settings, cookie, given)
        except Unprocessable as refusal:
            form = form.refused(*refusal.errors)
        else:
            return go_in(request, entry, given.next)
    return page.render("account/second_factor.html", status=422, form=form)


@router.get("/sign-in/enrolment")
@public
def show_enrolment(
    page: PageDep,
    session: SessionDep,
    settings: SettingsDep,
    cookie: CookieDep,
    next: str = "",
) -> Response:
    """Show the secret for an authenticator, as a QR code and as text."""
    shown = sign_in_flow.show_enrolment(session, settings, cookie)
    return _enrolment_page(page, shown, Form(written={"next": next}))


def _enrolment_page(
    page: Page, shown: tuple[str, str], form: Form[CodeForm], status: int = 200
) -> Response:
    secret, address = shown
    import segno  # noqa: PLC0415 -- for the few who set a second factor up

    drawn = segno.make(address, error="m").svg_inline(omitsize=True, border=4)
    return page.render(
        "account/enrolment.html",
        status=status,
        form=form,
        secret=" ".join(secret[i : i + 4] for i in range(0, len(secret), 4)),
        address=address,
        qr=Markup(drawn),  # noqa: S704 -- drawn by the library from our own address
    )


@router.post("/sign-in/enrolment")
@public
def enrol(
    page: PageDep,
    request: Request,
    database: DatabaseDep,
    settings: SettingsDep,
    cookie: CookieDep,
    form: Code,
) -> Response:
    """Confirm an authenticator, and show the recovery codes once."""
    if (given := form.value) is not None:
        try:
            entry, codes = sign_in_flow.enrol(database, settings, cookie, given)
        except Unprocessable as refusal:
            form = form.refused(*refusal.errors)
        else:
            onward = place_of(entry, given.next)
            answer = page.render("account/recovery_codes.html", codes=codes, onward=onward)
            give_session(request, answer, entry)
            return answer
    shown = sign_in_flow.enrolment_again(database, settings, cookie)
    return _enrolment_page(page, shown, form, 422)


@router.get("/consent")
@public
def show_consent(
    page: PageDep,
    session: ReadSessionDep,
    settings: SettingsDep,
    cookie: CookieDep,
    next: str = "",
) -> Response:
    """Say what is stored and why, before it is."""
    browser_sessions.find(session, cookie, Stage.CONSENT, settings, to_change=False)
    return _consent_page(page, settings, Form(written={"next": next}))


def _consent_page(
    page: Page, settings: SettingsDep, form: Form[ConsentForm], status: int = 200
) -> Response:
    return page.render(
        "account/consent.html", status=status, form=form, days=settings.retention_days
    )


@router.post("/consent")
@public
def consent(
    page: PageDep,
    request: Request,
    session: SessionDep,
    settings: SettingsDep,
    cookie: CookieDep,
    form: Consent,
) -> Response:
    """Go on with what is stored, or leave without it."""
    if form.value is None:
        return _consent_page(page, settings, form, 422)
    if form.value.agreed == "no":
        browser_sessions.end(session, cookie)
        response = page.render("account/refused.html")
        cookies.take(request, response, cookies.SESSION)
        return response
    entry = sign_in_flow.consent(session, settings, cookie)
    return go_in(request, entry, form.value.next)


@router.post("/sign-out")
@public
def sign_out(request: Request, session: SessionDep, cookie: CookieDep) -> Response:
    """End the session of this browser."""
    browser_sessions.end(session, cookie)
    response = go_to("/sign-in")
    cookies.take(request, response, cookies.SESSION)
    # not the cookies: one of them lets this browser in past wrong tries from elsewhere
    response.headers["Clear-Site-Data"] = '"cache", "storage"'
    return response


@router.get("/confirm")
@signed_in
def show_confirm(
    page: PageDep,
    session: ReadSessionDep,
    actor: ActorDep,
    next: str = "",
) -> Response:
    """Ask who it is once more, before something that matters."""
    by = sign_in_flow.ways_to_confirm(session, actor)
    form: Form[ConfirmForm] = Form(written={"next": next})
    return page.render("account/confirm.html", form=form, by=by)


@router.post("/confirm", dependencies=[HashingTurn])
@public
def confirm(
    page: PageDep,
    database: DatabaseDep,
    settings: SettingsDep,
    cookie: CookieDep,
    form: Confirm,
) -> Response:
    """Take a code, or the password of somebody who has no authenticator."""
    by = form.written.get("by", "password")
    if (given := form.value) is not None:
        try:
            sign_in_flow.confirm(database, settings, cookie, given)
        except Unprocessable as refusal:
            form = form.refused(*refusal.errors)
        else:
            return go_to(local_path(given.next, HOME))
    return page.render("account/confirm.html", status=422, form=form, by=by)
