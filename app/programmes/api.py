"""Routes about programmes and calls."""

from typing import Annotated

from fastapi import APIRouter, Path, Query, Request, Response, status

from app.access.policy import NOBODY, Action
from app.accounts.dependencies import ActorDep, SettingsDep
from app.core.base.atom import MEDIA_TYPE, atom
from app.core.base.messages import Message
from app.core.base.references import Reference
from app.core.base.schemas import OffersRead
from app.core.base.translations import ENGLISH, Tag
from app.core.base.translations import language as in_language
from app.core.http.access import needs, public, signed_in
from app.core.http.database_sessions import ReadSessionDep, SessionDep
from app.core.http.etags import ExpectedDep, ExpectedIfStatedDep
from app.core.http.lists import AnswerDep, ListOf
from app.core.http.open_data import open_answer
from app.core.http.patches import PatchBody
from app.core.http.routing import Route
from app.programmes import feed, queries, service
from app.programmes.lifecycle import LIFE
from app.programmes.schemas import (
    AnyCall,
    AnyProgramme,
    CallDraft,
    CallQuery,
    CallRead,
    CallStaffRead,
    ProgrammeDraft,
    ProgrammeQuery,
    ProgrammeRead,
    ProgrammeStaffRead,
)

router = APIRouter(route_class=Route, tags=["programmes"])

open_calls = APIRouter(prefix="/public/v1", include_in_schema=False)
"""When calls open and close, for everybody: for calendars and feed readers."""

StepName = Annotated[str, Path(json_schema_extra={"enum": list(LIFE.steps)})]


@router.get("/programmes")
@signed_in
def list_programmes(
    answer: AnswerDep,
    actor: ActorDep,
    query: Annotated[ProgrammeQuery, Query()],
) -> ListOf[ProgrammeStaffRead] | ListOf[ProgrammeRead]:
    """List the programmes."""
    return answer(
        lambda session, query: service.programmes(session, query),
        query,
        service.programme_read(actor),
    )


@router.post("/programmes", status_code=status.HTTP_201_CREATED)
@needs(Action.PROGRAMME_WRITE)
def create_programme(
    session: SessionDep, actor: ActorDep, draft: ProgrammeDraft
) -> AnyProgramme:
    """Begin a programme."""
    return service.shown(actor, service.create_programme(session, actor, draft))


@router.get("/programmes/{programme_id}")
@signed_in
def read_programme(
    session: ReadSessionDep, actor: ActorDep, programme_id: Reference
) -> AnyProgramme:
    """Read one programme."""
    return service.shown(actor, service.programme(session, programme_id))


@router.patch("/programmes/{programme_id}")
@needs(Action.PROGRAMME_WRITE)
def change_programme(
    session: SessionDep,
    actor: ActorDep,
    expected: ExpectedDep,
    programme_id: Reference,
    patch: PatchBody,
) -> AnyProgramme:
    """Change a part of a programme, by a JSON merge patch."""
    changed = service.change_programme(session, actor, programme_id, patch, expected)
    return service.shown(actor, changed)


@router.get("/calls")
@signed_in
def list_calls(
    answer: AnswerDep,
    actor: ActorDep,
    query: Annotated[CallQuery, Query()],
) -> ListOf[CallStaffRead] | ListOf[CallRead]:
    """List the calls; `phase=open` are those that take something in now."""
    return answer(
        lambda session, query: service.calls(session, actor, query),
        query,
        service.call_read(actor),
    )


@router.post("/calls", status_code=status.HTTP_201_CREATED)
@needs(Action.CALL_WRITE)
def create_call(session: SessionDep, actor: ActorDep, draft: CallDraft) -> AnyCall:
    """Draft a call in a programme."""
    return service.create_call(session, actor, draft)


@router.get("/calls/{call_id}")
@signed_in
def read_call(session: ReadSessionDep, actor: ActorDep, call_id: Reference) -> AnyCall:
    """Read one call."""
    return service.describe(actor, service.call(session, actor, call_id))


@router.patch("/calls/{call_id}")
@needs(Action.CALL_WRITE)
def change_call(
    session: SessionDep,
    actor: ActorDep,
    expected: ExpectedDep,
    call_id: Reference,
    patch: PatchBody,
) -> AnyCall:
    """Change a part of a call, by a JSON merge patch; once published, only its lead does."""
    return service.change_call(session, actor, call_id, patch, expected)


@router.get("/calls/{call_id}/steps")
@signed_in
def list_call_steps(session: ReadSessionDep, actor: ActorDep, call_id: Reference) -> OffersRead:
    """List every step from where the call stands."""
    return OffersRead.of(*service.steps(session, actor, call_id))


@router.post("/calls/{call_id}/steps/{step}")
@needs(Action.CALL_PUBLISH)
def take_call_step(
    session: SessionDep,
    actor: ActorDep,
    call_id: Reference,
    step: StepName,
    expected: ExpectedIfStatedDep,
) -> AnyCall:
    """Move a call along its life: publish or cancel it."""
    return service.take_step(session, actor, call_id, step, expected)


# --- for calendars and feed readers ------------------------------------------------------


@open_calls.get("/calls.ics")
@public
def read_calendar(
    request: Request, session: ReadSessionDep, settings: SettingsDep, language: Tag = ENGLISH
) -> Response:
    """Tell calendars when the calls that come or are open open and close."""
    found = queries.coming(session)
    written = feed.calendar(found, origin=settings.public_url, spoken=language)
    return open_answer(request, written, feed.CALENDAR)


@open_calls.get("/calls.atom")
@public
def read_calls_feed(
    request: Request, session: ReadSessionDep, settings: SettingsDep, language: Tag = ENGLISH
) -> Response:
    """Tell feed readers of the calls that come or are open."""
    origin = settings.public_url
    written = atom(
        [feed.entry_of(one, origin=origin, spoken=language) for one in queries.coming(session)],
        address=f"{origin}/public/v1/calls.atom",
        page=f"{origin}/calls",
        title=in_language(language).say(Message("Calls")),
        language=language,
    )
    return open_answer(request, written, MEDIA_TYPE)


@open_calls.get("/calls/{call_id}/calendar.ics")
@public
def read_call_calendar(
    request: Request,
    session: ReadSessionDep,
    settings: SettingsDep,
    call_id: Reference,
    language: Tag = ENGLISH,
) -> Response:
    """Tell calendars when one call opens and closes."""
    found = service.call(session, NOBODY, call_id)
    written = feed.calendar([found], origin=settings.public_url, spoken=language)
    return open_answer(request, written, feed.CALENDAR)
