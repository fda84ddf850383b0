"""Drafting a call, changing it and when it closes; dates are told in the time of the call."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Response
from pydantic import BaseModel, ConfigDict, Field, ValidationError
from sqlmodel import Session

from app.access.policy import Action, Actor
from app.accounts.dependencies import ActorDep
from app.core.base import zones
from app.core.base.entity_tags import Expected, entity_tag
from app.core.base.errors import (
    AppError,
    Conflict,
    FieldError,
    Stale,
    TransitionNotAllowed,
    Unprocessable,
)
from app.core.base.merge_patch import Patch
from app.core.base.references import Reference
from app.core.base.validation_errors import field_errors
from app.core.http.access import needs
from app.core.http.database_sessions import ReadSessionDep, SessionDep
from app.core.http.forms import Form, form_of
from app.pages.instants import announced, local, no_such_hour
from app.pages.layout import Page, PageDep, go_to
from app.pages.staff.calls import call_of, place_of
from app.programmes import service
from app.programmes.models import Call, Programme
from app.programmes.schemas import CallDraft, CallQuery
from app.questions import editions

router = APIRouter()

# As they are typed: the draft's own schema says what is wrong with them, in its own words.
_Typed = Annotated[str, Field(max_length=10_000)]
DATES = ("opens_at", "closes_at")


class CallForm(BaseModel):
    """A call as a form tells it: dates as the clock shows them in its zone."""

    model_config = ConfigDict(extra="forbid")

    expected: _Typed = ""
    like: Reference | None = None
    kind: _Typed = ""
    code: _Typed = ""
    title: _Typed = ""
    zone: _Typed = ""
    opens_at: _Typed = ""
    closes_at: _Typed = ""
    grace_minutes: _Typed = ""
    notes: _Typed = ""
    promised: _Typed = ""


class Closing(BaseModel):
    """Until when a call takes things in."""

    model_config = ConfigDict(extra="forbid")

    expected: _Typed = ""
    closes_at: _Typed = ""


CallFormDep = Annotated[Form[CallForm], Depends(form_of(CallForm))]
ClosingDep = Annotated[Form[Closing], Depends(form_of(Closing))]


def _said(form: CallForm | Closing, zone: str) -> dict[str, Any]:
    """Return what was filled in, with dates as instants.

    Raises
    ------
    Unprocessable
        If the clocks of the zone leave one of them out.
    """
    said: dict[str, Any] = form.model_dump(exclude={"expected", "like"})
    if isinstance(form, CallForm):
        said["promised"] = promised_in(form.promised)
    errors: list[FieldError] = []
    for name in said.keys() & {*DATES}:
        try:
            said[name] = announced(said[name], zone)
        except ValueError:
            errors.append(FieldError(f"/{name}", no_such_hour(zone)))
    if errors:
        raise Unprocessable("The content cannot be accepted.", errors=errors)
    return said


def promised_in(written: str) -> list[dict[str, str]]:
    """Return the dates that lines tell: a day, and behind it what happens then."""
    lines = [line.split(maxsplit=1) for line in written.splitlines() if line.strip()]
    return [{"on": day, "label": " ".join(rest)} for day, *rest in lines]


@router.get("/programmes/{programme}/new-call")
@needs(Action.CALL_WRITE)
def show_new_call(
    page: PageDep,
    session: ReadSessionDep,
    actor: ActorDep,
    programme: Reference,
    like: Annotated[Reference | None, Query()] = None,
) -> Response:
    """Ask what a new call says; with what an earlier one said, if one is named."""
    of = service.programme(session, programme)
    written = {"zone": of.zone, "kind": "challenges"}
    if like is not None:
        earlier = service.call(session, actor, like)
        same = earlier.model_dump(mode="json", include={"kind", "title", "zone", "notes"})
        written = {name: str(value) for name, value in same.items()}
        written |= {"grace_minutes": str(earlier.grace_minutes), "like": str(earlier.id)}
    return _new_page(page, session, actor, of, Form(written=written))


@router.post("/programmes/{programme}/calls")
@needs(Action.CALL_WRITE)
def draft_call(
    page: PageDep,
    session: SessionDep,
    actor: ActorDep,
    programme: Reference,
    form: CallFormDep,
) -> Response:
    """Draft a call, and show it."""
    of = service.programme(session, programme)
    if form.value is None:
        return _new_page(page, session, actor, of, form, 422)
    try:
        said = _said(form.value, form.value.zone)
        given = {name: value for name, value in said.items() if value}
        draft = CallDraft.model_validate({**given, "programme_id": of.code})
        made = service.create_call(session, actor, draft)
        if form.value.like:
            earlier = service.call(session, actor, form.value.like)
            editions.ask_like(session, actor, session.get_one(Call, made.id), earlier)
    except ValidationError as wrong:
        form = form.refused(*map(_of_lines, field_errors(wrong.errors())))
        return _new_page(page, session, actor, of, form, 422)
    except (Unprocessable, Conflict) as refusal:
        return _new_page(page, session, actor, of, _at_its_field(form, refusal), refusal.status)
    return go_to(f"/programmes/{of.code}/calls/{made.code}", done="call-drafted")


def _at_its_field(form: Form[Any], refusal: AppError) -> Form[Any]:
    """Return the form with a refusal at its field; a conflict is one of the code."""
    errors = [*map(_of_lines, refusal.errors)] or [FieldError("/code", refusal.detail)]
    return form.refused(*errors)


def _of_lines(error: FieldError) -> FieldError:
    """Return what is wrong with a line at the field that holds all lines."""
    is_line = error.pointer.startswith("/promised/")
    return FieldError("/promised", error.detail) if is_line else error


def _new_page(
    page: Page,
    session: Session,
    actor: Actor,
    of: Programme,
    form: Form[CallForm],
    status: int = 200,
) -> Response:
    earlier = service.calls(session, actor, CallQuery(sort="-opens_at", limit=50)).rows
    return page.render(
        "staff/call_form.html",
        status=status,
        programme=of,
        form=form,
        earlier=earlier,
        call=None,
        zones=zones.of_dates(),
    )


@router.get("/programmes/{programme}/calls/{call}/change")
@needs(Action.CALL_WRITE)
def show_call_form(
    page: PageDep,
    session: ReadSessionDep,
    actor: ActorDep,
    programme: Reference,
    call: Reference,
) -> Response:
    """Ask what shall be different about a call."""
    found, of = call_of(session, actor, programme, call)
    return _change_page(page, actor, found, of, Form())


@router.post("/programmes/{programme}/calls/{call}/change")
@needs(Action.CALL_WRITE)
def change_call(
    page: PageDep,
    session: SessionDep,
    actor: ActorDep,
    programme: Reference,
    call: Reference,
    form: CallFormDep,
) -> Response:
    """Change a call; of two who do so at once, the second sees what the first has written."""
    found, of = call_of(session, actor, programme, call)
    if form.value is None:
        return _change_page(page, actor, found, of, form, 422)
    try:
        said = _said(form.value, form.value.zone)
        patch = _patch(
            {name: said[name] for name in said.keys() - _untouched(form.value, found)}
        )
        service.change_call(session, actor, found.id, patch, Expected(form.value.expected))
    except Stale:
        return _change_page(page, actor, found, of, form, 412)
    except TransitionNotAllowed:
        raise
    except (Unprocessable, Conflict) as refusal:
        form = _at_its_field(form, refusal)
        return _change_page(page, actor, found, of, form, refusal.status)
    return go_to(place_of(found, of), done="call-changed")


def _untouched(form: CallForm, call: Call) -> set[str]:
    """Return what of a call a form leaves as it is.

    A field holds less than the database: a date that was not touched stays to the second.
    """
    shown = {name: local(getattr(call, name), call.zone) for name in DATES}
    if form.zone != call.zone:
        shown = {}
    return {"kind", *(name for name, value in shown.items() if getattr(form, name) == value)}


def _patch(said: dict[str, Any]) -> Patch:
    return Patch({name: value or None for name, value in said.items()})


def _change_page(
    page: Page,
    actor: Actor,
    call: Call,
    of: Programme,
    form: Form[CallForm],
    status: int = 200,
) -> Response:
    read = service.describe(actor, call)
    stored = _shown(call)
    return page.render(
        "staff/call_form.html",
        status=status,
        programme=of,
        call=read,
        place=place_of(call, of),
        form=form if form.written else Form(written=stored),
        stored=stored,
        earlier=(),
        zones=zones.of_dates(),
        expected=entity_tag(read),
        overtaken=status == Stale.status,
    )


def _shown(call: Call) -> dict[str, str | list[str]]:
    """Return a call as a form shows it."""
    return {
        **{name: getattr(call, name) for name in ("code", "title", "zone", "notes")},
        **{name: local(getattr(call, name), call.zone) for name in DATES},
        "grace_minutes": str(call.grace_minutes),
        "promised": "\n".join(f"{one['on']} {one['label']}" for one in call.promised),
    }


@router.get("/programmes/{programme}/calls/{call}/closing")
@needs(Action.CALL_WRITE)
def show_closing(
    page: PageDep,
    session: ReadSessionDep,
    actor: ActorDep,
    programme: Reference,
    call: Reference,
) -> Response:
    """Ask until when a call takes things in, and say what another date means."""
    found, of = call_of(session, actor, programme, call)
    return _closing_page(page, actor, found, of, Form())


@router.post("/programmes/{programme}/calls/{call}/closing")
@needs(Action.CALL_WRITE)
def change_closing(
    page: PageDep,
    session: SessionDep,
    actor: ActorDep,
    programme: Reference,
    call: Reference,
    form: ClosingDep,
) -> Response:
    """Let a call take things in for longer, or less long."""
    found, of = call_of(session, actor, programme, call)
    if form.value is None:
        return _closing_page(page, actor, found, of, form, 422)
    try:
        patch = _patch(_said(form.value, found.zone))
        service.change_call(session, actor, found.id, patch, Expected(form.value.expected))
    except Stale:
        return _closing_page(page, actor, found, of, form, 412)
    except Unprocessable as refusal:
        form = form.refused(*refusal.errors)
        return _closing_page(page, actor, found, of, form, 422)
    return go_to(place_of(found, of), done="call-closing")


def _closing_page(
    page: Page,
    actor: Actor,
    call: Call,
    of: Programme,
    form: Form[Closing],
    status: int = 200,
) -> Response:
    read = service.describe(actor, call)
    shown = {"closes_at": local(call.closes_at, call.zone)}
    return page.render(
        "staff/call_closing.html",
        status=status,
        programme=of,
        call=read,
        place=place_of(call, of),
        form=form if form.written else Form(written=shown),
        expected=entity_tag(read),
        overtaken=status == Stale.status,
    )
