"""Programmes at a glance: where each stands, and what waits."""

from typing import Any

from fastapi import APIRouter, Request, Response
from sqlmodel import Session

from app.access import policy
from app.access.policy import Action, Actor
from app.accounts.dependencies import ActorDep
from app.core.base.clock import now
from app.core.base.references import Reference
from app.core.http.access import needs, within
from app.core.http.database_sessions import ReadSessionDep
from app.insights.figures import BEYOND, figures_of
from app.insights.tasks import tasks_of
from app.matches.service import figures as matches
from app.matchmaking.schemas.runs import RunQuery
from app.matchmaking.service import queries as runs
from app.pages.charts import world
from app.pages.charts.answers import Chart
from app.pages.layout import PageDep, go_to
from app.programmes import service as programmes
from app.programmes.schemas import CallQuery, ProgrammeQuery
from app.submissions.lifecycle import Kind, State

router = APIRouter()

SEES = (Action.SUBMISSION_READ, Action.RUN_READ)
"""What people may do of whom the pages of a programme are made."""


def require_seen(actor: Actor) -> None:
    """Do nothing, or refuse those who read neither all submissions nor runs.

    Raises
    ------
    NotPermitted
        If neither is within their roles.
    """
    if not any(policy.has_any_reach(actor, action) for action in SEES):
        policy.require(actor, Action.RUN_READ)


@router.get("/programmes")
@within(*SEES)
def show_programmes(page: PageDep, session: ReadSessionDep, actor: ActorDep) -> Response:
    """List the programmes; where there is one alone, lead on to it."""
    require_seen(actor)
    found = programmes.programmes(session, ProgrammeQuery(sort="-created_at", limit=200)).rows
    if len(found) == 1:
        return go_to(f"/programmes/{found[0].code}")
    may_begin = policy.has_any_reach(actor, Action.PROGRAMME_WRITE)
    return page.render("staff/programmes.html", programmes=found, may_begin=may_begin)


@router.get("/programmes/{programme}")
@within(*SEES)
def show_programme(
    page: PageDep, session: ReadSessionDep, actor: ActorDep, programme: Reference
) -> Response:
    """Show where a programme stands: dates, what waits, how many of what, and its runs."""
    require_seen(actor)
    found = programmes.programme(session, programme)
    return page.render(
        "staff/cockpit.html",
        programme=found,
        at=now(),
        calls=programmes.calls(
            session, actor, CallQuery(programme=[found.code], sort="opens_at", limit=50)
        ).rows,
        tasks=[task for task in tasks_of(session, actor) if task.code == found.code],
        **_counted(session, actor, found.id),
        runs=_runs(session, actor, found.code),
        offers=matches.counts(session, actor, found.id)
        if policy.has_any_reach(actor, Action.NOTES_READ)
        and policy.allows(actor, Action.MATCH_READ)
        else None,
        beyond={
            step: [state for state in State if state in states]
            for step, states in BEYOND.items()
        },
        map=world,
        sees_gaps=policy.has_any_reach(actor, Action.GAP_READ),
        has_webhooks=policy.has_any_reach(actor, Action.WEBHOOK_PROGRAMME),
    )


@router.get("/programmes/{programme}/countries.svg")
@needs(Action.SUBMISSION_READ)
def show_programme_map(
    request: Request,
    page: PageDep,
    session: ReadSessionDep,
    actor: ActorDep,
    programme: Reference,
) -> Response:
    """Draw from which countries challenges and solutions of a programme were submitted."""
    found = programmes.programme(session, programme)
    challenges, solutions = (
        figures_of(session, actor, found.id, kind).countries
        for kind in (Kind.CHALLENGE, Kind.SOLUTION)
    )
    return Chart(request, world.world(challenges, solutions))


def _counted(session: Session, actor: Actor, programme_id: Any) -> dict[str, Any]:
    if not policy.has_any_reach(actor, Action.SUBMISSION_READ):
        return {"figures": None}
    figures = {kind.value: figures_of(session, actor, programme_id, kind) for kind in Kind}
    return {"figures": figures}


def _runs(session: Session, actor: Actor, code: str) -> Any:
    if not policy.allows(actor, Action.RUN_READ):
        return None
    return runs.runs(session, actor, RunQuery(programme=[code], limit=5)).rows
