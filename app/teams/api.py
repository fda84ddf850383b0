"""Routes for those who work on a submission together: for its team, and never for staff."""

from uuid import UUID

from fastapi import APIRouter, status

from app.access.policy import Action
from app.accounts.dependencies import ActorDep, SettingsDep
from app.accounts.models import Collaborator
from app.core.base.references import Reference
from app.core.http.access import within
from app.core.http.database_sessions import ReadSessionDep, SessionDep
from app.core.http.routing import Route
from app.teams.schemas import CollaboratorRead, CollaboratorsRead, NewCollaborator
from app.teams.service import collaborators

router = APIRouter(route_class=Route, prefix="/submissions", tags=["teams"])


@router.get("/{submission_id}/collaborators")
@within(Action.DRAFT_SHARE)
def list_collaborators(
    session: ReadSessionDep, actor: ActorDep, submission_id: Reference
) -> CollaboratorsRead:
    """List who works on a submission of your team, beside its members."""
    rows = collaborators.listed(session, actor, submission_id)
    return CollaboratorsRead(
        collaborators=[CollaboratorRead.model_validate(row) for row in rows]
    )


@router.post(
    "/{submission_id}/collaborators",
    response_model=CollaboratorRead,
    status_code=status.HTTP_201_CREATED,
)
@within(Action.DRAFT_SHARE)
def name_collaborator(
    session: SessionDep,
    actor: ActorDep,
    settings: SettingsDep,
    submission_id: Reference,
    new: NewCollaborator,
) -> Collaborator:
    """Let somebody work on one submission of your team, or change what they may do there."""
    return collaborators.name(
        session, actor, submission_id, new, public_url=settings.public_url
    )


@router.delete(
    "/{submission_id}/collaborators/{collaborator_id}", status_code=status.HTTP_204_NO_CONTENT
)
@within(Action.DRAFT_SHARE)
def take_collaborator_off(
    session: SessionDep, actor: ActorDep, submission_id: Reference, collaborator_id: UUID
) -> None:
    """End that somebody works on a submission, from their next request on."""
    collaborators.take_off(session, actor, submission_id, collaborator_id)
