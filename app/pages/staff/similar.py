"""Near-duplicates: of a submission, of two side by side, and of a programme or a call."""

from functools import partial
from typing import Annotated, Any, Final

from fastapi import APIRouter, Query, Request, Response

from app.access.policy import Action
from app.accounts.dependencies import ActorDep
from app.core.base.errors import Conflict
from app.core.base.messages import Message
from app.core.base.references import Reference
from app.core.http.access import needs, within
from app.core.http.computing import InTurn
from app.core.http.database_sessions import ReadSessionDep
from app.core.storage.database import reading
from app.duplicates import service
from app.pages.layout import Page, PageDep
from app.pages.staff.calls import OfCall
from app.pages.topics import FIELDS
from app.programmes import service as programmes
from app.programmes.models import Programme
from app.programmes.schemas import CallQuery
from app.submissions.models import Submission
from app.submissions.service import queries

router = APIRouter()

SHARES: Final = (
    (
        0.995,
        Message("All of this text stands there too."),
        Message("All of the other text stands here too."),
    ),
    (
        0.875,
        Message("Nearly all of this text stands there too."),
        Message("Nearly all of the other text stands here too."),
    ),
    (
        0.7,
        Message("Three quarters of this text stand there too."),
        Message("Three quarters of the other text stand here too."),
    ),
    (
        0.58,
        Message("Two thirds of this text stand there too."),
        Message("Two thirds of the other text stand here too."),
    ),
    (
        0.42,
        Message("Half of this text stands there too."),
        Message("Half of the other text stands here too."),
    ),
    (
        0.29,
        Message("A third of this text stands there too."),
        Message("A third of the other text stands here too."),
    ),
    (
        0.18,
        Message("A quarter of this text stands there too."),
        Message("A quarter of the other text stands here too."),
    ),
    (
        0.0,
        Message("Little of this text stands there too."),
        Message("Little of the other text stands here too."),
    ),
)
"""Shares in words: from how much on, of this text, and of the other."""


def of_this(share: float) -> Message:
    """Say how much of a text stands in the other."""
    return next(text for floor, text, _ in SHARES if share >= floor)


def of_other(share: float) -> Message:
    """Say how much of the other text stands in this one."""
    return next(text for floor, _, text in SHARES if share >= floor)


@router.get("/submissions/{submission}/similar")
@within(Action.SUBMISSION_READ)
def show_similar(
    request: Request,
    page: PageDep,
    session: ReadSessionDep,
    actor: ActorDep,
    submission: Reference,
) -> Response:
    """Show what tells nearly the same as a submission, as a page or as a part for a script."""
    row = queries.find(session, actor, submission)
    opened = partial(reading, request.app.state.database)
    compute = service.similar(session, actor, row.kind, row.id, opened)
    of = programmes.programme(session, row.programme_id)
    name = "staff/_similar.html" if page.is_partial else "staff/similar.html"
    return InTurn(lambda: _shown(page, row, of, name, found=compute()))


@router.get("/submissions/{submission}/similar/{other}")
@within(Action.SUBMISSION_READ)
def show_side_by_side(
    page: PageDep,
    session: ReadSessionDep,
    actor: ActorDep,
    submission: Reference,
    other: Reference,
) -> Response:
    """Show two submissions passage by passage, with the words that stand in both."""
    row = queries.find(session, actor, submission)
    compute = service.comparison(session, actor, row.kind, row.id, other)
    of = programmes.programme(session, row.programme_id)
    return InTurn(lambda: _shown(page, row, of, "staff/side_by_side.html", found=compute()))


def _shown(page: Page, row: Submission, of: Programme, name: str, **values: Any) -> Response:
    return page.under(f"show_{row.kind}s", of.code).render(
        name,
        programme=of,
        submission=row,
        fields=FIELDS,
        of_this=of_this,
        of_other=of_other,
        **values,
    )


@router.get("/programmes/{programme}/similar")
@needs(Action.SUBMISSION_READ)
def show_similar_pairs(
    request: Request,
    page: PageDep,
    session: ReadSessionDep,
    actor: ActorDep,
    programme: Reference,
    asked: Annotated[OfCall, Query()],
) -> Response:
    """Show which submissions of a programme, or of a call, tell nearly the same."""
    opened = partial(reading, request.app.state.database)
    of = programmes.programme(session, programme)
    calls = programmes.calls(
        session, actor, CallQuery(programme=[of.code], sort="opens_at", limit=200)
    ).rows
    values: dict[str, Any] = {"programme": of, "calls": calls, "call": asked.call}
    name = "staff/similar_pairs.html"
    try:
        compute = service.pairs(session, actor, of.id, asked.call, opened)
    except Conflict as refusal:  # too many for an answer: the page says so, and what to do
        return page.render(name, **values, found=None, refusal=refusal)
    return InTurn(lambda: page.render(name, **values, found=compute()))
