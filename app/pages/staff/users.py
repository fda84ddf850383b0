"""One user: roles given and taken, lost authenticators, sessions, and leaving."""

from typing import Annotated, Any, Final
from uuid import UUID

from fastapi import APIRouter, Depends, Response
from pydantic import BaseModel, ConfigDict, Field
from sqlmodel import Session

from app.access import policy
from app.access.policy import Action, Actor, Role
from app.accounts.dependencies import ActorDep, SettingsDep
from app.accounts.lifecycle import LIFE, PRESENT, UserState
from app.accounts.schemas import SessionQuery
from app.accounts.service import browser_sessions
from app.core.base.entity_tags import Expected, entity_tag
from app.core.base.errors import Conflict, FieldError, Stale
from app.core.base.messages import Message
from app.core.http.access import needs, within
from app.core.http.database_sessions import ReadSessionDep, SessionDep
from app.core.http.forms import Form, form_of
from app.organisations.schemas import MembershipDraft, OrganisationQuery, UserQuery, UserStep
from app.organisations.service import (
    invitations,
    offboarding,
    organisations,
    people,
    user_sessions,
)
from app.pages.layout import Page, PageDep, go_to
from app.pages.staff.people import teams_of
from app.settings import Settings

router = APIRouter()

MOST: Final = 200
"""How many organisations and people a form offers to choose from."""
MEANS: Final = {
    "deactivate": Message(
        "The person is signed out everywhere, tokens end, and nobody can sign in with this "
        "account. What the person wrote stays with the team. You can undo this."
    ),
    "reactivate": Message(
        "The person can sign in again, with the roles that they had. Tokens stay ended."
    ),
    "erase": Message(
        "Name, address, roles and all by which the person signed in are removed for ever. What "
        "was done stays in the record under a number. This cannot be undone."
    ),
}
"""What a step of a user leads to, by its name."""


class StepForm(BaseModel):
    """What is sent with a step of a user."""

    model_config = ConfigDict(extra="forbid")

    expected: str = Field(default="", max_length=200)
    hand_over_to: UUID | None = None
    leave_empty: bool = False


StepFormDep = Annotated[Form[StepForm], Depends(form_of(StepForm))]
RoleForm = Annotated[Form[MembershipDraft], Depends(form_of(MembershipDraft))]


@router.get("/people/{user_id}")
@within(Action.USER_READ, Action.TEAM_INVITE)
def show_user(
    page: PageDep,
    session: ReadSessionDep,
    actor: ActorDep,
    settings: SettingsDep,
    user_id: UUID,
) -> Response:
    """Show a person as far as the reader may know, and what can be done."""
    return _user_page(page, session, actor, settings, user_id, Form())


def _user_page(
    page: Page,
    session: Session,
    actor: Actor,
    settings: Settings,
    user_id: UUID,
    form: Form[MembershipDraft],
    status: int = 200,
) -> Response:
    found = invitations.person(session, actor, user_id)
    looks_after = policy.allows(actor, Action.USER_WRITE)
    more: dict[str, Any] = {"offers": (), "sessions": (), "choices": ()}
    if looks_after:
        idle = settings.session_idle
        query = OrganisationQuery(limit=MOST)
        more = {
            "offers": offboarding.steps(session, actor, user_id)[1],
            "sessions": user_sessions.sessions(
                session, actor, user_id, SessionQuery(), idle=idle
            ).rows,
            "choices": organisations.organisations(session, actor, query).rows,
            "enrolled": browser_sessions.is_enrolled(session, user_id),
        }
    return page.render(
        "staff/user.html",
        status=status,
        user=found,
        form=form,
        teams=teams_of(session, actor, [found]),
        looks_after=looks_after,
        may_invite=policy.allows(actor, Action.TEAM_INVITE),
        is_present=found.state in PRESENT,
        roles=list(Role),
        **more,
    )


