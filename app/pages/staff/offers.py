"""Offers of a run: who gets what at what cost, one button, and replacements afterwards."""

from typing import Annotated, Any, Final
from urllib.parse import urlencode
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Request, Response
from pydantic import BaseModel, ConfigDict, Field, ValidationError
from sqlmodel import Session

from app.access import policy
from app.access.policy import Action, Actor
from app.accounts.dependencies import ActorDep
from app.conversations import queries as conversations
from app.core.base.entity_tags import Expected, entity_tag
from app.core.base.errors import ConfirmFirst, Conflict, Stale, Unprocessable
from app.core.base.references import Reference
from app.core.base.validation_errors import field_errors
from app.core.http.access import needs, within
from app.core.http.computing import InTurn
from app.core.http.database_sessions import ReadSessionDep, SessionDep
from app.core.http.forms import Form, form_of
from app.decisions.service.steps import require_confirmed
from app.matches import queries
from app.matches.schemas import MatchQuery, NewOffers, NewPreparation, NewReplacement
from app.matches.service import figures, offers, outlooks, reading, replacements
from app.matchmaking.schemas.runs import RunQuery
from app.matchmaking.service import queries as runs
from app.pages.instants import announced_at
from app.pages.layout import Page, PageDep, go_to
from app.pages.staff.releases import confirm_path
from app.pages.staff.rooms import place_of, run_of
from app.programmes import service as programmes

router = APIRouter()

PAGE: Final = 100
"""How many matches a page of the list has."""


class Asked(MatchQuery):
    """The filters of the list of a programme."""

    done: Annotated[str | None, Field(max_length=30)] = None
    """Which notice the frame of the page shows."""


class SendForm(BaseModel):
    """What is said when offers are sent."""

    model_config = ConfigDict(extra="forbid")

    answer_by: Annotated[str, Field(max_length=100)] = ""
    expected: str = Field(max_length=100)


class ReplaceForm(SendForm):
    """Who is offered in place of a match, and until when both answer."""

    solution_id: Annotated[str, Field(max_length=80)] = ""


SendFormDep = Annotated[Form[SendForm], Depends(form_of(SendForm))]
ReplaceFormDep = Annotated[Form[ReplaceForm], Depends(form_of(ReplaceForm))]


@router.get("/programmes/{programme}/matches")
@needs(Action.NOTES_READ)
def show_programme_matches(
    page: PageDep,
    session: ReadSessionDep,
    actor: ActorDep,
    programme: Reference,
    asked: Annotated[Asked, Query()],
) -> Response:
    """List the offers and matches of a programme, and the runs from which more are offered."""
    of = programmes.programme(session, programme)
    query = asked.model_copy(update={"programme": [of.code], "limit": PAGE})
    found = queries.matches(session, actor, query)
    place = f"/programmes/{of.code}/matches"
    kept = {"state": [state.value for state in asked.state]}
    following = urlencode({**kept, "cursor": found.cursor}, doseq=True)
    return page.render(
        "staff/matches.html",
        programme=of,
        place=place,
        matches=found.rows,
        lives=conversations.lives(session, [row.id for row in found.rows]),
        counts=figures.counts(session, actor, of.id),
        asked=asked,
        table=urlencode({"programme": of.code, "format": "csv", **kept}, doseq=True),
        following=f"{place}?{following}" if found.cursor else None,
        runs=runs.runs(session, actor, RunQuery(programme=[of.code], limit=5)).rows
        if policy.allows(actor, Action.RUN_READ)
        else [],
    )


@router.get("/programmes/{programme}/runs/{run}/offers")
@needs(Action.NOTES_READ)
def show_offers(
    page: PageDep,
    session: ReadSessionDep,
    actor: ActorDep,
    programme: Reference,
    run: Reference,
) -> Response:
    """Show who would get what from a run, what it costs, and what is missing."""
    return _page(page, session, actor, (programme, run), Form())


@router.post("/programmes/{programme}/runs/{run}/offers/prepared")
@needs(Action.MATCH_WRITE)
def prepare_run_offers(
    page: PageDep,
    session: SessionDep,
    actor: ActorDep,
    programme: Reference,
    run: Reference,
) -> Response:
    """Prepare an offer of each chosen pair; show what was left out, and why."""
    found, of = run_of(session, actor, programme, run)
    done = offers.prepare(session, actor, NewPreparation(run_id=found.id))
    if done.left_out:
        return _page(page, session, actor, (programme, run), Form(), left_out=done.left_out)
    return go_to(f"{place_of(found, of)}/offers", done="offers-prepared")


