"""Who is asked to review what, and what stands between them: the plan, by hand, conflicts."""

from typing import Annotated, Any, Final
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Request, Response
from pydantic import BaseModel, ConfigDict, Field, ValidationError
from sqlmodel import Session

from app.access.policy import Action, Actor
from app.accounts.dependencies import ActorDep, DatabaseDep
from app.core.base.entity_tags import Expected, entity_tag
from app.core.base.errors import Conflict, NotFound, Stale, Unprocessable
from app.core.base.messages import Message
from app.core.base.references import Reference
from app.core.base.validation_errors import field_errors
from app.core.http.access import needs
from app.core.http.computing import InTurn, worked_out
from app.core.http.database_sessions import ReadSessionDep, SessionDep
from app.core.http.forms import Form, form_of
from app.core.storage.database import reading
from app.pages.layout import Page, PageDep, go_to
from app.pages.staff.calls import call_of, place_of
from app.pages.step_texts import CONFLICT_MEANS
from app.programmes import service as programmes
from app.programmes.models import Programme
from app.reviews import queries
from app.reviews.lifecycle import CONFLICT_LIFE
from app.reviews.schemas.conflicts import ConflictQuery, ConflictRead
from app.reviews.schemas.reviews import NewReview, ReviewStepTaken
from app.reviews.service import assigning, conflicts
from app.submissions.service import queries as submissions

router = APIRouter()

MOST: Final = 200
SHOWN: Final = 500
"""Proposals that the page of a plan shows."""
_Typed = Annotated[str, Field(max_length=4000)]


class PlanForm(BaseModel):
    """Which plan is asked for."""

    model_config = ConfigDict(extra="forbid")

    expected: str = Field(default="", max_length=64)


class ChoiceForm(BaseModel):
    """Who is asked by hand."""

    model_config = ConfigDict(extra="forbid")

    user_id: UUID


class Said(BaseModel):
    """What is sent with a step of a conflict."""

    model_config = ConfigDict(extra="forbid")

    reason: _Typed = ""
    expected: str = Field(default="", max_length=100)


PlanFormDep = Annotated[Form[PlanForm], Depends(form_of(PlanForm))]
ChoiceFormDep = Annotated[Form[ChoiceForm], Depends(form_of(ChoiceForm))]
SaidForm = Annotated[Form[Said], Depends(form_of(Said))]


# --- who is asked for what ---------------------------------------------------------------


@router.get("/programmes/{programme}/calls/{call}/reviewers")
@needs(Action.REVIEW_ASSIGN)
def show_review_plan(
    page: PageDep,
    session: ReadSessionDep,
    actor: ActorDep,
    programme: Reference,
    call: Reference,
) -> Response:
    """Propose who reviews what, with fits and costs; nobody is asked by that."""
    found, of = call_of(session, actor, programme, call)
    page = page.under("show_reviewing", of.code)
    values: dict[str, Any] = {
        "programme": of,
        "call": found,
        "place": place_of(found, of),
        "shown": SHOWN,
    }
    try:
        compute = assigning.preview(session, actor, found)
    except NotFound:
        return page.render("staff/review_plan.html", **values, planned=None)
    values |= {
        "titles": assigning.titles(session, found),
        "names": {str(user.id): user.name for user in queries.who_may_review(session)},
    }
    return InTurn(lambda: page.render("staff/review_plan.html", **values, planned=compute()))


def _planned(
    request: Request,
    database: DatabaseDep,
    actor: ActorDep,
    programme: Reference,
    call: Reference,
    form: PlanFormDep,
) -> assigning.Planned | None:
    """Work the plan out again before anybody waits for the writer, if nothing has changed."""
    with reading(database) as session:
        found, _ = call_of(session, actor, programme, call)
        given = assigning.inputs(session, actor, found)
    if form.value is None or form.value.expected != given.tag:
        return None
    return worked_out(request, lambda: assigning.worked_out(given))


@router.post(
    "/programmes/{programme}/calls/{call}/reviewers",
    dependencies=[Depends(_planned)],
)
@needs(Action.REVIEW_ASSIGN)
def store_plan(
    session: SessionDep,
    actor: ActorDep,
    programme: Reference,
    call: Reference,
    planned: Annotated[assigning.Planned | None, Depends(_planned)],
) -> Response:
    """Ask all reviewers of the plan; where something has changed it is shown anew."""
    found, of = call_of(session, actor, programme, call)
    place = place_of(found, of)
    if planned is None:
        return go_to(f"{place}/reviewers", done="plan-changed")
    try:
        assigning.store(session, actor, found, planned)
    except Stale:
        return go_to(f"{place}/reviewers", done="plan-changed")
    return go_to(f"{place}/reviews", done="plan-stored")


@router.get("/submissions/{submission}/reviewers")
@needs(Action.REVIEW_ASSIGN)
def show_choices(
    page: PageDep, session: ReadSessionDep, actor: ActorDep, submission: Reference
) -> Response:
    """Show every reviewer for one submission, and what choosing each costs."""
    return _choices(page, session, actor, submission)


@router.post("/submissions/{submission}/reviewers")
@needs(Action.REVIEW_ASSIGN)
def ask_reviewer(
    page: PageDep,
    session: SessionDep,
    actor: ActorDep,
    submission: Reference,
    form: ChoiceFormDep,
) -> Response:
    """Ask one person to review one submission."""
    found = submissions.find(session, actor, submission)
    if form.value is None:
        return go_to(f"/submissions/{found.code}/reviewers", done="nothing-ticked")
    try:
        new = NewReview(submission_id=found.id, user_id=form.value.user_id)
        assigning.assign(session, actor, new)
    except Conflict as refusal:
        return _choices(page, session, actor, submission, refusal)
    return go_to(f"/submissions/{found.code}/reviewers", done="reviewer-asked")


