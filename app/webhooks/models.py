"""Where webhooks are stored, and what was delivered to them. Rules live in `lifecycle`."""

from datetime import datetime
from uuid import UUID

from sqlmodel import JSON, CheckConstraint, Column, Field, UniqueConstraint

from app.core.base.clock import now
from app.core.storage.database import Record, UtcDateTime, enum_column
from app.webhooks.lifecycle import (
    DeliveryProblem,
    DeliveryState,
    EndReason,
    WebhookScope,
    WebhookState,
)


class Webhook(Record, table=True):
    """An address that is told what happens, as far as its owner may read it.

    `token_id` is the token with which it was made: it ends with that, and is told no more
    than that may read. `sealed` is the secret, encrypted; `sealed_before` the one before it,
    which signs as well until `before_until`. What happens from `told_from` on is told.
    """

    __table_args__ = (
        CheckConstraint("(scope = 'team') = (organisation_id IS NOT NULL)", name="team"),
        CheckConstraint("(scope = 'programme') = (programme_id IS NOT NULL)", name="programme"),
        CheckConstraint("(state = 'ended') = (ended_for IS NOT NULL)", name="ended"),
    )

    owner_id: UUID = Field(foreign_key="user_account.id", index=True)
    token_id: UUID | None = None
    scope: WebhookScope = Field(sa_type=enum_column(WebhookScope))
    organisation_id: UUID | None = Field(
        default=None, foreign_key="organisation.id", index=True
    )
    programme_id: UUID | None = Field(default=None, foreign_key="programme.id", index=True)
    url: str
    description: str = ""
    kinds: list[str] = Field(sa_column=Column(JSON, nullable=False))
    state: WebhookState = Field(default=WebhookState.ACTIVE, sa_type=enum_column(WebhookState))
    ended_for: EndReason | None = Field(default=None, sa_type=enum_column(EndReason))
    sealed: str
    sealed_before: str | None = None
    before_until: datetime | None = Field(default=None, sa_type=UtcDateTime)
    told_from: datetime = Field(default_factory=now, sa_type=UtcDateTime)
    failing_since: datetime | None = Field(default=None, sa_type=UtcDateTime)

    def __repr__(self) -> str:
        """Name the row without its address and its secret."""
        return f"Webhook({self.id})"


class Delivery(Record, table=True):
    """That one event is told to one webhook: waiting while it has a due date.

    It is tried again from `since` on, for a week.
    """

    __table_args__ = (UniqueConstraint("webhook_id", "event_id"),)

    webhook_id: UUID = Field(foreign_key="webhook.id", ondelete="CASCADE")
    event_id: UUID = Field(foreign_key="event.id", index=True, ondelete="CASCADE")
    attempts: int = 0
    claim: UUID | None = None
    since: datetime = Field(default_factory=now, sa_type=UtcDateTime)
    due_at: datetime | None = Field(default_factory=now, sa_type=UtcDateTime, index=True)
    delivered_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    status: int | None = None
    problem: DeliveryProblem | None = Field(default=None, sa_type=enum_column(DeliveryProblem))


def state_of(delivery: Delivery) -> DeliveryState:
    """Tell where a delivery stands."""
    if delivery.delivered_at is not None:
        return DeliveryState.DELIVERED
    return DeliveryState.WAITING if delivery.due_at is not None else DeliveryState.FAILED
