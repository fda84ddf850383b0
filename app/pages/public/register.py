"""The register of practices: what public teams have done, for everybody, and one of them."""

from typing import Annotated, Final
from urllib.parse import urlencode

from fastapi import APIRouter, Query, Response
from pydantic import Field, model_validator

from app.accounts.dependencies import SettingsDep
from app.core.base import translations
from app.core.base.references import Reference
from app.core.http.access import public
from app.core.http.database_sessions import ReadSessionDep
from app.core.http.forms import without_empty
from app.pages.layout import PageDep
from app.register import queries
from app.register.schemas import RegisterQuery
from app.themes import service as themes
from app.themes.facets import Facet
from app.themes.schemas import ThemeQuery

router = APIRouter()

PAGE: Final = 25
"""How many practices a page of the register has."""


class Asked(RegisterQuery):
    """What the register is asked, as its form sends it: what was left empty is not asked."""

    done: Annotated[str | None, Field(max_length=40)] = None

    _filled_in = model_validator(mode="before")(without_empty)


@router.get("/register")
@public
def show_register(
    page: PageDep,
    session: ReadSessionDep,
    settings: SettingsDep,
    asked: Annotated[Asked, Query()],
) -> Response:
    """List the practices, the newest first, searched by words, theme and country."""
    found = queries.register(session, asked.model_copy(update={"limit": PAGE}))
    said = asked.model_dump(mode="json", exclude_defaults=True, exclude={"cursor", "done"})
    behind = urlencode({**said, "cursor": found.cursor}, doseq=True)
    offered = themes.search(session, ThemeQuery(limit=200)).rows
    return page.render(
        "public/register.html",
        found=found.rows,
        asked=asked,
        is_asked=bool(said),
        licence=settings.open_data_licence,
        further_path=f"/register?{behind}" if found.cursor else None,
        facets=[(facet, [t for t in offered if t.facet == facet]) for facet in Facet],
        countries=sorted(
            queries.countries(session), key=translations.language(page.language).country
        ),
        labels=themes.labels(session, page.language),
    )


@router.get("/register/{practice}")
@public
def show_listed(
    page: PageDep, session: ReadSessionDep, settings: SettingsDep, practice: Reference
) -> Response:
    """Show one practice of the register, with the date and the source of the entry."""
    found = queries.listed(session, practice)
    return page.render(
        "public/practice.html",
        found=found,
        licence=settings.open_data_licence,
        address=f"{settings.public_url}/register/{found.code}",
        labels=themes.labels(session, page.language),
    )
