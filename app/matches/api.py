"""Routes about matches and their offers: for both teams, for staff, and for auditors."""

from typing import Annotated

from fastapi import APIRouter, Body, Path, Query, Request, Response, status

from app.access.policy import Action
from app.accounts.dependencies import ActorDep
from app.core.base.errors import Conflict
from app.core.base.references import Reference
from app.core.base.schemas import OffersRead
from app.core.http.access import needs, within
from app.core.http.computing import Computed
from app.core.http.database_sessions import ReadSessionDep, SessionDep
from app.core.http.etags import ExpectedIfStatedDep
from app.core.http.idempotency import key_required
from app.core.http.lists import AnswerDep, ListOf
from app.core.http.openapi import responses
from app.core.http.routing import Route
from app.matches import queries
from app.matches.lifecycle import LIFE
from app.matches.schemas import (
    MatchQuery,
    MatchRead,
    MatchStaffRead,
    MatchStepTaken,
    MatchTeamRead,
    NewOffers,
    NewPreparation,
    NewReplacement,
    OffersSentRead,
    OutlookRead,
    PreparedRead,
    ReplacementsRead,
)
from app.matches.service import offers, outlooks, reading, replacements, steps

router = APIRouter(route_class=Route, prefix="/matches", tags=["matches"])
offering = APIRouter(route_class=Route, prefix="/offers", tags=["matches"])

STEPS = tuple(dict.fromkeys(step.action for step in LIFE.steps.values()))
StepName = Annotated[str, Path(json_schema_extra={"enum": list(LIFE.steps)})]
StepBody = Annotated[MatchStepTaken, Body(default_factory=MatchStepTaken)]
AnyMatch = MatchStaffRead | MatchTeamRead | MatchRead


@router.get("")
@needs(Action.MATCH_READ)
def list_matches(
    answer: AnswerDep,
    actor: ActorDep,
    query: Annotated[MatchQuery, Query()],
) -> ListOf[MatchStaffRead] | ListOf[MatchRead]:
    """List the pairs that people brought together; a team reads its own, once offered."""
    return answer(
        lambda session, query: queries.matches(session, actor, query),
        query,
        queries.match_read(actor),
    )


@router.get("/{match_id}", response_model=AnyMatch)
@within(Action.MATCH_READ)
def read_match(session: ReadSessionDep, actor: ActorDep, match_id: Reference) -> MatchRead:
    """Read one match: a team in words, and how to reach the other once both accepted."""
    return reading.read(session, actor, match_id)


@router.get("/{match_id}/steps")
@within(Action.MATCH_READ)
def list_match_steps(
    session: ReadSessionDep, actor: ActorDep, match_id: Reference
) -> OffersRead:
    """List every step from where the match stands, and what each lacks."""
    return OffersRead.of(*steps.offers(session, actor, match_id))


@router.post("/{match_id}/steps/{step}", response_model=AnyMatch)
@within(*STEPS)
def take_match_step(
    request: Request,
    session: SessionDep,
    actor: ActorDep,
    match_id: Reference,
    step: StepName,
    expected: ExpectedIfStatedDep,
    taken: StepBody,
) -> MatchRead:
    """Answer an offer, or move a match along its life.

    A dry run of an answer confirms nothing: what the other side has said is not told by it.
    """
    tried = getattr(request.state, "dry_run", False)
    match = steps.take(session, actor, match_id, step, taken, expected, tried=tried)
    return reading.shown(session, actor, match)


@router.get(
    "/{match_id}/replacements",
    response_model=ReplacementsRead,
    responses=responses(Conflict),
)
@within(Action.MATCH_WRITE)
def list_replacements(
    request: Request, session: ReadSessionDep, actor: ActorDep, match_id: Reference
) -> Response:
    """Tell who may take the place of a match that came to nothing, and what each costs."""
    settings = request.app.state.settings
    return Computed(replacements.replacements(session, actor, match_id, settings))


@router.post(
    "/{match_id}/replacements",
    response_model=AnyMatch,
    status_code=status.HTTP_201_CREATED,
)
@within(Action.MATCH_OFFER)
def replace_match(
    session: SessionDep,
    actor: ActorDep,
    match_id: Reference,
    expected: ExpectedIfStatedDep,
    new: NewReplacement,
) -> MatchRead:
    """Offer another provider in place of a match that came to nothing, in one act."""
    match = replacements.replace(session, actor, match_id, new, expected)
    return reading.shown(session, actor, match)


@offering.post("/prepared")
@needs(Action.MATCH_WRITE)
def prepare_offers(session: SessionDep, actor: ActorDep, new: NewPreparation) -> PreparedRead:
    """Prepare an offer of each chosen pair of a run; nobody is told."""
    return offers.prepare(session, actor, new)


@offering.get("/{run_id}")
@needs(Action.RUN_READ)
def read_offers(session: ReadSessionDep, actor: ActorDep, run_id: Reference) -> OutlookRead:
    """Tell who would get what from a run, what it costs, and what is missing."""
    return outlooks.described(session, actor, run_id)


@offering.post("")
@needs(Action.MATCH_OFFER)
@key_required()
def send_offers(session: SessionDep, actor: ActorDep, new: NewOffers) -> OffersSentRead:
    """Send all prepared offers of a run, with their letters; or none, and what is missing.

    A dry run tells what would happen.
    """
    return offers.send(session, actor, new)
