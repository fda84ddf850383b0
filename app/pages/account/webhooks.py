"""Webhooks: one's own, and those of one's team or of a programme; how each is doing."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Annotated, Any, Final, Literal
from urllib.parse import urlsplit
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Response
from pydantic import BaseModel, ConfigDict
from sqlmodel import Session

from app.access import policy
from app.access.policy import Action, Actor
from app.accounts.dependencies import ActorDep, SettingsDep
from app.core.base.clock import now
from app.core.base.entity_tags import ANYTHING
from app.core.base.errors import NotPermitted, Unprocessable
from app.core.base.merge_patch import Patch
from app.core.base.messages import Message
from app.core.base.references import Reference
from app.core.http.access import within
from app.core.http.database_sessions import ReadSessionDep, SessionDep
from app.core.http.forms import Form, form_of
from app.events.kinds import EVENTS, EventKind
from app.organisations.service import organisations
from app.pages.layout import Page, PageDep, go_to
from app.programmes import service as programmes
from app.programmes.models import Programme
from app.webhooks import queries, rights
from app.webhooks.lifecycle import LIFE, DeliveryProblem, EndReason, WebhookScope
from app.webhooks.models import Webhook
from app.webhooks.schemas import (
    DeliveryQuery,
    NewWebhook,
    Rotation,
    WebhookContent,
    WebhookMade,
    WebhookQuery,
    WebhookRead,
)
from app.webhooks.service import having, spreading

router = APIRouter()

PLACE: Final = "/webhooks"
SHOWN: Final = 50
"""Deliveries that a page shows, the latest first."""

PROBLEMS: Final[Mapping[DeliveryProblem, Message]] = {
    DeliveryProblem.REFUSED: Message("the receiver did not take it"),
    DeliveryProblem.REDIRECT: Message("the receiver sends us elsewhere, where we do not go"),
    DeliveryProblem.NO_ANSWER: Message("the receiver did not answer in time"),
    DeliveryProblem.NOT_REACHED: Message("the receiver could not be reached"),
    DeliveryProblem.NO_ADDRESS: Message("the name of the receiver leads nowhere"),
    DeliveryProblem.INSIDE_ADDRESS: Message("the name of the receiver leads inside a network"),
    DeliveryProblem.NO_RIGHT: Message("whoever made the webhook may not read it any more"),
    DeliveryProblem.NO_KEY: Message("the service has no key for the secret any more"),
    DeliveryProblem.ENDED: Message("the webhook ended before"),
}
"""Why an attempt came to nothing."""
ENDINGS: Final[Mapping[EndReason, Message]] = {
    EndReason.BY_HAND: Message("Somebody has ended it."),
    EndReason.FAILING: Message("Its receiver failed for a week."),
    EndReason.GONE: Message("Its receiver said that it wants nothing any more."),
    EndReason.ACCESS_ENDED: Message(
        "All access to the account of who made it has ended, as after a new password."
    ),
}
"""Why a webhook has ended."""
PERIODS: Final[Mapping[str, tuple[timedelta, Message]]] = {
    "hour": (timedelta(hours=1), Message("the last hour")),
    "day": (timedelta(days=1), Message("the last day")),
    "week": (timedelta(days=7), Message("the last seven days")),
    "month": (timedelta(days=31), Message("the last month")),
}
"""From when on events are sent again."""


class RotationForm(Rotation):
    """How long the secret before a new one holds."""


class ReplayForm(BaseModel):
    """From when on events are sent again."""

    model_config = ConfigDict(extra="forbid")

    period: Literal["hour", "day", "week", "month"]


NewFormDep = Annotated[Form[NewWebhook], Depends(form_of(NewWebhook))]
ChangeFormDep = Annotated[Form[WebhookContent], Depends(form_of(WebhookContent))]
RotationFormDep = Annotated[Form[RotationForm], Depends(form_of(RotationForm))]
ReplayFormDep = Annotated[Form[ReplayForm], Depends(form_of(ReplayForm))]
ProgrammeCode = Annotated[Reference | None, Query()]


@router.get(PLACE)
@within(Action.WEBHOOK_OWN)
def show_webhooks(
    page: PageDep,
    session: ReadSessionDep,
    actor: ActorDep,
    programme: ProgrammeCode = None,
    organisation: UUID | None = None,
) -> Response:
    """List the webhooks that the reader may read: all, of a programme, or of a team."""
    policy.require_somewhere(actor, Action.WEBHOOK_OWN)
    of = programmes.programme(session, programme) if programme else None
    query = WebhookQuery(
        programme=[of.code] if of else [], organisation_id=organisation, limit=200
    )
    found = queries.search(session, actor, query).rows
    return page.render(
        "account/webhooks.html",
        webhooks=found,
        places={one.id: _place(session, actor, one) for one in found},
        hosts={one.id: urlsplit(one.url).hostname for one in found},
        about=of,
        teams=_teams(session, actor, organisation),
        may_have_programme=policy.has_any_reach(actor, Action.WEBHOOK_PROGRAMME),
        is_all=of is None and organisation is None,
        endings=ENDINGS,
    )


def _teams(session: Session, actor: Actor, wanted: UUID | None) -> list[Any]:
    own = sorted(policy.own_reach(actor, Action.WEBHOOK_TEAM))
    return [
        organisations.organisation(session, actor, key) for key in own if wanted in {None, key}
    ]


def _place(session: Session, actor: Actor, webhook: Webhook | WebhookRead) -> str | None:
    """Return the name of the team or the programme of a webhook; None of one's account."""
    if webhook.organisation_id is not None:
        return organisations.organisation(session, actor, webhook.organisation_id).name
    if webhook.programme_id is not None:
        return session.get_one(Programme, webhook.programme_id).title
    return None


