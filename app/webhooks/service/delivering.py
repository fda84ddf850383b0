"""Delivering: one event to one webhook at a time, again and again for a week.

A delivery is claimed like a letter. One that is on its way keeps others of the same owner
waiting, and nobody else's: a slow receiver holds up its own alone. Owners take turns: also
where the slow ones are many and have much to be sent, nobody waits for more than one of each.
"""

import asyncio
import json
import logging
import random
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final
from uuid import UUID, uuid4

from sqlalchemy import and_, or_
from sqlalchemy.orm import aliased
from sqlmodel import Session, col, delete, func, select
from sqlmodel.sql.expression import SelectOfScalar

from app.access.policy import Actor
from app.accounts.lifecycle import UserState
from app.accounts.models import User
from app.accounts.service import letters
from app.core.base.clock import now
from app.core.base.encryption import Keyring
from app.core.base.messages import Message
from app.core.storage.database import Database, reading, transaction
from app.events import service as events
from app.events.kinds import ADDRESSES, EventKind, EventSubject
from app.events.models import Event
from app.settings import Settings
from app.webhooks import rights, signing
from app.webhooks.addresses import Target, target_of
from app.webhooks.lifecycle import DeliveryProblem, EndReason, WebhookState
from app.webhooks.models import Delivery, Webhook
from app.webhooks.sending import TOTAL_SECONDS, Outcome, Resolver, resolved, send
from app.webhooks.service import having

log = logging.getLogger(__name__)

LEASE: Final = timedelta(minutes=5)
FIRST_DISTANCE: Final = timedelta(seconds=20)
LONGEST_DISTANCE: Final = timedelta(hours=12)
TRIED_FOR: Final = timedelta(days=7)
"""So long a delivery is tried, and so long a receiver may fail."""
GONE: Final = 410
"""With this a receiver says that it wants nothing any more."""
SCHEMA: Final = 1
"""The version of what is sent; another one may lack what this one has."""

ENDED: Final = Message("A webhook of yours has ended")
LOST_BODY: Final = Message(
    "Hello,\n\na webhook that you have made has ended, since all access to your account has: "
    "your password was set anew, or somebody has ended it for you. Who had access before may "
    "have made this webhook, or changed where it goes. It is told nothing until you start it "
    "again.\n\nSign in, open “Webhooks”, and look at its address. If it is yours, start it.\n"
)
ENDED_BODY: Final = Message(
    "Hello,\n\na webhook that you have made has ended: its receiver did not take what was "
    "sent to it for a week, or said that it wants nothing any more. It is told nothing until "
    "you start it again.\n\nSign in, open “Webhooks”, and look at its deliveries. When the "
    "receiver works, start the webhook, and send again what it has missed.\n"
)


@dataclass(frozen=True, slots=True)
class Claimed:
    """A delivery that this worker holds for a time."""

    delivery_id: UUID
    claim: UUID


@dataclass(frozen=True, slots=True)
class Prepared:
    """A message that can be sent."""

    target: Target
    headers: dict[str, str]
    body: bytes


def distance(attempts: int, chance: float) -> timedelta:
    """Return how long to wait after so many failed attempts.

    Each distance is three times the one before, up to a bound. By chance it is up to a quarter
    shorter or longer, so that receivers that failed together are not tried together.

    Parameters
    ----------
    chance : float
        From 0 to 1.
    """
    longer = FIRST_DISTANCE * (1, 3, 9, 27, 81, 243, 729, 2187)[min(attempts, 8) - 1]
    return min(longer, LONGEST_DISTANCE) * (0.75 + chance / 2)


class Turns:
    """Which owners one worker has served, in which order."""

    def __init__(self) -> None:
        """Begin with nobody served."""
        self._served: dict[UUID, int] = {}
        self._count = 0

    def next_of(self, waiting: Sequence[UUID]) -> UUID:
        """Return who was served least lately; of several, the first."""
        return min(waiting, key=lambda owner_id: self._served.get(owner_id, 0))

    def take(self, owner_id: UUID) -> None:
        """Keep that an owner is served now."""
        self._count += 1
        self._served[owner_id] = self._count


def claim(database: Database, turns: Turns) -> Claimed | None:
    """Take a delivery that may go now; None if there is none.

    It is of the owner whose turn it is, and of theirs the one that has waited longest.
    """
    with reading(database) as session:  # first, because looking must not cost a writer
        waiting = session.exec(_owners()).all()
    if not waiting:
        return None
    owner_id = turns.next_of(waiting)
    turns.take(owner_id)
    with transaction(database) as session:
        delivery = session.exec(_due(owner_id)).first()
        if delivery is None:
            return None
        delivery.claim, delivery.due_at = uuid4(), now() + LEASE
        delivery.attempts += 1
        return Claimed(delivery.id, delivery.claim)


