"""Entering a submission for a team that cannot do it itself."""

from typing import Annotated, Final
from uuid import UUID

from fastapi import APIRouter, Depends, Response
from pydantic import BaseModel, ConfigDict, Field, ValidationError
from sqlmodel import Session

from app.access.policy import Action, Actor
from app.accounts.dependencies import ActorDep, SettingsDep
from app.core.base.errors import Conflict, FieldError, Unprocessable
from app.core.base.messages import Message
from app.core.base.references import Reference
from app.core.base.validation_errors import field_errors
from app.core.http.access import needs
from app.core.http.database_sessions import ReadSessionDep, SessionDep
from app.core.http.forms import Form, form_of
from app.core.tables.languages import OFFERED
from app.organisations.schemas import OrganisationQuery
from app.organisations.service import organisations
from app.pages.layout import Page, PageDep, go_to
from app.pages.staff.calls import call_of, place_of
from app.programmes import service as programmes
from app.submissions.schemas import LatePermitQuery
from app.submissions.service import late_permits
from app.teams.schemas import NewEntry
from app.teams.service import entries

router = APIRouter()

MOST: Final = 200
"""Teams that are offered; of more, one is named by its key."""

ONE: Final = LatePermitQuery(limit=1)

_Typed = Annotated[str, Field(max_length=10_000)]


class EntryForm(BaseModel):
    """For whom staff enter what, as a form tells it."""

    model_config = ConfigDict(extra="forbid")

    organisation_id: _Typed = ""
    title: _Typed = ""
    language: _Typed = ""
    reason: _Typed = ""


EntryFormDep = Annotated[Form[EntryForm], Depends(form_of(EntryForm))]


@router.get("/programmes/{programme}/calls/{call}/entries")
@needs(Action.SUBMISSION_ENTER)
def show_entries(
    page: PageDep,
    session: ReadSessionDep,
    actor: ActorDep,
    programme: Reference,
    call: Reference,
) -> Response:
    """List what staff enter for teams, and ask for whom something is to be entered."""
    return _page(page, session, actor, (programme, call), Form())


@router.post("/programmes/{programme}/calls/{call}/entries")
@needs(Action.SUBMISSION_ENTER)
def begin_entry(
    page: PageDep,
    session: SessionDep,
    actor: ActorDep,
    settings: SettingsDep,
    programme: Reference,
    call: Reference,
    form: EntryFormDep,
) -> Response:
    """Begin a draft for a team, and lead to its topics."""
    found, _ = call_of(session, actor, programme, call)
    if form.value is None:
        return _page(page, session, actor, (programme, call), form, 422)
    try:
        said = {name: value for name, value in form.value.model_dump().items() if value}
        new = NewEntry.model_validate(said)
        made = entries.begin(session, actor, found.id, new, most=settings.max_drafts)
    except ValidationError as wrong:
        form = form.refused(*field_errors(wrong.errors()))
        return _page(page, session, actor, (programme, call), form, 422)
    except (Conflict, Unprocessable) as refusal:
        problem = Message("{problem} {remedy}", problem=refusal.detail, remedy=refusal.remedy)
        form = form.refused(*(refusal.errors or [FieldError("/organisation_id", problem)]))
        return _page(page, session, actor, (programme, call), form, refusal.status)
    return go_to(f"/submissions/{made.submission}")


@router.post("/programmes/{programme}/calls/{call}/entries/{entry}/join")
@needs(Action.SUBMISSION_ENTER)
def join_entry(
    session: SessionDep, actor: ActorDep, programme: Reference, call: Reference, entry: UUID
) -> Response:
    """Work on what a colleague enters for a team, too."""
    call_of(session, actor, programme, call)
    return go_to(f"/submissions/{entries.join(session, actor, entry).submission}")


def _page(
    page: Page,
    session: Session,
    actor: Actor,
    place: tuple[UUID | str, UUID | str],
    form: Form[EntryForm],
    status: int = 200,
) -> Response:
    found, of = call_of(session, actor, *place)
    teams = organisations.organisations(session, actor, OrganisationQuery(limit=MOST))
    return page.render(
        "staff/entries.html",
        status=status,
        programme=of,
        call=programmes.describe(actor, found),
        place=place_of(found, of),
        form=form,
        entries=entries.listed(session, actor, found.id),
        permitted=bool(late_permits.permits(session, actor, found.id, ONE).rows),
        languages_offered=OFFERED,
        teams=[(str(team.id), f"{team.name} ({team.country})") for team in teams.rows],
        all_teams=teams.cursor is None,
    )