@router.get(PLACE + "/new")
@within(Action.WEBHOOK_OWN)
def show_new_webhook(
    page: PageDep,
    session: ReadSessionDep,
    actor: ActorDep,
    scope: WebhookScope = WebhookScope.OWN,
    programme: ProgrammeCode = None,
    organisation: UUID | None = None,
) -> Response:
    """Ask where a new webhook goes, and of what it is told."""
    written: dict[str, str | list[str]] = {"scope": scope.value, "kinds": []}
    if programme:
        written["programme_id"] = programmes.programme(session, programme).code
    if organisation:
        written["organisation_id"] = str(organisation)
    return _new(page, actor, Form(written=written), scope, organisation)


def _new(
    page: Page,
    actor: Actor,
    form: Form[NewWebhook],
    scope: WebhookScope,
    organisation_id: UUID | None,
    status: int = 200,
) -> Response:
    rights.require_scope(actor, scope, organisation_id)
    return page.render(
        "account/webhook_form.html",
        status=status,
        form=form,
        webhook=None,
        scope=scope,
        kinds=_kinds(actor, scope, organisation_id),
        events=EVENTS,
    )


def _kinds(actor: Actor, scope: WebhookScope, organisation_id: UUID | None) -> list[EventKind]:
    return [
        kind for kind in EventKind if rights.may_choose(actor, kind, scope, organisation_id)
    ]


@router.post(PLACE + "/new")
@within(Action.WEBHOOK_OWN)
def make_webhook(
    page: PageDep, session: SessionDep, actor: ActorDep, settings: SettingsDep, form: NewFormDep
) -> Response:
    """Make a webhook, and show its secret once."""
    if form.value is not None:
        try:
            made = having.make(session, actor, form.value, settings)
        except Unprocessable as refusal:
            form = form.refused(*refusal.errors)
        else:
            return _secret(page, made)
    return _new(page, actor, form, _stated(form), _stated_team(actor, form), 422)


def _stated_team(actor: Actor, form: Form[NewWebhook]) -> UUID | None:
    """Return the team of a form in which something else is wrong."""
    own = policy.own_reach(actor, Action.WEBHOOK_TEAM)
    return next((key for key in own if str(key) == form.written.get("organisation_id")), None)


def _stated(form: Form[NewWebhook]) -> WebhookScope:
    """Return the scope of a form in which something else is wrong."""
    written = form.written.get("scope")
    return next((scope for scope in WebhookScope if scope.value == written), WebhookScope.OWN)


def _secret(page: Page, made: WebhookMade) -> Response:
    return page.render("account/webhook_secret.html", webhook=made)


@router.get(PLACE + "/{webhook_id}")
@within(Action.WEBHOOK_OWN)
def show_webhook(
    page: PageDep, session: ReadSessionDep, actor: ActorDep, webhook_id: UUID
) -> Response:
    """Show a webhook, what was delivered to it, and what its owner can do with it."""
    found = queries.get(session, actor, webhook_id)
    return page.render(
        "account/webhook.html",
        webhook=queries.shown(actor, found),
        place=_place(session, actor, found),
        deliveries=queries.deliveries(
            session, actor, found.id, DeliveryQuery(limit=SHOWN)
        ).rows,
        shown=SHOWN,
        is_own=_is_own(session, actor, found),
        steps=list(LIFE.open_from(found.state)),
        events=EVENTS,
        told=[EventKind(kind) for kind in found.kinds],
        problems=PROBLEMS,
        endings=ENDINGS,
        periods=PERIODS,
        at=now(),
    )


