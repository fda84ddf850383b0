"""The life of a webhook, as one table.

    active --pause--> paused --start--> active
      |                  |
      '--end--> ended <--'
                  '--start--> active

A receiver that fails for a week, or says that it is gone, ends its webhook by itself, as does
the end of all access of its person, after a reset of the password (`BY_ITSELF`); they can
start it again.
"""

from enum import StrEnum
from typing import Final

from app.access.lifecycle import Life, Step
from app.access.policy import Action


class WebhookState(StrEnum):
    """Where a webhook stands."""

    ACTIVE = "active"
    PAUSED = "paused"
    ENDED = "ended"


class EndReason(StrEnum):
    """Why a webhook has ended."""

    BY_HAND = "by_hand"
    FAILING = "failing"
    GONE = "gone"
    ACCESS_ENDED = "access_ended"


class WebhookScope(StrEnum):
    """Of what a webhook is told: of one's own account, of a team, of a programme."""

    OWN = "own"
    TEAM = "team"
    PROGRAMME = "programme"


class DeliveryState(StrEnum):
    """Where a delivery stands, computed from its columns."""

    WAITING = "waiting"
    DELIVERED = "delivered"
    FAILED = "failed"


class DeliveryProblem(StrEnum):
    """Why an attempt came to nothing."""

    REFUSED = "refused"
    REDIRECT = "redirect"
    NO_ANSWER = "no_answer"
    NOT_REACHED = "not_reached"
    NO_ADDRESS = "no_address"
    INSIDE_ADDRESS = "inside_address"
    NO_RIGHT = "no_right"
    NO_KEY = "no_key"
    ENDED = "ended"


LIFE: Final = Life[WebhookState, None](
    "A webhook",
    Step(
        "pause",
        "Pause",
        frozenset({WebhookState.ACTIVE}),
        WebhookState.PAUSED,
        Action.WEBHOOK_OWN,
    ),
    Step(
        "start",
        "Start again",
        frozenset({WebhookState.PAUSED, WebhookState.ENDED}),
        WebhookState.ACTIVE,
        Action.WEBHOOK_OWN,
    ),
    Step(
        "end",
        "End",
        frozenset({WebhookState.ACTIVE, WebhookState.PAUSED}),
        WebhookState.ENDED,
        Action.WEBHOOK_OWN,
    ),
)

BY_ITSELF: Final = Life[WebhookState, None](
    "A webhook",
    Step(
        "fail",
        "Its receiver fails for a week, or is gone",
        frozenset({WebhookState.ACTIVE}),
        WebhookState.ENDED,
        Action.WEBHOOK_OWN,
    ),
    Step(
        "lose",
        "All access of its person has ended",
        frozenset({WebhookState.ACTIVE, WebhookState.PAUSED}),
        WebhookState.ENDED,
        Action.WEBHOOK_OWN,
    ),
)
"""What nobody does by hand."""
