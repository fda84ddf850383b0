"""Routes of queries over all features."""

from typing import Annotated

from fastapi import APIRouter, Query, Response, status

from app.access.policy import Action
from app.accounts.dependencies import ActorDep, SettingsDep
from app.core.base.errors import Conflict, NotFound
from app.core.base.numbers import Whole
from app.core.base.references import Reference
from app.core.http.access import needs, signed_in, within
from app.core.http.computing import Computed
from app.core.http.database_sessions import ReadSessionDep, SessionDep
from app.core.http.lists import AnswerDep, ListOf
from app.core.http.openapi import responses
from app.core.http.routing import Route
from app.insights import coverage, peers, service
from app.insights.coverage_schemas import CoverageRead, FairnessRead
from app.insights.peer_schemas import PeersRead
from app.insights.schemas import AuditQuery, AuditRead, TaskRead, TasksRead
from app.insights.tasks import tasks_of

router = APIRouter(route_class=Route, tags=["insights"])


@router.get("/me/tasks")
@signed_in
def list_tasks(session: ReadSessionDep, actor: ActorDep) -> TasksRead:
    """List what waits for you: what has a date first, and of it the most urgent first."""
    tasks = [TaskRead.model_validate(task) for task in tasks_of(session, actor)]
    return TasksRead(tasks=tasks)


@router.get("/programmes/{programme_id}/fairness")
@needs(Action.SUBMISSION_READ)
def read_coverage(
    session: ReadSessionDep, actor: ActorDep, settings: SettingsDep, programme_id: Reference
) -> CoverageRead:
    """Tell who takes part in a programme and how far each group came; small ones are withheld.

    Suggestions are those of its newest run.
    """
    return coverage.of_programme(session, actor, programme_id, settings)


@router.get(
    "/match-runs/{run_id}/fairness",
    response_model=FairnessRead,
    responses=responses(Conflict),
)
@within(Action.RUN_READ)
def read_fairness(
    session: ReadSessionDep, actor: ActorDep, settings: SettingsDep, run_id: Reference
) -> Response:
    """Tell the same of one run, with what would have been the most even assignment."""
    return Computed(coverage.of_run(session, actor, run_id, settings))


@router.get(
    "/programmes/{programme_id}/peers",
    response_model=PeersRead,
    responses=responses(Conflict),
)
@needs(Action.SUBMISSION_READ)
def list_peers(
    session: ReadSessionDep, actor: ActorDep, settings: SettingsDep, programme_id: Reference
) -> Response:
    """List for each challenge those with a similar problem, also where it has no provider."""
    return Computed(peers.peers(session, actor, programme_id, settings))


@router.get("/audit")
@needs(Action.AUDIT_READ)
def list_audit_events(
    answer: AnswerDep,
    actor: ActorDep,
    query: Annotated[AuditQuery, Query()],
) -> ListOf[AuditRead]:
    """List who did what, the newest first; staff see what was done to what they can read."""
    return answer(lambda session, query: service.audit(session, actor, query), query, AuditRead)


@router.delete(
    "/audit/{event_number}/reason",
    status_code=status.HTTP_204_NO_CONTENT,
    responses=responses(Conflict, NotFound),
)
@needs(Action.REASON_ERASE)
def erase_reason(session: SessionDep, actor: ActorDep, event_number: Whole) -> None:
    """Erase the reason of an event, as where it names somebody; the event itself stays."""
    service.erase_reason(session, actor, event_number)