@router.post("/people/{user_id}/roles")
@needs(Action.USER_WRITE)
def give_role(
    page: PageDep,
    session: SessionDep,
    actor: ActorDep,
    settings: SettingsDep,
    user_id: UUID,
    form: RoleForm,
) -> Response:
    """Give a user one more role."""
    status = 422
    if form.value is not None:
        try:
            people.add_membership(session, actor, user_id, form.value)
        except Conflict as refusal:
            form = form.refused(FieldError("/role", refusal.detail))
            status = refusal.status
        else:
            return go_to(f"/people/{user_id}", done="role-given")
    return _user_page(page, session, actor, settings, user_id, form, status)


@router.post("/people/{user_id}/roles/{membership_id}/take")
@needs(Action.USER_WRITE)
def take_role(
    session: SessionDep, actor: ActorDep, user_id: UUID, membership_id: UUID
) -> Response:
    """Take a role away."""
    people.remove_membership(session, actor, user_id, membership_id)
    return go_to(f"/people/{user_id}", done="role-taken")


@router.post("/people/{user_id}/authenticator/remove")
@needs(Action.USER_WRITE)
def remove_authenticator(session: SessionDep, actor: ActorDep, user_id: UUID) -> Response:
    """Take a lost authenticator away."""
    people.remove_second_factor(session, actor, user_id)
    return go_to(f"/people/{user_id}", done="authenticator-removed")


@router.post("/people/{user_id}/sessions/end")
@needs(Action.USER_WRITE)
def end_sessions(session: SessionDep, actor: ActorDep, user_id: UUID) -> Response:
    """Sign every browser of a user out."""
    user_sessions.end(session, actor, user_id)
    return go_to(f"/people/{user_id}", done="sessions-ended")


@router.get("/people/{user_id}/steps/{step}")
@needs(Action.USER_WRITE)
def show_user_step(
    page: PageDep, session: ReadSessionDep, actor: ActorDep, user_id: UUID, step: str
) -> Response:
    """Say what a step means for a person, before it is taken."""
    return _step_page(page, session, actor, user_id, step, Form())


@router.post("/people/{user_id}/steps/{step}")
@needs(Action.USER_WRITE)
def take_user_step(
    page: PageDep,
    session: SessionDep,
    actor: ActorDep,
    user_id: UUID,
    step: str,
    form: StepFormDep,
) -> Response:
    """Close an account, open it again, or erase who somebody was."""
    LIFE.step(step)
    if form.value is None:
        return _step_page(page, session, actor, user_id, step, form, 422)
    given = UserStep(**form.value.model_dump(exclude={"expected"}))
    expected = Expected(form.value.expected)
    try:
        offboarding.take_step(session, actor, user_id, step, given, expected)
    except (Conflict, Stale) as refusal:
        # Somebody may have taken over already: then the whole is undone, with this request.
        if given.hand_over_to is not None and not isinstance(refusal, Stale):
            raise
        form = form.refused(FieldError("", refusal.detail))
        return _step_page(page, session, actor, user_id, step, form, refusal.status)
    return go_to(f"/people/{user_id}", done=f"user-{step}")


def _step_page(
    page: Page,
    session: Session,
    actor: Actor,
    user_id: UUID,
    name: str,
    form: Form[StepForm],
    status: int = 200,
) -> Response:
    step = LIFE.step(name)
    (found,) = people.described(session, actor, [people.user(session, actor, user_id)])
    offers = {offer.name: offer for offer in offboarding.steps(session, actor, user_id)[1]}
    heirs = people.users(session, actor, UserQuery(state=[UserState.ACTIVE], limit=MOST)).rows
    return page.render(
        "staff/user_step.html",
        status=status,
        user=found,
        step=step,
        means=MEANS[step.name],
        offer=offers.get(step.name),
        heirs=[heir for heir in heirs if heir.id != user_id],
        form=form,
        expected=entity_tag(found),
    )
