"""The advisory board of a programme, as staff see it: who advises, what is before it."""

from typing import Annotated, Any, Final
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Request, Response
from pydantic import BaseModel, ConfigDict, Field, ValidationError
from sqlmodel import Session

from app.access.policy import Action, Actor
from app.accounts.dependencies import ActorDep, DatabaseDep
from app.advice import queries
from app.advice.lifecycle import LIFE
from app.advice.schemas import (
    MOST_ITEMS,
    AdvisorDraft,
    AdvisorQuery,
    ConsultationQuery,
    ConsultationRead,
    ConsultationStepTaken,
    NewAdvisor,
    NewConsultation,
)
from app.advice.service import advisors, consultations, counting
from app.advice.service.consultations import BEFORE_BOARD, Matter, Standings
from app.core.base.entity_tags import ANYTHING, Expected, entity_tag
from app.core.base.errors import Conflict, FieldError, NotFound, Unprocessable
from app.core.base.messages import Message
from app.core.base.references import Reference
from app.core.base.validation_errors import field_errors
from app.core.http.access import needs
from app.core.http.computing import worked_out
from app.core.http.database_sessions import ReadSessionDep, SessionDep
from app.core.http.forms import Form, form_of
from app.core.storage.database import reading
from app.pages.instants import announced_at
from app.pages.layout import Page, PageDep, go_to
from app.pages.staff.calls import call_of
from app.pages.staff.rooms import run_of
from app.pages.step_texts import CONSULTATION_MEANS
from app.programmes import service as programmes
from app.programmes.models import Programme
from app.submissions.lifecycle import KINDS
from app.submissions.schemas import SubmissionQuery
from app.submissions.service import queries as submissions

router = APIRouter()

MOST: Final = 200
PAGE: Final = 50
_Typed = Annotated[str, Field(max_length=20_000)]
Named = Annotated[Reference | None, Query()]


class NewForm(BaseModel):
    """What is put before the board, as the form tells it."""

    model_config = ConfigDict(extra="forbid")

    call: _Typed = ""
    run: _Typed = ""
    title: _Typed = ""
    message: _Typed = ""
    due_at: _Typed = ""
    submissions: list[_Typed] = Field(default=[], max_length=MOST_ITEMS)
    is_ranked: _Typed = ""
    shows_decisions: _Typed = ""


class AdvisorForm(BaseModel):
    """Whether somebody is asked."""

    model_config = ConfigDict(extra="forbid")

    is_active: _Typed = ""


class StepForm(BaseModel):
    """What is sent with a step of a consultation."""

    model_config = ConfigDict(extra="forbid")

    due_at: _Typed = ""
    expected: str = Field(default="", max_length=100)


NewFormDep = Annotated[Form[NewForm], Depends(form_of(NewForm))]
AdvisorFormDep = Annotated[Form[AdvisorForm], Depends(form_of(AdvisorForm))]
StepFormDep = Annotated[Form[StepForm], Depends(form_of(StepForm))]


@router.get("/programmes/{programme}/consultations")
@needs(Action.ADVICE_ASK)
def show_consultations(
    page: PageDep,
    session: ReadSessionDep,
    actor: ActorDep,
    programme: Reference,
    cursor: Annotated[str | None, Query(max_length=1000)] = None,
) -> Response:
    """List who advises in a programme, and what is before the board."""
    of = programmes.programme(session, programme)
    query = ConsultationQuery(programme=[of.id], limit=PAGE, cursor=cursor)
    found = queries.search(session, actor, query)
    named = queries.advisors(session, actor, AdvisorQuery(programme=[of.id], limit=MOST)).rows
    able = {user.id: user for user in queries.who_may_advise(session)}
    held = {one.user_id for one in named}
    return page.render(
        "staff/consultations.html",
        programme=of,
        rows=[(one, counting.tally(session, one)) for one in found.rows],
        cursor=found.cursor,
        advisors=[(able[one.user_id], one) for one in named if one.user_id in able],
        others=[user for key, user in able.items() if key not in held][:MOST],
    )


@router.post("/programmes/{programme}/advisors/{user_id}")
@needs(Action.ADVICE_ASK)
def write_advisor(
    session: SessionDep,
    actor: ActorDep,
    programme: Reference,
    user_id: UUID,
    form: AdvisorFormDep,
) -> Response:
    """Let somebody advise in a programme, or ask them no more."""
    of = programmes.programme(session, programme)
    if not queries.who_may_advise(session, [user_id]):
        raise NotFound(Message("There is no advisor {key}.", key=user_id))
    is_active = bool(form.value and form.value.is_active)
    entry = queries.advisor_of(session, of.id, user_id)
    if entry is None:
        advisors.appoint(session, actor, NewAdvisor(programme_id=of.id, user_id=user_id))
    else:
        draft = AdvisorDraft(is_active=is_active)
        advisors.change(session, actor, entry.id, draft, ANYTHING)
    return go_to(f"/programmes/{of.code}/consultations", done="advisor-written")


@router.get("/programmes/{programme}/consultations/new")
@needs(Action.ADVICE_ASK)
def show_new_consultation(
    page: PageDep,
    session: ReadSessionDep,
    actor: ActorDep,
    programme: Reference,
    call: Named = None,
    run: Named = None,
) -> Response:
    """Ask what is put before the board: submissions of a call, or pairs of a run."""
    of = programmes.programme(session, programme)
    named = {"call": str(call or ""), "run": str(run or "")}
    return _new_page(page, session, actor, of, Form(written=named))


