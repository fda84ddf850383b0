"""Organisations and their people, and inviting more, as far as the policy lets staff."""

from collections.abc import Iterable
from typing import Annotated, Any, Final
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Response
from sqlmodel import Session

from app.access import policy
from app.access.policy import Action, Actor, Role
from app.accounts.dependencies import ActorDep, SettingsDep
from app.accounts.lifecycle import UserState
from app.accounts.service.users import folded, user_with
from app.core.base.errors import Conflict, FieldError
from app.core.base.text import comparable
from app.core.base.translations import language
from app.core.http.access import needs
from app.core.http.database_sessions import ReadSessionDep, SessionDep
from app.core.http.forms import Form, form_of
from app.core.tables.countries import country_codes
from app.insights.queries import names_of
from app.organisations.schemas import (
    InvitationQuery,
    Level,
    OrganisationDraft,
    OrganisationQuery,
    OrganisationRead,
    UserDraft,
    UserQuery,
    UserRead,
)
from app.organisations.service import invitations, organisations, people
from app.pages.layout import Page, PageDep, go_to

router = APIRouter()

PAGE: Final = 50
Cursor = Annotated[str | None, Query(max_length=2000)]
OrganisationForm = Annotated[Form[OrganisationDraft], Depends(form_of(OrganisationDraft))]
InvitationForm = Annotated[Form[UserDraft], Depends(form_of(UserDraft))]


def teams_of(session: Session, actor: Actor, users: Iterable[UserRead]) -> dict[Any, Any]:
    """Return name and country of the organisations in which users have roles, by their keys."""
    keys = {held.organisation_id for user in users for held in user.memberships}
    return names_of(session, actor, {"organisation": keys})


@router.get("/people")
@needs(Action.TEAM_INVITE)
def show_people(
    page: PageDep, session: ReadSessionDep, actor: ActorDep, cursor: Cursor = None
) -> Response:
    """List the organisations, and who has not accepted an invitation yet."""
    found = organisations.organisations(
        session, actor, OrganisationQuery(limit=PAGE, cursor=cursor)
    )
    waiting = invitations.invitations(session, actor, InvitationQuery(limit=PAGE))
    return page.render(
        "staff/people.html",
        organisations=found.rows,
        cursor=found.cursor,
        waiting=waiting.rows,
        more_wait=waiting.cursor is not None,
        teams=teams_of(session, actor, waiting.rows),
        may_add=policy.allows(actor, Action.ORGANISATION_WRITE),
    )


@router.get("/people/users")
@needs(Action.USER_READ)
def show_users(
    page: PageDep,
    session: ReadSessionDep,
    actor: ActorDep,
    state: Annotated[str, Query(max_length=20)] = "",
    cursor: Cursor = None,
) -> Response:
    """List the users of whom the reader may know, with their roles."""
    chosen = [UserState(state)] if state in {*UserState} else []
    query = UserQuery(state=chosen, limit=PAGE, cursor=cursor)
    found = people.users(session, actor, query)
    return page.render(
        "staff/users.html",
        users=found.rows,
        cursor=found.cursor,
        teams=teams_of(session, actor, found.rows),
        states=list(UserState),
        state=state,
    )


@router.get("/people/organisations/{organisation_id}")
@needs(Action.TEAM_INVITE)
def show_organisation(
    page: PageDep, session: ReadSessionDep, actor: ActorDep, organisation_id: UUID
) -> Response:
    """Show an organisation, and those of its people of whom the reader may know."""
    found = organisations.organisation(session, actor, organisation_id)
    knows = policy.has_any_reach(actor, Action.USER_READ)
    users = (
        people.users(session, actor, UserQuery(organisation=[found.id], limit=200)).rows
        if knows
        else invitations.invitations(
            session, actor, InvitationQuery(organisation=[found.id], limit=200)
        ).rows
    )
    return page.render(
        "staff/organisation.html",
        organisation=OrganisationRead.model_validate(found),
        users=users,
        knows=knows,
    )


@router.get("/people/new-organisation")
@needs(Action.ORGANISATION_WRITE)
def show_new_organisation(page: PageDep) -> Response:
    """Ask what is told about a new organisation."""
    return page.render("staff/new_organisation.html", form=Form(), **_choices(page))


@router.post("/people/organisations")
@needs(Action.ORGANISATION_WRITE)
def add_organisation(
    page: PageDep, session: SessionDep, actor: ActorDep, form: OrganisationForm
) -> Response:
    """Add an organisation, and show it."""
    status = 422
    if form.value is not None:
        try:
            made = organisations.create_organisation(session, actor, form.value)
        except Conflict as refusal:
            form = form.refused(FieldError("/name", refusal.detail))
            status = refusal.status
        else:
            return go_to(f"/people/organisations/{made.id}", done="organisation-added")
    return page.render(
        "staff/new_organisation.html", status=status, form=form, **_choices(page)
    )


@router.get("/people/invite")
@needs(Action.TEAM_INVITE)
def show_invite(
    page: PageDep,
    session: ReadSessionDep,
    actor: ActorDep,
    organisation: Annotated[UUID | None, Query()] = None,
) -> Response:
    """Ask who shall be invited, into which organisation."""
    written: dict[str, str | list[str]] = {"role": Role.MEMBER}
    if organisation is not None:
        found = organisations.organisation(session, actor, organisation)
        written |= {
            "organisation.name": found.name,
            "organisation.country": found.country,
            "organisation.level": found.level,
        }
    return _invite_page(page, actor, Form(written=written))


@router.post("/people/invite")
@needs(Action.TEAM_INVITE)
def invite(
    page: PageDep,
    session: SessionDep,
    actor: ActorDep,
    settings: SettingsDep,
    form: InvitationForm,
) -> Response:
    """Write somebody an invitation."""
    if form.value is None:
        return _invite_page(page, actor, form, 422)
    try:
        made = invitations.invite(session, actor, form.value, public_url=settings.public_url)
    except Conflict as refusal:
        named = "/email" if _has_user(session, form.value.email) else "/organisation/name"
        form = form.refused(FieldError(named, refusal.detail))
        return _invite_page(page, actor, form, refusal.status)
    return go_to(f"/people/{made.id}", done="invited")


def _has_user(session: Session, email: str) -> bool:
    return user_with(session, folded(email)) is not None


def _invite_page(
    page: Page, actor: Actor, form: Form[UserDraft], status: int = 200
) -> Response:
    roles = [role for role in Role if _may_invite(actor, role)]
    return page.render(
        "staff/invite.html", status=status, form=form, roles=roles, **_choices(page)
    )


def _choices(page: Page) -> dict[str, Any]:
    """Return the countries and the levels of government as a form offers them."""
    tongue = language(page.language)
    countries = [(code, tongue.country(code)) for code in country_codes()]
    return {
        "countries": sorted(countries, key=lambda country: comparable(country[1])),
        "levels": [(level, tongue.word(level)) for level in Level],
    }


def _may_invite(actor: Actor, role: Role) -> bool:
    return role in policy.TEAM_ROLES or policy.allows(actor, Action.USER_WRITE)


@router.post("/people/{user_id}/invite-again")
@needs(Action.TEAM_INVITE)
def invite_again(
    session: SessionDep, actor: ActorDep, settings: SettingsDep, user_id: UUID
) -> Response:
    """Write another invitation; the link of the one before ends."""
    invitations.invite_again(session, actor, user_id, public_url=settings.public_url)
    return go_to(f"/people/{user_id}", done="invited-again")