def _owners() -> SelectOfScalar[UUID]:
    """Return the query for the owners of whom something is due; who waits longest is first."""
    return (
        select(Webhook.owner_id)
        .join(Delivery, col(Webhook.id) == col(Delivery.webhook_id))
        .where(*_may_go())
        .group_by(col(Webhook.owner_id))
        .order_by(func.min(Delivery.due_at), col(Webhook.owner_id))
    )


def _due(owner_id: UUID) -> SelectOfScalar[Delivery]:
    """Return the query for the next delivery of an owner, locked."""
    return (
        select(Delivery)
        .join(Webhook, col(Webhook.id) == col(Delivery.webhook_id))
        .where(*_may_go(), Webhook.owner_id == owner_id)
        .order_by(col(Delivery.due_at), col(Delivery.id))
        .limit(1)
        .with_for_update(of=Delivery, skip_locked=True)
    )


def _may_go() -> tuple[Any, ...]:
    """Return the conditions of what is due, of an owner who has nothing on its way."""
    going, theirs, at = aliased(Delivery), aliased(Webhook), now()
    busy = (
        select(theirs.owner_id)
        .join(going, col(going.webhook_id) == col(theirs.id))
        .where(col(going.claim).is_not(None), col(going.due_at) > at)
    )
    return (
        col(Delivery.due_at) <= at,
        Webhook.state == WebhookState.ACTIVE,
        col(Webhook.owner_id).not_in(busy),
    )


def deliver(
    database: Database,
    settings: Settings,
    claimed: Claimed,
    resolve: Resolver = resolved,
    *,
    seconds: float = TOTAL_SECONDS,
) -> None:
    """Send what was claimed, and store what came of it.

    Parameters
    ----------
    resolve : callable
        Returns the addresses of a host.
    seconds : float
        How long the receiver may take.
    """
    try:
        with reading(database) as session:
            ready = prepared(session, settings, claimed.delivery_id)
        if isinstance(ready, DeliveryProblem):
            outcome = Outcome(problem=ready)
        else:
            outcome = asyncio.run(
                send(
                    ready.target,
                    ready.headers,
                    ready.body,
                    loopback=settings.webhook_loopback,
                    resolve=resolve,
                    seconds=seconds,
                )
            )
    except Exception as error:  # what nobody has foreseen must be given up in the end
        reason = {"delivery_id": str(claimed.delivery_id), "reason": type(error).__name__}
        log.warning("delivery stumbled", extra=reason)
        outcome = Outcome(problem=DeliveryProblem.NOT_REACHED)
    with transaction(database) as session:
        finish(session, claimed, outcome)


def prepared(
    session: Session, settings: Settings, delivery_id: UUID
) -> Prepared | DeliveryProblem:
    """Return the message of a delivery; or why its webhook is not sent it now."""
    delivery = session.get_one(Delivery, delivery_id)
    webhook = session.get_one(Webhook, delivery.webhook_id)
    event = session.get_one(Event, delivery.event_id)
    actor = rights.subscriber(session, webhook)
    if not _is_told(actor, webhook, event):
        return DeliveryProblem.NO_RIGHT
    try:
        target = target_of(webhook.url, loopback=settings.webhook_loopback)
    except ValueError:  # it was taken under other rules
        return DeliveryProblem.INSIDE_ADDRESS
    keys = _secrets(webhook, Keyring(settings.keys))
    if not keys:
        return DeliveryProblem.NO_KEY
    body = body_of(event, settings.public_url)
    stamp = int(now().timestamp())
    return Prepared(target, signing.headers(keys, str(event.id), stamp, body), body)


def _is_told(actor: Actor | None, webhook: Webhook, event: Event) -> bool:
    return actor is not None and rights.is_told(actor, webhook, event)


def _secrets(webhook: Webhook, keyring: Keyring) -> list[str]:
    """Return the secrets that sign at present, the newest first."""
    sealed = [webhook.sealed]
    if webhook.sealed_before and webhook.before_until and webhook.before_until > now():
        sealed.append(webhook.sealed_before)
    return [key for one in sealed if (key := keyring.decrypt(one)) is not None]


