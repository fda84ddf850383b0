"""What was submitted to a programme, as a list that is filtered, searched and sorted."""

from typing import Annotated, Any, Final
from urllib.parse import urlencode

from fastapi import APIRouter, Query, Response
from pydantic import Field
from sqlmodel import Session

from app.access.policy import Action, Actor
from app.accounts.dependencies import ActorDep
from app.core.base.references import Reference
from app.core.http.access import needs
from app.core.http.database_sessions import ReadSessionDep
from app.insights.figures import figures_of
from app.pages.layout import Page, PageDep, go_to
from app.pages.origins import Asked, along
from app.pages.staff import list_columns
from app.pages.staff.many_steps import STEPS
from app.programmes import service as programmes
from app.submissions.lifecycle import LIFE, Kind, State
from app.submissions.service import queries

router = APIRouter()

PAGE: Final = 100
"""How many rows a page of the list has."""
ASIDE: Final = {"cursor", "ticked", "column", "done"}
"""What of an address a link to the same list leaves out."""
SORTS: Final = frozenset({"code", "title", "updated_at"})


class Filters(Asked):
    """The filters of the list, and what its forms say beside them."""

    ticked: bool = False

    column: Annotated[list[str], Field(max_length=40)] = []
    """What was ticked; the address of the list names it as `columns`."""

    done: Annotated[str | None, Field(max_length=20)] = None
    """Which notice the frame of the page shows."""


FiltersDep = Annotated[Filters, Query()]


@router.get("/programmes/{programme}/challenges")
@needs(Action.SUBMISSION_SCREEN)
def show_challenges(
    page: PageDep,
    session: ReadSessionDep,
    actor: ActorDep,
    programme: Reference,
    filters: FiltersDep,
) -> Response:
    """List the challenges of a programme."""
    return _list(page, session, actor, programme, Kind.CHALLENGE, filters)


@router.get("/programmes/{programme}/solutions")
@needs(Action.SUBMISSION_SCREEN)
def show_solutions(
    page: PageDep,
    session: ReadSessionDep,
    actor: ActorDep,
    programme: Reference,
    filters: FiltersDep,
) -> Response:
    """List the solutions of a programme."""
    return _list(page, session, actor, programme, Kind.SOLUTION, filters)


def _list(
    page: Page,
    session: Session,
    actor: Actor,
    key: Reference,
    kind: Kind,
    filters: Filters,
) -> Response:
    programme = programmes.programme(session, key)
    place = f"/programmes/{programme.code}/{kind}s"
    asked = filters.model_dump(mode="json", exclude_defaults=True, exclude=ASIDE)
    if filters.column:
        return go_to(_address(place, asked, columns=",".join(filters.column)))
    query = filters.model_copy(update={"programme": [programme.id], "limit": PAGE})
    columns = list_columns.chosen(kind, filters.columns)
    search = queries.search if filters.columns else queries.search_headings
    found = search(session, actor, kind, query)
    rows = found.rows
    if filters.columns:
        rows = list_columns.shown(session, actor, kind, rows, columns)
    figures = figures_of(session, actor, programme.id, kind)
    return page.render(
        "staff/submissions.html",
        programme=programme,
        kind=kind,
        rows=rows,
        columns=columns,
        offered=list_columns.offered(kind),
        headings=list_columns.HEADINGS,
        kept=[
            (name, value if isinstance(value, list) else [value])
            for name, value in asked.items()
            if name != "columns"
        ],
        usual=_address(place, {k: v for k, v in asked.items() if k != "columns"}),
        filters=filters,
        steps=[LIFE.step(name) for name in STEPS],
        all_ticked=_address(place, asked, ticked="true"),
        states=[state for state in State if state is not State.DRAFT],
        figures=figures,
        place=place,
        along=along(kind, asked),
        following=_address(place, asked, cursor=found.cursor) if found.cursor else None,
        first=_address(place, asked) if filters.cursor else None,
        sorted_by={name: _address(place, asked, sort=_turned(filters, name)) for name in SORTS},
        files={
            name: _address(f"/api/v1/{kind}s", asked, programme=programme.code, format=name)
            for name in ("csv", "xlsx")
        },
    )


def _turned(filters: Filters, name: str) -> str:
    """Return how the list is sorted by a column when its heading is followed once more."""
    return f"-{name}" if (filters.sort or "code") == name else name


def _address(place: str, asked: dict[str, Any], **more: Any) -> str:
    query = urlencode({**asked, **more}, doseq=True)
    return f"{place}?{query}" if query else place
