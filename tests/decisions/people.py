"""Who decides, as services see them."""

from sqlmodel import Session

from app.access.policy import Actor, Role
from app.core.base.clock import now
from tests.factories import a_user, organisation_of


def actor(session: Session, role: Role) -> Actor:
    """A person with one role, who has just signed in with a browser."""
    user = a_user(session, role)
    return Actor(
        user.id, {role: frozenset({organisation_of(session, user)})}, confirmed_at=now()
    )
