"""A move on the board: what it would cost, then with a reason what is decided, and undone."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Annotated, Final, Literal
from urllib.parse import urlencode
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Request, Response
from pydantic import ConfigDict, model_validator
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


class ChosenMove(AskedMove):
    """A move as the form has it when it is sent: not always the one whose cost it shows."""

    model_config = ConfigDict(extra="ignore")

    then: Literal["ask", "keep"] = "keep"


class SentMove(KeptMove):
    """Why a move is kept, from the form in which it was chosen."""

    model_config = ConfigDict(extra="ignore")


MoveDep = Annotated[AskedMove, Query()]
ChosenDep = Annotated[Form[ChosenMove], Depends(form_of(ChosenMove))]
SentDep = Annotated[Form[SentMove], Depends(form_of(SentMove))]


@dataclass(frozen=True, slots=True)
class Decided:
    """What is known of a sent move before anybody waits for the writer.

    Attributes
    ----------
    move : NewMove
        What was chosen.
    asks : bool
        Whether its cost is to be shown, and nothing kept: so it was asked, or something else
        was chosen since its cost was shown.
    decisions : sequence of pair of Decision and Ground
        What it records; empty where somebody has decided meanwhile.
    refusal : Conflict, Unprocessable or None
    """

    move: NewMove
    asks: bool = False
    decisions: Sequence[tuple[Decision, verdicts.Ground]] = ()
    refusal: Conflict | Unprocessable | None = None


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
    form: Form[SentMove] | None = None,
    status: int = 200,
    overtaken: bool = False,
    changed: bool = False,
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
    whole = bench.bench(session, run, reader=actor)
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
        "changed": changed,
        "refusal": refusal,
        "outcomes": tuple(Outcome),
        "left": LEFT,
        "query": urlencode(
            move.model_dump(mode="json", include={*NewMove.model_fields}, exclude_none=True)
        ),
    }
    name = "staff/_move.html" if page.is_partial else "staff/move.html"
    return InTurn(lambda: page.render(name, status=status, **values, moved=compute()))


def _rank(place: bench.Place | None) -> float:
    return place.rank if place is not None else float("inf")


def _is_as_shown(
    session: Session, run: MatchRun, move: NewMove, shown: NewMove, planned: moves.Plan
) -> bool:
    """Tell whether a move changes what that one would whose cost was shown."""
    asked = move.model_dump(include={*NewMove.model_fields})
    if asked == shown.model_dump(include={*NewMove.model_fields}):
        return True
    return planned.changes == moves.plan(session, run, shown).changes


def _decided(
    database: DatabaseDep,
    actor: ActorDep,
    run: Reference,
    programme: Reference,
    shown: MoveDep,
    chosen: ChosenDep,
    sent: SentDep,
) -> Decided:
    """Read what the verdicts stand on and check it, before anybody waits for the writer."""
    if chosen.value is None:
        raise Unprocessable("The move cannot be read.", errors=chosen.errors)
    move = chosen.value
    with reading(database) as session:
        found, _ = run_of(session, actor, programme, run)
        planned = moves.plan(session, found, move)
        if move.then == "ask" or not _is_as_shown(session, found, move, shown, planned):
            return Decided(move, asks=True)
        if sent.value is None:
            return Decided(move)
        try:
            decisions = moves.grounds(session, actor, found, planned, sent.value)
        except Conflict:
            return Decided(move)
        except Unprocessable as refusal:
            return Decided(move, refusal=refusal)
    try:
        for one, ground in decisions:
            verdicts.require_open(ground, one.outcome)
    except Conflict as refusal:
        return Decided(move, refusal=refusal)
    return Decided(move, decisions=decisions)


@router.post("/programmes/{programme}/runs/{run}/move")
@needs(Action.VERDICT_WRITE)
def keep_move(
    request: Request,
    page: PageDep,
    actor: ActorDep,
    chosen: ChosenDep,
    sent: SentDep,
    decided: Annotated[Decided, Depends(_decided)],
    session: SessionDep,
    programme: Reference,
    run: Reference,
) -> Response:
    """Keep a move as verdicts with a reason, and come back to the board."""
    found, of = run_of(session, actor, programme, run)
    move, refusal = decided.move, decided.refusal
    again = partial(_move_page, request, page, session, actor, found, of, move)
    if decided.asks:
        asked = chosen.value is not None and chosen.value.then == "ask"
        return again(
            form=replace(sent, errors=()), changed=not asked, status=200 if asked else 422
        )
    if sent.value is None:
        return again(form=sent, status=422)
    if isinstance(refusal, Unprocessable):
        return again(form=sent.refused(*refusal.errors), status=422)
    if refusal is not None:
        return again(form=sent, status=409, refusal=refusal)
    try:
        kept = (
            moves.keep(session, actor, found, move, decided.decisions)
            if decided.decisions
            else []
        )
    except Conflict:
        kept = []
    if not kept:
        return again(form=sent, status=409, overtaken=True)
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
