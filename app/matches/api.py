"""Routes about matches."""

from typing import Annotated

from fastapi import APIRouter, Query

from app.access.policy import Action
from app.accounts.dependencies import ActorDep
from app.core.http.access import needs
from app.core.http.lists import AnswerDep, ListOf
from app.core.http.routing import Route
from app.matches import queries
from app.matches.schemas import MatchQuery, MatchRead, MatchStaffRead

router = APIRouter(route_class=Route, tags=["matches"])


@router.get("/matches")
@needs(Action.MATCH_READ)
def list_matches(
    answer: AnswerDep,
    actor: ActorDep,
    query: Annotated[MatchQuery, Query()],
) -> ListOf[MatchStaffRead] | ListOf[MatchRead]:
    """List the pairs that people brought together."""
    return answer(
        lambda session, query: queries.matches(session, actor, query),
        query,
        queries.match_read(actor),
    )
