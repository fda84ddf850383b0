"""Meetings of both teams of a match: fair times, taken, moved, and taken into a calendar."""

from collections.abc import Sequence
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Response
from pydantic import BaseModel, ConfigDict, Field, ValidationError
from sqlmodel import Session

from app.access.policy import Action, Actor
from app.accounts.dependencies import ActorDep, SettingsDep
from app.conversations import queries
from app.conversations.calendar_files import MEDIA_TYPE
from app.conversations.lifecycle import MeetingState
from app.conversations.schemas import (
    MOST_MEETINGS,
    MeetingRead,
    MeetingStepTaken,
    Minutes,
    NewMeeting,
)
from app.conversations.service import meetings
from app.core.base.clock import now
from app.core.base.entity_tags import Expected, entity_tag
from app.core.base.errors import Conflict, FieldError, Stale, Unprocessable
from app.core.base.messages import Message
from app.core.base.references import Reference
from app.core.base.validation_errors import field_errors
from app.core.http.access import needs, within
from app.core.http.database_sessions import ReadSessionDep, SessionDep
from app.core.http.forms import Form, form_of
from app.pages.instants import announced_at
from app.pages.layout import Page, PageDep, go_to
from app.pages.team.conversation import READING, framed

router = APIRouter()

LENGTHS = (30, 45, 60, 90, 120, 180)
"""Minutes that the page offers."""
OWN_TIMES = 2
"""How many further times can be written on a page."""

_Line = Annotated[str, Field(max_length=1000)]
_Times = Annotated[list[Annotated[str, Field(max_length=100)]], Field(max_length=10)]


class Proposed(BaseModel):
    """What is proposed, or said with a step, as a form tells it.

    `own` are times that somebody has written, as the clock of their page shows them.
    """

    model_config = ConfigDict(extra="forbid")

    meeting: UUID | None = None
    topic: _Line = ""
    place: _Line = ""
    minutes: _Line = ""
    times: _Times = []
    own: _Times = []
    time: _Line = ""
    expected: _Line = ""


ProposedForm = Annotated[Form[Proposed], Depends(form_of(Proposed))]
Long = Annotated[Minutes, Query()]


@router.get("/matches/{match}/conversation/meetings")
@within(*READING)
def show_meetings(
    page: PageDep,
    session: ReadSessionDep,
    actor: ActorDep,
    match: Reference,
    minutes: Long = 60,
) -> Response:
    """Show the meetings of both teams, and propose one."""
    return _page(page, session, actor, match, Form(), minutes=minutes)


@router.post("/matches/{match}/conversation/meetings")
@needs(Action.CONVERSATION_WRITE)
def propose_times(
    page: PageDep,
    session: SessionDep,
    actor: ActorDep,
    settings: SettingsDep,
    match: Reference,
    form: ProposedForm,
) -> Response:
    """Propose a meeting, and show it among the others."""
    said = form.value
    if said is None:
        return _page(page, session, actor, match, form, 422)
    try:
        told = said.model_dump(include={"topic", "place", "minutes"})
        new = NewMeeting.model_validate(told | {"times": _times(page, said)})
        meetings.propose(session, actor, match, new, public_url=settings.public_url)
    except (ValidationError, Unprocessable, Conflict) as refusal:
        form, status = _refused(form, refusal)
        return _page(page, session, actor, match, form, status)
    return go_to(f"/matches/{match}/conversation/meetings", done="meeting-proposed")


