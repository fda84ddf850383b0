"""Pages that explain: the ranking, the data, accessibility, and whom to ask."""

from fastapi import APIRouter, Response

from app.accounts.dependencies import SettingsDep
from app.core.http.access import public
from app.matchmaking import method
from app.pages.layout import PageDep

router = APIRouter()


@router.get("/how-the-ranking-works")
@public
def show_how_it_ranks(page: PageDep) -> Response:
    """Explain the ranking in plain words, with a worked example."""
    return page.render("public/ranking.html", method=method)


@router.get("/about-the-data")
@public
def show_data(page: PageDep) -> Response:
    """Tell who reads what, where it is kept, and for how long."""
    return page.render("public/data.html")


@router.get("/accessibility")
@public
def show_accessibility(page: PageDep) -> Response:
    """Tell what works for everybody, what does not yet, and whom to tell."""
    return page.render("public/accessibility.html")


@router.get("/contact")
@public
def show_contact(page: PageDep, settings: SettingsDep) -> Response:
    """Tell whom to ask."""
    return page.render("public/contact.html", address=settings.contact)
