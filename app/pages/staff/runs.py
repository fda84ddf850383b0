"""Runs of the matchmaking: asking for one, how far it is, and all pairs at once."""

from typing import Annotated, Final

from fastapi import APIRouter, Depends, Query, Request, Response
from pydantic import Field
from sqlmodel import Session

from app.access import policy
from app.access.policy import Action, Actor
from app.accounts.dependencies import ActorDep
from app.core.base.errors import Unprocessable
from app.core.base.references import LONGEST, Reference
from app.core.http.access import needs, within
from app.core.http.database_sessions import ReadSessionDep, SessionDep
from app.core.http.forms import Form, form_of
from app.insights.figures import figures_of
from app.matchmaking.lifecycle import HAS_RESULT, RUN_STEPS, Outcome
from app.matchmaking.schemas.runs import NewRun, RunQuery
from app.matchmaking.service import (
    assignment_queries,
    bench,
    queries,
    run_requests,
    run_steps,
    thin_texts,
)
from app.operations import service as operations
from app.pages.layout import Page, PageDep, go_to
from app.pages.staff.rooms import place_of, run_of
from app.programmes import service as programmes
from app.programmes.models import Programme
from app.submissions.lifecycle import Kind

router = APIRouter()

MANY: Final = 12
"""From how many providers on the heat map has narrow columns."""
MOST_CELLS: Final = 20_000
"""Pairs that the heat map shows; a larger run is read as a table."""


class RunChoices(NewRun):
    """What a form says to ask for a run; the programme stands in the address."""

    programme_id: str = Field(default="", max_length=LONGEST)


ChoicesForm = Annotated[Form[RunChoices], Depends(form_of(RunChoices))]


@router.get("/programmes/{programme}/runs")
@needs(Action.RUN_READ)
def show_runs(
    page: PageDep,
    session: ReadSessionDep,
    actor: ActorDep,
    programme: Reference,
    cursor: Annotated[str | None, Query(max_length=2000)] = None,
) -> Response:
    """List the runs of a programme, and ask for another one."""
    found = programmes.programme(session, programme)
    return _runs_page(page, session, actor, found, Form(), cursor=cursor)


@router.post("/programmes/{programme}/runs")
@needs(Action.RUN_START)
def start_run(
    request: Request,
    page: PageDep,
    session: SessionDep,
    actor: ActorDep,
    programme: Reference,
    form: ChoicesForm,
) -> Response:
    """Ask for a run, and show how far it is."""
    found = programmes.programme(session, programme)
    if form.value is None:
        return _runs_page(page, session, actor, found, form, status=422)
    new = NewRun.model_validate({**form.value.model_dump(), "programme_id": found.code})
    try:
        run = run_requests.request_run(session, actor, new, request.app.state.settings)
    except Unprocessable as refusal:
        form = form.refused(*refusal.errors)
        return _runs_page(page, session, actor, found, form, status=422)
    return go_to(place_of(run, found))


def _runs_page(
    page: Page,
    session: Session,
    actor: Actor,
    programme: Programme,
    form: Form[RunChoices],
    *,
    status: int = 200,
    cursor: str | None = None,
) -> Response:
    query = RunQuery(programme=[programme.code], limit=25, cursor=cursor)
    found = queries.runs(session, actor, query)
    may_start = policy.has_any_reach(actor, Action.RUN_START)
    sees_all = may_start and policy.has_any_reach(actor, Action.SUBMISSION_READ)
    return page.render(
        "staff/runs.html",
        status=status,
        programme=programme,
        runs=found.rows,
        cursor=found.cursor,
        form=form,
        may_start=may_start,
        figures={kind.value: figures_of(session, actor, programme.id, kind) for kind in Kind}
        if sees_all
        else None,
        thin=thin_texts.before_a_run(session, actor, programme) if sees_all else None,
    )


@router.get("/programmes/{programme}/runs/{run}")
@within(Action.RUN_READ)
def show_run(
    request: Request,
    page: PageDep,
    session: ReadSessionDep,
    actor: ActorDep,
    programme: Reference,
    run: Reference,
) -> Response:
    """Show how far a run is, and then every challenge with every provider."""
    found, of = run_of(session, actor, programme, run)
    if found.state not in HAS_RESULT:
        job = (
            operations.job(session, actor, found.job_id, request.app.state.job_handlers)
            if found.job_id is not None
            else None
        )
        _, offers = run_steps.offers(session, actor, found.id)
        return page.render(
            "staff/_progress.html" if page.is_partial else "staff/run.html",
            programme=of,
            run=found,
            job=job,
            offers=[offer for offer in offers if offer.reason is None],
        )
    if page.is_partial:
        return page.render("staff/_progress.html", programme=of, run=found, job=None, offers=())
    if found.n_challenges * found.n_solutions > MOST_CELLS:
        return page.render("staff/large_run.html", programme=of, run=found)
    whole = bench.bench(session, found, reader=actor)
    return page.render(
        "staff/heatmap.html",
        programme=of,
        run=found,
        bench=whole,
        many=len(whole.solutions) > MANY,
        assignment=assignment_queries.assignment(session, actor, found.id),
        decided=whole.count(Outcome.CHOSEN),
    )


@router.post("/programmes/{programme}/runs/{run}/steps/{step}")
@needs(Action.RUN_START)
def take_run_step(
    session: SessionDep, actor: ActorDep, programme: Reference, run: Reference, step: str
) -> Response:
    """Cancel a run, or have it computed again."""
    RUN_STEPS.step(step)
    found, of = run_of(session, actor, programme, run)
    run_steps.take(session, actor, found.id, step)
    return go_to(place_of(found, of))
