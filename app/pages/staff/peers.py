"""Challenges with a similar problem, for talks between their teams."""

from fastapi import APIRouter, Response

from app.access.policy import Action
from app.accounts.dependencies import ActorDep, SettingsDep
from app.core.base.references import Reference
from app.core.http.access import needs
from app.core.http.computing import InTurn
from app.core.http.database_sessions import ReadSessionDep
from app.pages.layout import PageDep
from app.pages.topics import FIELDS
from app.programmes import service as programmes
from app.statistics.service import peers
from app.themes import service as themes

router = APIRouter()


@router.get("/programmes/{programme}/peers")
@needs(Action.SUBMISSION_READ)
def show_peers(
    page: PageDep,
    session: ReadSessionDep,
    actor: ActorDep,
    settings: SettingsDep,
    programme: Reference,
) -> Response:
    """Show who of a programme could talk with whom, those without a provider first."""
    found = programmes.programme(session, programme)
    compute = peers.peers(session, actor, found.id, settings)
    labels = themes.labels(session, page.language)
    return InTurn(
        lambda: page.render(
            "staff/peers.html",
            programme=found,
            answer=compute(),
            labels=labels,
            fields=FIELDS,
        )
    )
