"""Routes about webhooks, their secrets, and what was delivered to them."""

from typing import Annotated, Final
from uuid import UUID

from fastapi import APIRouter, Path, Query, status

from app.access.policy import Action
from app.accounts.dependencies import ActorDep, SettingsDep
from app.core.base.errors import Unavailable
from app.core.http.access import within
from app.core.http.database_sessions import ReadSessionDep, SessionDep
from app.core.http.etags import ExpectedDep, ExpectedIfStatedDep
from app.core.http.idempotency import without_key
from app.core.http.lists import AnswerDep, ListOf
from app.core.http.openapi import responses
from app.core.http.patches import PatchBody
from app.core.http.routing import Route
from app.webhooks import queries
from app.webhooks.lifecycle import LIFE
from app.webhooks.schemas import (
    DeliveryQuery,
    DeliveryRead,
    NewWebhook,
    Replayed,
    ReplaySince,
    Rotation,
    WebhookMade,
    WebhookQuery,
    WebhookRead,
)
from app.webhooks.service import having, spreading

router = APIRouter(route_class=Route, prefix="/webhooks", tags=["webhooks"])

StepName = Annotated[str, Path(json_schema_extra={"enum": list(LIFE.steps)})]
SEALED: Final = responses(Unavailable)


@router.get("")
@within(Action.WEBHOOK_OWN)
def list_webhooks(
    answer: AnswerDep, actor: ActorDep, query: Annotated[WebhookQuery, Query()]
) -> ListOf[WebhookRead]:
    """List your webhooks, and those of your team or of programmes, without their secrets."""
    return answer(
        lambda session, query: queries.search(session, actor, query), query, WebhookRead
    )


@router.post("", status_code=status.HTTP_201_CREATED, responses=SEALED)
@within(Action.WEBHOOK_OWN)
@without_key  # what is repeated by a key is stored, and a secret is stored nowhere in the clear
def create_webhook(
    session: SessionDep, actor: ActorDep, settings: SettingsDep, new: NewWebhook
) -> WebhookMade:
    """Make a webhook; its secret is in this answer and in no other."""
    return having.make(session, actor, new, settings)


@router.get("/{webhook_id}")
@within(Action.WEBHOOK_OWN)
def read_webhook(session: ReadSessionDep, actor: ActorDep, webhook_id: UUID) -> WebhookRead:
    """Read one webhook, without its secret."""
    return queries.shown(actor, queries.get(session, actor, webhook_id))


@router.patch("/{webhook_id}")
@within(Action.WEBHOOK_OWN)
def change_webhook(
    session: SessionDep,
    actor: ActorDep,
    settings: SettingsDep,
    expected: ExpectedDep,
    webhook_id: UUID,
    patch: PatchBody,
) -> WebhookRead:
    """Change where your webhook goes, what it is for or told, by a JSON merge patch."""
    changed = having.change(session, actor, webhook_id, patch, settings, expected)
    return queries.shown(actor, changed)


@router.post("/{webhook_id}/rotate", responses=SEALED)
@within(Action.WEBHOOK_OWN)
@without_key
def rotate_webhook(
    session: SessionDep,
    actor: ActorDep,
    settings: SettingsDep,
    webhook_id: UUID,
    rotation: Rotation,
) -> WebhookMade:
    """Give your webhook a new secret; the old one signs as well for some hours."""
    return having.rotate(session, actor, webhook_id, rotation, settings)


@router.post("/{webhook_id}/steps/{step}")
@within(Action.WEBHOOK_OWN)
def take_webhook_step(
    session: SessionDep,
    actor: ActorDep,
    webhook_id: UUID,
    step: StepName,
    expected: ExpectedIfStatedDep,
) -> WebhookRead:
    """Pause a webhook, start it again, or end it; who reads it may pause and end it."""
    stepped = having.take_step(session, actor, webhook_id, step, expected)
    return queries.shown(actor, stepped)


@router.post("/{webhook_id}/ping", status_code=status.HTTP_202_ACCEPTED)
@within(Action.WEBHOOK_OWN)
def ping_webhook(session: SessionDep, actor: ActorDep, webhook_id: UUID) -> DeliveryRead:
    """Send a test to your webhook."""
    return queries.described(actor, *spreading.ping(session, actor, webhook_id))


@router.post("/{webhook_id}/replay", status_code=status.HTTP_202_ACCEPTED)
@within(Action.WEBHOOK_OWN)
def replay_webhook(
    session: SessionDep, actor: ActorDep, webhook_id: UUID, wanted: ReplaySince
) -> Replayed:
    """Send your webhook again what happened from an instant on, the earliest first."""
    return spreading.replay_since(session, actor, webhook_id, wanted.since)


@router.get("/{webhook_id}/deliveries")
@within(Action.WEBHOOK_OWN)
def list_deliveries(
    answer: AnswerDep,
    actor: ActorDep,
    webhook_id: UUID,
    query: Annotated[DeliveryQuery, Query()],
) -> ListOf[DeliveryRead]:
    """List what was delivered to a webhook, waits, or was given up."""
    return answer(
        lambda session, query: queries.deliveries(session, actor, webhook_id, query),
        query,
        DeliveryRead,
    )


@router.post(
    "/{webhook_id}/deliveries/{delivery_id}/replay", status_code=status.HTTP_202_ACCEPTED
)
@within(Action.WEBHOOK_OWN)
def replay_delivery(
    session: SessionDep, actor: ActorDep, webhook_id: UUID, delivery_id: UUID
) -> DeliveryRead:
    """Send one event again to your webhook, under the same identifier."""
    found = spreading.replay(session, actor, webhook_id, delivery_id)
    return queries.described(actor, *found)
