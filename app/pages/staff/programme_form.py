"""Beginning a programme, and changing what is told about it."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Response
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from app.access.policy import Action, Actor
from app.accounts.dependencies import ActorDep
from app.core.base import zones
from app.core.base.entity_tags import Expected, entity_tag
from app.core.base.errors import Conflict, FieldError, Stale, Unprocessable
from app.core.base.merge_patch import Patch
from app.core.base.references import Reference
from app.core.base.translations import language
from app.core.base.validation_errors import field_errors
from app.core.http.access import needs
from app.core.http.database_sessions import ReadSessionDep, SessionDep
from app.core.http.forms import Form, form_of
from app.core.tables.languages import OFFERED
from app.pages.layout import Page, PageDep, go_to
from app.programmes import service
from app.programmes.models import Programme
from app.programmes.schemas import ProgrammeDraft

router = APIRouter()

# As they are typed: the draft's own schema says what is wrong with them, in its own words.
_Typed = Annotated[str, Field(max_length=10_000)]


class ProvidersForm(BaseModel):
    """How many providers each challenge shall have, as a form tells it."""

    model_config = ConfigDict(extra="forbid")

    min: _Typed = ""
    max: _Typed = ""


class ProgrammeForm(BaseModel):
    """A programme as a form tells it."""

    model_config = ConfigDict(extra="forbid")

    expected: _Typed = ""
    code: _Typed = ""
    title: _Typed = ""
    zone: _Typed = ""
    working_language: _Typed = ""
    providers: ProvidersForm = Field(default_factory=ProvidersForm)
    notes: _Typed = ""


ProgrammeFormDep = Annotated[Form[ProgrammeForm], Depends(form_of(ProgrammeForm))]


@router.get("/new-programme")
@needs(Action.PROGRAMME_WRITE)
def show_new_programme(page: PageDep, actor: ActorDep) -> Response:
    """Ask what a new programme is."""
    written = {
        "zone": page.zone,
        "working_language": page.language,
        "providers.min": "2",
        "providers.max": "2",
    }
    return _form_page(page, actor, None, Form(written=written))


@router.post("/programmes")
@needs(Action.PROGRAMME_WRITE)
def begin_programme(
    page: PageDep, session: SessionDep, actor: ActorDep, form: ProgrammeFormDep
) -> Response:
    """Begin a programme, and show it."""
    if form.value is None:
        return _form_page(page, actor, None, form, 422)
    try:
        draft = ProgrammeDraft.model_validate(_said(form.value))
        made = service.create_programme(session, actor, draft)
    except ValidationError as wrong:
        form = form.refused(*field_errors(wrong.errors()))
        return _form_page(page, actor, None, form, 422)
    except Conflict as refusal:
        form = form.refused(FieldError("/code", refusal.detail))
        return _form_page(page, actor, None, form, refusal.status)
    return go_to(f"/programmes/{made.code}", done="programme-begun")


def _said(form: ProgrammeForm) -> dict[str, Any]:
    """Return what was filled in; what was left blank counts as not given."""
    said = {name: v for name, v in form.model_dump(exclude={"expected"}).items() if v}
    providers = {name: v for name, v in form.providers.model_dump().items() if v}
    return {**said, "providers": providers}


@router.get("/programmes/{programme}/settings")
@needs(Action.PROGRAMME_WRITE)
def show_programme_form(
    page: PageDep, session: ReadSessionDep, actor: ActorDep, programme: Reference
) -> Response:
    """Ask what shall be different about a programme."""
    return _form_page(page, actor, service.programme(session, programme), Form())


@router.post("/programmes/{programme}/settings")
@needs(Action.PROGRAMME_WRITE)
def change_programme(
    page: PageDep,
    session: SessionDep,
    actor: ActorDep,
    programme: Reference,
    form: ProgrammeFormDep,
) -> Response:
    """Change a programme; of two who do so at once, the second sees what the first wrote."""
    found = service.programme(session, programme)
    if form.value is None:
        return _form_page(page, actor, found, form, 422)
    said = form.value.model_dump(exclude={"expected"})
    blank = {name: value or None for name, value in said.items() if name != "providers"}
    providers = {name: value or None for name, value in said["providers"].items()}
    patch = Patch({**blank, "providers": providers})
    try:
        service.change_programme(session, actor, found.id, patch, Expected(form.value.expected))
    except Stale:
        return _form_page(page, actor, found, form, 412)
    except Unprocessable as refusal:
        return _form_page(page, actor, found, form.refused(*refusal.errors), 422)
    except Conflict as refusal:
        form = form.refused(FieldError("/code", refusal.detail))
        return _form_page(page, actor, found, form, refusal.status)
    return go_to(f"/programmes/{found.code}/settings", done="programme-changed")


def _form_page(
    page: Page,
    actor: Actor,
    programme: Programme | None,
    form: Form[ProgrammeForm],
    status: int = 200,
) -> Response:
    about: dict[str, Any] = {}
    if programme is not None:
        about = {
            "programme": programme,
            "stored": _shown(programme),
            "expected": entity_tag(service.shown(actor, programme)),
        }
        form = form if form.written else Form(written=_shown(programme))
    names = language(page.language)
    return page.render(
        "staff/programme_form.html",
        status=status,
        form=form,
        zones=zones.of_dates(),
        languages_offered=[(tag, names.language_name(tag)) for tag in OFFERED],
        overtaken=status == Stale.status,
        **about,
    )


def _shown(programme: Programme) -> dict[str, str | list[str]]:
    """Return a programme as a form shows it."""
    names = ("code", "title", "zone", "working_language", "notes")
    return {
        **{name: getattr(programme, name) for name in names},
        "providers.min": str(programme.providers_min),
        "providers.max": str(programme.providers_max),
    }
