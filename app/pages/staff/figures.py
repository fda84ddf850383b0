"""A run in figures: its scores, its countries, who stands high how often, and what is thin."""

from typing import Final

from fastapi import APIRouter, Request, Response

from app.access.policy import Action
from app.accounts.dependencies import ActorDep
from app.core.base.messages import Message
from app.core.base.references import Reference
from app.core.base.translations import language
from app.core.http.access import within
from app.core.http.database_sessions import ReadSessionDep
from app.matchmaking.lifecycle import HAS_RESULT
from app.matchmaking.service import run_figures, thin_texts
from app.pages.charts import plots, world
from app.pages.charts.answers import Chart
from app.pages.layout import PageDep, go_to
from app.pages.staff.rooms import place_of, run_of
from app.pages.words import brief

router = APIRouter()

MOST_BARS: Final = 10
"""How many providers the chart shows; the table beside it has more."""


@router.get("/programmes/{programme}/runs/{run}/figures")
@within(Action.RUN_READ)
def show_figures(
    page: PageDep,
    session: ReadSessionDep,
    actor: ActorDep,
    programme: Reference,
    run: Reference,
) -> Response:
    """Show a run in charts, each with its figures in a table."""
    found, of = run_of(session, actor, programme, run)
    if found.state not in HAS_RESULT:
        return go_to(place_of(found, of))
    standings = run_figures.standings(session, actor, found.id)
    return page.render(
        "staff/figures.html",
        programme=of,
        run=found,
        scores=run_figures.scores(session, actor, found.id),
        standings=standings,
        bars=plots.size_of_bars(len(standings[:MOST_BARS])),
        countries=run_figures.countries(session, actor, found.id),
        thin=thin_texts.of_run(session, actor, found.id),
        plots=plots,
        map=world,
    )


@router.get("/programmes/{programme}/runs/{run}/figures/scores.svg")
@within(Action.RUN_READ)
def show_scores_chart(
    request: Request,
    page: PageDep,
    session: ReadSessionDep,
    actor: ActorDep,
    programme: Reference,
    run: Reference,
) -> Response:
    """Draw how many of the listed pairs have which score."""
    found, _ = run_of(session, actor, programme, run)
    reader = language(page.language)
    return Chart(
        request,
        plots.histogram(
            run_figures.scores(session, actor, found.id),
            x=reader.say(Message("Score of the pair")),
            y=reader.say(Message("Listed pairs")),
            language=reader,
        ),
    )


@router.get("/programmes/{programme}/runs/{run}/figures/providers.svg")
@within(Action.RUN_READ)
def show_standings_chart(
    request: Request,
    page: PageDep,
    session: ReadSessionDep,
    actor: ActorDep,
    programme: Reference,
    run: Reference,
) -> Response:
    """Draw for how many challenges providers are among the first three."""
    found, _ = run_of(session, actor, programme, run)
    reader = language(page.language)
    standings = run_figures.standings(session, actor, found.id)[:MOST_BARS]
    return Chart(
        request,
        plots.bars(
            [(brief(one.provider.organisation), one.places) for one in standings],
            x=reader.say(Message("Challenges")),
            language=reader,
        ),
    )


@router.get("/programmes/{programme}/runs/{run}/figures/countries.svg")
@within(Action.RUN_READ)
def show_run_map(
    request: Request,
    page: PageDep,
    session: ReadSessionDep,
    actor: ActorDep,
    programme: Reference,
    run: Reference,
) -> Response:
    """Draw where challenges and providers come from, joined by the first three suggestions."""
    found, _ = run_of(session, actor, programme, run)
    where = run_figures.countries(session, actor, found.id)
    return Chart(request, world.world(where.challenges, where.providers, where.links))