def _ground(
    request: Request,
    database: DatabaseDep,
    actor: ActorDep,
    programme: Reference,
    form: NewFormDep,
) -> tuple[NewConsultation, Matter, Standings] | Form[NewForm]:
    """Look up what is put before the board, before anybody waits for the writer."""
    if form.value is None:
        return form
    try:
        with reading(database) as session:
            of = programmes.programme(session, programme)
            new = NewConsultation.model_validate(_fields(session, actor, of, form.value))
            found = consultations.matter(session, actor, new)
        return new, found, worked_out(request, found.rank)
    except ValidationError as refusal:
        return form.refused(*field_errors(refusal.errors()))
    except Unprocessable as refusal:
        return form.refused(*refusal.errors)


def _fields(session: Session, actor: Actor, of: Programme, said: NewForm) -> dict[str, Any]:
    fields = said.model_dump(include={"title", "message", "submissions"})
    due = announced_at("/due_at", said.due_at, of.zone) if said.due_at else None
    fields |= {"due_at": due, "is_ranked": bool(said.is_ranked)}
    fields["shows_decisions"] = bool(said.shows_decisions)
    if said.run:
        run, _ = run_of(session, actor, of.code, said.run)
        fields["run_id"] = run.id
    else:
        call, _ = call_of(session, actor, of.code, said.call)
        fields["call_id"] = call.id
    return fields


@router.post("/programmes/{programme}/consultations/new")
@needs(Action.ADVICE_ASK)
def put_before_board(
    page: PageDep,
    actor: ActorDep,
    ground: Annotated[
        tuple[NewConsultation, Matter, Standings] | Form[NewForm], Depends(_ground)
    ],
    session: SessionDep,
    programme: Reference,
    form: NewFormDep,
) -> Response:
    """Put something before the board; each advisor gets a letter."""
    of = programmes.programme(session, programme)
    if isinstance(ground, Form):
        return _new_page(page, session, actor, of, ground, 422)
    try:
        made = consultations.open_for(session, actor, *ground)
    except Unprocessable as refusal:
        form = form.refused(*refusal.errors)
        return _new_page(page, session, actor, of, form, refusal.status)
    except Conflict as refusal:
        form = form.refused(FieldError("", refusal.detail))
        return _new_page(page, session, actor, of, form, refusal.status)
    return go_to(f"/consultations/{made.id}", done="board-opened")


def _new_page(
    page: Page,
    session: Session,
    actor: Actor,
    of: Programme,
    form: Form[NewForm],
    status: int = 200,
) -> Response:
    named = {name: str(form.written.get(name) or "") for name in ("call", "run")}
    call = call_of(session, actor, of.code, named["call"])[0] if named["call"] else None
    run = run_of(session, actor, of.code, named["run"])[0] if named["run"] else None
    if call is None and run is None:
        raise NotFound(
            "This page puts a call or a run before the board.",
            remedy="Begin at the ranking of a call, or at a run.",
        )
    kind = KINDS.get(call.kind) if call else None
    states = sorted(BEFORE_BOARD)
    query = SubmissionQuery(call=[call.id] if call else [], state=states, limit=MOST)
    return page.under("show_consultations", of.code).render(
        "staff/consultation_new.html",
        status=status,
        programme=of,
        call=call,
        run=run,
        rows=submissions.search_headings(session, actor, kind, query).rows if kind else [],
        board=queries.board(session, of.id),
        form=form,
    )


@router.get("/consultations/{consultation_id}/steps/{step}")
@needs(Action.ADVICE_ASK)
def show_consultation_step(
    page: PageDep, session: ReadSessionDep, actor: ActorDep, consultation_id: UUID, step: str
) -> Response:
    """Say what a step of a consultation means."""
    return _step_page(page, session, actor, consultation_id, step, Form())


@router.post("/consultations/{consultation_id}/steps/{step}")
@needs(Action.ADVICE_ASK)
def move_consultation(
    page: PageDep,
    session: SessionDep,
    actor: ActorDep,
    consultation_id: UUID,
    step: str,
    form: StepFormDep,
) -> Response:
    """Close a consultation, or ask the board again by a new date."""
    if (said := form.value) is None:
        return _step_page(page, session, actor, consultation_id, step, form, 422)
    found = queries.get(session, actor, consultation_id)
    zone = programmes.programme(session, found.programme_id).zone
    try:
        due = announced_at("/due_at", said.due_at, zone) if said.due_at else None
        taken = ConsultationStepTaken.model_validate({"due_at": due})
        expected = Expected(said.expected) if said.expected else ANYTHING
        consultations.take(session, actor, found.id, step, taken, expected)
    except ValidationError as refusal:
        form = form.refused(*field_errors(refusal.errors()))
        return _step_page(page, session, actor, consultation_id, step, form, 422)
    except Unprocessable as refusal:
        form = form.refused(*refusal.errors)
        return _step_page(page, session, actor, consultation_id, step, form, refusal.status)
    return go_to(f"/consultations/{found.id}", done=f"consultation-{step}")


def _step_page(
    page: Page,
    session: Session,
    actor: Actor,
    key: UUID,
    name: str,
    form: Form[StepForm],
    status: int = 200,
) -> Response:
    step = LIFE.step(name)
    found = queries.get(session, actor, key)
    of = programmes.programme(session, found.programme_id)
    offers = consultations.offers(actor, found)[1]
    tag = entity_tag(ConsultationRead.model_validate(found))
    return page.under("show_consultations", of.code).render(
        "staff/consultation_step.html",
        status=status,
        consultation=found,
        programme=of,
        step=step,
        means=CONSULTATION_MEANS[name],
        offer=next((one for one in offers if one.name == name), None),
        form=form,
        expected=form.written.get("expected") or tag,
    )
