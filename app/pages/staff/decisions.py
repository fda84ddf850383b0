"""What is decided about the submissions of a call: a table, and one outcome for many."""

from typing import Annotated, Final, TypeVar
from urllib.parse import urlencode
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Response
from pydantic import BaseModel, ConfigDict, Field
from sqlmodel import Session

from app.access import policy
from app.access.policy import Action, Actor
from app.accounts.dependencies import ActorDep
from app.advice.service import counting
from app.core.base.errors import Unprocessable
from app.core.base.references import Reference
from app.core.http.access import needs
from app.core.http.database_sessions import ReadSessionDep, SessionDep
from app.core.http.forms import Form, form_of
from app.decisions import queries
from app.decisions.lifecycle import DecisionOutcome
from app.decisions.schemas import Shown, TableQuery
from app.decisions.service import many
from app.matchmaking.service.queries import parties
from app.pages.layout import PageDep, go_to
from app.pages.staff.calls import call_of, place_of
from app.programmes import service as programmes
from app.programmes.models import Call
from app.programmes.schemas import CallQuery
from app.submissions.service.many_steps import MOST

router = APIRouter()

PAGE: Final = 100
"""How many rows a page of the table has."""
Said = TypeVar("Said", bound=BaseModel)
Codes = Annotated[list[Reference], Field(max_length=MOST)]


class Many(BaseModel):
    """About which submissions one outcome is drafted."""

    model_config = ConfigDict(extra="forbid")

    code: Codes = []
    outcome: DecisionOutcome = DecisionOutcome.NOT_SELECTED


class Discarded(BaseModel):
    """Of which submissions the drafts are taken back."""

    model_config = ConfigDict(extra="forbid")

    code: Codes = []


class Asked(TableQuery):
    """The filters of the table, and what was drafted just now."""

    drafted: Annotated[str | None, Field(max_length=5000)] = None
    """Codes, separated by commas."""
    done: Annotated[str | None, Field(max_length=30)] = None
    """Which notice the frame of the page shows."""


ManyForm = Annotated[Form[Many], Depends(form_of(Many))]
DiscardedForm = Annotated[Form[Discarded], Depends(form_of(Discarded))]


@router.get("/programmes/{programme}/decisions")
@needs(Action.DECISION_READ)
def show_decisions(
    page: PageDep, session: ReadSessionDep, actor: ActorDep, programme: Reference
) -> Response:
    """List the calls of a programme, and how far their decisions are."""
    of = programmes.programme(session, programme)
    asked = CallQuery(programme=[of.code], sort="opens_at", limit=50)
    calls = programmes.calls(session, actor, asked).rows
    return page.render(
        "staff/decisions.html",
        programme=of,
        calls=[(call, queries.counts(session, actor, call.id)) for call in calls],
    )


@router.get("/programmes/{programme}/calls/{call}/decisions")
@needs(Action.DECISION_READ)
def show_call_decisions(
    page: PageDep,
    session: ReadSessionDep,
    actor: ActorDep,
    programme: Reference,
    call: Reference,
    asked: Annotated[Asked, Query()],
) -> Response:
    """List what is decided about the submissions of a call, or is still open."""
    found, of = call_of(session, actor, programme, call)
    query = asked.model_copy(update={"limit": PAGE})
    rows = queries.table(session, actor, found, query)
    place = f"{place_of(found, of)}/decisions"
    kept = asked.model_dump(mode="json", include={"show", "outcome"}, exclude_defaults=True)
    following = urlencode({**kept, "cursor": rows.cursor}, doseq=True)
    return page.under("show_decisions", of.code).render(
        "staff/call_decisions.html",
        programme=of,
        call=found,
        place=place,
        rows=rows.rows,
        advised=counting.by_code(session, actor, found.id),
        sides=parties(session, (line.submission.id for line in rows.rows)),
        counts=queries.counts(session, actor, found.id),
        asked=asked,
        shown=list(Shown),
        outcomes=list(DecisionOutcome),
        drafted=asked.drafted.split(",") if asked.drafted else [],
        following=f"{place}?{following}" if rows.cursor else None,
        may_write=policy.allows(actor, Action.DECISION_WRITE),
        may_release=policy.allows(actor, Action.DECISION_RELEASE),
    )


@router.get("/programmes/{programme}/calls/{call}/decisions/draft")
@needs(Action.DECISION_WRITE)
def show_draft_many(
    page: PageDep,
    session: ReadSessionDep,
    actor: ActorDep,
    programme: Reference,
    call: Reference,
    outcome: DecisionOutcome,
    code: Annotated[list[Reference], Query(max_length=MOST)] = [],  # noqa: B006 -- FastAPI copies it
) -> Response:
    """Say about which of the submissions that were ticked a decision would be drafted."""
    found, of = call_of(session, actor, programme, call)
    place = f"{place_of(found, of)}/decisions"
    if not code:
        return go_to(place, done="nothing-ticked")
    rows = many.prospects(session, actor, found, code)
    return page.under("show_decisions", of.code).render(
        "staff/draft_many.html",
        programme=of,
        call=found,
        place=place,
        outcome=outcome,
        rows=rows,
        able=[row.submission for row in rows if row.obstacle is None],
        sides=parties(session, (row.submission.id for row in rows)),
    )


@router.post("/programmes/{programme}/calls/{call}/decisions/draft")
@needs(Action.DECISION_WRITE)
def draft_many(
    session: SessionDep,
    actor: ActorDep,
    programme: Reference,
    call: Reference,
    form: ManyForm,
) -> Response:
    """Draft one outcome for each of them, and offer to take that back."""
    found, place = _found(session, actor, programme, call)
    said = _said(form)
    made = many.draft_many(session, actor, found, said.code, said.outcome)
    drafted = ",".join(decision.code for decision in made)
    return go_to(
        f"{place}?{urlencode({'drafted': drafted}, safe=',')}", done="decisions-drafted"
    )


@router.post("/programmes/{programme}/calls/{call}/decisions/discard")
@needs(Action.DECISION_WRITE)
def discard_many(
    session: SessionDep,
    actor: ActorDep,
    programme: Reference,
    call: Reference,
    form: DiscardedForm,
) -> Response:
    """Take back what was drafted for many, where nothing was written since."""
    found, place = _found(session, actor, programme, call)
    many.discard_many(session, actor, found, _said(form).code)
    return go_to(place, done="decisions-discarded")


def _found(
    session: Session, actor: Actor, programme: UUID | str, call: UUID | str
) -> tuple[Call, str]:
    found, of = call_of(session, actor, programme, call)
    return found, f"{place_of(found, of)}/decisions"


def _said(form: Form[Said]) -> Said:
    if form.value is None:
        raise Unprocessable("The content cannot be accepted.", errors=form.errors)
    return form.value
