"""Routes of queries over all features."""

from typing import Annotated

from fastapi import APIRouter, Query

from app.accounts.dependencies import ActorDep
from app.core.declaring import needs
from app.core.errors import BadQuery, NotPermitted, NotSignedIn, Unavailable
from app.core.lists import AnswerDep, ListOf
from app.core.openapi import responses
from app.core.routing import Route
from app.core.sessions import ReadSessionDep
from app.insights import service
from app.insights.schemas import AuditQuery, AuditRead
from app.policy import Action

router = APIRouter(
    route_class=Route, tags=["insights"], responses=responses(NotSignedIn, Unavailable)
)


@router.get("/audit", responses=responses(BadQuery, NotPermitted))
@needs(Action.AUDIT_READ)
def list_audit_events(
    answer: AnswerDep,
    session: ReadSessionDep,
    actor: ActorDep,
    query: Annotated[AuditQuery, Query()],
) -> ListOf[AuditRead]:
    """List who did what, the newest first; staff see what was done to what they can read."""
    return answer(service.audit(session, actor, query), AuditRead)
