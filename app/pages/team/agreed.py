"""What both teams of a match have agreed on: who does what, by when, and what is done."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Response
from pydantic import BaseModel, ConfigDict, Field, ValidationError
from sqlmodel import Session

from app.access.policy import Action, Actor
from app.accounts.dependencies import ActorDep
from app.conversations import queries
from app.conversations.schemas import NewAgreedTask
from app.conversations.service import agreed_tasks
from app.core.base.errors import Conflict, FieldError, Unprocessable
from app.core.base.messages import Message
from app.core.base.references import Reference
from app.core.base.validation_errors import field_errors
from app.core.http.access import needs, within
from app.core.http.database_sessions import ReadSessionDep, SessionDep
from app.core.http.forms import Form, form_of
from app.matches.lifecycle import Side
from app.pages.layout import Page, PageDep, go_to
from app.pages.team.conversation import READING, framed

router = APIRouter()

_Line = Annotated[str, Field(max_length=1000)]


class Agreed(BaseModel):
    """What was agreed, as a form tells it; `who` is a side, or a side and a person."""

    model_config = ConfigDict(extra="forbid")

    title: _Line = ""
    who: _Line = ""
    due_on: _Line = ""


AgreedForm = Annotated[Form[Agreed], Depends(form_of(Agreed))]


@router.get("/matches/{match}/conversation/tasks")
@within(*READING)
def show_agreed(
    page: PageDep, session: ReadSessionDep, actor: ActorDep, match: Reference
) -> Response:
    """Show what both teams have agreed on."""
    return _page(page, session, actor, match, Form())


@router.post("/matches/{match}/conversation/tasks")
@needs(Action.CONVERSATION_WRITE)
def agree_on_task(
    page: PageDep, session: SessionDep, actor: ActorDep, match: Reference, form: AgreedForm
) -> Response:
    """Keep what both teams have agreed on."""
    said = form.value
    if said is None:
        return _page(page, session, actor, match, form, 422)
    side, _, person = said.who.partition(" ")
    told = {"title": said.title, "side": side}
    told |= {"person_id": person} if person else {}
    told |= {"due_on": said.due_on} if said.due_on else {}
    try:
        agreed_tasks.add(session, actor, match, NewAgreedTask.model_validate(told))
    except ValidationError as wrong:
        form = form.refused(*(_as_written(one) for one in field_errors(wrong.errors())))
        return _page(page, session, actor, match, form, 422)
    except (Unprocessable, Conflict) as refusal:
        problem = Message("{problem} {remedy}", problem=refusal.detail, remedy=refusal.remedy)
        errors = refusal.errors or [FieldError("/title", problem)]
        form = form.refused(*(_as_written(one) for one in errors))
        return _page(page, session, actor, match, form, refusal.status)
    return go_to(f"/matches/{match}/conversation/tasks", done="agreed-added")


def _as_written(error: FieldError) -> FieldError:
    """Return what is wrong at the field of the form that says it."""
    if error.pointer in {"/side", "/person_id"}:
        return FieldError("/who", Message("Choose who does it."))
    return error


@router.post("/matches/{match}/conversation/tasks/{task}/steps/{step}")
@needs(Action.CONVERSATION_WRITE)
def move_agreed(
    session: SessionDep, actor: ActorDep, match: Reference, task: UUID, step: str
) -> Response:
    """Mark something as done, open it again, or drop it."""
    agreed_tasks.move(session, actor, match, task, step)
    return go_to(f"/matches/{match}/conversation/tasks", done=f"agreed-{step}")


def _page(
    page: Page,
    session: Session,
    actor: Actor,
    key: UUID | str,
    form: Form[Agreed],
    status: int = 200,
) -> Response:
    room = queries.of_readers(session, actor, key)
    page, frame = framed(page, session, actor, room)
    return page.render(
        "team/agreed.html",
        status=status,
        **frame,
        tasks=agreed_tasks.listed(session, actor, key).tasks,
        people={side: queries.members(session, room.match, side) for side in Side}
        if frame["is_open"]
        else {},
        form=form,
    )
