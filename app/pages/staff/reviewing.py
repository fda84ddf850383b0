"""The reviews of a programme, as staff see them: how far they are, the rubric, the ranking."""

from collections import defaultdict
from typing import Annotated, Any, Final

from fastapi import APIRouter, Depends, Query, Response
from pydantic import BaseModel, ConfigDict, Field, ValidationError
from sqlmodel import Session

from app.access import policy
from app.access.policy import Action
from app.accounts.dependencies import ActorDep
from app.advice.service import counting
from app.core.base.entity_tags import Expected, entity_tag
from app.core.base.errors import Conflict, FieldError, NotFound, Stale, Unprocessable
from app.core.base.references import Reference
from app.core.base.validation_errors import field_errors
from app.core.http.access import needs
from app.core.http.computing import InTurn
from app.core.http.database_sessions import ReadSessionDep, SessionDep
from app.core.http.forms import Form, form_of
from app.insights.queries import names_of
from app.pages.instants import announced_at, local
from app.pages.layout import Page, PageDep, go_to
from app.pages.staff.calls import call_of, place_of
from app.programmes import service as programmes
from app.programmes.models import Call, Programme
from app.programmes.schemas import CallQuery
from app.reviews import queries
from app.reviews.lifecycle import DONE, LIVE, WAITING, ReviewState
from app.reviews.models import Rubric
from app.reviews.schemas.reviews import ReviewQuery
from app.reviews.schemas.rubrics import MOST_CRITERIA, MOST_POINTS, RubricDraft, RubricRead
from app.reviews.service import rankings, rubrics

router = APIRouter()

MOST: Final = 200
SHOWN: Final = 500
"""Submissions that the page of a ranking shows; the table has all of them."""
_Typed = Annotated[str, Field(max_length=2000)]


class CriterionRow(BaseModel):
    """A criterion as the form tells it; what its points mean, a line for each."""

    model_config = ConfigDict(extra="forbid")

    key: _Typed = ""
    title: _Typed = ""
    hint: _Typed = ""
    weight: _Typed = ""
    anchors: _Typed = ""


class RubricForm(BaseModel):
    """A rubric as the form tells it."""

    model_config = ConfigDict(extra="forbid")

    expected: _Typed = ""
    points: _Typed = ""
    criteria: list[CriterionRow] = Field(default=[], max_length=MOST_CRITERIA)
    is_blind: _Typed = ""
    wanted: _Typed = ""
    due_at: _Typed = ""


RubricFormDep = Annotated[Form[RubricForm], Depends(form_of(RubricForm))]


@router.get("/programmes/{programme}/reviews")
@needs(Action.REVIEW_ASSIGN)
def show_reviewing(
    page: PageDep, session: ReadSessionDep, actor: ActorDep, programme: Reference
) -> Response:
    """List the calls of a programme, and how far their reviews are."""
    of = programmes.programme(session, programme)
    asked = CallQuery(programme=[of.code], sort="opens_at", limit=50)
    calls = programmes.calls(session, actor, asked).rows
    return page.render(
        "staff/reviewing.html",
        programme=of,
        calls=[
            (
                call,
                queries.rubric_of(session, call.id),
                _tally(queries.counts(session, actor, call.id)),
            )
            for call in calls
        ],
    )


def _tally(counts: dict[ReviewState, int]) -> tuple[int, int, int]:
    """Return how many reviews wait, were handed in, and were declined or in conflict."""
    waiting, done = (sum(counts[state] for state in some) for some in (WAITING, DONE))
    left = counts[ReviewState.CONFLICT] + counts[ReviewState.DECLINED]
    return waiting, done, left


@router.get("/programmes/{programme}/calls/{call}/reviews")
@needs(Action.REVIEW_ASSIGN)
def show_call_reviews(
    page: PageDep,
    session: ReadSessionDep,
    actor: ActorDep,
    programme: Reference,
    call: Reference,
    cursor: Annotated[str | None, Query(max_length=1000)] = None,
) -> Response:
    """List who was asked for which submission of a call, and how far each is."""
    found, of = call_of(session, actor, programme, call)
    query = ReviewQuery(call=[found.id], limit=MOST, cursor=cursor)
    rows = queries.search(session, actor, query)
    by_code: dict[str, list[Any]] = defaultdict(list)
    for review in rows.rows:
        by_code[review.code].append(review)
    return page.under("show_reviewing", of.code).render(
        "staff/call_reviews.html",
        programme=of,
        call=found,
        place=place_of(found, of),
        rubric=queries.rubric_of(session, found.id),
        by_code=by_code,
        titles=names_of(
            session, actor, {"submission": {review.submission_id for review in rows.rows}}
        ),
        names=queries.names(session, actor, {review.user_id for review in rows.rows}),
        tally=_tally(queries.counts(session, actor, found.id)),
        live=LIVE,
        cursor=rows.cursor,
    )


