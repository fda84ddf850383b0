"""What fairness costs in total, and what each pair would: of a run, or under other conditions.

The conditions are those of what-if, and stand in the address. Where they are not valid, what-if
says so.
"""

from collections.abc import Sequence
from typing import Annotated, Any, Final

from fastapi import APIRouter, Query, Request, Response
from sqlmodel import Session

from app.access.policy import Action, Actor
from app.accounts.dependencies import ActorDep
from app.core.base.errors import Unprocessable
from app.core.base.messages import Message
from app.core.base.references import Reference
from app.core.base.translations import language
from app.core.http.access import within
from app.core.http.computing import InTurn
from app.core.http.database_sessions import ReadSessionDep
from app.matchmaking.lifecycle import HAS_RESULT
from app.matchmaking.models import MatchRun
from app.matchmaking.schemas.assignments import (
    FrontierRead,
    NewWhatIf,
    RegretLineRead,
    RegretQuery,
    RegretRead,
)
from app.matchmaking.service import assignment_queries, bench
from app.pages.charts import plots
from app.pages.charts.answers import Chart
from app.pages.layout import Page, PageDep, go_to
from app.pages.staff.rooms import place_of, run_of
from app.pages.staff.what_if import Conditions, ConditionsDep
from app.programmes.models import Programme

router = APIRouter()

MOST_LINES: Final = 200
"""Pairs that the page of regrets shows at once."""


class Regrets(Conditions):
    """Conditions, and of which challenge the pairs are shown; without it of all."""

    challenge: Reference | None = None


def _new(conditions: Conditions) -> NewWhatIf | None:
    return None if conditions.is_as_in_the_run else conditions.asked()


@router.get("/programmes/{programme}/runs/{run}/fairness")
@within(Action.RUN_READ)
def show_fairness(
    request: Request,
    page: PageDep,
    session: ReadSessionDep,
    actor: ActorDep,
    programme: Reference,
    run: Reference,
    conditions: ConditionsDep,
) -> Response:
    """Show what each step of fairness costs in total, as a chart and as a table."""
    found, of = run_of(session, actor, programme, run)
    if found.state not in HAS_RESULT:
        return go_to(place_of(found, of))
    try:
        compute = assignment_queries.frontier(
            session, actor, found.id, request.app.state.settings, _new(conditions)
        )
    except Unprocessable:
        return go_to(_what_if(found, of, conditions))
    values: dict[str, Any] = {
        "programme": of,
        "run": found,
        "conditions": conditions,
        "plots": plots,
        "floors": FLOORS,
    }
    return InTurn(lambda: page.render("staff/fairness.html", **values, answer=compute()))


@router.get("/programmes/{programme}/runs/{run}/fairness.svg")
@within(Action.RUN_READ)
def show_fairness_chart(
    request: Request,
    page: PageDep,
    session: ReadSessionDep,
    actor: ActorDep,
    programme: Reference,
    run: Reference,
    conditions: ConditionsDep,
) -> Response:
    """Draw the total against the floor of the challenge that is worst off."""
    found, _ = run_of(session, actor, programme, run)
    compute = assignment_queries.frontier(
        session, actor, found.id, request.app.state.settings, _new(conditions)
    )
    return InTurn(lambda: Chart(request, _drawn(compute(), page)))


def _drawn(answer: FrontierRead, page: Page) -> Any:
    reader = language(page.language)
    return plots.line(
        [(step.floor, step.total) for step in answer.steps],
        x=reader.say(FLOORS[answer.objective == "maxmin"]),
        y=reader.say(Message("Sum of all scores")),
        language=reader,
    )


FLOORS: Final = (
    Message("Best score of the challenge that is worst off"),
    Message("Sum of the challenge that is worst off"),
)
"""What a floor is under; the second under the objective `maxmin`."""


@router.get("/programmes/{programme}/runs/{run}/regrets")
@within(Action.RUN_READ)
def show_regrets(
    request: Request,
    page: PageDep,
    session: ReadSessionDep,
    actor: ActorDep,
    programme: Reference,
    run: Reference,
    conditions: Annotated[Regrets, Query()],
) -> Response:
    """Show what it costs to go against the assignment, pair by pair, the cheapest first."""
    found, of = run_of(session, actor, programme, run)
    if found.state not in HAS_RESULT:
        return go_to(place_of(found, of))
    query = RegretQuery(
        challenge=[] if conditions.challenge is None else [conditions.challenge]
    )
    try:
        compute = assignment_queries.regret(
            session, actor, found.id, query, request.app.state.settings, _new(conditions)
        )
    except Unprocessable:
        return go_to(_what_if(found, of, conditions))
    values: dict[str, Any] = {
        "programme": of,
        "run": found,
        "conditions": conditions,
        "most": MOST_LINES,
        **_sides(session, actor, found),
    }

    def shown() -> Response:
        answer = compute()
        lines = _cheapest_first(answer)
        return page.render(
            "staff/regrets.html", **values, objective=answer.objective, lines=lines
        )

    return InTurn(shown)


def _sides(session: Session, actor: Actor, run: MatchRun) -> dict[str, Any]:
    whole = bench.bench(session, run, reader=actor)
    challenges = [row.challenge for row in whole.rows]
    return {
        "challenges": challenges,
        "parties": {party.code: party for party in (*challenges, *whole.solutions.values())},
    }


def _cheapest_first(answer: RegretRead) -> Sequence[RegretLineRead]:
    """Return the lines in the order in which costs are compared: the worst-off place first."""
    places = {one.place for line in answer.lines if line.cost for one in line.cost.fairness}

    def cost(line: RegretLineRead) -> tuple[bool, list[float], float]:
        if line.cost is None:
            return True, [], 0.0
        lost = {one.place: one.loss for one in line.cost.fairness}
        return False, [lost.get(place, 0.0) for place in sorted(places)], line.cost.total

    return sorted(answer.lines, key=cost)


def _what_if(run: MatchRun, of: Programme, conditions: Conditions) -> str:
    return f"{place_of(run, of)}/what-if?{conditions.in_address}"
