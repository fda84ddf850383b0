"""The calls of a programme as staff look after them: list, one call, preview and steps."""

from typing import Annotated, Any, Final
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Response
from pydantic import BaseModel, ConfigDict, Field, model_validator
from sqlmodel import Session

from app.access import policy
from app.access.policy import Action, Actor
from app.accounts.dependencies import ActorDep
from app.core.base.clock import now
from app.core.base.entity_tags import Expected, entity_tag
from app.core.base.errors import NotFound, Stale, Unprocessable
from app.core.base.messages import Message
from app.core.base.references import Reference
from app.core.http.access import needs
from app.core.http.database_sessions import ReadSessionDep, SessionDep
from app.core.http.forms import Form, form_of, without_empty
from app.pages.layout import Page, PageDep, go_to
from app.pages.topics import topics_in
from app.programmes import service
from app.programmes.lifecycle import LIFE, CallState, phase
from app.programmes.models import Call, Programme
from app.programmes.schemas import CallQuery
from app.questions import service as questions
from app.submissions.lifecycle import KINDS

router = APIRouter()

MEANS: Final = {
    "publish": Message(
        "Everybody can read the call then. Teams can begin when it opens. You cannot make it a "
        "draft again."
    ),
    "cancel": Message(
        "Nobody can begin or send anything in this call then. What was sent stays, and drafts "
        "stay with their teams. This cannot be undone."
    ),
}
"""What a step of a call leads to, by its name."""


class OfCall(BaseModel):
    """What an address asks of one call of a programme; what was left empty is not asked."""

    model_config = ConfigDict(extra="forbid")

    call: Reference | None = None

    _filled_in = model_validator(mode="before")(without_empty)


class StepForm(BaseModel):
    """What is sent with a step of a call."""

    model_config = ConfigDict(extra="forbid")

    expected: str = Field(max_length=200)


StepFormDep = Annotated[Form[StepForm], Depends(form_of(StepForm))]


def call_of(
    session: Session, actor: Actor, programme: UUID | str, call: UUID | str
) -> tuple[Call, Programme]:
    """Return a call and its programme, as an address names them.

    Raises
    ------
    NotFound
        If the programme has no such call, or none of which the actor may know.
    """
    of = service.programme(session, programme)
    for found in service.calls_named(session, actor, call):
        if found.programme_id == of.id:
            return found, of
    raise NotFound(Message("There is no call {key}.", key=call))


def place_of(call: Call, of: Programme) -> str:
    """Return the address at which staff look after a call."""
    return f"/programmes/{of.code}/calls/{call.code}"


@router.get("/programmes/{programme}/calls")
@needs(Action.CALL_WRITE)
def show_programme_calls(
    page: PageDep,
    session: ReadSessionDep,
    actor: ActorDep,
    programme: Reference,
    cursor: Annotated[str | None, Query(max_length=1000)] = None,
) -> Response:
    """List the calls of a programme, drafts too."""
    found = service.programme(session, programme)
    query = CallQuery(programme=[found.code], sort="-opens_at", limit=25, cursor=cursor)
    calls = service.calls(session, actor, query)
    return page.render(
        "staff/calls.html",
        programme=found,
        calls=calls.rows,
        cursor=calls.cursor,
        may_change=policy.allows(actor, Action.PROGRAMME_WRITE),
    )


@router.get("/programmes/{programme}/calls/{call}")
@needs(Action.CALL_WRITE)
def show_programme_call(
    page: PageDep,
    session: ReadSessionDep,
    actor: ActorDep,
    programme: Reference,
    call: Reference,
) -> Response:
    """Show a call as staff see it, and what can be done with it."""
    found, of = call_of(session, actor, programme, call)
    published = found.state is not CallState.DRAFT
    change = Action.CALL_PUBLISH if published else Action.CALL_WRITE
    return page.render(
        "staff/call.html",
        programme=of,
        call=service.describe(actor, found),
        place=place_of(found, of),
        offers=service.steps(session, actor, found.id)[1],
        may_change=policy.allows(actor, change),
        may_extend=policy.allows(actor, Action.CALL_EXTEND),
        may_import=policy.allows(actor, Action.SUBMISSION_IMPORT),
    )


@router.get("/programmes/{programme}/calls/{call}/preview")
@needs(Action.CALL_WRITE)
def show_call_preview(
    page: PageDep,
    session: ReadSessionDep,
    actor: ActorDep,
    programme: Reference,
    call: Reference,
) -> Response:
    """Show the page of a call as everybody will read it once it is published."""
    found, of = call_of(session, actor, programme, call)
    shown = service.describe(actor, found)
    if found.state is CallState.DRAFT:
        later = shown.model_copy(update={"state": CallState.PUBLISHED})
        shown = later.model_copy(update={"phase": phase(later, now())})
    kind = KINDS[found.kind]
    form = questions.form_of_call(session, found)
    return page.render(
        "public/call.html",
        call=shown,
        of=of,
        form=form,
        topics=topics_in(kind, form, language=of.working_language),
        kind=kind,
        preview=place_of(found, of),
        is_draft=found.state is CallState.DRAFT,
    )


@router.get("/programmes/{programme}/calls/{call}/steps/{step}")
@needs(Action.CALL_PUBLISH)
def show_call_step(
    page: PageDep,
    session: ReadSessionDep,
    actor: ActorDep,
    programme: Reference,
    call: Reference,
    step: str,
) -> Response:
    """Say what a step means, before it is taken."""
    return _step_page(page, session, actor, programme, call, step)


@router.post("/programmes/{programme}/calls/{call}/steps/{step}")
@needs(Action.CALL_PUBLISH)
def take_call_step(
    page: PageDep,
    session: SessionDep,
    actor: ActorDep,
    programme: Reference,
    call: Reference,
    step: str,
    form: StepFormDep,
) -> Response:
    """Publish or cancel a call."""
    LIFE.step(step)
    found, of = call_of(session, actor, programme, call)
    if form.value is None:
        raise Unprocessable("The content cannot be accepted.", errors=form.errors)
    try:
        service.take_step(session, actor, found.id, step, Expected(form.value.expected))
    except Stale:
        return _step_page(page, session, actor, programme, call, step, overtaken=True)
    return go_to(place_of(found, of), done=f"call-{step}")


def _step_page(
    page: Page,
    session: Session,
    actor: Actor,
    programme: UUID | str,
    call: UUID | str,
    name: str,
    *,
    overtaken: bool = False,
) -> Response:
    step = LIFE.step(name)
    found, of = call_of(session, actor, programme, call)
    read = service.describe(actor, found)
    offers: dict[str, Any] = {
        offer.name: offer for offer in service.steps(session, actor, found.id)[1]
    }
    return page.render(
        "staff/call_step.html",
        status=412 if overtaken else 200,
        programme=of,
        call=read,
        place=place_of(found, of),
        step=step,
        means=MEANS[step.name],
        offer=offers.get(step.name),
        expected=entity_tag(read),
        overtaken=overtaken,
    )
