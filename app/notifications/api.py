"""Routes about letters: the outbox, for the staff who look after it."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query

from app.access.policy import Action
from app.accounts.dependencies import ActorDep, SettingsDep
from app.core.base.errors import Conflict, NotFound
from app.core.http.access import needs
from app.core.http.database_sessions import ReadSessionDep, SessionDep
from app.core.http.idempotency import without_key
from app.core.http.lists import AnswerDep, ListOf
from app.core.http.openapi import responses
from app.core.http.routing import Route
from app.notifications.schemas import LetterQuery, LetterRead
from app.notifications.service import outbox

router = APIRouter(route_class=Route, tags=["letters"])


@router.get("/outbox")
@needs(Action.OUTBOX_READ)
def list_letters(
    answer: AnswerDep,
    actor: ActorDep,
    query: Annotated[LetterQuery, Query()],
) -> ListOf[LetterRead]:
    """List the letters that wait, were sent, or could not be sent."""
    return answer(
        lambda session, query: outbox.letters(session, actor, query), query, LetterRead
    )


@router.get("/outbox/{letter_id}")
@needs(Action.OUTBOX_READ)
def read_letter(session: ReadSessionDep, actor: ActorDep, letter_id: UUID) -> LetterRead:
    """Read one letter."""
    return outbox.letter(session, actor, letter_id)


@router.post("/outbox/{letter_id}/hand-over", responses=responses(Conflict, NotFound))
@needs(Action.OUTBOX_READ)
@without_key
def hand_letter_over(
    session: SessionDep, actor: ActorDep, settings: SettingsDep, letter_id: UUID
) -> LetterRead:
    """Read a letter with a link to its person, where no mail server sends it; this is recorded.

    Staff and leads do so for teams, administrators for everybody.
    """
    mail = settings.smtp_host is not None
    return outbox.hand_over(session, actor, letter_id, has_mail_server=mail)
