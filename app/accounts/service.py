"""Use cases about who somebody is: organisations, users, tokens."""

import hashlib
import secrets
from collections.abc import Sequence
from datetime import timedelta
from typing import Final
from uuid import UUID

from sqlmodel import Session, col, select

from app import policy
from app.accounts.models import Membership, Organisation, Token, User
from app.accounts.schemas import (
    MembershipRead,
    MeRead,
    OrganisationDraft,
    OrganisationQuery,
    OrganisationRead,
    UserDraft,
)
from app.core import audit
from app.core.clock import now
from app.core.errors import Conflict, NotFound, NotSignedIn
from app.core.lists import Page, page
from app.policy import Action, Actor, Role
from app.visibility import within_reach

TOKEN_PREFIX: Final = "cpt_"  # noqa: S105 -- lets a scanner for leaked secrets find ours


def authenticate(session: Session, secret: str) -> Actor:
    """Return who presents this token.

    Raises
    ------
    NotSignedIn
        If the token is unknown, revoked or out of date; which of them is not told.
    """
    statement = (
        select(Token, Membership)
        .join(Membership, col(Membership.user_id) == col(Token.user_id))
        .where(
            Token.digest == digest_of(secret),
            col(Token.revoked_at).is_(None),
            col(Token.expires_at) > now(),
        )
    )
    rows = session.exec(statement).all()
    if not rows:
        raise NotSignedIn("The token is not valid, or no longer.")
    return _actor(rows[0][0].user_id, [membership for _, membership in rows])


def _actor(user_id: UUID, memberships: Sequence[Membership]) -> Actor:
    roles: dict[Role, frozenset[UUID]] = {}
    for membership in memberships:
        held = roles.get(membership.role, frozenset())
        roles[membership.role] = held | {membership.organisation_id}
    return Actor(user_id, roles)


def digest_of(secret: str) -> str:
    """Return what is stored of a token: enough to recognise it, not to use it."""
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()


def issue_token(
    session: Session, actor: Actor, email: str, *, name: str, lifetime: timedelta
) -> str:
    """Make a token for a user and return it; it cannot be shown again.

    Raises
    ------
    NotPermitted
        If the actor may not make tokens for others.
    NotFound
        If no user has this address.
    """
    policy.require(actor, Action.TOKEN_WRITE)
    user = session.exec(select(User).where(User.email == _folded(email))).first()
    if user is None:
        raise NotFound(
            f"No user has the address {email}.",
            remedy="Add the user first, with `counterpart user add`.",
        )
    secret = TOKEN_PREFIX + secrets.token_urlsafe(32)
    token = Token(
        user_id=user.id, name=name, digest=digest_of(secret), expires_at=now() + lifetime
    )
    session.add(token)
    audit.record(session, actor.user_id, "issue", "token", token.id, user=str(user.id))
    return secret


def revoke_tokens(session: Session, actor: Actor, *, name: str) -> int:
    """End every token of this name that still holds; return how many there were.

    Raises
    ------
    NotPermitted
        If the actor may not end tokens of others.
    """
    policy.require(actor, Action.TOKEN_WRITE)
    statement = select(Token).where(Token.name == name, col(Token.revoked_at).is_(None))
    tokens = session.exec(statement).all()
    for token in tokens:
        token.revoked_at = now()
        audit.record(session, actor.user_id, "revoke", "token", token.id)
    return len(tokens)


def add_user(session: Session, actor: Actor, draft: UserDraft) -> User:
    """Add a person with a role; the organisation is made if it is new.

    Raises
    ------
    NotPermitted
        If the actor may not add users.
    Conflict
        If the address is taken.
    """
    policy.require(actor, Action.USER_WRITE)
    email = _folded(draft.email)
    if session.exec(select(User).where(User.email == email)).first():
        raise Conflict(
            f"There is a user with the address {draft.email} already.",
            remedy="Choose another address, or make a token for the user that exists.",
        )
    organisation = organisation_of(session, actor, draft.organisation)
    user = User(email=email, name=draft.name)
    session.add(user)
    session.flush()
    session.add(Membership(user_id=user.id, organisation_id=organisation.id, role=draft.role))
    audit.record(session, actor.user_id, "add", "user", user.id, role=draft.role)
    return user


def grant(
    session: Session, actor: Actor, user: User, draft: OrganisationDraft, role: Role
) -> None:
    """Give a user one more role; nothing happens if it is held already.

    Raises
    ------
    NotPermitted
        If the actor may not change users.
    """
    policy.require(actor, Action.USER_WRITE)
    organisation = organisation_of(session, actor, draft)
    held = select(Membership).where(
        Membership.user_id == user.id,
        Membership.organisation_id == organisation.id,
        Membership.role == role,
    )
    if session.exec(held).first() is None:
        session.add(Membership(user_id=user.id, organisation_id=organisation.id, role=role))
        audit.record(session, actor.user_id, "grant", "user", user.id, role=role)


def user_with(session: Session, email: str) -> User | None:
    """Return the user with this address, if there is one."""
    return session.exec(select(User).where(User.email == _folded(email))).first()


def _folded(email: str) -> str:
    # One person, one account: nobody means two people by two spellings of case.
    return email.strip().casefold()


def organisation_of(session: Session, actor: Actor, draft: OrganisationDraft) -> Organisation:
    """Return the organisation of this name and country; make it if it is new."""
    statement = select(Organisation).where(
        Organisation.name == draft.name, Organisation.country == draft.country
    )
    organisation = session.exec(statement).first()
    if organisation is None:
        organisation = Organisation(**draft.model_dump())
        session.add(organisation)
        session.flush()
        audit.record(session, actor.user_id, "add", "organisation", organisation.id)
    return organisation


def describe(session: Session, actor: Actor) -> MeRead:
    """Return who the actor is, and what in which organisation."""
    user = session.get_one(User, actor.user_id)
    statement = (
        select(Membership, Organisation)
        .join(Organisation, col(Organisation.id) == col(Membership.organisation_id))
        .where(Membership.user_id == user.id)
        .order_by(col(Organisation.name), col(Membership.role))
    )
    memberships = [
        MembershipRead(role=m.role, organisation=OrganisationRead.model_validate(o))
        for m, o in session.exec(statement)
    ]
    return MeRead(id=user.id, name=user.name, email=user.email, memberships=memberships)


def organisations(
    session: Session, actor: Actor, query: OrganisationQuery
) -> Page[Organisation]:
    """Return a page of the organisations that the actor may read."""
    statement = select(Organisation).where(
        within_reach(actor, Action.ORGANISATION_READ, Organisation.id)
    )
    if query.country:
        statement = statement.where(col(Organisation.country).in_(query.country))
    return page(
        session,
        statement,
        query,
        sortable={"name": Organisation.name, "country": Organisation.country},
        default="name",
        key=Organisation.id,
    )


def organisation(session: Session, actor: Actor, organisation_id: UUID) -> Organisation:
    """Return one organisation.

    Raises
    ------
    NotFound
        If there is none, or none that the actor may read.
    """
    found = session.exec(
        select(Organisation).where(
            Organisation.id == organisation_id,
            within_reach(actor, Action.ORGANISATION_READ, Organisation.id),
        )
    ).first()
    if found is None:
        raise NotFound(f"There is no organisation {organisation_id}.")
    return found
