"""Routes about letters: the outbox, for the staff who look after it."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query

from app.access.policy import Action
from app.accounts.dependencies import ActorDep
from app.core.http.access import needs
from app.core.http.database_sessions import ReadSessionDep
from app.core.http.lists import AnswerDep, ListOf
from app.core.http.routing import Route
from app.notifications import service
from app.notifications.schemas import LetterQuery, LetterRead

router = APIRouter(route_class=Route, tags=["letters"])


@router.get("/outbox")
@needs(Action.OUTBOX_READ)
def list_letters(
    answer: AnswerDep,
    session: ReadSessionDep,
    actor: ActorDep,
    query: Annotated[LetterQuery, Query()],
) -> ListOf[LetterRead]:
    """List the letters that wait, were sent, or could not be sent."""
    return answer(service.letters(session, actor, query), LetterRead)


@router.get("/outbox/{letter_id}")
@needs(Action.OUTBOX_READ)
def read_letter(session: ReadSessionDep, actor: ActorDep, letter_id: UUID) -> LetterRead:
    """Read one letter."""
    return service.letter(session, actor, letter_id)
