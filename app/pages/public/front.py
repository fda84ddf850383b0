"""The front door: what this is, and what is open now."""

from typing import Final

from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse

from app.access.policy import NOBODY
from app.core.http.access import public
from app.core.http.database_sessions import ReadSessionDep
from app.pages.layout import PageDep, wants_page
from app.programmes import service as programmes
from app.programmes.lifecycle import Phase
from app.programmes.schemas import CallQuery

router = APIRouter()

NEXT: Final = [Phase.OPEN, Phase.SCHEDULED]
"""Calls that the front page shows: what is open, and what opens next."""


@router.get("/")
@public
def home(request: Request, page: PageDep, session: ReadSessionDep) -> Response:
    """Tell a person what this is and what is open; lead a program to the documentation."""
    if not wants_page(request):
        return RedirectResponse("/docs", headers={"Vary": "Accept"})
    query = CallQuery(phase=NEXT, sort="closes_at", limit=6)
    answer = page.render(
        "public/front.html", calls=programmes.calls(session, NOBODY, query).rows
    )
    answer.headers["Vary"] = f"Accept, {answer.headers['Vary']}"
    return answer
