"""For which published challenges a solution may help: its team reads it, in words."""

from fastapi import APIRouter, Request, Response

from app.access.policy import Action
from app.accounts.dependencies import ActorDep
from app.core.base.references import Reference
from app.core.http.access import within
from app.core.http.computing import InTurn
from app.core.http.database_sessions import ReadSessionDep
from app.matchmaking.service import offers
from app.pages.layout import PageDep
from app.pages.team.submission import described
from app.pages.topics import FIELDS
from app.submissions.lifecycle import Kind
from app.submissions.service import queries
from app.themes import service as themes

router = APIRouter()


@router.get("/submissions/{submission}/fitting")
@within(Action.DRAFT_READ)
def show_fitting(
    request: Request,
    page: PageDep,
    session: ReadSessionDep,
    actor: ActorDep,
    submission: Reference,
) -> Response:
    """Show the published challenges for which a solution may help; computed when it is sent."""
    found = queries.get(session, actor, Kind.SOLUTION, submission)
    compute = offers.meetings(session, actor, found.id, request.app.state.settings)
    values = described(session, actor, found)
    labels = themes.labels(session, page.language)
    return InTurn(
        lambda: page.render(
            "team/fitting.html", **values, labels=labels, fields=FIELDS, answer=compute()
        )
    )
