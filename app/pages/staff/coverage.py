"""Fairness and coverage of a programme and of a run: tables first, and a chart beside them."""

from typing import Any, Final

from fastapi import APIRouter, Request, Response

from app.access.policy import Action
from app.accounts.dependencies import ActorDep, SettingsDep
from app.core.base.messages import Message
from app.core.base.references import Reference
from app.core.base.translations import Language, language
from app.core.http.access import needs, within
from app.core.http.computing import InTurn
from app.core.http.database_sessions import ReadSessionDep
from app.matchmaking.lifecycle import HAS_RESULT
from app.pages.charts import plots
from app.pages.charts.answers import Chart
from app.pages.layout import Page, PageDep, go_to
from app.pages.staff.rooms import place_of, run_of
from app.programmes import service as programmes
from app.statistics.schemas.coverage import SideRead
from app.statistics.schemas.groups import Division, FunnelStage
from app.statistics.service import coverage
from app.statistics.service.naming import name_of_group
from app.submissions.lifecycle import Kind

router = APIRouter()

MOST_GROUPS: Final = 30
"""How many groups a chart shows; the tables beside it have all."""

Point = tuple[str, float, float, float]


@router.get("/programmes/{programme}/coverage")
@needs(Action.SUBMISSION_READ)
def show_coverage(
    page: PageDep,
    session: ReadSessionDep,
    actor: ActorDep,
    settings: SettingsDep,
    programme: Reference,
) -> Response:
    """Show who takes part in a programme, and how far each group came."""
    found = programmes.programme(session, programme)
    answer = coverage.of_programme(session, actor, found.id, settings)
    return page.render(
        "staff/coverage.html", programme=found, run=None, **_shown(page, answer.sides, answer)
    )


@router.get("/programmes/{programme}/coverage/{kind}.svg")
@needs(Action.SUBMISSION_READ)
def show_coverage_chart(
    request: Request,
    page: PageDep,
    session: ReadSessionDep,
    actor: ActorDep,
    settings: SettingsDep,
    programme: Reference,
    kind: Kind,
) -> Response:
    """Draw which share of each group was selected, with how sure that is."""
    answer = coverage.of_programme(session, actor, programme, settings)
    (side,) = (one for one in answer.sides if one.kind is kind)
    reader = language(page.language)
    return Chart(
        request,
        plots.intervals(
            points(side, reader),
            x=reader.say(Message("Selected, of 100 submitted")),
            language=reader,
        ),
    )


@router.get("/programmes/{programme}/runs/{run}/coverage")
@within(Action.RUN_READ)
def show_run_coverage(
    page: PageDep,
    session: ReadSessionDep,
    actor: ActorDep,
    settings: SettingsDep,
    programme: Reference,
    run: Reference,
) -> Response:
    """Show the same of a run, beside what would have been the most even assignment."""
    found, of = run_of(session, actor, programme, run)
    if found.state not in HAS_RESULT:
        return go_to(place_of(found, of))
    compute = coverage.of_run(session, actor, found.id, settings)

    def shown() -> Response:
        answer = compute()
        return page.render(
            "staff/coverage.html",
            programme=of,
            run=found,
            even=answer.assignment,
            **_shown(page, answer.sides, answer),
        )

    return InTurn(shown)


def _shown(page: Page, sides: list[SideRead], answer: Any) -> dict[str, Any]:
    reader = language(page.language)
    return {
        "answer": answer,
        "points": {side.kind.value: len(points(side, reader)) for side in sides},
        "plots": plots,
        "named": lambda by, key: name_of_group(by, key, reader, {}),
    }


def points(side: SideRead, reader: Language) -> list[Point]:
    """Return the share of each group that was selected, and its interval, as far as told."""
    return [
        (name_of_group(table.division, group.key, reader, {}), one.share, one.low, one.high)
        for table in side.divisions
        if table.division is not Division.COUNTRY
        for group in table.groups
        for one in group.figures
        if one.stage is FunnelStage.SELECTED
        and one.share is not None
        and one.low is not None
        and one.high is not None
    ][:MOST_GROUPS]
