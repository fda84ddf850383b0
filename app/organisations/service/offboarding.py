"""People who leave: deactivated, their work handed over, later erased.

Drafts and submissions belong to organisations, so they stay when a person goes. What can
be lost is the last person who sees them: then somebody takes the place in the organisation.
"""

from datetime import timedelta
from typing import Final
from uuid import UUID

from sqlmodel import Session, col, delete, or_, select

from app.access import policy
from app.access.lifecycle import Offer
from app.access.policy import Action, Actor, Role
from app.accounts.lifecycle import LIFE, PRESENT, Facts, UserState
from app.accounts.models import (
    Collaborator,
    Identity,
    Membership,
    OneTimeLink,
    Password,
    User,
)
from app.accounts.schemas import Ended
from app.accounts.service import one_time_links, second_factor, tokens
from app.accounts.service.endings import end_access
from app.core.base.clock import now
from app.core.base.entity_tags import ANYTHING, Expected
from app.core.base.errors import Conflict
from app.core.storage import audit, audit_reasons, idempotency_keys
from app.core.storage.outbox import Letter
from app.events import service as events
from app.organisations.models import Organisation
from app.organisations.schemas import HandOver, UserRead, UserStep
from app.organisations.service import people

ERASED_NAME: Final = "Erased person"


def steps(session: Session, actor: Actor, user_id: UUID) -> tuple[UserState, list[Offer]]:
    """Return where a user stands, and every step from there.

    Raises
    ------
    NotFound
        If there is no such user of whom the actor may know.
    """
    user = people.user(session, actor, user_id)
    facts = Facts(
        people.is_last_administrator(session, user_id, to_change=False),
        _orphaned(session, user_id),
    )
    return user.state, LIFE.offers(actor, None, user.state, facts)


def take_step(
    session: Session,
    actor: Actor,
    user_id: UUID,
    name: str,
    given: UserStep,
    expected: Expected = ANYTHING,
) -> tuple[UserRead, Ended | None]:
    """Move a user along: deactivate, reactivate, erase; return what has ended with that.

    Raises
    ------
    NotFound
        If there is no such step or user.
    NotPermitted
        If the actor may not take the step.
    Stale
        If the user is no longer as expected.
    Conflict
        If it cannot be taken from here, or somebody would be missed.
    """
    step = LIFE.step(name)
    user = people.user(session, actor, user_id)
    policy.require(actor, step.action)
    last = people.is_last_administrator(session, user_id)
    session.refresh(user, with_for_update=True)
    expected.require(people.described(session, actor, [user])[0])
    if name == "deactivate" and given.hand_over_to:
        _hand_over(session, actor, user, given.hand_over_to)
    orphaned = () if given.leave_empty else _orphaned(session, user_id)
    state = LIFE.advance(user.state, step, Facts(last, orphaned))
    ended = None
    if name == "erase":
        ended = _erase(session, actor.user_id, user)
    else:
        user.state = state
        user.deactivated_at = None
        if state is UserState.DEACTIVATED:
            user.deactivated_at = now()
            one_time_links.end_links(session, user.id)
            ended = end_access(session, actor.user_id, user.id)
    facts = ended.facts() if ended else {}
    audit.record(session, actor.user_id, name, "user", user.id, **facts)
    session.flush()
    return people.described(session, actor, [user])[0], ended


def hand_over(session: Session, actor: Actor, user_id: UUID, given: HandOver) -> UserRead:
    """Let another person into every organisation of which this one is a member.

    Raises
    ------
    NotFound
        If one of the two is not there.
    NotPermitted
        If the actor may not change users.
    Conflict
        If who takes over has left.
    """
    user = people.user(session, actor, user_id)
    policy.require(actor, Action.USER_WRITE)
    heir = _hand_over(session, actor, user, given.to)
    audit.record(session, actor.user_id, "hand over", "user", user_id, to=str(heir.id))
    session.flush()
    return people.described(session, actor, [heir])[0]


def _hand_over(session: Session, actor: Actor, user: User, to: UUID) -> User:
    heir = people.user(session, actor, to)
    if heir.state not in PRESENT or heir.id == user.id:
        raise Conflict(
            "Someone who has left, or the same person, cannot take over.",
            remedy="Name an active person.",
        )
    missing = _member_of(session, user.id) - _member_of(session, heir.id)
    for organisation_id in sorted(missing, key=str):
        people.join(session, actor, heir.id, organisation_id, Role.MEMBER)
    session.flush()
    return heir


def _member_of(session: Session, user_id: UUID) -> set[UUID]:
    held = select(Membership.organisation_id).where(
        Membership.user_id == user_id, Membership.role == Role.MEMBER
    )
    return set(session.exec(held))


def _orphaned(session: Session, user_id: UUID) -> tuple[str, ...]:
    """Return the names of organisations of which this user is the only member there is."""
    others = (
        select(Membership.organisation_id)
        .join(User, col(User.id) == col(Membership.user_id))
        .where(
            Membership.role == Role.MEMBER,
            User.id != user_id,
            col(User.state).in_(PRESENT),
        )
    )
    statement = (
        select(Organisation.name)
        .where(
            col(Organisation.id).in_(_member_of(session, user_id)),
            col(Organisation.id).not_in(others),
        )
        .order_by(col(Organisation.name))
    )
    return tuple(session.exec(statement))


def _erase(session: Session, actor_id: UUID | None, user: User) -> Ended:
    """Remove what tells who somebody was; the row stays, because others point at it.

    Events of the audit name users by their key alone, so its chain stays whole.
    """
    user.state = UserState.ERASED
    user.name = ERASED_NAME
    user.email = f"{user.id}@erased.invalid"
    user.consented_at = user.language = user.zone = None
    user.unwanted_letters = []
    ended = end_access(session, actor_id, user.id)
    tokens.erase_names(session, user.id)
    second_factor.forget(session, user.id)
    idempotency_keys.forget(session, user.id)
    events.forget(session, user.id)
    audit_reasons.erase_by(session, user.id)
    for table in (Password, Identity, OneTimeLink, Membership, Collaborator, Letter):
        session.execute(delete(table).where(col(table.user_id) == user.id))
    return ended


def erase_forgotten(session: Session, retention: timedelta) -> int:
    """Erase those who left, or never accepted, longer ago than the retention time.

    Returns
    -------
    erased : int
    """
    before = now() - retention
    left = (col(User.state) == UserState.DEACTIVATED) & (col(User.deactivated_at) < before)
    never_came = (col(User.state) == UserState.INVITED) & (col(User.created_at) < before)
    found = session.exec(
        select(User).where(or_(left, never_came)).order_by(col(User.id)).with_for_update()
    ).all()
    for user in found:
        ended = _erase(session, None, user)
        audit.record(session, None, "erase", "user", user.id, **ended.facts())
    return len(found)
