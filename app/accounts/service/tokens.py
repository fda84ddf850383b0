"""Tokens for programs: named, scoped, ending, shown once."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Final
from uuid import UUID

from sqlalchemy import ColumnElement
from sqlmodel import Session, col, select

from app.access import policy
from app.access.policy import Action, Actor
from app.accounts.models import Token, User
from app.accounts.schemas import Ended, TokenDraft, TokenMade, TokenQuery, TokenRead
from app.accounts.service import notices
from app.accounts.service.browser_sessions import require_recently_confirmed
from app.accounts.service.credentials import digest_of, new_secret
from app.accounts.service.notices import Notice
from app.accounts.service.users import user_with
from app.core.base.clock import now
from app.core.base.errors import FieldError, NotFound, NotSignedIn, Unprocessable
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
    notices.tell(session, user, Notice.TOKEN)
    return secret


def revoke_tokens(session: Session, actor: Actor, *, name: str) -> int:
    """End every token of this name that still holds; return how many there were.

    Raises
    ------
    NotPermitted
        If the actor may not end tokens of others.
    """
    policy.require(actor, Action.TOKEN_WRITE)
    return len(_revoked(session, actor.user_id, col(Token.name) == name))


def revoke_all(session: Session, actor_id: UUID | None, user_id: UUID) -> list[str]:
    """End every token of a user that still holds, for a use case that may; return the names."""
    return _revoked(session, actor_id, col(Token.user_id) == user_id)


def _revoked(session: Session, actor_id: UUID | None, which: ColumnElement[bool]) -> list[str]:
    """End the tokens that still hold, and all that they have made; return their names.

    They are locked first: a token that is just making another one has either made it, and
    that is found, or will find itself ended.
    """
    holding = col(Token.revoked_at).is_(None)
    session.exec(select(Token.id).where(which, holding).with_for_update()).all()
    family = select(Token.id).where(which, holding).cte(recursive=True)
    family = family.union(select(Token.id).where(col(Token.made_by_id) == family.c.id))
    statement = (
        select(Token)
        .where(col(Token.id).in_(select(family.c.id)), holding)
        .order_by(col(Token.created_at), col(Token.id))
    )
    tokens = session.exec(statement).all()
    for token in tokens:
        token.revoked_at = now()
        made_by = {"made_by": str(token.made_by_id)} if token.made_by_id else {}
        audit.record(session, actor_id, "revoke", "token", token.id, **made_by)
    return [token.name for token in tokens]


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

    A token that makes another gives it no more than it has, and no longer: it ends with it.

    Raises
    ------
    NotPermitted
        If the actor may not make tokens.
    ConfirmFirst
        If a browser asks that has not been confirmed of late.
    NotSignedIn
        If the token that asks has ended in the meantime.
    Unprocessable
        If a scope goes beyond what the actor may do.
    """
    policy.require_somewhere(actor, Action.TOKEN_OWN)
    maker = policy.made_by(actor)
    if maker is None:
        require_recently_confirmed(actor)
    else:
        _require_holding(session, maker)
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
        made_by_id=maker,
        expires_at=min(ends, actor.ends_at or ends),
    )
    session.add(token)
    session.flush()
    audit.record(session, actor.user_id, "issue", "token", token.id, user=str(actor.user_id))
    notices.tell(session, session.get_one(User, actor.user_id), Notice.TOKEN)
    return TokenMade(**TokenRead.model_validate(token).model_dump(), secret=secret)


def _require_holding(session: Session, token_id: UUID) -> None:
    """Do nothing, or refuse a token that has ended; one that holds is locked meanwhile."""
    holding = select(Token.id).where(Token.id == token_id, col(Token.revoked_at).is_(None))
    if session.exec(holding.with_for_update()).first() is None:
        raise NotSignedIn("The token is not valid or has expired.")


def revoke_token(session: Session, actor: Actor, token_id: UUID) -> Ended:
    """End one of the actor's own tokens, and all that it has made; tell what has ended.

    Nothing happens if it has ended already.

    Raises
    ------
    NotPermitted
        If the actor may not look after tokens.
    NotFound
        If it is not the actor's.
    """
    token = own_token(session, actor, token_id)
    names = _revoked(session, actor.user_id, col(Token.id) == token.id)
    return Ended(tokens=names, sessions=0)


def erase_names(session: Session, user_id: UUID) -> None:
    """Remove what a person has called the tokens, for a use case that may."""
    for token in session.exec(select(Token).where(Token.user_id == user_id)):
        token.name = "erased"
