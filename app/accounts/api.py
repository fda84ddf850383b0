"""Routes about what lets somebody in: browser sessions, and tokens for programs."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, status

from app.access.policy import Action
from app.accounts.dependencies import ActorDep, SettingsDep
from app.accounts.models import Token
from app.accounts.schemas import (
    Ended,
    SessionQuery,
    SessionRead,
    TokenDraft,
    TokenMade,
    TokenQuery,
    TokenRead,
)
from app.accounts.service import session_list, tokens
from app.core.http.access import needs
from app.core.http.database_sessions import ReadSessionDep, SessionDep
from app.core.http.idempotency import without_key
from app.core.http.lists import AnswerDep, ListOf
from app.core.http.routing import Route

router = APIRouter(route_class=Route, tags=["accounts"])


@router.get("/sessions")
@needs(Action.SESSION_OWN)
def list_sessions(
    answer: AnswerDep,
    actor: ActorDep,
    settings: SettingsDep,
    query: Annotated[SessionQuery, Query()],
) -> ListOf[SessionRead]:
    """List the browsers in which you are signed in."""
    idle = settings.session_idle
    return answer(
        lambda session, query: session_list.own_sessions(session, actor, query, idle=idle),
        query,
        SessionRead,
    )


@router.delete("/sessions/{session_id}")
@needs(Action.SESSION_OWN)
def end_session(session: SessionDep, actor: ActorDep, session_id: UUID) -> Ended:
    """Sign one of your browsers out."""
    return session_list.end_own(session, actor, session_id)


@router.delete("/sessions")
@needs(Action.SESSION_OWN)
def end_other_sessions(session: SessionDep, actor: ActorDep) -> Ended:
    """Sign all your browsers out but the one that asks."""
    return session_list.end_others(session, actor)


@router.get("/tokens")
@needs(Action.TOKEN_OWN)
def list_tokens(
    answer: AnswerDep,
    actor: ActorDep,
    query: Annotated[TokenQuery, Query()],
) -> ListOf[TokenRead]:
    """List your tokens, without their secrets."""
    return answer(
        lambda session, query: tokens.own_tokens(session, actor, query), query, TokenRead
    )


@router.post("/tokens", status_code=status.HTTP_201_CREATED)
@needs(Action.TOKEN_OWN)
@without_key
def create_token(session: SessionDep, actor: ActorDep, draft: TokenDraft) -> TokenMade:
    """Make a token for a program; its secret is in this answer and in no other."""
    return tokens.make_token(session, actor, draft)


@router.get("/tokens/{token_id}", response_model=TokenRead)
@needs(Action.TOKEN_OWN)
def read_token(session: ReadSessionDep, actor: ActorDep, token_id: UUID) -> Token:
    """Read one of your tokens, without its secret."""
    return tokens.own_token(session, actor, token_id)


@router.delete("/tokens/{token_id}")
@needs(Action.TOKEN_OWN)
def revoke_token(session: SessionDep, actor: ActorDep, token_id: UUID) -> Ended:
    """End one of your tokens, and all that were made with it; tell which."""
    return tokens.revoke_token(session, actor, token_id)