@router.post("/matches/{match}/conversation/meetings/{meeting}/steps/{step}")
@needs(Action.CONVERSATION_WRITE)
def move_meeting(
    page: PageDep,
    session: SessionDep,
    actor: ActorDep,
    settings: SettingsDep,
    match: Reference,
    meeting: UUID,
    step: str,
    form: ProposedForm,
) -> Response:
    """Take one of the times, propose others, or cancel a meeting."""
    said = form.value
    if said is None:
        return _page(page, session, actor, match, form, 422)
    try:
        told = {"time": said.time or None, "times": _times(page, said)}
        taken = MeetingStepTaken.model_validate(told)
        expected, url = Expected(said.expected), settings.public_url
        meetings.take(session, actor, match, meeting, step, taken, expected, public_url=url)
    except Stale:
        problem = Message("Somebody has changed this meeting meanwhile. Look at it again.")
        form = form.refused(FieldError("/time", problem))
        return _page(page, session, actor, match, form, Stale.status)
    except (ValidationError, Unprocessable, Conflict) as refusal:
        form, status = _refused(form, refusal)
        return _page(page, session, actor, match, form, status)
    return go_to(f"/matches/{match}/conversation/meetings", done=f"meeting-{step}")


@router.get("/matches/{match}/conversation/meetings/{meeting}/calendar")
@within(*READING)
def download_meeting(
    page: PageDep,
    session: ReadSessionDep,
    actor: ActorDep,
    settings: SettingsDep,
    match: Reference,
    meeting: UUID,
) -> Response:
    """Hand a meeting out as a file for calendars."""
    url = settings.public_url
    text = meetings.calendar(session, actor, match, meeting, public_url=url)
    headers = {
        "Cache-Control": "no-store",
        "Content-Disposition": f'attachment; filename="meeting-{meeting}.ics"',
    }
    return Response(text, media_type=MEDIA_TYPE, headers=headers)


def _times(page: Page, said: Proposed) -> list[str]:
    """Return all times that were chosen or written, each with its zone."""
    own = (announced_at("/own", one, page.zone) for one in said.own)
    return [*said.times, *own]


def _refused(
    form: Form[Proposed], refusal: ValidationError | Unprocessable | Conflict
) -> tuple[Form[Proposed], int]:
    """Return the form with what is wrong, and the status: all times have one place."""
    errors: Sequence[FieldError]
    if isinstance(refusal, ValidationError):
        errors, status = field_errors(refusal.errors()), Unprocessable.status
    elif isinstance(refusal, Unprocessable):
        errors, status = refusal.errors, refusal.status
    else:
        text = Message("{problem} {remedy}", problem=refusal.detail, remedy=refusal.remedy)
        errors, status = [FieldError("/time", text)], refusal.status
    in_one = [
        FieldError(
            "/times" if e.pointer.startswith(("/times", "/own")) else e.pointer, e.detail
        )
        for e in errors
    ]
    return form.refused(*in_one), status


def _can_move(meeting: MeetingRead) -> bool:
    """Tell whether a meeting can still be at another time: it is not off, and not begun."""
    is_over = meeting.fixed is not None and meeting.fixed.starts_at <= now()
    return meeting.state is not MeetingState.CANCELLED and not is_over


def _page(
    page: Page,
    session: Session,
    actor: Actor,
    key: UUID | str,
    form: Form[Proposed],
    status: int = 200,
    minutes: int | None = None,
) -> Response:
    room = queries.of_readers(session, actor, key)
    page, frame = framed(page, session, actor, room)
    rows = meetings.listed(session, actor, key).meetings
    written = str(form.written.get("minutes", ""))
    wanted = minutes or (int(written) if written in map(str, LENGTHS) else 60)
    movable = [one for one in rows if frame["is_open"] and _can_move(one)]
    lengths = {one.minutes for one in movable} | ({wanted} if frame["is_open"] else set())
    fair = {n: meetings.proposals(session, actor, key, n).times for n in lengths}
    return page.render(
        "team/meetings.html",
        status=status,
        **frame,
        meetings=rows,
        tags={one.id: entity_tag(one) for one in rows},
        fair=fair,
        movable={one.id for one in movable},
        minutes=wanted,
        lengths=sorted({*LENGTHS, wanted}),
        own_times=range(OWN_TIMES),
        is_full=len(rows) >= MOST_MEETINGS,
        form=form,
    )
