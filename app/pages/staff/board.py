"""The board: the best whole assignment of a run beside what people have chosen."""

from dataclasses import dataclass

from fastapi import APIRouter, Response

from app.access.policy import Action
from app.accounts.dependencies import ActorDep
from app.core.base.references import Reference
from app.core.http.access import within
from app.core.http.database_sessions import ReadSessionDep
from app.matchmaking.lifecycle import HAS_RESULT, Outcome
from app.matchmaking.schemas.parties import PartyRead
from app.matchmaking.service import assignment_queries, bench
from app.matchmaking.service.bench import Bench, Place, Row
from app.pages.layout import PageDep, go_to
from app.pages.staff.rooms import place_of, run_of

router = APIRouter()


@dataclass(frozen=True, slots=True)
class Seat:
    """A provider that the assignment gives a challenge, or about which people have decided.

    Attributes
    ----------
    provider : PartyRead
    place : Place or None
        Where the run lists the pair; None where it does not.
    assigned, chosen, rejected : bool
        Whether the best whole assignment holds the pair, and what people have decided.
    """

    provider: PartyRead
    place: Place | None
    assigned: bool
    chosen: bool
    rejected: bool


@router.get("/programmes/{programme}/runs/{run}/board")
@within(Action.RUN_READ)
def show_board(
    page: PageDep,
    session: ReadSessionDep,
    actor: ActorDep,
    programme: Reference,
    run: Reference,
) -> Response:
    """Show for each challenge whom the assignment gives it, and whom people have chosen."""
    found, of = run_of(session, actor, programme, run)
    if found.state not in HAS_RESULT:
        return go_to(place_of(found, of))
    whole = bench.bench(session, actor, found.id)
    assignment = assignment_queries.assignment(session, actor, found.id)
    return page.render(
        "staff/board.html",
        programme=of,
        run=found,
        assignment=assignment,
        rows=[(row, _seats(whole, row)) for row in whole.rows],
        short={one.challenge: one for one in assignment.shortfalls},
        names={
            party.code: party
            for party in (
                *(row.challenge for row in whole.rows),
                *whole.solutions.values(),
            )
        },
    )


def _seats(whole: Bench, row: Row) -> list[Seat]:
    """Return whom the assignment or people name for a challenge, the best place first."""
    seats = []
    for key, provider in whole.solutions.items():
        pair = (row.challenge.id, key)
        place, verdict = whole.places.get(pair), whole.verdicts.get(pair)
        outcome = verdict.outcome if verdict is not None else None
        seat = Seat(
            provider,
            place,
            place is not None and place.assigned,
            outcome is Outcome.CHOSEN,
            outcome is Outcome.REJECTED,
        )
        if seat.assigned or seat.chosen or seat.rejected:
            seats.append(seat)
    return sorted(
        seats, key=lambda seat: seat.place.rank if seat.place else whole.run.n_solutions
    )
