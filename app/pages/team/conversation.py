"""The room of a match: what both teams say, who may read it, and what waits in it.

Staff come to the same page while both teams let them, and can do nothing on it.
"""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Response
from pydantic import BaseModel, ConfigDict, Field, ValidationError
from sqlmodel import Session

from app.access.policy import Action, Actor
from app.accounts.dependencies import ActorDep
from app.attachments.lifecycle import FileState
from app.conversations import queries
from app.conversations.lifecycle import StaffAccess
from app.conversations.queries import Room
from app.conversations.schemas import MOST_LINES, ChangedMessage, NewMessage
from app.conversations.service import (
    agreed_tasks,
    files,
    meetings,
    messages,
    rooms,
    staff_access,
)
from app.core.base.clock import now
from app.core.base.errors import Conflict, FieldError, Unprocessable
from app.core.base.messages import Message
from app.core.base.numbers import Whole
from app.core.base.references import Reference
from app.core.base.validation_errors import field_errors
from app.core.http.access import needs, within
from app.core.http.database_sessions import ReadSessionDep, SessionDep
from app.core.http.forms import Form, form_of
from app.matches import queries as matches
from app.matches.lifecycle import Side
from app.pages.layout import Page, PageDep, go_to
from app.programmes import service as programmes

router = APIRouter()

READING = (Action.CONVERSATION_READ, Action.CONVERSATION_VISIT)
LINES = 50
"""How many lines a page shows."""

_Typed = Annotated[str, Field(max_length=20_000)]


class Said(BaseModel):
    """What somebody writes, as a form tells it: something new, or their own anew."""

    model_config = ConfigDict(extra="forbid")

    message: UUID | None = None
    body: _Typed = ""
    read: Whole | None = None


class Marked(BaseModel):
    """Up to which line somebody has read."""

    model_config = ConfigDict(extra="forbid")

    number: Annotated[Whole, Field(ge=0, le=MOST_LINES)]


SaidForm = Annotated[Form[Said], Depends(form_of(Said))]
MarkedForm = Annotated[Form[Marked], Depends(form_of(Marked))]
Before = Annotated[Whole, Query(ge=1, le=MOST_LINES)]


def framed(
    page: Page, session: Session, actor: Actor, room: Room
) -> tuple[Page, dict[str, Any]]:
    """Return the page of a part of a room, and what each of them shows.

    Staff find it below the matches of the programme.
    """
    (match,) = matches.described(session, actor, room.match)
    if room.side is None:
        of = programmes.programme(session, room.match.programme_id)
        page = page.under("show_programme_matches", of.code)
    parties = {Side.CHALLENGE: match.challenge, Side.SOLUTION: match.solution}
    return page, {
        "match": match,
        "parties": parties,
        "side": room.side,
        "is_open": room.closed is None and room.side is not None,
        "is_over": room.closed is not None,
        "zones": {side: queries.zone_of(session, room.match, side) for side in Side},
        "at": now(),
    }


@router.get("/matches/{match}/conversation")
@within(*READING)
def show_conversation(
    page: PageDep,
    session: ReadSessionDep,
    actor: ActorDep,
    match: Reference,
    before: Before | None = None,
) -> Response:
    """Show what both teams of a match say to each other, the newest last."""
    return _page(page, session, actor, match, Form(), before=before)


@router.post("/matches/{match}/conversation")
@needs(Action.CONVERSATION_WRITE)
def say_in_conversation(
    page: PageDep, session: SessionDep, actor: ActorDep, match: Reference, form: SaidForm
) -> Response:
    """Say something, or write one's own message anew, and show it among the others."""
    said = form.value
    if said is None:
        return _page(page, session, actor, match, form, 422)
    try:
        if said.message is not None:
            changed = ChangedMessage(body=said.body)
            messages.change(session, actor, match, said.message, changed)
        else:
            new = NewMessage.model_validate({"body": said.body, "read": said.read})
            messages.say(session, actor, match, new)
    except ValidationError as wrong:
        form = form.refused(*field_errors(wrong.errors()))
        return _page(page, session, actor, match, form, 422)
    except Conflict as refusal:
        problem = Message("{problem} {remedy}", problem=refusal.detail, remedy=refusal.remedy)
        form = form.refused(FieldError("/body", problem))
        return _page(page, session, actor, match, form, refusal.status)
    done = "message-changed" if said.message else "message-said"
    return go_to(f"/matches/{match}/conversation", done=done)


@router.post("/matches/{match}/conversation/messages/{message}/take-back")
@needs(Action.CONVERSATION_WRITE)
def take_back_in_conversation(
    session: SessionDep, actor: ActorDep, match: Reference, message: UUID
) -> Response:
    """Take a message of one's own back."""
    messages.take_back(session, actor, match, message)
    return go_to(f"/matches/{match}/conversation", done="message-taken-back")


@router.post("/matches/{match}/conversation/read")
@needs(Action.CONVERSATION_READ)
def read_in_conversation(
    session: SessionDep, actor: ActorDep, match: Reference, form: MarkedForm
) -> Response:
    """Keep up to which line somebody has read."""
    if form.value is None:  # up to where somebody has read is not guessed
        raise Unprocessable("This is no line of the conversation.", errors=form.errors)
    messages.mark_read(session, actor, match, form.value.number)
    return go_to(f"/matches/{match}/conversation", done="conversation-read")


@router.post("/matches/{match}/conversation/steps/{step}")
@needs(Action.CONVERSATION_WRITE)
def let_staff_in(session: SessionDep, actor: ActorDep, match: Reference, step: str) -> Response:
    """Let the staff read as far as one's own team is concerned, or no longer."""
    staff_access.move(session, actor, match, step)
    return go_to(f"/matches/{match}/conversation", done=f"conversation-{step}")


def _page(
    page: Page,
    session: Session,
    actor: Actor,
    key: UUID | str,
    form: Form[Said],
    status: int = 200,
    before: int | None = None,
) -> Response:
    room = queries.of_readers(session, actor, key)
    page, frame = framed(page, session, actor, room)
    found = messages.listed(session, actor, key, before, LINES)
    met = meetings.listed(session, actor, key).meetings
    kept = [
        one for one in files.listed(session, actor, key).files if one.state is FileState.KEPT
    ]
    at = now()
    return page.render(
        "team/conversation.html",
        status=status,
        **frame,
        room=rooms.shown(session, actor, room),
        lines=found.messages,
        earlier=found.before,
        files={one.id: one for one in kept},
        newest_files=kept,
        newest=room.row.said if room.row else 0,
        is_newest=before is None,
        coming=[
            one
            for one in met
            if one.state == "fixed" and one.fixed and one.fixed.starts_at > at
        ],
        asked=[one for one in met if one.waits_for_you],
        agreed=[
            one for one in agreed_tasks.listed(session, actor, key).tasks if one.state == "open"
        ],
        lets=room.row is not None
        and room.side is not None
        and room.row.staff_access(room.side) is StaffAccess.LET,
        other_lets=room.row is not None
        and room.side is not None
        and room.row.staff_access(room.side.other) is StaffAccess.LET,
        form=form,
    )
