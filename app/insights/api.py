"""Routes of queries over all features."""

from typing import Annotated

from fastapi import APIRouter, Query

from app.access.policy import Action
from app.accounts.dependencies import ActorDep
from app.core.http.access import needs
from app.core.http.database_sessions import ReadSessionDep
from app.core.http.lists import AnswerDep, ListOf
from app.core.http.routing import Route
from app.insights import service
from app.insights.schemas import AuditQuery, AuditRead

router = APIRouter(route_class=Route, tags=["insights"])


@router.get("/audit")
@needs(Action.AUDIT_READ)
def list_audit_events(
    answer: AnswerDep,
    session: ReadSessionDep,
    actor: ActorDep,
    query: Annotated[AuditQuery, Query()],
) -> ListOf[AuditRead]:
    """List who did what, the newest first; staff see what was done to what they can read."""
    return answer(service.audit(session, actor, query), AuditRead)
