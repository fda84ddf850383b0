"""Routes about what a call for solutions lacks, and whom staff invite to it."""

from functools import partial
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response, status

from app.access.policy import Action
from app.accounts.dependencies import ActorDep
from app.core.base.errors import Conflict
from app.core.base.references import Reference
from app.core.http.access import needs
from app.core.http.computing import Computed
from app.core.http.database_sessions import ReadSessionDep, SessionDep
from app.core.http.lists import AnswerDep, ListOf
from app.core.http.openapi import responses
from app.core.http.routing import Route
from app.core.storage.database import reading
from app.gaps.models import CallInvitation
from app.gaps.schemas import (
    CallInvitationQuery,
    CallInvitationRead,
    GapsRead,
    NewCallInvitation,
)
from app.gaps.service import inviting, watching

router = APIRouter(route_class=Route, tags=["gaps"])


@router.get("/calls/{call_id}/gaps", response_model=GapsRead, responses=responses(Conflict))
@needs(Action.GAP_READ)
def read_gaps(
    request: Request, session: ReadSessionDep, actor: ActorDep, call_id: Reference
) -> Response:
    """Tell for each challenge what a call lacks, what to expect, and whom to invite."""
    state = request.app.state
    opened = partial(reading, state.database)
    return Computed(watching.gaps(session, actor, call_id, state.settings, opened))


@router.get("/calls/{call_id}/invitations")
@needs(Action.GAP_READ)
def list_call_invitations(
    answer: AnswerDep,
    actor: ActorDep,
    call_id: Reference,
    query: Annotated[CallInvitationQuery, Query()],
) -> ListOf[CallInvitationRead]:
    """List whom staff have invited to a call, the latest first."""
    return answer(
        lambda session, query: inviting.invitations(session, actor, call_id, query),
        query,
        CallInvitationRead,
    )


@router.post(
    "/calls/{call_id}/invitations",
    response_model=CallInvitationRead,
    status_code=status.HTTP_201_CREATED,
)
@needs(Action.GAP_INVITE)
def invite_to_call(
    session: SessionDep, actor: ActorDep, call_id: Reference, new: NewCallInvitation
) -> CallInvitation:
    """Invite the team of a solution of another programme to a call, once, by a letter."""
    return inviting.invite(session, actor, call_id, new)


@router.get("/call-invitations/{invitation_id}", response_model=CallInvitationRead)
@needs(Action.GAP_READ)
def read_call_invitation(
    session: ReadSessionDep, actor: ActorDep, invitation_id: UUID
) -> CallInvitation:
    """Read one invitation to a call."""
    return inviting.invitation(session, actor, invitation_id)