@router.get("/programmes/{programme}/calls/{call}/rubric")
@needs(Action.REVIEW_ASSIGN)
def show_rubric(
    page: PageDep,
    session: ReadSessionDep,
    actor: ActorDep,
    programme: Reference,
    call: Reference,
) -> Response:
    """Show the rubric of a call, and let it be written."""
    found, of = call_of(session, actor, programme, call)
    return _rubric_page(page, session, found, of, Form())


@router.post("/programmes/{programme}/calls/{call}/rubric")
@needs(Action.REVIEW_ASSIGN)
def write_rubric(
    page: PageDep,
    session: SessionDep,
    actor: ActorDep,
    programme: Reference,
    call: Reference,
    form: RubricFormDep,
) -> Response:
    """Save the rubric of a call; of two who do so at once, the second is told."""
    found, of = call_of(session, actor, programme, call)
    if (said := form.value) is None:
        return _rubric_page(page, session, found, of, form, 422)
    try:
        draft = RubricDraft.model_validate(_rubric_of(said, of))
        expected = Expected(said.expected) if said.expected else None
        rubrics.write(session, actor, found, draft, expected)
    except ValidationError as refusal:
        form = form.refused(*field_errors(refusal.errors()))
        return _rubric_page(page, session, found, of, form, 422)
    except Unprocessable as refusal:
        form = form.refused(*refusal.errors)
        return _rubric_page(page, session, found, of, form, refusal.status)
    except (Stale, Conflict) as refusal:
        form = form.refused(FieldError("/criteria", refusal.detail))
        return _rubric_page(page, session, found, of, form, refusal.status)
    return go_to(f"{place_of(found, of)}/rubric", done="rubric-written")


def _rubric_of(said: RubricForm, of: Programme) -> dict[str, Any]:
    fields = said.model_dump(include={"points", "wanted", "is_blind"})
    return {name: value for name, value in fields.items() if value} | {
        "due_at": announced_at("/due_at", said.due_at, of.zone) if said.due_at else None,
        "criteria": [
            {
                "key": row.key or f"criterion-{place}",
                "title": row.title,
                "hint": row.hint,
                "weight": row.weight or 1,
                "anchors": [line.strip() for line in row.anchors.splitlines()],
            }
            for place, row in enumerate(said.criteria, 1)
            if row.title or row.anchors
        ],
    }


def _rubric_page(
    page: Page,
    session: Session,
    call: Call,
    of: Programme,
    form: Form[RubricForm],
    status: int = 200,
) -> Response:
    rubric = queries.rubric_of(session, call.id)
    stored = _shown(rubric, of) if rubric else {"points": "5", "wanted": "2"}
    form = form if form.written else Form(written=stored)
    return page.under("show_reviewing", of.code).render(
        "staff/rubric.html",
        status=status,
        programme=of,
        call=call,
        place=place_of(call, of),
        rubric=rubric,
        form=form,
        rows=max(len(form.rows("criteria")) + 2, 4),
        most=MOST_CRITERIA,
        points=[(str(n), str(n)) for n in range(2, MOST_POINTS + 1)],
        expected=form.written.get("expected")
        or (entity_tag(RubricRead.model_validate(rubric)) if rubric else ""),
    )


def _shown(rubric: Rubric, of: Programme) -> dict[str, str]:
    fields = {
        "points": str(rubric.points),
        "wanted": str(rubric.wanted),
        "is_blind": "true" if rubric.is_blind else "",
        "due_at": local(rubric.due_at, of.zone),
    }
    for place, one in enumerate(rubric.criteria):
        fields |= {f"criteria.{place}.{n}": str(one[n]) for n in ("key", "title", "hint")}
        fields[f"criteria.{place}.weight"] = str(one["weight"])
        fields[f"criteria.{place}.anchors"] = "\n".join(one["anchors"])
    return fields


@router.get("/programmes/{programme}/calls/{call}/ranking")
@needs(Action.REVIEW_READ)
def show_ranking(
    page: PageDep,
    session: ReadSessionDep,
    actor: ActorDep,
    programme: Reference,
    call: Reference,
    places: Annotated[int, Query(ge=1, le=1000)] = 4,
) -> Response:
    """Show what the reviews of a call say together, raw and corrected side by side."""
    policy.require(actor, Action.REVIEW_READ)
    found, of = call_of(session, actor, programme, call)
    page = page.under("show_reviewing", of.code)
    values: dict[str, Any] = {
        "programme": of,
        "call": found,
        "place": place_of(found, of),
        "places": places,
        "rubric": queries.rubric_of(session, found.id),
        "shown": SHOWN,
        "advised": counting.by_code(session, actor, found.id),
    }
    try:
        compute = rankings.ranking(session, actor, found, places)
    except NotFound:
        return page.render("staff/ranking.html", **values, ranked=None, names={})
    names = queries.names(session, actor, rankings.who_wrote(session, found))
    return InTurn(
        lambda: page.render("staff/ranking.html", **values, ranked=compute(), names=names)
    )
