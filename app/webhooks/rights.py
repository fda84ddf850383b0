"""What a webhook may be told: what its owner may read, asked anew at each delivery."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Final
from uuid import UUID

from sqlmodel import Session

from app.access import policy
from app.access.policy import Action, Actor
from app.accounts.lifecycle import UserState
from app.accounts.models import Token, User
from app.accounts.service.authentication import actor_of
from app.core.base.clock import now
from app.core.base.errors import NotPermitted
from app.events.kinds import EVENTS, Audience, EventKind
from app.events.models import Event
from app.webhooks.lifecycle import WebhookScope
from app.webhooks.models import Webhook

HAVING: Final[Mapping[WebhookScope, Action]] = {
    WebhookScope.OWN: Action.WEBHOOK_OWN,
    WebhookScope.TEAM: Action.WEBHOOK_TEAM,
    WebhookScope.PROGRAMME: Action.WEBHOOK_PROGRAMME,
}
"""What somebody may do who may have a webhook of each scope."""


def may_choose(
    actor: Actor, kind: EventKind, scope: WebhookScope, organisation_id: UUID | None = None
) -> bool:
    """Tell whether somebody may have a webhook told events of a kind.

    Parameters
    ----------
    organisation_id : UUID, optional
        The team, of a webhook that is told of one.
    """
    what = EVENTS[kind]
    if kind is EventKind.WEBHOOK_PING:
        return False  # it comes when one asks for it, to every webhook
    match scope:
        case WebhookScope.OWN:
            is_told = what.audience is Audience.PERSON
            return is_told and policy.allows_somewhere(actor, what.action)
        case WebhookScope.TEAM:
            is_told = what.audience is Audience.TEAM
            return is_told and policy.allows(actor, what.action, organisation_id)
        case WebhookScope.PROGRAMME:
            return kind.in_programme and policy.has_any_reach(actor, what.action)


def require_scope(actor: Actor, scope: WebhookScope, organisation_id: UUID | None) -> None:
    """Do nothing, or refuse somebody who may have no webhook of this scope.

    Raises
    ------
    NotPermitted
    """
    policy.require_somewhere(actor, Action.WEBHOOK_OWN)
    if scope is not WebhookScope.OWN:
        policy.require(actor, HAVING[scope], organisation_id)


def is_own(actor: Actor, webhook: Webhook) -> bool:
    """Tell whether somebody has made a webhook: with this token, where it is by a token."""
    made_by = policy.made_by(actor)
    return webhook.owner_id == actor.user_id and made_by in {None, webhook.token_id}


def require_own(actor: Actor, webhook: Webhook) -> None:
    """Do nothing, or refuse who has not made a webhook: it is told what its owner may read.

    Raises
    ------
    NotPermitted
        If somebody else made it, or a token that is not this one; or if its owner may have
        none of its scope any more.
    """
    if webhook.owner_id != actor.user_id:
        raise NotPermitted(
            "This webhook is told what another person may read.",
            remedy="Make one of your own. You can pause this one, and end it.",
        )
    require_scope(actor, webhook.scope, webhook.organisation_id)
    if not is_own(actor, webhook):
        raise NotPermitted(
            "This webhook was not made with this token.",
            remedy="Use the token with which it was made, or a browser.",
        )


def may_know(actor: Actor, event: Event) -> bool:
    """Tell whether somebody may read what an event is about."""
    action = EVENTS[event.kind].action
    if event.user_id is not None and event.user_id == actor.user_id:
        return policy.allows_somewhere(actor, action)
    return policy.has_any_reach(actor, action) or (
        event.organisation_id in policy.own_reach(actor, action)
    )


def subscriber(session: Session, webhook: Webhook) -> Actor | None:
    """Return the owner of a webhook with all that they may do now; None if they have left.

    A webhook that was made with a token ends with it, and is told no more than that may read.
    None, too, for one that was started before all access of its owner ended.
    """
    user = session.get(User, webhook.owner_id)
    if user is None or user.state is not UserState.ACTIVE:
        return None
    if user.access_ended_at is not None and webhook.told_from <= user.access_ended_at:
        return None
    actor = actor_of(session, user.id)
    if webhook.token_id is None:
        return actor
    token = session.get(Token, webhook.token_id)
    if token is None or token.revoked_at is not None or token.expires_at <= now():
        return None
    if token.scopes is None:
        return actor
    return replace(actor, scopes=frozenset(a for a in Action if a in token.scopes))


def is_told(actor: Actor, webhook: Webhook, event: Event) -> bool:
    """Tell whether a webhook is told an event, by what its owner may do now."""
    if event.kind is EventKind.WEBHOOK_PING:
        return event.subject_id == webhook.id
    if event.kind not in webhook.kinds or not concerns(webhook, event):
        return False
    own = webhook.scope is WebhookScope.OWN
    return (
        own or policy.allows(actor, HAVING[webhook.scope], webhook.organisation_id)
    ) and may_choose(actor, event.kind, webhook.scope, webhook.organisation_id)


def concerns(webhook: Webhook, event: Event) -> bool:
    """Tell whether an event is of the account, the team or the programme of a webhook."""
    match webhook.scope:
        case WebhookScope.OWN:
            return event.user_id == webhook.owner_id
        case WebhookScope.TEAM:
            return event.organisation_id == webhook.organisation_id
        case WebhookScope.PROGRAMME:
            return event.programme_id == webhook.programme_id
