"""Having webhooks: making and changing them, their secrets, pausing, starting and ending."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Final
from uuid import UUID

from sqlmodel import Session, col, func, select, update

from app.access import policy
from app.access.policy import Action, Actor
from app.accounts.models import User
from app.core.base.clock import now
from app.core.base.encryption import Keyring
from app.core.base.entity_tags import ANYTHING, Expected
from app.core.base.errors import Conflict, FieldError, NotPermitted, Unprocessable
from app.core.base.merge_patch import Patch, patched
from app.core.base.messages import Message, both
from app.core.storage import audit
from app.events.kinds import EventKind
from app.programmes.queries import stated_programme
from app.settings import Settings
from app.webhooks import queries, rights, signing
from app.webhooks.addresses import target_of
from app.webhooks.lifecycle import (
    BY_ITSELF,
    LIFE,
    DeliveryProblem,
    EndReason,
    WebhookScope,
    WebhookState,
)
from app.webhooks.models import Delivery, Webhook
from app.webhooks.schemas import (
    NewWebhook,
    Rotation,
    WebhookContent,
    WebhookMade,
    WebhookRead,
)

SUBJECT: Final = "webhook"
"""The kind of subject in the audit record."""
MOST: Final = 20
"""Webhooks of one person that have not ended."""


@dataclass(frozen=True, slots=True)
class Place:
    """Of what a webhook is told."""

    scope: WebhookScope
    organisation_id: UUID | None = None
    programme_id: UUID | None = None


def make(session: Session, actor: Actor, new: NewWebhook, settings: Settings) -> WebhookMade:
    """Make a webhook; its secret is in this answer and in no other.

    Raises
    ------
    NotPermitted
        If the actor may have no webhook of this scope.
    Conflict
        If the actor has as many as one may have.
    Unprocessable
        If the address cannot be taken, or a kind of event is not for the actor to read.
    Unavailable
        If the service has no key to encrypt the secret with.
    """
    policy.require_somewhere(actor, Action.WEBHOOK_OWN)
    place = _place(session, actor, new)
    rights.require_scope(actor, place.scope, place.organisation_id)
    _check(actor, place.scope, place.organisation_id, new, settings)
    if actor.user_id is None:
        raise NotPermitted(
            "A webhook belongs to a person.", remedy="Sign in, and make it in your name."
        )
    _require_room(session, actor.user_id)
    secret = signing.new_secret()
    webhook = Webhook(
        owner_id=actor.user_id,
        token_id=policy.made_by(actor),
        scope=place.scope,
        organisation_id=place.organisation_id,
        programme_id=place.programme_id,
        url=new.url,
        description=new.description,
        kinds=[*new.kinds],
        sealed=Keyring(settings.keys).encrypt(secret),
    )
    session.add(webhook)
    session.flush()
    audit.record(session, actor.user_id, "make", SUBJECT, webhook.id, scope=place.scope)
    return _with(webhook, secret)


def _place(session: Session, actor: Actor, new: NewWebhook) -> Place:
    if new.scope is WebhookScope.PROGRAMME:
        if new.programme_id is None:
            error = FieldError("/programme_id", "Say of which programme.")
            raise Unprocessable("The programme is missing.", errors=[error])
        return Place(new.scope, programme_id=stated_programme(session, new.programme_id).id)
    if new.scope is WebhookScope.TEAM:
        teams = policy.own_reach(actor, Action.WEBHOOK_TEAM)
        if new.organisation_id is None and len(teams) > 1:
            error = FieldError("/organisation_id", "Say of which of your teams.")
            raise Unprocessable("The team is missing.", errors=[error])
        return Place(new.scope, organisation_id=new.organisation_id or next(iter(teams), None))
    return Place(new.scope)


def _check(
    actor: Actor,
    scope: WebhookScope,
    organisation_id: UUID | None,
    content: WebhookContent,
    settings: Settings,
) -> None:
    """Do nothing, or refuse what cannot be taken, with all that is wrong with it."""
    errors = list[FieldError]()
    try:
        target_of(content.url, loopback=settings.webhook_loopback)
    except ValueError as error:
        errors.append(
            FieldError(
                "/url", Message("This address cannot be taken: {why}.", why=error.args[0])
            )
        )
    beyond = [
        kind
        for kind in content.kinds
        if not rights.may_choose(actor, kind, scope, organisation_id)
    ]
    if beyond:
        errors.append(
            FieldError(
                "/kinds",
                Message("This webhook cannot be told of these: {kinds}.", kinds=both(beyond)),
            )
        )
    if errors:
        raise Unprocessable("The webhook cannot be like this.", errors=errors)


def _require_room(session: Session, owner_id: UUID) -> None:
    # Of two that are made at once one waits here for the other.
    session.exec(select(User.id).where(User.id == owner_id).with_for_update())
    held = session.exec(
        select(func.count())
        .select_from(Webhook)
        .where(Webhook.owner_id == owner_id, col(Webhook.state) != WebhookState.ENDED)
    ).one()
    if held >= MOST:
        raise Conflict(
            Message("You have {count:,} webhooks, and can have no more.", count=held),
            remedy="End one that you do not need.",
        )


def _with(webhook: Webhook, secret: str) -> WebhookMade:
    return WebhookMade(**WebhookRead.model_validate(webhook).model_dump(), secret=secret)


def own(session: Session, actor: Actor, webhook_id: UUID) -> Webhook:
    """Return a webhook that the actor has made, locked until the end of the transaction.

    Raises
    ------
    NotFound
        If there is none that the actor may read.
    NotPermitted
        As from `rights.require_own`.
    """
    found = queries.get(session, actor, webhook_id)
    rights.require_own(actor, found)
    session.refresh(found, with_for_update=True)
    return found


def change(
    session: Session,
    actor: Actor,
    webhook_id: UUID,
    patch: Patch,
    settings: Settings,
    expected: Expected = ANYTHING,
) -> Webhook:
    """Change where a webhook goes, what it is for, or of what it is told.

    Raises
    ------
    NotFound, NotPermitted
        As from `own`.
    Stale
        If it is no longer as expected.
    Unprocessable
        As from `make`.
    """
    webhook = own(session, actor, webhook_id)
    expected.require(queries.shown(actor, webhook))
    stands = WebhookContent.model_construct(
        url=webhook.url,
        description=webhook.description,
        kinds=[EventKind(kind) for kind in webhook.kinds],
    )
    content = patched(stands, patch)
    _check(actor, webhook.scope, webhook.organisation_id, content, settings)
    before = webhook.url
    webhook.url, webhook.description = content.url, content.description
    webhook.kinds = [*content.kinds]
    session.flush()
    facts = {"moved": "yes" if before != content.url else "no"}
    audit.record(session, actor.user_id, "change", SUBJECT, webhook.id, **facts)
    return webhook


def rotate(
    session: Session, actor: Actor, webhook_id: UUID, rotation: Rotation, settings: Settings
) -> WebhookMade:
    """Give a webhook a new secret; the old one signs as well for the hours that are stated.

    Raises
    ------
    NotFound, NotPermitted
        As from `own`.
    Unavailable
        If the service has no key to encrypt the secret with.
    """
    webhook = own(session, actor, webhook_id)
    secret = signing.new_secret()
    sealed = Keyring(settings.keys).encrypt(secret)
    holds = rotation.hours > 0
    webhook.sealed_before = webhook.sealed if holds else None
    webhook.before_until = now() + timedelta(hours=rotation.hours) if holds else None
    webhook.sealed = sealed
    session.flush()
    audit.record(session, actor.user_id, "rotate", SUBJECT, webhook.id, hours=rotation.hours)
    return _with(webhook, secret)


def take_step(
    session: Session,
    actor: Actor,
    webhook_id: UUID,
    name: str,
    expected: Expected = ANYTHING,
) -> Webhook:
    """Pause a webhook, start it again, or end it. Colleagues may pause and end it, too.

    Raises
    ------
    NotFound, NotPermitted
        If there is none that the actor may read; or only its owner may start it.
    Stale
        If it is no longer as expected.
    TransitionNotAllowed
        If it stands where this does not begin.
    Conflict
        If the actor has as many as one may have.
    """
    step = LIFE.step(name)
    if name == "start":
        webhook = own(session, actor, webhook_id)
    else:
        webhook = queries.get(session, actor, webhook_id)
        session.refresh(webhook, with_for_update=True)
    expected.require(queries.shown(actor, webhook))
    before = webhook.state
    after = LIFE.advance(before, step, None)
    if before is WebhookState.ENDED:
        _require_room(session, webhook.owner_id)
    webhook.state = after
    webhook.ended_for = EndReason.BY_HAND if after is WebhookState.ENDED else None
    if after is WebhookState.ENDED:
        drop(session, webhook)
    if after is WebhookState.ACTIVE:
        webhook.told_from, webhook.failing_since = now(), None
    session.flush()
    audit.record(session, actor.user_id, name, SUBJECT, webhook.id, before=before, after=after)
    return webhook


def fail(session: Session, webhook: Webhook, reason: EndReason) -> None:
    """End a webhook for another reason than somebody's wish, in the caller's transaction."""
    before = webhook.state
    step = BY_ITSELF.step("lose" if reason is EndReason.ACCESS_ENDED else "fail")
    webhook.state = BY_ITSELF.advance(before, step, None)
    webhook.ended_for = reason
    session.flush()
    drop(session, webhook)
    facts = {"before": before, "after": webhook.state, "ended_for": reason}
    audit.record(session, None, step.name, SUBJECT, webhook.id, **facts)


def drop(session: Session, webhook: Webhook) -> None:
    """Give up what waits for a webhook that has ended."""
    session.execute(
        update(Delivery)
        .where(col(Delivery.webhook_id) == webhook.id, col(Delivery.due_at).is_not(None))
        .values(due_at=None, claim=None, problem=DeliveryProblem.ENDED)
    )


def reencrypt(session: Session, keyring: Keyring) -> tuple[int, int]:
    """Encrypt every secret with the newest key; return how many, and how many no key opens."""
    done = lost = 0
    for webhook in session.exec(select(Webhook)):
        sealed = keyring.reencrypt(webhook.sealed)
        before = webhook.sealed_before and keyring.reencrypt(webhook.sealed_before)
        webhook.sealed_before = before
        if sealed is None:
            lost += 1
        else:
            webhook.sealed, done = sealed, done + 1
    return done, lost
