"""Routes about themes."""

from typing import Annotated

from fastapi import APIRouter, Query

from app.accounts.dependencies import ActorDep
from app.core.declaring import signed_in
from app.core.errors import (
    BadQuery,
    NotSignedIn,
    Unavailable,
)
from app.core.lists import AnswerDep, ListOf
from app.core.openapi import responses
from app.core.routing import Route
from app.core.sessions import ReadSessionDep
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
    session: ReadSessionDep,
    _: ActorDep,
    query: Annotated[ThemeQuery, Query()],
) -> ListOf[ThemeRead]:
    """List the themes that challenges and solutions may name."""
    return answer(service.search(session, query), ThemeRead)
