"""Reading webhooks and their deliveries: one's own, and those of one's team or programmes."""

from urllib.parse import urlsplit
from uuid import UUID

from sqlalchemy import ColumnElement, and_, false, or_, true
from sqlmodel import Session, col, select

from app.access import policy
from app.access.policy import Action, Actor
from app.core.base.errors import NotFound
from app.core.base.messages import Message
from app.core.storage.pagination import Page, page
from app.core.storage.reference_numbers import named
from app.events.kinds import EventKind
from app.events.models import Event
from app.programmes.models import Programme
from app.webhooks import rights
from app.webhooks.lifecycle import DeliveryState, WebhookScope
from app.webhooks.models import Delivery, Webhook, state_of
from app.webhooks.schemas import DeliveryQuery, DeliveryRead, WebhookQuery, WebhookRead


def readable(actor: Actor) -> ColumnElement[bool]:
    """Return the condition for webhooks that somebody may read."""
    if not policy.allows_somewhere(actor, Action.WEBHOOK_OWN):
        return false()
    teams = policy.own_reach(actor, Action.WEBHOOK_TEAM)
    of_programmes = policy.has_any_reach(actor, Action.WEBHOOK_PROGRAMME)
    # A person finds what is theirs even where they are told no more; a token by its scopes.
    in_scope = [
        scope for scope in WebhookScope if policy.is_in_scope(actor, rights.HAVING[scope])
    ]
    return or_(
        and_(col(Webhook.owner_id) == actor.user_id, col(Webhook.scope).in_(in_scope)),
        col(Webhook.organisation_id).in_(teams),
        and_(true() if of_programmes else false(), col(Webhook.programme_id).is_not(None)),
    )


def shown(actor: Actor, webhook: Webhook) -> WebhookRead:
    """Return a webhook as somebody reads it.

    The address often holds a secret, in its path or behind it: whole it is for who made it.
    """
    read = WebhookRead.model_validate(webhook)
    if rights.is_own(actor, webhook):
        return read
    scheme, host, *_ = urlsplit(webhook.url)
    return read.model_copy(update={"url": f"{scheme}://{host}/…"})


def search(session: Session, actor: Actor, query: WebhookQuery) -> Page[WebhookRead]:
    """Return a page of the webhooks that the actor may read, the latest first."""
    statement = select(Webhook).where(readable(actor))
    if query.state:
        statement = statement.where(col(Webhook.state).in_(query.state))
    if query.scope:
        statement = statement.where(col(Webhook.scope).in_(query.scope))
    if query.organisation_id:
        statement = statement.where(Webhook.organisation_id == query.organisation_id)
    if query.programme:
        wanted = or_(*(named(Programme, key) for key in query.programme))
        statement = statement.where(
            col(Webhook.programme_id).in_(select(Programme.id).where(wanted))
        )
    found = page(
        session,
        statement,
        query,
        sortable={"created_at": Webhook.created_at},
        default="-created_at",
        key=Webhook.id,
    )
    return Page([shown(actor, row) for row in found.rows], found.cursor)


def get(session: Session, actor: Actor, webhook_id: UUID) -> Webhook:
    """Return one webhook.

    Raises
    ------
    NotFound
        If there is none that the actor may read.
    """
    found = session.exec(
        select(Webhook).where(Webhook.id == webhook_id, readable(actor))
    ).first()
    if found is None:
        raise NotFound(Message("There is no webhook {webhook_id}.", webhook_id=webhook_id))
    return found


def deliveries(
    session: Session, actor: Actor, webhook_id: UUID, query: DeliveryQuery
) -> Page[DeliveryRead]:
    """Return a page of what was delivered to a webhook, or waits; the latest first.

    What somebody may not know of is left out: that it happened would tell it.

    Raises
    ------
    NotFound
        If there is no such webhook that the actor may read.
    """
    webhook = get(session, actor, webhook_id)
    statement = select(Delivery).where(Delivery.webhook_id == webhook.id)
    if query.state:
        statement = statement.where(or_(*map(_is, query.state)))
    found = page(
        session,
        statement,
        query,
        sortable={"created_at": Delivery.created_at},
        default="-created_at",
        key=Delivery.id,
    )
    keys = [row.event_id for row in found.rows]
    events = {
        event.id: event for event in session.exec(select(Event).where(col(Event.id).in_(keys)))
    }
    rows = [
        described(actor, row, event)
        for row in found.rows
        if rights.may_know(actor, event := events[row.event_id]) or _is_test(event)
    ]
    return Page(rows, found.cursor)


def _is_test(event: Event) -> bool:
    """Tell whether an event is a test that somebody asked for: it tells nothing."""
    return event.kind is EventKind.WEBHOOK_PING


def described(actor: Actor, delivery: Delivery, event: Event) -> DeliveryRead:
    """Return a delivery as somebody reads it: of what it is about as far as they may."""
    return DeliveryRead(
        **delivery.model_dump(include={*DeliveryRead.model_fields} - {"state"}),
        kind=event.kind,
        occurred_at=event.occurred_at,
        subject=event.subject,
        code=event.code if rights.may_know(actor, event) else None,
        state=state_of(delivery),
    )


def _is(state: DeliveryState) -> ColumnElement[bool]:
    """Return `models.state_of` as a condition."""
    delivered = col(Delivery.delivered_at).is_not(None)
    due = col(Delivery.due_at).is_not(None)
    return {
        DeliveryState.DELIVERED: delivered,
        DeliveryState.WAITING: and_(~delivered, due),
        DeliveryState.FAILED: and_(~delivered, ~due),
    }[state]
