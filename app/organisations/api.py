"""Routes about people: who you are, organisations, users and what they are there."""

from functools import partial
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Path, Query, Request, Response, status

from app.access.policy import Action
from app.accounts.dependencies import ActorDep, SettingsDep
from app.accounts.lifecycle import LIFE
from app.accounts.schemas import Ended, SessionQuery, SessionRead
from app.core.base.entity_tags import entity_tag
from app.core.base.errors import NotPermitted
from app.core.base.schemas import OffersRead
from app.core.http.access import needs, signed_in, within
from app.core.http.computing import ComputedFile
from app.core.http.database_sessions import ReadSessionDep, SessionDep
from app.core.http.etags import ExpectedDep, ExpectedIfStatedDep
from app.core.http.lists import AnswerDep, ListOf
from app.core.http.openapi import responses
from app.core.http.routing import Route
from app.core.storage.database import reading
from app.organisations.models import Organisation
from app.organisations.schemas import (
    HandOver,
    InvitationQuery,
    MembershipDraft,
    MeRead,
    OrganisationDraft,
    OrganisationQuery,
    OrganisationRead,
    PersonExport,
    UserDraft,
    UserMoved,
    UserQuery,
    UserRead,
    UserStep,
)
from app.organisations.service import (
    invitations,
    offboarding,
    organisations,
    people,
    personal_data,
    user_sessions,
)

router = APIRouter(route_class=Route, tags=["organisations"])


StepName = Annotated[str, Path(json_schema_extra={"enum": list(LIFE.steps)})]


@router.get("/me")
@signed_in
def read_me(session: ReadSessionDep, actor: ActorDep) -> MeRead:
    """Tell who you are to the service, and in which roles."""
    return people.describe(session, actor)


@router.get("/me/export", response_model=PersonExport, responses=responses(NotPermitted))
@signed_in
def export_me(request: Request, session: ReadSessionDep, actor: ActorDep) -> Response:
    """Give you everything that is stored about you; a browser is confirmed first."""
    found = personal_data.export(session, actor, request.app.state.asked_by)
    opened = partial(reading, request.app.state.database)
    return ComputedFile(
        lambda: personal_data.written(opened, found), "me.json", "application/json"
    )


@router.get("/organisations")
@within(Action.ORGANISATION_READ)
def list_organisations(
    answer: AnswerDep,
    actor: ActorDep,
    query: Annotated[OrganisationQuery, Query()],
) -> ListOf[OrganisationRead]:
    """List the organisations that you may read."""
    return answer(
        lambda session, query: organisations.organisations(session, actor, query),
        query,
        OrganisationRead,
    )


@router.post(
    "/organisations", response_model=OrganisationRead, status_code=status.HTTP_201_CREATED
)
@needs(Action.ORGANISATION_WRITE)
def create_organisation(
    session: SessionDep, actor: ActorDep, draft: OrganisationDraft
) -> Organisation:
    """Add an organisation."""
    return organisations.create_organisation(session, actor, draft)


@router.get("/organisations/{organisation_id}", response_model=OrganisationRead)
@within(Action.ORGANISATION_READ)
def read_organisation(
    session: ReadSessionDep, actor: ActorDep, organisation_id: UUID
) -> Organisation:
    """Read one organisation."""
    return organisations.organisation(session, actor, organisation_id)


@router.put("/organisations/{organisation_id}", response_model=OrganisationRead)
@needs(Action.ORGANISATION_WRITE)
def update_organisation(
    session: SessionDep,
    actor: ActorDep,
    organisation_id: UUID,
    expected: ExpectedDep,
    draft: OrganisationDraft,
) -> Organisation:
    """Change what is told about an organisation, as a whole."""
    return organisations.update_organisation(session, actor, organisation_id, draft, expected)


@router.get("/users")
@needs(Action.USER_READ)
def list_users(
    answer: AnswerDep,
    actor: ActorDep,
    query: Annotated[UserQuery, Query()],
) -> ListOf[UserRead]:
    """List the users of whom you may know: your colleagues, or all."""
    return answer(lambda session, query: people.users(session, actor, query), query, UserRead)


@router.post("/users", status_code=status.HTTP_201_CREATED)
@needs(Action.TEAM_INVITE)
def invite_user(
    session: SessionDep, actor: ActorDep, settings: SettingsDep, draft: UserDraft
) -> UserRead:
    """Add a person with a role, and write them an invitation.

    Staff invite people of teams, as `member`; administrators with any role.
    """
    return invitations.invite(session, actor, draft, public_url=settings.public_url)