def body_of(event: Event, origin: str) -> bytes:
    """Return what is sent of an event: stable keys, and nothing that anybody has written."""
    address = ADDRESSES[event.subject].format(id=event.subject_id)
    keys = {
        name: str(value)
        for name in ("organisation_id", "programme_id")
        if (value := getattr(event, name)) is not None
    }
    subject = {
        "type": event.subject.value,
        "id": event.subject_id and str(event.subject_id),
        "code": event.code,
        "url": origin.rstrip("/") + address,
    }
    message = {
        "id": str(event.id),
        "type": event.kind.value,
        "timestamp": event.occurred_at.astimezone(UTC).isoformat().replace("+00:00", "Z"),
        "version": SCHEMA,
        "data": {"subject": subject, **keys},
    }
    return json.dumps(message, separators=(",", ":")).encode()


def finish(session: Session, claimed: Claimed, outcome: Outcome) -> None:
    """Store what came of an attempt, unless it was taken over, or begun again."""
    delivery = session.get(Delivery, claimed.delivery_id, with_for_update=True)
    if delivery is None or delivery.claim != claimed.claim:
        return
    webhook = session.get_one(Webhook, delivery.webhook_id, with_for_update=True)
    at = now()
    delivery.claim = None
    delivery.status, delivery.problem = outcome.status, outcome.problem
    facts = {"delivery_id": str(delivery.id), "status": outcome.status}
    if outcome.problem is None:
        delivery.delivered_at, delivery.due_at = at, None
        webhook.failing_since = None
        log.info("webhook delivered", extra=facts)
    elif outcome.problem is DeliveryProblem.NO_RIGHT:
        delivery.due_at = None
        log.info("webhook may not be told", extra=facts)
    else:
        log.warning("webhook not delivered", extra=facts | {"reason": outcome.problem.value})
        _try_later(delivery, at)
        webhook.failing_since = webhook.failing_since or at
        session.flush()
        _end_if_hopeless(session, webhook, outcome, at)


def _try_later(delivery: Delivery, at: datetime) -> None:
    if at - delivery.since >= TRIED_FOR:
        delivery.due_at = None
    else:
        # By chance, but nothing that anybody must not guess.
        delivery.due_at = at + distance(delivery.attempts, random.random())  # noqa: S311 -- as said


def _end_if_hopeless(
    session: Session, webhook: Webhook, outcome: Outcome, at: datetime
) -> None:
    """End a webhook whose receiver has failed for a week, or is gone; tell its owner."""
    gone = outcome.status == GONE
    failing = webhook.failing_since is not None and at - webhook.failing_since >= TRIED_FOR
    if webhook.state is not WebhookState.ACTIVE or not (gone or failing):
        return
    having.fail(session, webhook, EndReason.GONE if gone else EndReason.FAILING)
    _tell(session, webhook, ENDED_BODY)


def end_lost(database: Database) -> int:
    """End the webhooks that were started before all access of their owner ended; count them.

    Who had a stolen session or password may have made one, or moved it. Nothing is sent to
    them in between: `rights.subscriber` knows the same.
    """
    lost = (
        select(Webhook)
        .join(User, col(User.id) == col(Webhook.owner_id))
        .where(
            col(Webhook.state) != WebhookState.ENDED,
            col(Webhook.told_from) <= col(User.access_ended_at),
        )
    )
    with reading(database) as session:  # first, because looking must not cost a writer
        if session.exec(lost.limit(1)).first() is None:
            return 0
    with transaction(database) as session:
        webhooks = session.exec(lost.with_for_update(of=Webhook, skip_locked=True)).all()
        for webhook in webhooks:
            having.fail(session, webhook, EndReason.ACCESS_ENDED)
            _tell(session, webhook, LOST_BODY)
        return len(webhooks)


def _tell(session: Session, webhook: Webhook, body: Message) -> None:
    owner = session.get_one(User, webhook.owner_id)
    event = events.to_person(
        session,
        EventKind.WEBHOOK_ENDED,
        owner.id,
        subject=EventSubject.WEBHOOK,
        subject_id=webhook.id,
    )
    if owner.state is UserState.ACTIVE:
        letters.write(session, owner, ENDED, body, event=event)
    log.warning("webhook ended", extra={"webhook_id": str(webhook.id)})


def purge(session: Session, before: datetime) -> int:
    """Remove webhooks that ended before an instant, and those of people who were erased."""
    erased = select(User.id).where(User.state == UserState.ERASED)
    ended = and_(col(Webhook.state) == WebhookState.ENDED, col(Webhook.updated_at) < before)
    statement = delete(Webhook).where(or_(ended, col(Webhook.owner_id).in_(erased)))
    return int(getattr(session.execute(statement), "rowcount", 0))
