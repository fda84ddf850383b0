"""Routes about themes."""

from typing import Annotated

from fastapi import APIRouter, Query

from app.accounts.dependencies import ActorDep
from app.core.base.errors import (
    BadQuery,
    NotSignedIn,
    Unavailable,
)
from app.core.http.access import signed_in
from app.core.http.lists import AnswerDep, ListOf
from app.core.http.openapi import responses
from app.core.http.routing import Route
from app.themes import service
from app.themes.schemas import ThemeQuery, ThemeRead

router = APIRouter(
    route_class=Route,
    prefix="/themes",
    tags=["themes"],
    responses=responses(NotSignedIn, BadQuery, Unavailable),
)


@router.get("")
@signed_in
def list_themes(
    answer: AnswerDep,
    _: ActorDep,
    query: Annotated[ThemeQuery, Query()],
) -> ListOf[ThemeRead]:
    """List the themes that challenges and solutions may name."""
    return answer(lambda session, query: service.search(session, query), query, ThemeRead)
