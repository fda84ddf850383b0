"""What goes in and out about webhooks."""

from datetime import datetime
from typing import Annotated, Final
from uuid import UUID

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints

from app.core.base.numbers import Whole
from app.core.base.references import Reference
from app.core.base.schemas import Instant, at_most
from app.core.base.text import Line
from app.core.storage.pagination import ListQuery, Several
from app.core.tables.exporting import Aside
from app.events.kinds import EventKind, EventSubject
from app.webhooks.addresses import LONGEST
from app.webhooks.lifecycle import (
    DeliveryProblem,
    DeliveryState,
    EndReason,
    WebhookScope,
    WebhookState,
)

MOST_KINDS: Final = len(EventKind)
LONGEST_OVERLAP: Final = 168
"""Hours for which the secret before a new one holds, at most."""


def _once(kinds: list[EventKind]) -> list[EventKind]:
    return [kind for kind in EventKind if kind in kinds]


Kinds = Annotated[
    list[EventKind], Field(min_length=1, max_length=MOST_KINDS), AfterValidator(_once)
]
Url = Annotated[Line, StringConstraints(min_length=1, max_length=LONGEST)]
Description = Annotated[Line, StringConstraints(max_length=200)]


class WebhookContent(BaseModel):
    """What can be changed of a webhook."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [
                {
                    "url": "https://hooks.example.org/counterpart",
                    "description": "Our case management",
                    "kinds": ["submission.selected", "submission.not_selected"],
                }
            ]
        },
    )

    url: Url = Field(description="Where events go: https, at a server that all can reach.")
    description: Description = Field(default="", description="What it is for.")
    kinds: Kinds = Field(description="Of what it is told.")


class NewWebhook(WebhookContent):
    """A webhook that is to be made."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [
                {
                    "scope": "team",
                    "url": "https://hooks.example.org/counterpart",
                    "description": "Our case management",
                    "kinds": ["submission.selected", "submission.not_selected"],
                }
            ]
        },
    )

    scope: WebhookScope = Field(
        description="Of your own account, of a team, or of a programme."
    )
    organisation_id: UUID | None = Field(
        default=None, description="The team; yours, where you are in one alone."
    )
    programme_id: Reference | None = Field(
        default=None, description="The programme, by its key or its code."
    )


class WebhookRead(BaseModel):
    """A webhook, without its secret."""

    model_config = ConfigDict(from_attributes=True)

    id: UUID
    scope: WebhookScope
    owner_id: UUID = Field(description="Who made it: it is told what this person may read.")
    organisation_id: UUID | None
    programme_id: UUID | None
    url: str = Field(
        description="Where it goes; of somebody else's the server alone, since the rest of an "
        "address often is a secret."
    )
    description: str
    kinds: Annotated[list[EventKind], at_most(MOST_KINDS)]
    state: WebhookState
    ended_for: EndReason | None = Field(description="Why it has ended.")
    failing_since: datetime | None = Field(
        description="When the first of the attempts failed that have all failed since."
    )
    before_until: datetime | None = Field(
        description="Until when the secret before this one signs as well."
    )
    version: Annotated[int, Aside()] = Field(description="Grows with each change.")
    created_at: datetime
    updated_at: datetime


class WebhookMade(WebhookRead):
    """A webhook with its new secret, which is shown once."""

    secret: str = Field(description="With it receivers check signatures. Keep it safe.")


class WebhookQuery(ListQuery):
    """Filters of the list of webhooks."""

    state: Several[WebhookState] = Field(default=[], description="Repeat for several.")
    scope: Several[WebhookScope] = Field(default=[], description="Repeat for several.")
    organisation_id: UUID | None = Field(default=None, description="Of this team alone.")
    programme: Several[Reference] = Field(
        default=[], description="Identifiers or codes of programmes; repeatable."
    )


class Rotation(BaseModel):
    """How long the secret before a new one holds."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"hours": 24}]})

    hours: Whole = Field(
        default=24,
        ge=0,
        le=LONGEST_OVERLAP,
        description="So long both sign; 0 where the old one is known to somebody.",
    )


class ReplaySince(BaseModel):
    """From when on events are sent again."""

    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"examples": [{"since": "2027-03-01T08:00:00Z"}]}
    )

    since: Instant = Field(description="An instant, with its zone.")


class Replayed(BaseModel):
    """How many events are sent again."""

    events: int
    more: bool = Field(description="Whether there are later ones; ask again from `last`.")
    last: datetime | None = Field(description="When the last of them happened.")


class DeliveryRead(BaseModel):
    """What became of one event at one webhook."""

    id: UUID
    event_id: UUID = Field(description="As in the header `webhook-id`.")
    kind: EventKind
    occurred_at: datetime
    subject: EventSubject
    code: str | None = Field(
        description="Of what it is about; null where it has none, or you may not read it."
    )
    state: DeliveryState
    attempts: int
    status: int | None = Field(description="What the receiver answered last.")
    problem: DeliveryProblem | None = Field(description="Why the last attempt came to nothing.")
    due_at: datetime | None = Field(description="When it is tried next.")
    delivered_at: datetime | None


class DeliveryQuery(ListQuery):
    """Filters of the deliveries of a webhook."""

    state: Several[DeliveryState] = Field(default=[], description="Repeat for several.")
