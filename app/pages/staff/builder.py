"""What a call asks: its questions in their order, and which version of them is in use."""

from collections.abc import Callable, Mapping, Sequence
from typing import Annotated, Any, Final
from uuid import UUID

from fastapi import APIRouter, Depends, Response
from pydantic import BaseModel, ConfigDict, Field
from sqlmodel import Session

from app.access import policy
from app.access.policy import Action, Actor
from app.accounts.dependencies import ActorDep, SettingsDep
from app.core.base.entity_tags import Expected, entity_tag
from app.core.base.errors import NotFound, Stale, Unprocessable
from app.core.base.messages import Message
from app.core.base.references import Reference
from app.core.http.access import needs
from app.core.http.database_sessions import ReadSessionDep, SessionDep
from app.core.http.forms import Form, form_of
from app.pages.layout import PageDep, go_to
from app.pages.staff.calls import call_of, place_of
from app.programmes import service as programmes
from app.programmes.lifecycle import CallState
from app.programmes.models import Call, Programme
from app.questions import service
from app.questions.builtin import by_key
from app.questions.forms import Audience, Part, QuestionType
from app.questions.schemas import FormDraft, FormRead, QuestionRead
from app.submissions.service import asking

router = APIRouter()


TYPES: Final[Mapping[QuestionType, Message]] = {
    QuestionType.SHORT_TEXT: Message("Short text, on one line"),
    QuestionType.LONG_TEXT: Message("Long text"),
    QuestionType.CHOICE: Message("One of a list"),
    QuestionType.CHOICES: Message("Several of a list"),
    QuestionType.NUMBER: Message("A number"),
    QuestionType.DATE: Message("A date"),
    QuestionType.YES_NO: Message("Yes or no"),
    QuestionType.COUNTRY: Message("A country"),
    QuestionType.LANGUAGE: Message("A language"),
    QuestionType.LINK: Message("A link to a page"),
    QuestionType.FILE: Message("One or several files"),
}
"""What people call each type of answer."""
AUDIENCES: Final[Mapping[Audience, Message]] = {
    Audience.STAFF: Message("The staff alone"),
    Audience.REVIEWERS: Message("Staff and reviewers"),
    Audience.PARTIES: Message("Staff, reviewers, and the other side of a match"),
    Audience.PUBLIC: Message("Everybody, once it is selected and the team agrees"),
}
"""Who may read an answer."""
PARTS: Final[Mapping[Part, Message]] = {
    Part.NONE: Message("None"),
    Part.PROBLEM: Message("As a part of the problem"),
    Part.OUTCOME: Message("As a part of the outcome"),
    Part.EXPERIENCE: Message("As experience"),
    Part.EVIDENCE: Message("As evidence"),
}
"""As what the matching reads an answer."""


class MoveForm(BaseModel):
    """Where a question goes, or that it goes at all."""

    model_config = ConfigDict(extra="forbid")

    expected: str = Field(max_length=200)
    then: str = Field(default="", max_length=20)


MoveFormDep = Annotated[Form[MoveForm], Depends(form_of(MoveForm))]


def saved(
    session: Session,
    actor: Actor,
    call: Call,
    of: Programme,
    there: FormRead,
    expected: str,
    **changed: Any,
) -> Response:
    """Keep a form, and lead back to it.

    Parameters
    ----------
    there : FormRead
        As it stands.
    **changed
        The members of the draft that are new: `questions`, `rules`, `support`.

    Raises
    ------
    Stale, Unprocessable, ValidationError
        As from the service, and where a question cannot be one.
    """
    stands = {"questions": as_sent(there.questions), "rules": there.rules}
    draft = FormDraft.model_validate(stands | {"support": there.support} | changed)
    form = service.replace(session, actor, call.id, draft, Expected(expected))
    done = "form-saved" if form.is_used else "form-prepared"
    return go_to(f"{place_of(call, of)}/form", done=done)


def as_sent(questions: Sequence[QuestionRead]) -> list[dict[str, Any]]:
    """Return questions as the interface takes them again."""
    return [one.model_dump(mode="json", exclude={"built_in"}) for one in questions]


def may_change(actor: Actor, call: Call) -> bool:
    """Tell whether somebody may change what a call asks now."""
    if call.state is CallState.CANCELLED:
        return False
    published = call.state is not CallState.DRAFT
    return policy.allows(actor, Action.CALL_PUBLISH if published else Action.CALL_WRITE)


