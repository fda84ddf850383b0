"""What a call has asked of its teams: the once-only meter, for whoever plans the next call."""

from fastapi import APIRouter, Response

from app.access.policy import Action
from app.accounts.dependencies import ActorDep
from app.core.base.references import Reference
from app.core.http.access import needs
from app.core.http.database_sessions import ReadSessionDep
from app.pages.layout import PageDep
from app.pages.staff.calls import call_of, place_of
from app.submissions.service import call_meter

router = APIRouter()


@router.get("/programmes/{programme}/calls/{call}/meter")
@needs(Action.CALL_WRITE)
def show_call_meter(
    page: PageDep,
    session: ReadSessionDep,
    actor: ActorDep,
    programme: Reference,
    call: Reference,
) -> Response:
    """Show what a call asks of a team and how much of it teams did not have to tell again."""
    found, of = call_of(session, actor, programme, call)
    return page.render(
        "staff/call_meter.html",
        programme=of,
        call=found,
        place=place_of(found, of),
        meter=call_meter.of_call(session, actor, found.id),
        most=call_meter.MOST,
    )
