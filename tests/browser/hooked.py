"""Webhooks of the demonstration: one that fails, one that ended, one of a programme."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlmodel import Session

from app.accounts import service as accounts
from app.core.base.clock import now
from app.core.base.encryption import Keyring
from app.events.kinds import EventKind, EventSubject
from app.events.models import Event
from app.seeding import demonstration
from app.webhooks.lifecycle import DeliveryProblem, EndReason, WebhookScope, WebhookState
from app.webhooks.models import Delivery, Webhook
from app.webhooks.signing import new_secret
from tests.factories import KEY

RECEIVER = "https://hooks.ministry-of-the-interior.example.org/counterpart/events"


def hooked(session: Session, owner_id: UUID, team: UUID, programme_id: UUID) -> dict[str, str]:
    """Let a team and the staff have webhooks, with deliveries in each of their states."""
    staff = next(one for one in demonstration.PEOPLE if one.key == "staff")
    staff_id = accounts.user_with(session, staff.email).id  # type: ignore[union-attr]  # -- it has staff
    of_team: dict[str, Any] = {"scope": WebhookScope.TEAM, "organisation_id": team}
    told = [EventKind.SUBMISSION_RECEIVED, EventKind.SUBMISSION_SELECTED]
    failing = _webhook(
        owner_id,
        told,
        **of_team,
        description="Our case management",
        failing_since=now() - timedelta(hours=5),
        sealed_before=Keyring([KEY]).encrypt(new_secret()),
        before_until=now() + timedelta(days=3650),
    )
    ended = _webhook(
        owner_id,
        told,
        **of_team,
        state=WebhookState.ENDED,
        ended_for=EndReason.FAILING,
    )
    of_programme = _webhook(
        staff_id,
        [EventKind.NOTICE_PUBLISHED],
        scope=WebhookScope.PROGRAMME,
        programme_id=programme_id,
        description="The site of the incubator",
    )
    session.add_all([failing, ended, of_programme])
    session.flush()
    refused = {"status": 503, "problem": DeliveryProblem.REFUSED}
    later = now() + timedelta(days=3650)
    rows: tuple[dict[str, Any], ...] = (
        {"attempts": 6, "due_at": later, **refused},
        {"attempts": 1, "due_at": None, "problem": DeliveryProblem.NO_RIGHT},
        {"attempts": 1, "due_at": None, "delivered_at": now(), "status": 204},
    )
    for number, (row, kind) in enumerate(zip(rows, (*told, told[0]), strict=True)):
        event = Event(
            kind=kind,
            subject=EventSubject.CHALLENGE,
            code=f"CH-2027-10{number}",
            organisation_id=team,
            programme_id=programme_id,
            spread_at=now(),
        )
        session.add(event)
        session.flush()
        delivery = Delivery(webhook_id=failing.id, event_id=event.id, due_at=later)
        session.add(delivery)
        session.flush()
        delivery.sqlmodel_update(row)
    return {
        "webhook": str(failing.id),
        "webhook_ended": str(ended.id),
        "webhook_programme": str(of_programme.id),
    }


def _webhook(owner_id: UUID, kinds: list[EventKind], **fields: Any) -> Webhook:
    sealed = Keyring([KEY]).encrypt(new_secret())
    # nothing that happens meanwhile is sent to anybody
    fields["told_from"] = now() + timedelta(days=3650)
    return Webhook(owner_id=owner_id, url=RECEIVER, kinds=[*kinds], sealed=sealed, **fields)
