"""The catalogue: challenges of which everybody may read a notice, and one of them."""

from typing import Annotated, Final
from urllib.parse import urlencode

from fastapi import APIRouter, Query, Response
from pydantic import Field, model_validator
from sqlmodel import Session

from app.access.policy import NOBODY
from app.core.base.references import Reference
from app.core.http.access import public
from app.core.http.database_sessions import ReadSessionDep
from app.core.http.forms import without_empty
from app.notices import queries
from app.notices.queries import Published
from app.notices.schemas import CatalogueQuery
from app.pages.layout import PageDep
from app.programmes import service as programmes
from app.programmes.lifecycle import CallKind, Phase
from app.programmes.schemas import CallQuery, CallRead
from app.themes import service as themes
from app.themes.schemas import Facet, ThemeQuery

router = APIRouter()

PAGE: Final = 25
"""How many notices a page of the catalogue has."""


class Asked(CatalogueQuery):
    """What the catalogue is asked, as its form sends it: what was left empty is not asked."""

    done: Annotated[str | None, Field(max_length=40)] = None

    _filled_in = model_validator(mode="before")(without_empty)


@router.get("/notices")
@public
def show_catalogue(
    page: PageDep, session: ReadSessionDep, asked: Annotated[Asked, Query()]
) -> Response:
    """List what is published, the newest first, searched by words, theme and country."""
    found = queries.catalogue(session, asked.model_copy(update={"limit": PAGE}))
    said = asked.model_dump(mode="json", exclude_defaults=True, exclude={"cursor", "done"})
    behind = urlencode({**said, "cursor": found.cursor}, doseq=True)
    offered = themes.search(session, ThemeQuery(limit=200)).rows
    return page.render(
        "public/notices.html",
        found=found.rows,
        asked=asked,
        is_asked=bool(said),
        further_path=f"/notices?{behind}" if found.cursor else None,
        facets=[(facet, [t for t in offered if t.facet == facet]) for facet in Facet],
        countries=queries.countries(session),
        labels=themes.labels(session, page.language),
    )


@router.get("/notices/{notice}")
@public
def show_published(
    page: PageDep,
    session: ReadSessionDep,
    notice: Reference,
    language: Annotated[str | None, Query(max_length=10)] = None,
) -> Response:
    """Show one published challenge, in the language that is asked for or the reader's own."""
    found = queries.published(session, notice)
    return page.render(
        "public/notice.html",
        found=found,
        text=found.text(language or page.language),
        calls=_open_calls(session, found),
        labels=themes.labels(session, page.language),
    )


def _open_calls(session: Session, found: Published) -> list[CallRead]:
    """Return the calls of its programme in which somebody can answer it now."""
    query = CallQuery(
        programme=[found.programme.id], kind=[CallKind.SOLUTIONS], phase=[Phase.OPEN]
    )
    return list(programmes.calls(session, NOBODY, query).rows)
