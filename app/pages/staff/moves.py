"""A move on the board: what it would cost, then with a reason what is decided, and undone."""

from collections.abc import Callable
from functools import partial
from typing import Annotated, Final
from urllib.parse import urlencode
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Request, Response
from pydantic import model_validator
from sqlmodel import Session

from app.access.policy import Action, Actor
from app.accounts.dependencies import ActorDep, DatabaseDep
from app.core.base.errors import Conflict, Unprocessable
from app.core.base.references import Reference
from app.core.http.access import needs
from app.core.http.computing import InTurn
from app.core.http.database_sessions import ReadSessionDep, SessionDep
from app.core.http.forms import Form, form_of, without_empty
from app.core.storage.database import reading
from app.matchmaking.lifecycle import HAS_RESULT, Outcome
from app.matchmaking.models import MatchRun
from app.matchmaking.schemas.moves import MOST_CHANGES, KeptMove, NewMove
from app.matchmaking.schemas.verdicts import Decision
from app.matchmaking.service import bench, costs, moves, verdicts
from app.matchmaking.service.costs import Moved
from app.pages.layout import Page, PageDep, go_to
from app.pages.staff.rooms import place_of, run_of
from app.programmes.models import Programme

router = APIRouter()

LEFT: Final = (Outcome.UNDECIDED, Outcome.RESERVE, Outcome.REJECTED)
"""What becomes of a pair that gives its place up."""


class AskedMove(NewMove):
    """A move as an address asks for it; what is left empty is not asked."""

    _filled_in = model_validator(mode="before")(without_empty)


MoveDep = Annotated[AskedMove, Query()]
KeptDep = Annotated[Form[KeptMove], Depends(form_of(KeptMove))]
Decisions = list[tuple[Decision, verdicts.Ground]]
"""What a move records; empty where somebody has decided meanwhile."""


@router.get("/programmes/{programme}/runs/{run}/move")
@needs(Action.VERDICT_WRITE)
def show_move(
    request: Request,
    page: PageDep,
    session: ReadSessionDep,
    actor: ActorDep,
    programme: Reference,
    run: Reference,
    move: MoveDep,
) -> Response:
    """Ask where a provider goes, and show what that costs before anything is kept."""
    found, of = run_of(session, actor, programme, run)
    if found.state not in HAS_RESULT:
        return go_to(place_of(found, of))
    return _move_page(request, page, session, actor, found, of, move)


def _move_page(
    request: Request,
    page: Page,
    session: Session,
    actor: Actor,
    run: MatchRun,
    of: Programme,
    move: NewMove,
    *,
    form: Form[KeptMove] | None = None,
    status: int = 200,
    overtaken: bool = False,
    refusal: Conflict | Unprocessable | None = None,
) -> Response:
    planned = moves.plan(session, run, move)
    compute: Callable[[], Moved | None] = lambda: None  # noqa: E731 -- nothing is asked yet
    if planned.changes and refusal is None:
        changes = {(c.challenge.code, c.solution.code): c.after for c in planned.changes}
        settings = request.app.state.settings
        try:
            compute = costs.of_changes(session, actor, run.id, changes, settings)
        except (Conflict, Unprocessable) as error:
            refusal = error
    whole = bench.bench(session, run)
    places = {
        row.challenge.id: whole.places.get((row.challenge.id, planned.solution.id))
        for row in whole.rows
    }
    values = {
        "programme": of,
        "run": run,
        "move": move,
        "plan": planned,
        "rows": sorted(whole.rows, key=lambda row: _rank(places[row.challenge.id])),
        "places": places,
        "form": form or Form(),
        "overtaken": overtaken,
        "refusal": refusal,
        "outcomes": tuple(Outcome),
        "left": LEFT,
        "query": urlencode(move.model_dump(mode="json", exclude_none=True)),
    }
    name = "staff/_move.html" if page.is_partial else "staff/move.html"
    return InTurn(lambda: page.render(name, status=status, **values, moved=compute()))


def _rank(place: bench.Place | None) -> float:
    return place.rank if place is not None else float("inf")


def _decisions(
    database: DatabaseDep,
    actor: ActorDep,
    run: Reference,
    programme: Reference,
    move: MoveDep,
    form: KeptDep,
) -> Decisions | Conflict | None:
    """Read what the verdicts stand on and check it, before anybody waits for the writer."""
    if form.value is None:
        return None
    with reading(database) as session:
        found, _ = run_of(session, actor, programme, run)
        try:
            planned = moves.plan(session, found, move)
            decisions = moves.grounds(session, actor, found, planned, form.value)
        except Conflict:
            return []
    try:
        for one, ground in decisions:
            verdicts.require_open(ground, one.outcome)
    except Conflict as refusal:
        return refusal
    return decisions


@router.post("/programmes/{programme}/runs/{run}/move")
@needs(Action.VERDICT_WRITE)
def keep_move(
    request: Request,
    page: PageDep,
    actor: ActorDep,
    form: KeptDep,
    move: MoveDep,
    decisions: Annotated[Decisions | Conflict | None, Depends(_decisions)],
    session: SessionDep,
    programme: Reference,
    run: Reference,
) -> Response:
    """Keep a move as verdicts with a reason, and come back to the board."""
    found, of = run_of(session, actor, programme, run)
    again = partial(_move_page, request, page, session, actor, found, of, move, form=form)
    if decisions is None:
        return again(status=422)
    if isinstance(decisions, Conflict):
        return again(status=409, refusal=decisions)
    try:
        kept = moves.keep(session, actor, found, move, decisions) if decisions else []
    except Conflict:
        kept = []
    if not kept:
        return again(status=409, overtaken=True)
    return _back(found, of, [verdict.id for verdict in kept])


@router.post("/programmes/{programme}/runs/{run}/move/undo")
@needs(Action.VERDICT_WRITE)
def undo_move(
    session: SessionDep,
    actor: ActorDep,
    programme: Reference,
    run: Reference,
    verdict: Annotated[list[UUID], Query(min_length=1, max_length=MOST_CHANGES)],
) -> Response:
    """Take a move back: what counted before it counts again."""
    found, of = run_of(session, actor, programme, run)
    undone = moves.undo(session, actor, found, verdict, "Undone on the board.")
    return _back(found, of, [one.id for one in undone])


def _back(run: MatchRun, of: Programme, keys: list[UUID]) -> Response:
    query = urlencode([("verdict", key) for key in keys])
    return go_to(f"{place_of(run, of)}/board?{query}#done")
