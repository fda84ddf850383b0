"""Open data: statistics of what is over and released, and the published challenges as tables.

Before a release nothing tells: of the calls of one kind nothing is counted while one of them
can still be answered, and nothing but what was submitted until all of them are released.
"""

import csv
import io
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from pydantic import BaseModel
from sqlmodel import Session, col, exists, select

from app.core.base.translations import language
from app.core.storage.pagination import Page
from app.core.tables.formulas import guarded
from app.decisions.models import Release
from app.notices import queries as notices
from app.notices.schemas import CatalogueQuery
from app.programmes import service as programmes
from app.programmes.lifecycle import CallState, Phase, phase
from app.programmes.models import Call, Programme
from app.settings import Settings
from app.statistics.schemas.coverage import FigureRead, SideRead
from app.statistics.schemas.open_data import (
    MOST_PROGRAMMES,
    ChallengeRow,
    Line,
    Statistic,
    Statistics,
)
from app.statistics.service.counting import counted
from app.statistics.service.coverage import FUNNEL, side_of
from app.statistics.service.naming import name_of_group
from app.submissions.lifecycle import CALLS, Kind
from app.submissions.models import LatePermit
from app.themes import service as themes

RELEASED: Final = 3
"""Stages that are told once all is released; what is matched is told of nobody's group."""


@dataclass(frozen=True, slots=True)
class Edition:
    """What everybody may know of a programme.

    Attributes
    ----------
    programme : Programme
    sides : sequence of SideRead
        Of each kind of which something is told.
    """

    programme: Programme
    sides: Sequence[SideRead]


def edition(session: Session, programme: Programme, at: datetime, limit: int) -> Edition:
    """Return what everybody may know of a programme at an instant."""
    sides = []
    for kind in Kind:
        stages = FUNNEL[: _n_stages(session, programme.id, kind, at)]
        if stages:
            rows = counted(session, programme.id, kind, with_themes=True, published=True)
            sides.append(side_of(kind, rows, [stages], limit, known=True, themes=True))
    return Edition(programme, sides)


def editions(
    session: Session, key: UUID | str | None, at: datetime, limit: int
) -> list[Edition]:
    """Return the programmes of which everybody may know something, the newest first.

    Parameters
    ----------
    key : UUID or str, optional
        One programme alone; without it the `MOST_PROGRAMMES` newest.

    Raises
    ------
    NotFound
        If there is no such programme.
    """
    found: Sequence[Programme]
    if key is not None:
        found = [programmes.programme(session, key)]
    else:
        newest = select(Programme).order_by(
            col(Programme.created_at).desc(), col(Programme.code)
        )
        found = session.exec(newest.limit(MOST_PROGRAMMES)).all()
    told = (edition(session, one, at, limit) for one in found)
    return [one for one in told if one.sides]


def _n_stages(session: Session, programme_id: UUID, kind: Kind, at: datetime) -> int:
    """Return how many stages of the funnel everybody may know of."""
    calls = session.exec(
        select(Call).where(
            Call.programme_id == programme_id,
            Call.kind == CALLS[kind],
            Call.state == CallState.PUBLISHED,
        )
    ).all()
    keys = [call.id for call in calls]
    permitted = exists().where(col(LatePermit.call_id).in_(keys), col(LatePermit.until) > at)
    if not calls or any(phase(call, at) is not Phase.CLOSED for call in calls):
        return 0
    if session.exec(select(permitted)).one():
        return 0
    released = set(
        session.exec(select(Release.call_id).where(col(Release.call_id).in_(keys))).all()
    )
    return RELEASED if released >= set(keys) else 1


# --- as data -----------------------------------------------------------------------------


def statistics(
    session: Session, settings: Settings, key: UUID | str | None, tag: str, at: datetime
) -> Statistics:
    """Return every figure that everybody may know, each with an identifier that stays.

    Raises
    ------
    NotFound
        If there is no such programme.
    """
    limit = settings.suppression_limit
    labels = themes.labels(session, tag)
    lines = [
        line
        for one in editions(session, key, at, limit)
        for side in one.sides
        for line in _lines(one.programme.code, side, tag, labels)
    ]
    return Statistics(licence=settings.open_data_licence, limit=limit, items=lines)


def _lines(
    programme: str, side: SideRead, tag: str, labels: dict[str, str]
) -> Iterator[Statistic]:
    into = language(tag)

    def line(division: str, group: str, name: str, region: str | None, one: FigureRead) -> Any:
        place = "/".join((programme, side.kind, division, group, one.stage))
        return Statistic(
            id=place,
            programme=programme,
            kind=side.kind,
            division=division,
            group=group,
            name=name,
            region=region,
            stage=one.stage,
            count=one.count,
            low=one.low,
            high=one.high,
        )

    yield from (line("all", "all", "", None, one) for one in side.figures)
    for table in side.divisions:
        by = table.division
        for group in table.groups:
            name = name_of_group(by, group.key, into, labels)
            yield from (line(by, group.key, name, group.region, one) for one in group.figures)
        yield from (line(by, "rest", "", None, one) for one in table.rest)


def challenges(
    session: Session, settings: Settings, query: CatalogueQuery
) -> Page[ChallengeRow]:
    """Return a page of the published challenges, a row for each language of each."""
    found = notices.catalogue(session, query)
    rows = [
        ChallengeRow(
            id=f"{settings.public_url}/notices/{one.notice.code}",
            code=one.notice.code,
            programme=one.programme.code,
            country=one.country,
            organisation=one.organisation,
            published_at=one.notice.published_at,
            themes=one.notice.themes,
            **text,
        )
        for one in found.rows
        if one.notice.published_at is not None
        for text in one.notice.texts
    ]
    return Page(rows, found.cursor)


def as_csv(schema: type[BaseModel], rows: Sequence[BaseModel]) -> bytes:
    """Return rows as CSV for programs: members and values of JSON Lines, no formula within.

    What is null is empty, and the values of a list are separated by semicolons.
    """
    members = list(schema.model_fields)
    file = io.StringIO(newline="")
    writer = csv.writer(file, quoting=csv.QUOTE_NONNUMERIC)
    writer.writerow(members)
    for row in rows:
        values = row.model_dump(mode="json")
        writer.writerow([_in_cell(values[name]) for name in members])
    return file.getvalue().encode("utf-8-sig")


def _in_cell(value: Any) -> str | int | float:
    if isinstance(value, int | float):
        return value
    return guarded("; ".join(value) if isinstance(value, list) else value or "")


def as_json_lines(rows: Sequence[BaseModel]) -> bytes:
    """Return rows as JSON Lines."""
    return b"".join(row.model_dump_json().encode() + b"\n" for row in rows)


WRITERS: Final[dict[str, tuple[str, Callable[[type[Line], Sequence[Line]], bytes]]]] = {
    "csv": ("text/csv; charset=utf-8", as_csv),
    "jsonl": ("application/jsonl", lambda _, rows: as_json_lines(rows)),
}
"""By the ending of an address: what it is answered as, and what writes it."""
