"""The pages of signing in, from the password to the way out."""

from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response
from markupsafe import Markup

from app.accounts import service
from app.accounts.dependencies import (
    ActorDep,
    ClientDep,
    CookieDep,
    DatabaseDep,
    HashingTurn,
    SettingsDep,
)
from app.accounts.lifecycle import Stage
from app.accounts.pages.stages import HOME, go_in, place_of
from app.accounts.schemas import CodeForm, ConfirmForm, ConsentForm, SignInForm
from app.accounts.service import sessions, signing_in
from app.core import cookies
from app.core.declaring import public, signed_in
from app.core.errors import Unprocessable
from app.core.forms import Form, form_of
from app.core.origin import local_path
from app.core.sessions import ReadSessionDep, SessionDep
from app.core.web import go_to, render

router = APIRouter()

SignIn = Annotated[Form[SignInForm], Depends(form_of(SignInForm))]
Code = Annotated[Form[CodeForm], Depends(form_of(CodeForm))]
Consent = Annotated[Form[ConsentForm], Depends(form_of(ConsentForm))]
Confirm = Annotated[Form[ConfirmForm], Depends(form_of(ConfirmForm))]


@router.get("/sign-in")
@public
def show_sign_in(settings: SettingsDep, next: str = "") -> Response:
    """Ask for address and password, or lead to the provider."""
    return _sign_in_page(settings, Form(written={"next": next}))


def _sign_in_page(settings: SettingsDep, form: Form[SignInForm], status: int = 200) -> Response:
    provider = settings.oidc_name if settings.oidc_issuer else None
    return render("accounts/sign_in.html", status=status, form=form, provider=provider)


@router.post("/sign-in", dependencies=[HashingTurn])
@public
def sign_in(
    request: Request,
    database: DatabaseDep,
    settings: SettingsDep,
    client: ClientDep,
    cookie: CookieDep,
    form: SignIn,
) -> Response:
    """Take address and password."""
    cookies.require_private(request)
    if form.value is None:
        return _sign_in_page(settings, form, 422)
    try:
        entry = signing_in.sign_in(database, settings, form.value, client=client, before=cookie)
    except Unprocessable as refusal:
        return _sign_in_page(settings, form.refused(*refusal.errors), 422)
    return go_in(request, entry, form.value.next)


@router.get("/sign-in/second-factor")
@public
def show_second_factor(
    session: ReadSessionDep,
    settings: SettingsDep,
    cookie: CookieDep,
    next: str = "",
) -> Response:
    """Ask for a code of the authenticator."""
    sessions.find(session, cookie, Stage.SECOND_FACTOR, settings, to_change=False)
    return render("accounts/second_factor.html", form=Form(written={"next": next}))


@router.post("/sign-in/second-factor")
@public
def pass_second_factor(
    request: Request,
    database: DatabaseDep,
    settings: SettingsDep,
    cookie: CookieDep,
    form: Code,
) -> Response:
    """Take a code of the authenticator, or a recovery code."""
    if (given := form.value) is not None:
        try:
            entry = signing_in.pass_code(database, settings, cookie, given)
        except Unprocessable as refusal:
            form = form.refused(*refusal.errors)
        else:
            return go_in(request, entry, given.next)
    return render("accounts/second_factor.html", status=422, form=form)


@router.get("/sign-in/enrolment")
@public
def show_enrolment(
    session: SessionDep,
    settings: SettingsDep,
    cookie: CookieDep,
    next: str = "",
) -> Response:
    """Show the secret for an authenticator, as a QR code and as text."""
    shown = signing_in.show_enrolment(session, settings, cookie)
    return _enrolment_page(shown, Form(written={"next": next}))


def _enrolment_page(
    shown: tuple[str, str], form: Form[CodeForm], status: int = 200
) -> Response:
    secret, address = shown
    import segno  # noqa: PLC0415 -- for the few who set a second factor up

    drawn = segno.make(address, error="m").svg_inline(omitsize=True, border=4)
    return render(
        "accounts/enrolment.html",
        status=status,
        form=form,
        secret=" ".join(secret[i : i + 4] for i in range(0, len(secret), 4)),
        address=address,
        qr=Markup(drawn),  # noqa: S704 -- drawn by the library from our own address
    )


@router.post("/sign-in/enrolment")
@public
def enrol(
    request: Request,
    database: DatabaseDep,
    settings: SettingsDep,
    cookie: CookieDep,
    form: Code,
) -> Response:
    """Confirm an authenticator, and show the recovery codes once."""
    if (given := form.value) is not None:
        try:
            entry, codes = signing_in.enrol(database, settings, cookie, given)
        except Unprocessable as refusal:
            form = form.refused(*refusal.errors)
        else:
            onward = place_of(entry, given.next)
            page = render("accounts/recovery_codes.html", codes=codes, onward=onward)
            cookies.give(request, page, cookies.SESSION, entry.secret)
            return page
    shown = signing_in.enrolment_again(database, settings, cookie)
    return _enrolment_page(shown, form, 422)


@router.get("/consent")
@public
def show_consent(
    session: ReadSessionDep,
    settings: SettingsDep,
    cookie: CookieDep,
    next: str = "",
) -> Response:
    """Say what is stored and why, before it is."""
    sessions.find(session, cookie, Stage.CONSENT, settings, to_change=False)
    return _consent_page(settings, Form(written={"next": next}))


def _consent_page(
    settings: SettingsDep, form: Form[ConsentForm], status: int = 200
) -> Response:
    return render(
        "accounts/consent.html", status=status, form=form, days=settings.retention_days
    )


@router.post("/consent")
@public
def consent(
    request: Request,
    session: SessionDep,
    settings: SettingsDep,
    cookie: CookieDep,
    form: Consent,
) -> Response:
    """Go on with what is stored, or leave without it."""
    if form.value is None:
        return _consent_page(settings, form, 422)
    if form.value.agreed == "no":
        sessions.end(session, cookie)
        response = render("accounts/refused.html")
        cookies.take(request, response, cookies.SESSION)
        return response
    entry = signing_in.consent(session, settings, cookie)
    return go_in(request, entry, form.value.next)


@router.post("/sign-out")
@public
def sign_out(request: Request, session: SessionDep, cookie: CookieDep) -> Response:
    """End the session of this browser."""
    sessions.end(session, cookie)
    response = go_to("/sign-in")
    cookies.take(request, response, cookies.SESSION)
    return response


@router.get("/confirm")
@signed_in
def show_confirm(
    session: ReadSessionDep,
    actor: ActorDep,
    next: str = "",
) -> Response:
    """Ask who it is once more, before something that matters."""
    by = signing_in.ways_to_confirm(session, actor)
    me = service.describe(session, actor)
    form: Form[ConfirmForm] = Form(written={"next": next})
    return render("accounts/confirm.html", form=form, by=by, person=me.name)


@router.post("/confirm", dependencies=[HashingTurn])
@public
def confirm(
    database: DatabaseDep, settings: SettingsDep, cookie: CookieDep, form: Confirm
) -> Response:
    """Take a code, or the password of somebody who has no authenticator."""
    by = form.written.get("by", "password")
    if (given := form.value) is not None:
        try:
            signing_in.confirm(database, settings, cookie, given)
        except Unprocessable as refusal:
            form = form.refused(*refusal.errors)
        else:
            return go_to(local_path(given.next, HOME))
    return render("accounts/confirm.html", status=422, form=form, by=by)