@router.post("/programmes/{programme}/runs/{run}/offers")
@needs(Action.MATCH_OFFER)
def send_run_offers(
    page: PageDep,
    session: SessionDep,
    actor: ActorDep,
    programme: Reference,
    run: Reference,
    form: SendFormDep,
) -> Response:
    """Send all prepared offers of a run, or none of them."""
    found, of = run_of(session, actor, programme, run)
    if (said := form.value) is None:
        return _page(page, session, actor, (programme, run), form, 422)
    try:
        require_confirmed(actor)
        answer_by = announced_at("/answer_by", said.answer_by, of.zone)
        new = NewOffers.model_validate(
            {"run_id": found.id, "answer_by": answer_by, "expected": said.expected}
        )
        offers.send(session, actor, new)
    except ConfirmFirst:
        return go_to(confirm_path(f"{place_of(found, of)}/offers"))
    except Stale as refusal:
        return _page(page, session, actor, (programme, run), form, refusal.status)
    except ValidationError as refusal:
        errors = field_errors(refusal.errors())
    except Unprocessable as refusal:
        errors = list(refusal.errors)
    else:
        return go_to(f"/programmes/{of.code}/matches?state=offered", done="offers-sent")
    return _page(page, session, actor, (programme, run), form.refused(*errors), 422)


def _page(
    page: Page,
    session: Session,
    actor: Actor,
    names: tuple[UUID | str, UUID | str],
    form: Form[SendForm],
    status: int = 200,
    *,
    left_out: Any = (),
) -> Response:
    run, of = run_of(session, actor, *names)
    look = outlooks.described(session, actor, run.id)
    return page.under("show_programme_matches", of.code).render(
        "staff/offers.html",
        status=status,
        programme=of,
        run=run,
        place=f"{place_of(run, of)}/offers",
        look=look,
        left_out=left_out,
        form=form,
        overtaken=status == Stale.status,
        may_prepare=policy.allows(actor, Action.MATCH_WRITE),
        may_send=policy.allows(actor, Action.MATCH_OFFER),
    )


@router.get("/matches/{match}/replacements")
@within(Action.MATCH_WRITE)
def show_replacements(
    request: Request, page: PageDep, session: ReadSessionDep, actor: ActorDep, match: Reference
) -> Response:
    """Show who may take the place of a match that came to nothing, the cheapest first."""
    return _replacements(request, page, session, actor, match, Form())


@router.post("/matches/{match}/replacements")
@within(Action.MATCH_OFFER)
def offer_replacement(
    request: Request,
    page: PageDep,
    session: SessionDep,
    actor: ActorDep,
    match: Reference,
    form: ReplaceFormDep,
) -> Response:
    """Offer another provider in place of a match, in one act."""
    found = queries.get(session, actor, match)
    policy.require(actor, Action.MATCH_OFFER)
    if (said := form.value) is None:
        return _replacements(request, page, session, actor, match, form, 422)
    of = programmes.programme(session, found.programme_id)
    try:
        require_confirmed(actor)
        answer_by = announced_at("/answer_by", said.answer_by, of.zone)
        new = NewReplacement.model_validate(
            {"solution_id": said.solution_id, "answer_by": answer_by}
        )
        made = replacements.replace(session, actor, found.id, new, Expected(said.expected))
    except ConfirmFirst:
        return go_to(confirm_path(f"/matches/{found.code}/replacements"))
    except ValidationError as refusal:
        form = form.refused(*field_errors(refusal.errors()))
    except Unprocessable as refusal:
        form = form.refused(*refusal.errors)
    else:
        return go_to(f"/matches/{made.code}", done="match-replaced")
    return _replacements(request, page, session, actor, match, form, 422)


def _replacements(
    request: Request,
    page: Page,
    session: Session,
    actor: Actor,
    key: UUID | str,
    form: Form[ReplaceForm],
    status: int = 200,
) -> Response:
    match = queries.get(session, actor, key)
    of = programmes.programme(session, match.programme_id)
    read = reading.shown(session, actor, match)
    refusal: Conflict | None = None
    settings = request.app.state.settings
    try:
        compute = replacements.replacements(session, actor, match.id, settings)
    except Conflict as conflict:
        refusal, compute = conflict, None
    values = {
        "match": read,
        "programme": of,
        "form": form,
        "refusal": refusal,
        "expected": entity_tag(read),
        "may_send": policy.allows(actor, Action.MATCH_OFFER),
    }
    here = page.under("show_programme_matches", of.code)

    def render() -> Response:
        found = compute() if compute is not None else None
        return here.render("staff/replacements.html", status=status, found=found, **values)

    return InTurn(render)