@router.get("/invitations")
@needs(Action.TEAM_INVITE)
def list_invitations(
    answer: AnswerDep,
    actor: ActorDep,
    query: Annotated[InvitationQuery, Query()],
) -> ListOf[UserRead]:
    """List the people who have not accepted their invitation yet; for staff, those of teams."""
    return answer(
        lambda session, query: invitations.invitations(session, actor, query), query, UserRead
    )


@router.get("/users/{user_id}")
@within(Action.USER_READ, Action.TEAM_INVITE)
def read_user(session: ReadSessionDep, actor: ActorDep, user_id: UUID) -> UserRead:
    """Read one user: a colleague, who waits to join a team that you invite, or anybody."""
    return invitations.person(session, actor, user_id)


@router.post("/users/{user_id}/invitation", status_code=status.HTTP_204_NO_CONTENT)
@needs(Action.TEAM_INVITE)
def invite_user_again(
    session: SessionDep, actor: ActorDep, settings: SettingsDep, user_id: UUID
) -> None:
    """Write another invitation; the link of the one before ends."""
    invitations.invite_again(session, actor, user_id, public_url=settings.public_url)


@router.post("/users/{user_id}/memberships", status_code=status.HTTP_201_CREATED)
@needs(Action.USER_WRITE)
def add_membership(
    session: SessionDep, actor: ActorDep, user_id: UUID, draft: MembershipDraft
) -> UserRead:
    """Give a user a role in an organisation; the user signs in again."""
    return people.add_membership(session, actor, user_id, draft)


@router.delete(
    "/users/{user_id}/memberships/{membership_id}", status_code=status.HTTP_204_NO_CONTENT
)
@needs(Action.USER_WRITE)
def remove_membership(
    session: SessionDep, actor: ActorDep, user_id: UUID, membership_id: UUID
) -> None:
    """Take a role away; it is gone at the user's next request."""
    people.remove_membership(session, actor, user_id, membership_id)


@router.delete("/users/{user_id}/second-factor", status_code=status.HTTP_204_NO_CONTENT)
@needs(Action.USER_WRITE)
def remove_second_factor(session: SessionDep, actor: ActorDep, user_id: UUID) -> None:
    """Take a lost authenticator away; the user enrols another at the next sign-in."""
    people.remove_second_factor(session, actor, user_id)


@router.get("/users/{user_id}/sessions")
@needs(Action.USER_WRITE)
def list_user_sessions(
    answer: AnswerDep,
    actor: ActorDep,
    settings: SettingsDep,
    user_id: UUID,
    query: Annotated[SessionQuery, Query()],
) -> ListOf[SessionRead]:
    """List the browsers in which a user is signed in."""
    idle = settings.session_idle
    return answer(
        lambda session, query: user_sessions.sessions(
            session, actor, user_id, query, idle=idle
        ),
        query,
        SessionRead,
    )


@router.delete("/users/{user_id}/sessions/{session_id}")
@needs(Action.USER_WRITE)
def end_user_session(
    session: SessionDep, actor: ActorDep, user_id: UUID, session_id: UUID
) -> Ended:
    """Sign one browser of a user out."""
    return user_sessions.end(session, actor, user_id, session_id)


@router.delete("/users/{user_id}/sessions")
@needs(Action.USER_WRITE)
def end_user_sessions(session: SessionDep, actor: ActorDep, user_id: UUID) -> Ended:
    """Sign every browser of a user out; tokens go on."""
    return user_sessions.end(session, actor, user_id)


@router.post("/users/{user_id}/hand-over")
@needs(Action.USER_WRITE)
def hand_over(session: SessionDep, actor: ActorDep, user_id: UUID, given: HandOver) -> UserRead:
    """Let another person into the organisations of this one, and so to their drafts."""
    return offboarding.hand_over(session, actor, user_id, given)


@router.get("/users/{user_id}/steps")
@within(Action.USER_READ)
def list_user_steps(session: ReadSessionDep, actor: ActorDep, user_id: UUID) -> OffersRead:
    """List every step from where the user stands."""
    return OffersRead.of(*offboarding.steps(session, actor, user_id))


@router.post("/users/{user_id}/steps/{step}")
@needs(Action.USER_WRITE)
def take_user_step(
    session: SessionDep,
    actor: ActorDep,
    user_id: UUID,
    step: StepName,
    expected: ExpectedIfStatedDep,
    given: UserStep,
    response: Response,
) -> UserMoved:
    """Deactivate a user who leaves, let one in again, or erase a person's data.

    Tells which tokens have ended with that, and how many browsers were signed out.
    """
    user, ended = offboarding.take_step(session, actor, user_id, step, given, expected)
    response.headers["ETag"] = entity_tag(user)
    return UserMoved(**user.model_dump(), ended=ended)
