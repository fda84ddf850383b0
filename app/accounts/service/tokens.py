"""Tokens for programs: named, scoped, ending, shown once."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Final
from uuid import UUID

from sqlmodel import Session, col, select
from sqlmodel.sql.expression import SelectOfScalar

from app.access import policy
from app.access.policy import Action, Actor
from app.accounts.models import Token
from app.accounts.schemas import TokenDraft, TokenMade, TokenQuery, TokenRead
from app.accounts.service.browser_sessions import require_recently_confirmed
from app.accounts.service.credentials import digest_of, new_secret
from app.accounts.service.users import user_with
from app.core.base.clock import now
from app.core.base.errors import FieldError, NotFound, Unprocessable
from app.core.base.messages import Message
from app.core.storage import audit
from app.core.storage.pagination import Page, page

TOKEN_PREFIX: Final = "cpt_"  # noqa: S105 -- lets a scanner for leaked secrets find ours


def issue_token(
    session: Session,
    actor: Actor,
    email: str,
    *,
    name: str,
    lifetime: timedelta,
    scopes: Sequence[Action] | None = None,
) -> str:
    """Make a token for a user and return it; it cannot be shown again.

    Parameters
    ----------
    scopes : sequence of Action, optional
        What it is good for; without it, for everything that its user may do.

    Raises
    ------
    NotPermitted
        If the actor may not make tokens for others.
    NotFound
        If no user has this address.
    """
    policy.require(actor, Action.TOKEN_WRITE)
    user = user_with(session, email)
    if user is None:
        raise NotFound(
            Message("No user has the address {email}.", email=email),
            remedy="Add the user first, with `counterpart user add`.",
        )
    secret = new_secret(TOKEN_PREFIX)
    token = Token(
        user_id=user.id,
        name=name,
        digest=digest_of(secret),
        scopes=None if scopes is None else sorted(set(scopes)),
        expires_at=now() + lifetime,
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
    return _revoked(session, actor, statement)


def revoke_all(session: Session, actor: Actor, user_id: UUID) -> int:
    """End every token of a user that still holds, for a use case that may; tell how many."""
    statement = select(Token).where(Token.user_id == user_id, col(Token.revoked_at).is_(None))
    return _revoked(session, actor, statement)


def _revoked(session: Session, actor: Actor, statement: SelectOfScalar[Token]) -> int:
    tokens = session.exec(statement).all()
    for token in tokens:
        token.revoked_at = now()
        audit.record(session, actor.user_id, "revoke", "token", token.id)
    return len(tokens)


def own_tokens(session: Session, actor: Actor, query: TokenQuery) -> Page[Token]:
    """Return a page of the actor's own tokens, the latest first.

    Raises
    ------
    NotPermitted
        If the actor may not look after tokens.
    """
    policy.require_somewhere(actor, Action.TOKEN_OWN)
    return page(
        session,
        select(Token).where(Token.user_id == actor.user_id),
        query,
        sortable={"created_at": Token.created_at, "name": Token.name},
        default="-created_at",
        key=Token.id,
    )


def own_token(session: Session, actor: Actor, token_id: UUID) -> Token:
    """Return one of the actor's own tokens.

    Raises
    ------
    NotPermitted
        If the actor may not look after tokens.
    NotFound
        If it is not the actor's.
    """
    policy.require_somewhere(actor, Action.TOKEN_OWN)
    token = session.exec(
        select(Token).where(Token.id == token_id, Token.user_id == actor.user_id)
    ).first()
    if token is None:
        raise NotFound(Message("You have no token {token_id}.", token_id=token_id))
    return token


def make_token(session: Session, actor: Actor, draft: TokenDraft) -> TokenMade:
    """Make a token of one's own; its secret is in this answer and in no other.

    A token that makes another gives it no more than it has, and no longer.

    Raises
    ------
    NotPermitted
        If the actor may not make tokens.
    ConfirmFirst
        If a browser asks that has not been confirmed of late.
    Unprocessable
        If a scope goes beyond what the actor may do.
    """
    policy.require_somewhere(actor, Action.TOKEN_OWN)
    if actor.ends_at is None:
        require_recently_confirmed(actor)
    beyond = [scope for scope in draft.scopes if not policy.allows_somewhere(actor, scope)]
    if beyond:
        raise Unprocessable(
            "A token cannot have more permissions than you have.",
            errors=[
                FieldError(
                    "/scopes",
                    Message(
                        "You do not have these permissions: {beyond}.", beyond=", ".join(beyond)
                    ),
                )
            ],
        )
    ends = now() + timedelta(days=draft.days)
    secret = new_secret(TOKEN_PREFIX)
    assert actor.user_id is not None  # noqa: S101 -- the operator has no role with this action
    token = Token(
        user_id=actor.user_id,
        name=draft.name,
        digest=digest_of(secret),
        scopes=sorted(set(draft.scopes)),
        expires_at=min(ends, actor.ends_at or ends),
    )
    session.add(token)
    session.flush()
    audit.record(session, actor.user_id, "issue", "token", token.id, user=str(actor.user_id))
    return TokenMade(**TokenRead.model_validate(token).model_dump(), secret=secret)


def revoke_token(session: Session, actor: Actor, token_id: UUID) -> None:
    """End one of the actor's own tokens; nothing happens if it has ended.

    Raises
    ------
    NotPermitted
        If the actor may not look after tokens.
    NotFound
        If it is not the actor's.
    """
    token = own_token(session, actor, token_id)
    if token.revoked_at is None:
        token.revoked_at = now()
        audit.record(session, actor.user_id, "revoke", "token", token.id)


def erase_names(session: Session, user_id: UUID) -> None:
    """Remove what a person has called the tokens, for a use case that may."""
    for token in session.exec(select(Token).where(Token.user_id == user_id)):
        token.name = "erased"
