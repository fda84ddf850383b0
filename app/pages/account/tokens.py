"""The page of one's own tokens for programs."""

from typing import Annotated
from urllib.parse import urlencode
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Response
from sqlmodel import Session

from app.access import policy
from app.access.descriptions import DESCRIPTIONS
from app.access.policy import Action, Actor
from app.accounts.dependencies import ActorDep
from app.accounts.schemas import TokenForm, TokenQuery
from app.accounts.service import browser_sessions, tokens
from app.core.base.clock import now
from app.core.base.errors import Unprocessable
from app.core.http.access import signed_in
from app.core.http.database_sessions import ReadSessionDep, SessionDep
from app.core.http.forms import Form, form_of
from app.pages.layout import Page, PageDep, go_to

router = APIRouter()

PLACE = "/profile/tokens"
NewToken = Annotated[Form[TokenForm], Depends(form_of(TokenForm))]


@router.get(PLACE)
@signed_in
def show_tokens(
    page: PageDep,
    session: ReadSessionDep,
    actor: ActorDep,
    ended: Annotated[int, Query(ge=0, le=10_000)] = 0,
) -> Response:
    """List one's tokens, and ask for another; a browser is confirmed first."""
    if not browser_sessions.recently_confirmed(actor):
        return go_to(f"/confirm?{urlencode({'next': PLACE})}")
    return _tokens_page(page, session, actor, Form(written={"days": "90"}), ended=ended)


def _tokens_page(
    page: Page,
    session: Session,
    actor: Actor,
    form: Form[TokenForm],
    status: int = 200,
    ended: int = 0,
) -> Response:
    return page.render(
        "account/tokens.html",
        status=status,
        form=form,
        tokens=tokens.own_tokens(session, actor, TokenQuery()).rows,
        permissions=DESCRIPTIONS,
        scopes=[action.value for action in Action if policy.allows_somewhere(actor, action)],
        at=now(),
        ended=ended,
    )


@router.post(PLACE)
@signed_in
def make_token(page: PageDep, session: SessionDep, actor: ActorDep, form: NewToken) -> Response:
    """Create a token, and show its secret once."""
    if form.value is not None:
        try:
            made = tokens.make_token(session, actor, form.value.draft())
        except Unprocessable as refusal:
            form = form.refused(*refusal.errors)
        else:
            return page.render("account/token_made.html", token=made)
    return _tokens_page(page, session, actor, form, 422)


@router.post(PLACE + "/{token_id}/revoke")
@signed_in
def revoke_token(session: SessionDep, actor: ActorDep, token_id: UUID) -> Response:
    """End one of one's tokens, and all that were made with it."""
    ended = len(tokens.revoke_token(session, actor, token_id).tokens)
    return go_to(f"{PLACE}?{urlencode({'ended': ended})}" if ended > 1 else PLACE)
