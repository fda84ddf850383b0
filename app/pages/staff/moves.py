"""Moving a provider to another challenge from the board: where to, at what cost, and why."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Annotated, Any
from urllib.parse import urlencode
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Request, Response
from pydantic import Field
from sqlmodel import Session

from app.access.policy import Action, Actor
from app.accounts.dependencies import ActorDep, DatabaseDep
from app.core.base.errors import Conflict, NotFound, Unprocessable
from app.core.base.messages import Message
from app.core.base.references import LONGEST, Reference
from app.core.http.access import needs
from app.core.http.computing import InTurn
from app.core.http.database_sessions import ReadSessionDep, SessionDep
from app.core.http.forms import Form, form_of
from app.matchmaking.lifecycle import HAS_RESULT, Outcome
from app.matchmaking.models import MatchRun
from app.matchmaking.schemas.parties import PartyRead
from app.matchmaking.service import bench, costs, moves, verdicts
from app.matchmaking.service.bench import Bench, Place, Row
from app.pages.layout import Page, PageDep, go_to
from app.pages.staff.bench import VerdictForm, ground_of, new_verdict
from app.pages.staff.rooms import place_of, run_of
from app.programmes.models import Programme
from app.settings import Settings

router = APIRouter()


class MoveForm(VerdictForm):
    """The choice of a provider for a challenge, and the challenge that it leaves."""

    source: str = Field(default="", max_length=LONGEST)


MoveFormDep = Annotated[Form[MoveForm], Depends(form_of(MoveForm))]


@dataclass(frozen=True, slots=True)
class Target:
    """A challenge that a provider may come to.

    Attributes
    ----------
    row : Row
    place : Place
        Where the provider stands for it.
    sitting : sequence of PartyRead
        Whom people have chosen for it so far.
    number : int
        Of the newest verdict on the pair; 0 where there is none.
    """

    row: Row
    place: Place
    sitting: Sequence[PartyRead]
    number: int

    @property
    def is_full(self) -> bool:
        """Tell whether it has then more providers than it wishes for."""
        return self.row.is_complete


@router.get("/programmes/{programme}/runs/{run}/move")
@needs(Action.VERDICT_WRITE)
def show_move(
    request: Request,
    page: PageDep,
    session: ReadSessionDep,
    actor: ActorDep,
    programme: Reference,
    run: Reference,
    solution: Annotated[Reference, Query()],
    source: Annotated[Reference | None, Query()] = None,
    target: Annotated[Reference | None, Query()] = None,
) -> Response:
    """Show where a provider can be moved to, and what a move costs before it is kept."""
    found, of = run_of(session, actor, programme, run)
    if found.state not in HAS_RESULT:
        return go_to(place_of(found, of))
    settings = request.app.state.settings
    named = (solution, source, target)
    return _page(page, session, actor, found, of, named, Form(), settings)


def _page(
    page: Page,
    session: Session,
    actor: Actor,
    run: MatchRun,
    of: Programme,
    named: tuple[UUID | str, UUID | str | None, UUID | str | None],
    form: Form[MoveForm],
    settings: Settings,
    status: int = 200,
) -> Response:
    whole = bench.bench(session, actor, run.id)
    provider = _party(whole.solutions.values(), named[0])
    left = _party((row.challenge for row in whole.rows), named[1]) if named[1] else None
    targets = _targets(whole, provider, left)
    values: dict[str, Any] = {
        "programme": of,
        "run": run,
        "provider": provider,
        "left": left,
        "targets": targets,
        "form": form,
        "target": None,
        "costs": None,
        "refused": None,
    }
    if named[2] is None:
        return page.render("staff/move.html", status=status, **values)
    key = _party((one.row.challenge for one in targets), named[2]).id
    target = next(one for one in targets if one.row.challenge.id == key)
    values["target"] = target
    compute: Callable[[], costs.MoveCost]
    try:
        compute = costs.of_move(
            session,
            actor,
            run.id,
            provider.code,
            left.code if left else None,
            target.row.challenge.code,
            settings,
        )
    except (Conflict, Unprocessable) as refusal:
        values["refused"] = refusal.detail
        return page.render("staff/move.html", status=status, **values)
    return InTurn(
        lambda: page.render("staff/move.html", status=status, **{**values, "costs": compute()})
    )


def _party(parties: Any, named: UUID | str) -> PartyRead:
    found: PartyRead | None = next(
        (party for party in parties if str(named) in {party.code, str(party.id)}), None
    )
    if found is None:
        raise NotFound(Message("There is no submission {key}.", key=named))
    return found


def _targets(whole: Bench, provider: PartyRead, left: PartyRead | None) -> list[Target]:
    """Return the challenges for which the run lists the provider, its best place first."""
    chosen: dict[UUID, list[PartyRead]] = {}
    for (challenge, solution), verdict in whole.verdicts.items():
        if verdict.outcome is Outcome.CHOSEN and solution in whole.solutions:
            chosen.setdefault(challenge, []).append(whole.solutions[solution])
    targets = []
    for row in whole.rows:
        pair = (row.challenge.id, provider.id)
        sitting = chosen.get(row.challenge.id, [])
        if pair in whole.places and row.challenge != left and provider not in sitting:
            newest = whole.verdicts.get(pair)
            number = newest.number if newest else 0
            targets.append(Target(row, whole.places[pair], sitting, number))
    return sorted(targets, key=lambda one: (one.place.rank, one.row.challenge.code))


def _ground(
    database: DatabaseDep, actor: ActorDep, run: Reference, form: MoveFormDep
) -> verdicts.Ground | None:
    """Read what the choice stands on and check it, before anybody waits for the writer."""
    return ground_of(database, actor, run, form.value)


@router.post("/programmes/{programme}/runs/{run}/moves")
@needs(Action.VERDICT_WRITE)
def move(
    request: Request,
    page: PageDep,
    actor: ActorDep,
    form: MoveFormDep,
    ground: Annotated[verdicts.Ground | None, Depends(_ground)],
    session: SessionDep,
    programme: Reference,
    run: Reference,
) -> Response:
    """Keep a move as the staff's choice, and come back to the board."""
    found, of = run_of(session, actor, programme, run)
    if form.value is None or ground is None:
        keys = ("solution_id", "source", "challenge_id")
        solution, source, target = (_text(form.written.get(key)) for key in keys)
        named = (solution or "", source, target)
        settings = request.app.state.settings
        return _page(page, session, actor, found, of, named, form, settings, 422)
    said = form.value
    new = new_verdict(said, found.code)
    made = moves.move(session, actor, new, ground, said.source or None)
    noted = {"moved": made.chosen.id, "freed": made.freed and made.freed.id}
    query = urlencode({name: key for name, key in noted.items() if key})
    return go_to(f"{place_of(found, of)}/board?{query}#row-{ground.challenge}")


def _text(value: Any) -> str | None:
    return value if isinstance(value, str) and value else None


@router.post("/programmes/{programme}/runs/{run}/moves/{verdict}/undo")
@needs(Action.VERDICT_WRITE)
def undo_move(
    session: SessionDep,
    actor: ActorDep,
    programme: Reference,
    run: Reference,
    verdict: UUID,
    freed: UUID | None = None,
) -> Response:
    """Take a move back: the provider is where it was."""
    found, of = run_of(session, actor, programme, run)
    moves.undo(session, actor, verdict, freed, "Undone on the board.")
    return go_to(f"{place_of(found, of)}/board", done="move-undone")
