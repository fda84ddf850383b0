"""Letters: what waits, what was sent, and handing one over where no mail server sends it."""

from typing import Annotated, Final
from uuid import UUID

from fastapi import APIRouter, Query, Response

from app.access.policy import Action
from app.accounts.dependencies import ActorDep, SettingsDep
from app.core.http.access import needs
from app.core.http.database_sessions import ReadSessionDep, SessionDep
from app.core.storage.outbox import LetterState
from app.notifications.schemas import LetterQuery
from app.notifications.service import outbox
from app.pages.layout import PageDep

router = APIRouter()

PAGE: Final = 50


@router.get("/letters")
@needs(Action.OUTBOX_READ)
def show_letters(
    page: PageDep,
    session: ReadSessionDep,
    actor: ActorDep,
    settings: SettingsDep,
    state: LetterState = LetterState.WAITING,
    cursor: Annotated[str | None, Query(max_length=2000)] = None,
) -> Response:
    """List the letters that wait, were sent, or could not be sent."""
    query = LetterQuery(state=[state], limit=PAGE, cursor=cursor)
    found = outbox.letters(session, actor, query)
    return page.render(
        "staff/letters.html",
        letters=found.rows,
        cursor=found.cursor,
        state=state,
        states=list(LetterState),
        has_mail_server=settings.smtp_host is not None,
    )


@router.post("/letters/{letter_id}/hand-over")
@needs(Action.OUTBOX_READ)
def hand_letter_over(
    page: PageDep,
    session: SessionDep,
    actor: ActorDep,
    settings: SettingsDep,
    letter_id: UUID,
) -> Response:
    """Show a letter with its link, to be brought to its person; this is recorded."""
    mail = settings.smtp_host is not None
    letter = outbox.hand_over(session, actor, letter_id, has_mail_server=mail)
    return page.render("staff/letter.html", letter=letter)
