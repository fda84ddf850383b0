"""What a call for solutions lacks for each challenge, while something can be done about it."""

from collections.abc import Sequence
from functools import partial
from typing import Annotated, Any, Final

from fastapi import APIRouter, Query, Request, Response

from app.access import policy
from app.access.policy import Action
from app.accounts.dependencies import ActorDep
from app.core.base.clock import now
from app.core.base.errors import Conflict, NotFound
from app.core.base.messages import Message
from app.core.base.references import Reference
from app.core.http.access import needs
from app.core.http.computing import InTurn
from app.core.http.database_sessions import ReadSessionDep
from app.core.storage.database import reading
from app.gaps.forecasting import LEAST_ARRIVED, Silence
from app.gaps.service import watching
from app.pages.layout import PageDep
from app.pages.staff.calls import OfCall
from app.programmes import service as programmes
from app.programmes.lifecycle import CallKind, Phase
from app.programmes.schemas import CallQuery, CallRead
from app.themes import service as themes

router = APIRouter()

FIRST: Final = (Phase.OPEN, Phase.GRACE, Phase.SCHEDULED, Phase.CLOSED)
"""Of which call the page tells where none is named: of what is open, or else comes nearest."""

WHY_SILENT: Final = {
    Silence.NOT_OPEN: Message("The call is not open yet, so nothing is expected."),
    Silence.TOO_FEW: Message(
        "Nothing is expected aloud: of fewer than {least} solutions that teams have sent "
        "themselves nobody can say how they arrive.",
        least=LEAST_ARRIVED,
    ),
    Silence.TOO_EARLY: Message(
        "Nothing is expected aloud yet: calls fill shortly before they close, and what has "
        "come by now says little of what will."
    ),
}
"""Why the page gives no number."""


@router.get("/programmes/{programme}/gaps")
@needs(Action.GAP_READ)
def show_gaps(
    request: Request,
    page: PageDep,
    session: ReadSessionDep,
    actor: ActorDep,
    programme: Reference,
    asked: Annotated[OfCall, Query()],
) -> Response:
    """Show for each challenge what is there, what to expect, what nobody tells, and who may."""
    state = request.app.state
    of = programmes.programme(session, programme)
    query = CallQuery(programme=[of.code], sort="opens_at", limit=200)
    calls = [
        call
        for call in programmes.calls(session, actor, query).rows
        if call.kind is CallKind.SOLUTIONS
    ]
    chosen = _chosen(calls, asked.call)
    values: dict[str, Any] = {
        "programme": of,
        "calls": calls,
        "call": chosen,
        "labels": themes.labels(session, page.language),
        "may_invite": policy.has_any_reach(actor, Action.GAP_INVITE),
        "days": chosen and (chosen.closes_at - now()).days,
        "why_silent": WHY_SILENT,
    }
    name = "staff/gaps.html"
    if chosen is None:
        return page.render(name, **values, found=None, refusal=None)
    try:
        opened = partial(reading, state.database)
        compute = watching.gaps(session, actor, chosen.id, state.settings, opened)
    except Conflict as refusal:  # too many for an answer: the page says so, and what to do
        return page.render(name, **values, found=None, refusal=refusal)
    return InTurn(lambda: page.render(name, **values, found=compute(), refusal=None))


def _chosen(calls: Sequence[CallRead], key: object) -> CallRead | None:
    """Return the call that is named, or else the one that is open, or comes nearest."""
    if key is not None:
        for call in calls:
            if key in {call.id, call.code}:
                return call
        raise NotFound(Message("There is no call {key}.", key=key))
    told = [call for call in calls if call.phase in FIRST]
    return min(told, key=lambda call: FIRST.index(call.phase), default=None)
