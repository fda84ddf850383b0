"""Routes about what staff do with a call and the submissions in it."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, status

from app.access.policy import Action
from app.accounts.dependencies import ActorDep, SettingsDep
from app.core.base.references import Reference
from app.core.http.access import needs, within
from app.core.http.database_sessions import ReadSessionDep, SessionDep
from app.core.http.etags import ExpectedIfStatedDep
from app.core.http.lists import AnswerDep, ListOf
from app.core.http.routing import Route
from app.questions.schemas import FormRead
from app.submissions.api import READ
from app.submissions.models import LatePermit
from app.submissions.reuse_schemas import CallMeterRead
from app.submissions.schemas import (
    LatePermitQuery,
    LatePermitRead,
    LatePermitStaffRead,
    NewLatePermit,
)
from app.submissions.service import asking, call_meter, late_permits

router = APIRouter(route_class=Route, tags=["programmes"])


@router.post("/calls/{call_id}/form/use")
@needs(Action.CALL_PUBLISH)
def use_form(
    session: SessionDep,
    actor: ActorDep,
    settings: SettingsDep,
    call_id: Reference,
    expected: ExpectedIfStatedDep,
) -> FormRead:
    """Ask by the version that is prepared from now on, and tell the teams that write."""
    return asking.use(session, actor, call_id, expected, origin=settings.public_url)


@router.get("/calls/{call_id}/meter")
@needs(Action.SUBMISSION_READ)
def read_meter_of_call(
    session: ReadSessionDep, actor: ActorDep, call_id: Reference
) -> CallMeterRead:
    """Read what the call has asked of its teams, in questions and minutes, and spared them."""
    return call_meter.of_call(session, actor, call_id)


# --- who may be late ---------------------------------------------------------------------


@router.get("/calls/{call_id}/late-permits")
@within(*READ)
def list_late_permits(
    answer: AnswerDep,
    actor: ActorDep,
    call_id: Reference,
    query: Annotated[LatePermitQuery, Query()],
) -> ListOf[LatePermitStaffRead] | ListOf[LatePermitRead]:
    """List which teams may send to a call until later than others; a team reads its own."""
    return answer(
        lambda session, query: late_permits.permits(session, actor, call_id, query),
        query,
        late_permits.read(actor),
    )


@router.post(
    "/calls/{call_id}/late-permits",
    response_model=LatePermitStaffRead,
    status_code=status.HTTP_201_CREATED,
)
@needs(Action.CALL_EXTEND)
def permit_late(
    session: SessionDep,
    actor: ActorDep,
    call_id: Reference,
    new: NewLatePermit,
) -> LatePermit:
    """Let a team send what it writes until later; another permit of it is replaced."""
    return late_permits.give(session, actor, call_id, new)


@router.get("/late-permits/{permit_id}")
@within(*READ)
def read_late_permit(
    session: ReadSessionDep, actor: ActorDep, permit_id: UUID
) -> LatePermitStaffRead | LatePermitRead:
    """Read one late permit; its team reads it without the reason."""
    found = late_permits.permit(session, actor, permit_id)
    return late_permits.read(actor).model_validate(found)


@router.delete("/late-permits/{permit_id}", status_code=status.HTTP_204_NO_CONTENT)
@needs(Action.CALL_EXTEND)
def take_late_permit_back(session: SessionDep, actor: ActorDep, permit_id: UUID) -> None:
    """Take a late permit back; what was sent under it stays."""
    late_permits.take_back(session, actor, permit_id)
