"""Two runs of a programme beside each other."""

from typing import Annotated

from fastapi import APIRouter, Query, Response

from app.access.policy import Action
from app.accounts.dependencies import ActorDep
from app.core.base.references import Reference
from app.core.http.access import needs
from app.core.http.database_sessions import ReadSessionDep
from app.matchmaking.lifecycle import HAS_RESULT
from app.matchmaking.schemas.runs import RunQuery
from app.matchmaking.service import comparing, queries
from app.pages.layout import PageDep
from app.pages.staff.rooms import run_of
from app.programmes import service as programmes

router = APIRouter()

Named = Annotated[Reference | None, Query()]


@router.get("/programmes/{programme}/compare")
@needs(Action.RUN_READ)
def show_comparison(
    page: PageDep,
    session: ReadSessionDep,
    actor: ActorDep,
    programme: Reference,
    before: Named = None,
    after: Named = None,
) -> Response:
    """Say what moved between two runs, and because of what; the newest two if none is named."""
    of = programmes.programme(session, programme)
    query = RunQuery(programme=[of.code], state=sorted(HAS_RESULT), limit=100)
    runs = queries.runs(session, actor, query).rows
    if len(runs) < 2:
        return page.render("staff/comparison.html", programme=of, runs=runs, found=None)
    later = run_of(session, actor, of.code, after or runs[0].code)[0]
    others = [run.code for run in runs if run.code != later.code]
    older = [run.code for run in runs if run.created_at < later.created_at]
    earlier = run_of(session, actor, of.code, before or [*older, *others][0])[0]
    return page.render(
        "staff/comparison.html",
        programme=of,
        runs=runs,
        found=comparing.compare(session, actor, earlier.id, later.id),
    )
