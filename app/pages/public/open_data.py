"""Statistics for everybody, by country and theme, and the open data behind them."""

from typing import Annotated, Any, Final

from fastapi import APIRouter, Path, Query, Request, Response
from sqlmodel import Session

from app.accounts.dependencies import SettingsDep
from app.core.base.clock import now
from app.core.base.errors import NotFound
from app.core.base.messages import Message
from app.core.base.references import Reference
from app.core.base.translations import language
from app.core.http.access import public
from app.core.http.database_sessions import ReadSessionDep
from app.pages.charts import plots, world
from app.pages.charts.answers import Chart
from app.pages.layout import PageDep
from app.settings import Settings
from app.statistics.schemas.coverage import GroupRead, SideRead
from app.statistics.schemas.groups import Division
from app.statistics.schemas.open_data import dictionary
from app.statistics.service import open_data
from app.statistics.service.catalogue_entry import KINDS
from app.statistics.service.naming import name_of_group
from app.statistics.service.open_data import Edition
from app.submissions.lifecycle import Kind
from app.themes import service as themes

router = APIRouter()

MOST_BARS: Final = 15
"""How many themes a chart shows, those named most often; the table beside it has all."""


@router.get("/statistics")
@public
def show_statistics(
    page: PageDep,
    session: ReadSessionDep,
    settings: SettingsDep,
    programme: Annotated[Reference | None, Query()] = None,
) -> Response:
    """Show how many of each country and theme came how far, of the newest programme."""
    told = open_data.editions(session, None, now(), settings.suppression_limit)
    found = told[0] if told else None
    if programme is not None:
        found = _edition(session, settings, programme)
    reader = language(page.language)
    labels = themes.labels(session, page.language)
    return page.render(
        "public/statistics.html",
        editions=told,
        found=found,
        limit=settings.suppression_limit,
        countries=_countries(found) if found else {},
        bars={side.kind.value: len(_themes(side)) for side in found.sides} if found else {},
        map=world,
        plots=plots,
        named=lambda by, key: name_of_group(by, key, reader, labels),
    )


@router.get("/statistics/{programme}/countries.svg")
@public
def show_statistics_map(
    request: Request, session: ReadSessionDep, settings: SettingsDep, programme: Reference
) -> Response:
    """Draw the countries of which something may be told."""
    where = _countries(_edition(session, settings, programme))
    return Chart(request, world.world(where[Kind.CHALLENGE], where[Kind.SOLUTION]))


@router.get("/statistics/{programme}/{kind}-themes.svg")
@public
def show_statistics_chart(
    request: Request,
    page: PageDep,
    session: ReadSessionDep,
    settings: SettingsDep,
    programme: Reference,
    kind: Annotated[Kind, Path()],
) -> Response:
    """Draw how many were submitted on each theme."""
    of_kind = [
        side for side in _edition(session, settings, programme).sides if side.kind is kind
    ]
    reader = language(page.language)
    labels = themes.labels(session, page.language)
    return Chart(
        request,
        plots.bars(
            [
                (name_of_group(Division.THEME, one.key, reader, labels), _submitted(one))
                for side in of_kind
                for one in _themes(side)
            ],
            x=reader.say(Message("Submitted")),
            language=reader,
        ),
    )


@router.get("/open-data")
@public
def show_open_data(page: PageDep, settings: SettingsDep) -> Response:
    """Tell what data everybody may have, what they mean and under which licence."""
    return page.render(
        "public/open_data.html",
        dictionary=dictionary(settings.open_data_licence, language(page.language)),
        limit=settings.suppression_limit,
        kinds=KINDS,
    )


def _edition(session: Session, settings: Settings, programme: Any) -> Edition:
    """Return what may be told of a programme.

    Raises
    ------
    NotFound
        If there is none, or nothing of it may be told: the two look alike.
    """
    try:
        found = open_data.editions(session, programme, now(), settings.suppression_limit)
    except NotFound:
        found = []
    if not found:
        raise NotFound(
            Message("There are no statistics of {key}.", key=programme),
            remedy="A programme has some once all its calls of one kind are closed.",
        )
    return found[0]


def _countries(found: Edition) -> dict[Kind, dict[str, int]]:
    """Return how many submissions come from each country that is told, by kind."""
    told = {kind: dict[str, int]() for kind in Kind}
    for side in found.sides:
        for table in side.divisions:
            if table.division is Division.COUNTRY:
                told[side.kind] = {one.key: _submitted(one) for one in table.groups}
    return told


def _themes(side: SideRead) -> list[GroupRead]:
    """Return the themes that a chart shows, those named most often first."""
    groups = [
        group
        for table in side.divisions
        if table.division is Division.THEME
        for group in table.groups
        if _submitted(group)
    ]
    return sorted(groups, key=lambda one: (-_submitted(one), one.key))[:MOST_BARS]


def _submitted(group: GroupRead) -> int:
    return group.figures[0].count or 0
