"""Routes of queries over all features."""

from typing import Annotated

from fastapi import APIRouter, Query, status

from app.access.policy import Action
from app.accounts.dependencies import ActorDep
from app.core.base.errors import Conflict, NotFound
from app.core.base.numbers import Whole
from app.core.http.access import needs, signed_in
from app.core.http.database_sessions import ReadSessionDep, SessionDep
from app.core.http.lists import AnswerDep, ListOf
from app.core.http.openapi import responses
from app.core.http.routing import Route
from app.insights import service
from app.insights.schemas import AuditQuery, AuditRead, TaskRead, TasksRead
from app.insights.tasks import tasks_of

router = APIRouter(route_class=Route, tags=["insights"])


@router.get("/me/tasks")
@signed_in
def list_tasks(session: ReadSessionDep, actor: ActorDep) -> TasksRead:
    """List what waits for you: what has a date first, and of it the most urgent first."""
    tasks = [TaskRead.model_validate(task) for task in tasks_of(session, actor)]
    return TasksRead(tasks=tasks)


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
