"""The same step for many submissions: first what would happen to each, then a button."""

from typing import Annotated, Final
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Response
from pydantic import BaseModel, ConfigDict, Field, ValidationError
from sqlmodel import Session

from app.access.policy import Action, Actor
from app.accounts.dependencies import ActorDep
from app.core.base.errors import Unprocessable
from app.core.base.references import Reference
from app.core.base.validation_errors import field_errors
from app.core.http.access import needs
from app.core.http.database_sessions import ReadSessionDep, SessionDep
from app.core.http.forms import Form, form_of
from app.matchmaking.service.queries import parties
from app.pages.instants import announced_at, in_two_weeks
from app.pages.layout import Page, PageDep, go_to
from app.pages.staff.calls import call_of, place_of
from app.pages.step_texts import MEANS
from app.programmes import service as programmes
from app.programmes.models import Programme
from app.submissions.lifecycle import LIFE, Kind
from app.submissions.schemas import StepTaken
from app.submissions.service import many_steps

router = APIRouter()

STEPS: Final = ("pass", "return")
"""Steps of staff that many submissions take at once."""

ASKS_SUMMARY: Final = "ask-summary"
"""Returning a submission with one question alone: its summary."""

Codes = Annotated[list[Reference], Field(max_length=many_steps.MOST)]


class ManyTaken(BaseModel):
    """Which submissions take which step."""

    model_config = ConfigDict(extra="forbid")

    code: Codes = []
    step: str = Field(max_length=20)
    reason: str = Field(default="", max_length=20_000)
    answer_by: str = Field(default="", max_length=100)
    call: Reference | None = None


ManyForm = Annotated[Form[ManyTaken], Depends(form_of(ManyTaken))]


@router.get("/programmes/{programme}/steps/{kind}")
@needs(Action.SUBMISSION_SCREEN)
def show_many(
    page: PageDep,
    session: ReadSessionDep,
    actor: ActorDep,
    programme: Reference,
    kind: Kind,
    step: str,
    code: Annotated[list[Reference], Query(max_length=many_steps.MOST)] = [],  # noqa: B006 -- FastAPI copies it
    call: Reference | None = None,
) -> Response:
    """Say what a step would do to each of the submissions that were ticked."""
    found = programmes.programme(session, programme)
    if not code:
        return go_to(_back(session, actor, found, kind, call), done="nothing-ticked")
    form: Form[ManyTaken] = Form(written={"answer_by": in_two_weeks(found.zone)})
    return _page(page, session, actor, found, kind, code, step, form, call)


@router.post("/programmes/{programme}/steps/{kind}")
@needs(Action.SUBMISSION_SCREEN)
def take_many(
    page: PageDep,
    session: SessionDep,
    actor: ActorDep,
    programme: Reference,
    kind: Kind,
    form: ManyForm,
) -> Response:
    """Let each of them take the step that can."""
    found = programmes.programme(session, programme)
    if (said := form.value) is None:
        raise Unprocessable("The content cannot be accepted.", errors=form.errors)
    try:
        taken = _taken(found, said)
        many_steps.take(session, actor, found.id, kind, said.code, _name(said.step), taken)
    except ValidationError as refusal:
        form = form.refused(*field_errors(refusal.errors()))
    except Unprocessable as refusal:
        form = form.refused(*refusal.errors)
    else:
        return go_to(_back(session, actor, found, kind, said.call), done="many")
    return _page(page, session, actor, found, kind, said.code, said.step, form, said.call, 422)


def _name(step: str) -> str:
    return "return" if step == ASKS_SUMMARY else step


def _taken(programme: Programme, said: ManyTaken) -> StepTaken:
    """Return what was filled in, with the date as an instant of the programme."""
    answer_by = said.answer_by and announced_at("/answer_by", said.answer_by, programme.zone)
    asked = {"summary": ""} if said.step == ASKS_SUMMARY else {}
    return StepTaken.model_validate(
        {"reason": said.reason, "asked": asked, "answer_by": answer_by or None}
    )


def _back(
    session: Session,
    actor: Actor,
    programme: Programme,
    kind: Kind,
    call: Reference | None,
) -> str:
    """Return where what was ticked stands: in the list of its kind, or in a queue."""
    if call is None:
        return f"/programmes/{programme.code}/{kind}s"
    found, of = call_of(session, actor, programme.id, call)
    return f"{place_of(found, of)}/screening"


def _page(
    page: Page,
    session: Session,
    actor: Actor,
    programme: Programme,
    kind: Kind,
    codes: list[UUID | str],
    name: str,
    form: Form[ManyTaken],
    call: Reference | None = None,
    status: int = 200,
) -> Response:
    rows = many_steps.prospects(session, actor, programme.id, kind, codes, _name(name))
    return page.render(
        "staff/many_steps.html",
        status=status,
        programme=programme,
        kind=kind,
        step=LIFE.step(_name(name)),
        taken=name,
        asks_summary=name == ASKS_SUMMARY,
        call=call,
        place=_back(session, actor, programme, kind, call),
        means=MEANS,
        form=form,
        rows=rows,
        able=[row.submission for row in rows if row.obstacle is None],
        sides=parties(session, (row.submission.id for row in rows)),
    )