def _choices(
    page: Page,
    session: Session,
    actor: Actor,
    submission: UUID | str,
    refusal: Conflict | None = None,
) -> Response:
    found = submissions.find(session, actor, submission)
    of = programmes.programme(session, found.programme_id)
    call = programmes.call_of(session, found.call_id)
    page = page.under("show_reviewing", of.code)
    every = queries.of_submission(session, found.id)
    values: dict[str, Any] = {
        "programme": of,
        "call": call,
        "place": place_of(call, of),
        "submission": found,
        "refusal": refusal,
        "reviews": [review for review in every if review.user_id != actor.user_id],
        "reviewed_by": queries.names(session, actor, {one.user_id for one in every}),
        "names": {str(user.id): user.name for user in queries.who_may_review(session)},
        "status": refusal.status if refusal else 200,
    }
    try:
        compute = assigning.by_hand(session, actor, found)
    except NotFound:
        return page.render("staff/choices.html", **values, choices=None)
    return InTurn(lambda: page.render("staff/choices.html", **values, choices=compute()))


# --- what stands between them ------------------------------------------------------------


@router.get("/programmes/{programme}/calls/{call}/conflicts")
@needs(Action.CONFLICT_RESOLVE)
def show_conflicts(
    page: PageDep,
    session: ReadSessionDep,
    actor: ActorDep,
    programme: Reference,
    call: Reference,
    cursor: Annotated[str | None, Query(max_length=1000)] = None,
) -> Response:
    """List the conflicts of interest of a call."""
    found, of = call_of(session, actor, programme, call)
    rows = queries.conflicts(
        session, actor, ConflictQuery(call=[found.id], limit=MOST, cursor=cursor)
    )
    return page.under("show_reviewing", of.code).render(
        "staff/conflicts.html",
        programme=of,
        call=found,
        place=place_of(found, of),
        rows=[(row, conflicts.offers(session, actor, row)[1]) for row in rows.rows],
        names=queries.names(session, actor, {row.user_id for row in rows.rows}),
        cursor=rows.cursor,
    )


@router.post("/programmes/{programme}/calls/{call}/conflicts")
@needs(Action.REVIEW_ASSIGN)
def look_for_conflicts(
    session: SessionDep, actor: ActorDep, programme: Reference, call: Reference
) -> Response:
    """Look for possible conflicts between the reviewers and the teams of a call."""
    found, of = call_of(session, actor, programme, call)
    conflicts.scan(session, actor, found)
    return go_to(f"{place_of(found, of)}/conflicts", done="conflicts-looked-for")


@router.get("/programmes/{programme}/conflicts/{conflict_id}/steps/{step}")
@needs(Action.CONFLICT_RESOLVE)
def show_conflict_step(
    page: PageDep,
    session: ReadSessionDep,
    actor: ActorDep,
    programme: Reference,
    conflict_id: UUID,
    step: str,
) -> Response:
    """Say what resolving a conflict in this way means, and ask for the reason."""
    of = programmes.programme(session, programme)
    return _conflict_page(page, session, actor, of, conflict_id, step, Form())


@router.post("/programmes/{programme}/conflicts/{conflict_id}/steps/{step}")
@needs(Action.CONFLICT_RESOLVE)
def move_conflict(
    page: PageDep,
    session: SessionDep,
    actor: ActorDep,
    programme: Reference,
    conflict_id: UUID,
    step: str,
    form: SaidForm,
) -> Response:
    """Confirm, dismiss, waive or reinstate a conflict of interest, with a reason."""
    of = programmes.programme(session, programme)
    if (said := form.value) is None:
        return _conflict_page(page, session, actor, of, conflict_id, step, form, 422)
    try:
        taken = ReviewStepTaken(reason=said.reason)
        expected = Expected(said.expected or "*")
        one = conflicts.resolve(session, actor, conflict_id, step, taken, expected)
    except ValidationError as refusal:
        form = form.refused(*field_errors(refusal.errors()))
        return _conflict_page(page, session, actor, of, conflict_id, step, form, 422)
    except Unprocessable as refusal:
        form = form.refused(*refusal.errors)
        return _conflict_page(page, session, actor, of, conflict_id, step, form, refusal.status)
    call = programmes.call_of(session, one.call_id)
    return go_to(f"{place_of(call, of)}/conflicts", done="conflict-resolved")


def _conflict_page(
    page: Page,
    session: Session,
    actor: Actor,
    of: Programme,
    conflict_id: UUID,
    name: str,
    form: Form[Said],
    status: int = 200,
) -> Response:
    step = CONFLICT_LIFE.step(name)
    one = queries.conflict(session, actor, conflict_id)
    if one.programme_id != of.id:
        raise NotFound(Message("There is no conflict of interest {key}.", key=conflict_id))
    _, offers = conflicts.offers(session, actor, one)
    call = programmes.call_of(session, one.call_id)
    return page.under("show_reviewing", of.code).render(
        "staff/conflict_step.html",
        status=status,
        programme=of,
        one=one,
        place=f"{place_of(call, of)}/conflicts",
        step=step,
        means=CONFLICT_MEANS[name],
        offer=next((offer for offer in offers if offer.name == name), None),
        names=queries.names(session, actor, [one.user_id]),
        submission=submissions.find(session, actor, one.submission_id),
        form=form,
        expected=form.written.get("expected") or entity_tag(ConflictRead.model_validate(one)),
    )
