"""The front door: where the bare address leads."""

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse

from app.core.http.access import public
from app.pages.layout import wants_page

router = APIRouter()


@router.get("/")
@public
def home(request: Request) -> RedirectResponse:
    """Lead a person to their own page or to signing in, and a program to the documentation."""
    place = "/profile" if wants_page(request) else "/docs"
    return RedirectResponse(place, headers={"Vary": "Accept"})
