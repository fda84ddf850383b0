"""What a reviewer is asked for, and has written."""

from fastapi import APIRouter, Response

from app.access.policy import Action
from app.accounts.dependencies import ActorDep
from app.core.http.access import needs
from app.core.http.database_sessions import ReadSessionDep
from app.pages.layout import PageDep
from app.reviews import queries
from app.reviews.lifecycle import DONE, WAITING
from app.reviews.service import reading

router = APIRouter()


@router.get("/reviews")
@needs(Action.REVIEW_WRITE)
def show_my_reviews(page: PageDep, session: ReadSessionDep, actor: ActorDep) -> Response:
    """List what the reader is asked to review, the most urgent first."""
    rows = queries.own(session, actor)
    return page.render(
        "review/mine.html",
        rows=[(row, reading.subject(session, row)) for row in rows if row.state in WAITING],
        done=[(row, reading.subject(session, row)) for row in rows if row.state in DONE],
        left=[row for row in rows if row.state not in WAITING | DONE],
        zones=reading.zones(session, rows),
    )
