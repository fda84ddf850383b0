"""Letting one team in after a call has closed, and taking that back."""

from typing import Annotated, Any, Final
from uuid import UUID

from fastapi import APIRouter, Depends, Response
from pydantic import BaseModel, ConfigDict, Field, ValidationError
from sqlmodel import Session

from app.access.policy import Action, Actor
from app.accounts.dependencies import ActorDep
from app.core.base.errors import Conflict, FieldError, Unprocessable
from app.core.base.references import Reference
from app.core.base.validation_errors import field_errors
from app.core.http.access import needs
from app.core.http.database_sessions import ReadSessionDep, SessionDep
from app.core.http.forms import Form, form_of
from app.organisations.schemas import OrganisationQuery
from app.organisations.service import organisations
from app.pages.instants import announced_at
from app.pages.layout import Page, PageDep, go_to
from app.pages.staff.calls import call_of, place_of
from app.programmes import service as programmes
from app.submissions.schemas import LatePermitQuery, NewLatePermit
from app.submissions.service import late_permits

router = APIRouter()

MOST: Final = 200
"""Permits that are shown, and teams that are offered; of more, one is named by its key."""

_Typed = Annotated[str, Field(max_length=10_000)]


class LateForm(BaseModel):
    """Whom staff let in, until when and why, as a form tells it."""

    model_config = ConfigDict(extra="forbid")

    organisation_id: _Typed = ""
    until: _Typed = ""
    reason: _Typed = ""


LateFormDep = Annotated[Form[LateForm], Depends(form_of(LateForm))]


@router.get("/programmes/{programme}/calls/{call}/late")
@needs(Action.CALL_EXTEND)
def show_late_permits(
    page: PageDep,
    session: ReadSessionDep,
    actor: ActorDep,
    programme: Reference,
    call: Reference,
) -> Response:
    """List who may send later than others, and ask whom to let in."""
    return _page(page, session, actor, (programme, call), Form())


@router.post("/programmes/{programme}/calls/{call}/late")
@needs(Action.CALL_EXTEND)
def permit_late(
    page: PageDep,
    session: SessionDep,
    actor: ActorDep,
    programme: Reference,
    call: Reference,
    form: LateFormDep,
) -> Response:
    """Let a team in until later."""
    found, of = call_of(session, actor, programme, call)
    if form.value is None:
        return _page(page, session, actor, (programme, call), form, 422)
    try:
        said: dict[str, Any] = form.value.model_dump()
        said["until"] = announced_at("/until", said["until"], found.zone)
        given = {name: value for name, value in said.items() if value}
        new = NewLatePermit.model_validate(given)
        late_permits.give(session, actor, found.id, new)
    except ValidationError as wrong:
        form = form.refused(*field_errors(wrong.errors()))
        return _page(page, session, actor, (programme, call), form, 422)
    except (Unprocessable, Conflict) as refusal:
        form = form.refused(*(refusal.errors or [FieldError("/until", refusal.detail)]))
        return _page(page, session, actor, (programme, call), form, refusal.status)
    return go_to(f"{place_of(found, of)}/late", done="late-permitted")


@router.post("/programmes/{programme}/calls/{call}/late/{permit_id}/take-back")
@needs(Action.CALL_EXTEND)
def take_late_permit_back(
    session: SessionDep,
    actor: ActorDep,
    programme: Reference,
    call: Reference,
    permit_id: UUID,
) -> Response:
    """Take a permit back."""
    found, of = call_of(session, actor, programme, call)
    late_permits.take_back(session, actor, permit_id, call_id=found.id)
    return go_to(f"{place_of(found, of)}/late", done="late-taken-back")


def _page(
    page: Page,
    session: Session,
    actor: Actor,
    named: tuple[UUID | str, UUID | str],
    form: Form[LateForm],
    status: int = 200,
) -> Response:
    found, of = call_of(session, actor, *named)
    permits = late_permits.permits(session, actor, found.id, LatePermitQuery(limit=MOST))
    teams = organisations.organisations(session, actor, OrganisationQuery(limit=MOST))
    return page.render(
        "staff/late_permits.html",
        status=status,
        programme=of,
        call=programmes.describe(actor, found),
        place=place_of(found, of),
        form=form,
        permits=permits.rows,
        more=permits.cursor is not None,
        teams=[(str(team.id), f"{team.name} ({team.country})") for team in teams.rows],
        all_teams=teams.cursor is None,
        names=late_permits.names(session, permits.rows),
    )
