"""Routes about near-duplicates: of one submission, of two side by side, of a programme."""

from functools import partial
from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from app.access.policy import Action
from app.accounts.dependencies import ActorDep
from app.core.base.errors import Conflict, NotPermitted
from app.core.base.references import Reference
from app.core.http.access import needs, within
from app.core.http.computing import Computed
from app.core.http.database_sessions import ReadSessionDep
from app.core.http.openapi import responses
from app.core.http.routing import Route
from app.core.storage.database import reading
from app.duplicates import service
from app.duplicates.schemas import ComparisonRead, PairsQuery, PairsRead, SimilarsRead
from app.submissions.lifecycle import Kind

router = APIRouter(route_class=Route, tags=["near-duplicates"])


@router.get(
    "/challenges/{challenge_id}/similar",
    response_model=SimilarsRead,
    responses=responses(NotPermitted),
)
@within(Action.SUBMISSION_READ)
def list_similar_to_challenge(
    request: Request, session: ReadSessionDep, actor: ActorDep, challenge_id: Reference
) -> Response:
    """List what tells nearly the same as a challenge, with passages beside each other."""
    opened = partial(reading, request.app.state.database)
    return Computed(service.similar(session, actor, Kind.CHALLENGE, challenge_id, opened))


@router.get(
    "/challenges/{challenge_id}/similar/{submission_id}",
    response_model=ComparisonRead,
    responses=responses(NotPermitted),
)
@within(Action.SUBMISSION_READ)
def compare_challenge(
    session: ReadSessionDep, actor: ActorDep, challenge_id: Reference, submission_id: Reference
) -> Response:
    """Compare a challenge with another submission of either kind, passage by passage."""
    return Computed(
        service.comparison(session, actor, Kind.CHALLENGE, challenge_id, submission_id)
    )


@router.get(
    "/solutions/{solution_id}/similar",
    response_model=SimilarsRead,
    responses=responses(NotPermitted),
)
@within(Action.SUBMISSION_READ)
def list_similar_to_solution(
    request: Request, session: ReadSessionDep, actor: ActorDep, solution_id: Reference
) -> Response:
    """List what tells nearly the same as a solution, with passages beside each other."""
    opened = partial(reading, request.app.state.database)
    return Computed(service.similar(session, actor, Kind.SOLUTION, solution_id, opened))


@router.get(
    "/solutions/{solution_id}/similar/{submission_id}",
    response_model=ComparisonRead,
    responses=responses(NotPermitted),
)
@within(Action.SUBMISSION_READ)
def compare_solution(
    session: ReadSessionDep, actor: ActorDep, solution_id: Reference, submission_id: Reference
) -> Response:
    """Compare a solution with another submission of either kind, passage by passage."""
    return Computed(
        service.comparison(session, actor, Kind.SOLUTION, solution_id, submission_id)
    )


@router.get(
    "/programmes/{programme_id}/similar",
    response_model=PairsRead,
    responses=responses(Conflict),
)
@needs(Action.SUBMISSION_READ)
def list_similar_pairs(
    request: Request,
    session: ReadSessionDep,
    actor: ActorDep,
    programme_id: Reference,
    query: Annotated[PairsQuery, Query()],
) -> Response:
    """List all pairs of a programme, or of one of its calls, that tell nearly the same."""
    opened = partial(reading, request.app.state.database)
    return Computed(service.pairs(session, actor, programme_id, query.call, opened))
