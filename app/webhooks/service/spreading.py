"""Handing what has happened to the webhooks that want it; and handing it to one again."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any, Final
from uuid import UUID, uuid4

from sqlalchemy import and_
from sqlmodel import Session, col, or_, select

from app.access.policy import Actor
from app.core.base.clock import now
from app.core.base.errors import Conflict, NotFound
from app.core.base.messages import Message
from app.core.storage import audit, upserts
from app.core.storage.database import Database, reading, transaction
from app.events.kinds import EventKind, EventSubject
from app.events.models import Event
from app.webhooks import rights
from app.webhooks.lifecycle import WebhookScope, WebhookState
from app.webhooks.models import Delivery, Webhook
from app.webhooks.schemas import Replayed
from app.webhooks.service import having

MOST_SPREAD: Final = 200
"""Events that one transaction spreads."""
MOST_REPLAYED: Final = 500
"""Events that are sent again at once."""
MOST_WAITING: Final = 1_000
"""Deliveries of one webhook that may wait when more of them are asked for."""


def spread(database: Database) -> int:
    """Hand what has happened to the webhooks that want it; return how many events."""
    with reading(database) as session:  # first, because looking must not cost a writer
        if session.exec(_new().limit(1)).first() is None:
            return 0
    with transaction(database) as session:
        events = session.exec(_new().limit(MOST_SPREAD).with_for_update(skip_locked=True)).all()
        wanting = _wanting(session, events)
        wanted = [
            (webhook.id, event.id)
            for event in events
            for webhook in wanting
            if event.kind in webhook.kinds
            and webhook.told_from <= event.occurred_at
            and rights.concerns(webhook, event)
        ]
        _put(session, wanted)
        at = now()
        for event in events:
            event.spread_at = at
        return len(events)


def _new() -> Any:
    return (
        select(Event)
        .where(col(Event.spread_at).is_(None))
        .order_by(col(Event.occurred_at), col(Event.id))
    )


def _wanting(session: Session, events: Iterable[Event]) -> Sequence[Webhook]:
    """Return the webhooks that may want one of the events."""
    people = {event.user_id for event in events}
    teams = {event.organisation_id for event in events}
    programmes = {event.programme_id for event in events}
    statement = select(Webhook).where(
        Webhook.state == WebhookState.ACTIVE,
        or_(
            and_(col(Webhook.scope) == WebhookScope.OWN, col(Webhook.owner_id).in_(people)),
            col(Webhook.organisation_id).in_(teams),
            col(Webhook.programme_id).in_(programmes),
        ),
    )
    return session.exec(statement).all()


def _put(session: Session, wanted: Iterable[tuple[UUID, UUID]]) -> None:
    """Store deliveries; one that is there already stays as it is."""
    at = now()
    rows = [
        {
            "id": uuid4(),
            "version": 1,
            "created_at": at,
            "updated_at": at,
            "webhook_id": webhook_id,
            "event_id": event_id,
            "attempts": 0,
            "since": at,
            "due_at": at,
        }
        for webhook_id, event_id in wanted
    ]
    if rows:
        new = upserts.insert(upserts.dialect_of(session), vars(Delivery)["__table__"])
        session.execute(new.on_conflict_do_nothing(), rows)


def ping(session: Session, actor: Actor, webhook_id: UUID) -> tuple[Delivery, Event]:
    """Send a test to a webhook, which is delivered like everything else.

    Raises
    ------
    NotFound, NotPermitted
        As from `having.own`.
    Conflict
        If it is not active, or a test waits already.
    """
    webhook = _active(session, actor, webhook_id)
    waiting = (
        select(Delivery.id)
        .join(Event, col(Event.id) == col(Delivery.event_id))
        .where(
            Delivery.webhook_id == webhook.id,
            Event.kind == EventKind.WEBHOOK_PING,
            col(Delivery.due_at).is_not(None),
        )
    )
    if session.exec(waiting).first() is not None:
        raise Conflict(
            "A test waits to be sent already.", remedy="Wait for what becomes of it."
        )
    event = Event(
        kind=EventKind.WEBHOOK_PING,
        user_id=webhook.owner_id,
        subject=EventSubject.WEBHOOK,
        subject_id=webhook.id,
        spread_at=now(),
    )
    session.add(event)
    session.flush()
    delivery = Delivery(webhook_id=webhook.id, event_id=event.id)
    session.add(delivery)
    session.flush()
    return delivery, event


def _active(session: Session, actor: Actor, webhook_id: UUID) -> Webhook:
    webhook = having.own(session, actor, webhook_id)
    if webhook.state is not WebhookState.ACTIVE:
        raise Conflict(
            Message("A webhook that is {state} is sent nothing.", state=webhook.state),
            remedy="Start it again first.",
        )
    return webhook


def replay(
    session: Session, actor: Actor, webhook_id: UUID, delivery_id: UUID
) -> tuple[Delivery, Event]:
    """Send one event again, under the same identifier.

    Raises
    ------
    NotFound, NotPermitted
        As from `having.own`; or there is no such delivery of this webhook.
    Conflict
        If the webhook is not active.
    """
    webhook = _active(session, actor, webhook_id)
    delivery = session.get(Delivery, delivery_id, with_for_update=True)
    if delivery is None or delivery.webhook_id != webhook.id:
        raise NotFound(Message("There is no delivery {delivery_id}.", delivery_id=delivery_id))
    _begin_again(delivery)
    session.flush()
    audit.record(session, actor.user_id, "replay", having.SUBJECT, webhook.id, events=1)
    return delivery, session.get_one(Event, delivery.event_id)


def replay_since(session: Session, actor: Actor, webhook_id: UUID, since: datetime) -> Replayed:
    """Send again what happened from an instant on, also while the webhook was paused.

    The earliest come first, some at a time; what waits anyway is sent once.

    Raises
    ------
    NotFound, NotPermitted
        As from `having.own`.
    Conflict
        If the webhook is not active, or too much waits already.
    """
    webhook = _active(session, actor, webhook_id)
    waiting = session.exec(
        select(Delivery.id)
        .where(Delivery.webhook_id == webhook.id, col(Delivery.due_at).is_not(None))
        .limit(MOST_WAITING)
    ).all()
    if len(waiting) >= MOST_WAITING:
        raise Conflict(
            "Many deliveries of this webhook wait already.",
            remedy="Wait until its receiver has taken them, and ask again.",
        )
    concerning = {
        WebhookScope.OWN: col(Event.user_id) == webhook.owner_id,
        WebhookScope.TEAM: col(Event.organisation_id) == webhook.organisation_id,
        WebhookScope.PROGRAMME: col(Event.programme_id) == webhook.programme_id,
    }[webhook.scope]
    found = session.exec(
        select(Event)
        .where(
            concerning,
            col(Event.kind).in_([EventKind(kind) for kind in webhook.kinds]),
            col(Event.occurred_at) >= since,
        )
        .order_by(col(Event.occurred_at), col(Event.id))
        .limit(MOST_REPLAYED + 1)
    ).all()
    some = found[:MOST_REPLAYED]
    _put(session, ((webhook.id, event.id) for event in some))
    rows = session.exec(
        select(Delivery)
        .where(
            Delivery.webhook_id == webhook.id,
            col(Delivery.event_id).in_([event.id for event in some]),
            col(Delivery.due_at).is_(None),
        )
        .with_for_update()
    ).all()
    for delivery in rows:
        _begin_again(delivery)
    session.flush()
    audit.record(
        session,
        actor.user_id,
        "replay",
        having.SUBJECT,
        webhook.id,
        events=len(some),
        since=since.isoformat(),
    )
    return Replayed(
        events=len(some),
        more=len(found) > len(some),
        last=some[-1].occurred_at if some else None,
    )


def _begin_again(delivery: Delivery) -> None:
    at = now()
    delivery.since = delivery.due_at = at
    delivery.attempts, delivery.claim, delivery.delivered_at = 0, None, None
    delivery.status = delivery.problem = None