@router.get("/programmes/{programme}/calls/{call}/form")
@needs(Action.CALL_WRITE)
def show_builder(
    page: PageDep,
    session: ReadSessionDep,
    actor: ActorDep,
    programme: Reference,
    call: Reference,
) -> Response:
    """Show what a call asks, and what can be changed about it."""
    found, of = call_of(session, actor, programme, call)
    form = service.read(session, actor, found.id)
    asked = {one.key for one in form.questions}
    return page.render(
        "staff/builder.html",
        **around(session, actor, found, of, form),
        used=service.used(session, actor, found.id) if not form.is_used else None,
        left_out=[one for key, one in by_key(found.kind).items() if key not in asked],
    )


def around(
    session: Session, actor: Actor, call: Call, of: Programme, form: FormRead
) -> dict[str, Any]:
    """Return what all pages of the form of a call show."""
    return {
        "programme": of,
        "call": programmes.describe(actor, call),
        "place": f"{place_of(call, of)}/form",
        "form": form,
        "expected": entity_tag(form),
        "may_change": may_change(actor, call),
        "types": TYPES,
        "audiences": AUDIENCES,
        "parts": PARTS,
    }


def changed(
    session: Session,
    actor: Actor,
    named: tuple[UUID | str, UUID | str],
    form: Form[MoveForm],
    change: Callable[[list[dict[str, Any]]], list[dict[str, Any]]],
) -> Response:
    """Keep a form with its questions changed; where somebody was quicker, show theirs."""
    found, of = call_of(session, actor, *named)
    there = service.read(session, actor, found.id)
    if form.value is None:
        raise Unprocessable("The content cannot be accepted.", errors=form.errors)
    questions = change(as_sent(there.questions))
    try:
        return saved(session, actor, found, of, there, form.value.expected, questions=questions)
    except Stale:
        return go_to(f"{place_of(found, of)}/form", done="form-overtaken")


def index_of(questions: Sequence[Mapping[str, Any]], key: str) -> int:
    """Return where a question stands.

    Raises
    ------
    NotFound
        If it is not asked.
    """
    for index, one in enumerate(questions):
        if one["key"] == key:
            return index
    raise NotFound(Message("There is no question {key}.", key=key))


@router.post("/programmes/{programme}/calls/{call}/form/questions/{key}/move")
@needs(Action.CALL_WRITE)
def move_question(
    session: SessionDep,
    actor: ActorDep,
    programme: Reference,
    call: Reference,
    key: str,
    form: MoveFormDep,
) -> Response:
    """Let a question stand one place earlier or later."""

    def moved(questions: list[dict[str, Any]]) -> list[dict[str, Any]]:
        index = index_of(questions, key)
        down = form.value is not None and form.value.then == "down"
        place = min(max(index + (1 if down else -1), 0), len(questions) - 1)
        questions.insert(place, questions.pop(index))
        return questions

    return changed(session, actor, (programme, call), form, moved)


# --- a version that is prepared -----------------------------------------------------------


@router.get("/programmes/{programme}/calls/{call}/form/steps/{step}")
@needs(Action.CALL_PUBLISH)
def show_form_step(
    page: PageDep,
    session: ReadSessionDep,
    actor: ActorDep,
    programme: Reference,
    call: Reference,
    step: str,
) -> Response:
    """Say what it means to use a version that is prepared, or to throw it away."""
    found, of = call_of(session, actor, programme, call)
    form = service.read(session, actor, found.id)
    if step not in {"use", "discard"} or form.is_used:
        raise NotFound(Message("There is no step {step}.", step=step))
    return page.render(
        "staff/form_step.html", **around(session, actor, found, of, form), step=step
    )


@router.post("/programmes/{programme}/calls/{call}/form/steps/{step}")
@needs(Action.CALL_PUBLISH)
def take_form_step(
    session: SessionDep,
    actor: ActorDep,
    settings: SettingsDep,
    programme: Reference,
    call: Reference,
    step: str,
    form: MoveFormDep,
) -> Response:
    """Use a version that is prepared, or throw it away."""
    found, of = call_of(session, actor, programme, call)
    if step not in {"use", "discard"}:
        raise NotFound(Message("There is no step {step}.", step=step))
    if form.value is None:
        raise Unprocessable("The content cannot be accepted.", errors=form.errors)
    expected, place = Expected(form.value.expected), f"{place_of(found, of)}/form"
    try:
        if step == "use":
            asking.use(session, actor, found.id, expected, origin=settings.public_url)
        else:
            service.discard(session, actor, found.id, expected)
    except Stale:
        return go_to(place, done="form-overtaken")
    return go_to(place, done="form-used" if step == "use" else "form-discarded")
