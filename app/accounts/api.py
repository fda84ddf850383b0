"""Routes about who you are, and about organisations."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query

from app.accounts import service
from app.accounts.dependencies import ActorDep
from app.accounts.models import Organisation
from app.accounts.schemas import MeRead, OrganisationQuery, OrganisationRead
from app.core.declaring import signed_in, within
from app.core.errors import (
    BadQuery,
    NotFound,
    NotSignedIn,
    Unavailable,
)
from app.core.lists import AnswerDep, ListOf
from app.core.openapi import responses
from app.core.routing import Route
from app.core.sessions import ReadSessionDep
from app.policy import Action

router = APIRouter(
    route_class=Route, tags=["accounts"], responses=responses(NotSignedIn, Unavailable)
)


@router.get("/me")
@signed_in
def read_me(session: ReadSessionDep, actor: ActorDep) -> MeRead:
    """Tell who you are to the service, and in which roles."""
    return service.describe(session, actor)


@router.get("/organisations", responses=responses(BadQuery))
@within(Action.ORGANISATION_READ)
def list_organisations(
    answer: AnswerDep,
    session: ReadSessionDep,
    actor: ActorDep,
    query: Annotated[OrganisationQuery, Query()],
) -> ListOf[OrganisationRead]:
    """List the organisations that you may read."""
    found = service.organisations(session, actor, query)
    return answer(found, OrganisationRead)


@router.get(
    "/organisations/{organisation_id}",
    response_model=OrganisationRead,
    responses=responses(NotFound),
)
@within(Action.ORGANISATION_READ)
def read_organisation(
    session: ReadSessionDep, actor: ActorDep, organisation_id: UUID
) -> Organisation:
    """Read one organisation."""
    return service.organisation(session, actor, organisation_id)
