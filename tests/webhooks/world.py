"""What the world of the authorisation matrix holds of webhooks."""

from typing import Any, Final
from uuid import UUID

from sqlmodel import Session

from app.access.policy import Role
from app.accounts.models import User
from app.accounts.service.authentication import authenticate
from app.core.base.clock import now
from app.core.base.encryption import Keyring
from app.events.kinds import EventKind, EventSubject
from app.events.models import Event
from app.webhooks import signing
from app.webhooks.lifecycle import WebhookScope
from app.webhooks.models import Delivery, Webhook
from tests.factories import KEY, a_programme, a_user

WEBHOOKS: Final[dict[str, Any]] = {
    "create_webhook": {
        "scope": "own",
        "url": "https://hooks.example.org/",
        "kinds": ["account.token_made"],
    },
    "change_webhook": {"description": "Another one"},
    "rotate_webhook": {"hours": 1},
    "replay_webhook": {"since": "2026-01-01T00:00:00Z"},
}


def told_by_webhook(session: Session, user: User | None, secret: str = "") -> dict[str, UUID]:
    """A webhook of one's own account, made with a token; of nobody named, of a programme."""
    owner = user or a_user(session, Role.STAFF)
    own = user is not None
    webhook = Webhook(
        owner_id=owner.id,
        token_id=authenticate(session, secret).credential_id if own else None,
        scope=WebhookScope.OWN if own else WebhookScope.PROGRAMME,
        programme_id=None if own else a_programme(session).id,
        url="https://hooks.example.org/",
        kinds=[EventKind.ACCOUNT_TOKEN_MADE],
        sealed=Keyring([KEY]).encrypt(signing.new_secret()),
    )
    event = Event(
        kind=EventKind.ACCOUNT_TOKEN_MADE,
        user_id=owner.id,
        subject=EventSubject.ACCOUNT,
        spread_at=now(),
    )
    session.add_all([webhook, event])
    session.flush()
    delivery = Delivery(webhook_id=webhook.id, event_id=event.id)
    session.add(delivery)
    session.flush()
    delivery.due_at = None  # nothing is on its way
    session.flush()
    return {"webhook_id": webhook.id, "delivery_id": delivery.id}