def _is_own(session: Session, actor: Actor, webhook: Webhook) -> bool:
    """Tell whether the reader may do with a webhook what only its owner may."""
    try:
        rights.require_own(actor, webhook)
    except NotPermitted:
        return False
    return True


@router.get(PLACE + "/{webhook_id}/change")
@within(Action.WEBHOOK_OWN)
def show_webhook_form(
    page: PageDep, session: ReadSessionDep, actor: ActorDep, webhook_id: UUID
) -> Response:
    """Show what can be changed of a webhook."""
    found = queries.get(session, actor, webhook_id)
    rights.require_own(actor, found)
    written: dict[str, str | list[str]] = {
        "url": found.url,
        "description": found.description,
        "kinds": found.kinds,
    }
    return _change(page, actor, found, Form(written=written))


def _change(
    page: Page, actor: Actor, webhook: Webhook, form: Form[WebhookContent], status: int = 200
) -> Response:
    return page.render(
        "account/webhook_form.html",
        status=status,
        form=form,
        webhook=webhook,
        scope=webhook.scope,
        kinds=_kinds(actor, webhook.scope, webhook.organisation_id),
        events=EVENTS,
    )


@router.post(PLACE + "/{webhook_id}/change")
@within(Action.WEBHOOK_OWN)
def change_webhook_form(
    page: PageDep,
    session: SessionDep,
    actor: ActorDep,
    settings: SettingsDep,
    webhook_id: UUID,
    form: ChangeFormDep,
) -> Response:
    """Change where a webhook goes, what it is for, or of what it is told."""
    found = queries.get(session, actor, webhook_id)
    if form.value is not None:
        patch = Patch(form.value.model_dump(mode="json"))
        try:
            having.change(session, actor, found.id, patch, settings, ANYTHING)
        except Unprocessable as refusal:
            form = form.refused(*refusal.errors)
        else:
            return go_to(f"{PLACE}/{found.id}", done="webhook-changed")
    rights.require_own(actor, found)
    return _change(page, actor, found, form, 422)


@router.post(PLACE + "/{webhook_id}/rotate")
@within(Action.WEBHOOK_OWN)
def rotate_webhook_secret(
    page: PageDep,
    session: SessionDep,
    actor: ActorDep,
    settings: SettingsDep,
    webhook_id: UUID,
    form: RotationFormDep,
) -> Response:
    """Give a webhook a new secret, and show it once."""
    if form.value is None:  # for how long an old secret is good is not guessed
        raise Unprocessable("This is not how long the old secret can hold.", errors=form.errors)
    return _secret(page, having.rotate(session, actor, webhook_id, form.value, settings))


@router.post(PLACE + "/{webhook_id}/steps/{step}")
@within(Action.WEBHOOK_OWN)
def step_webhook(session: SessionDep, actor: ActorDep, webhook_id: UUID, step: str) -> Response:
    """Pause a webhook, start it again, or end it."""
    having.take_step(session, actor, webhook_id, step)
    return go_to(f"{PLACE}/{webhook_id}", done=f"webhook-{step}")


@router.post(PLACE + "/{webhook_id}/ping")
@within(Action.WEBHOOK_OWN)
def try_webhook(session: SessionDep, actor: ActorDep, webhook_id: UUID) -> Response:
    """Send a test to a webhook."""
    spreading.ping(session, actor, webhook_id)
    return go_to(f"{PLACE}/{webhook_id}", done="webhook-pinged")


@router.post(PLACE + "/{webhook_id}/replay")
@within(Action.WEBHOOK_OWN)
def replay_webhook_since(
    session: SessionDep, actor: ActorDep, webhook_id: UUID, form: ReplayFormDep
) -> Response:
    """Send a webhook again what happened of late."""
    queries.get(session, actor, webhook_id)  # who may not read it learns nothing of the form
    if form.value is None:  # what is sent again is not guessed
        raise Unprocessable("This is no time from which on to send again.", errors=form.errors)
    since = now() - PERIODS[form.value.period][0]
    spreading.replay_since(session, actor, webhook_id, since)
    return go_to(f"{PLACE}/{webhook_id}", done="webhook-replayed")


@router.post(PLACE + "/{webhook_id}/deliveries/{delivery_id}/replay")
@within(Action.WEBHOOK_OWN)
def replay_one_delivery(
    session: SessionDep, actor: ActorDep, webhook_id: UUID, delivery_id: UUID
) -> Response:
    """Send one event again to a webhook."""
    spreading.replay(session, actor, webhook_id, delivery_id)
    return go_to(f"{PLACE}/{webhook_id}", done="webhook-replayed")
