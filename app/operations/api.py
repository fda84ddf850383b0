"""Routes about background work."""

from fastapi import APIRouter, Request

from app.access.policy import Action
from app.accounts.dependencies import ActorDep
from app.core.base.numbers import Whole
from app.core.http.access import within
from app.core.http.database_sessions import ReadSessionDep
from app.core.http.routing import Route
from app.operations import service
from app.operations.schemas import JobRead

router = APIRouter(route_class=Route, tags=["jobs"])


@router.get("/jobs/{job_id}")
@within(Action.JOB_READ)
def read_job(
    request: Request, session: ReadSessionDep, actor: ActorDep, job_id: Whole
) -> JobRead:
    """Read how far a piece of background work is."""
    return service.job(session, actor, job_id, request.app.state.job_handlers)
