"""The board: the best whole assignment of a run beside what people have chosen."""

from collections.abc import Sequence
from typing import Annotated, Final
from urllib.parse import urlencode
from uuid import UUID

from fastapi import APIRouter, Query, Response

from app.access import policy
from app.access.policy import Action
from app.accounts.dependencies import ActorDep
from app.core.base.messages import Message
from app.core.base.references import Reference
from app.core.http.access import within
from app.core.http.database_sessions import ReadSessionDep
from app.matchmaking.lifecycle import HAS_RESULT, Outcome
from app.matchmaking.models import Verdict
from app.matchmaking.schemas.moves import MOST_CHANGES
from app.matchmaking.service import assignment_queries, bench, boards, moves
from app.matchmaking.service.bench import Bench
from app.matchmaking.service.boards import Agreement
from app.pages.layout import PageDep, go_to
from app.pages.notices import Notice
from app.pages.staff.rooms import place_of, run_of

router = APIRouter()

AT_ONCE: Final = 12
"""How many challenges a page of the board shows."""
KEPT: Final = Message("Recorded: the move of {provider}.")
UNDONE: Final = Message("Taken back: the move of {provider}. What counted before counts again.")

Made = Annotated[list[UUID], Query(max_length=MOST_CHANGES)]


@router.get("/programmes/{programme}/runs/{run}/board")
@within(Action.RUN_READ)
def show_board(
    page: PageDep,
    session: ReadSessionDep,
    actor: ActorDep,
    programme: Reference,
    run: Reference,
    show: Agreement | None = None,
    number: Annotated[int, Query(ge=1, le=1000, alias="page")] = 1,
    verdict: Made = [],  # noqa: B006 -- FastAPI copies it
) -> Response:
    """Show for each challenge whom the assignment gives it, and whom people have chosen."""
    found, of = run_of(session, actor, programme, run)
    if found.state not in HAS_RESULT:
        return go_to(place_of(found, of))
    whole = bench.bench(session, found, reader=actor)
    lanes = boards.lanes(whole)
    shown = [lane for lane in lanes if show in (None, lane.agreement)]
    pages = max(1, -(-len(shown) // AT_ONCE))
    first = (min(number, pages) - 1) * AT_ONCE
    assignment = assignment_queries.assignment(session, actor, found.id)
    return page.render(
        "staff/board.html",
        programme=of,
        run=found,
        assignment=assignment,
        lanes=shown[first : first + AT_ONCE],
        counts={kind: sum(lane.agreement is kind for lane in lanes) for kind in Agreement},
        show=show,
        number=min(number, pages),
        pages=pages,
        whole=whole,
        outcomes=Outcome,
        done=_notice(moves.made(session, found.id, verdict), whole, place_of(found, of)),
        may_decide=policy.has_any_reach(actor, Action.VERDICT_WRITE),
        short={one.challenge: one for one in assignment.shortfalls},
        names={party.code: party for party in whole.parties.values()},
    )


def _notice(made: Sequence[Verdict], whole: Bench, place: str) -> Notice | None:
    """Return what the board says after a move, while no newer verdict has overtaken it."""
    if not made:
        return None
    key = made[0].solution_id
    undoes = any(verdict.undoes for verdict in made)
    text = Message(
        UNDONE.template if undoes else KEPT.template, provider=whole.parties[key].organisation
    )
    query = urlencode([("verdict", verdict.id) for verdict in made])
    return Notice(text, f"{place}/move/undo?{query}")
