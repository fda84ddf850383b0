"""One question of a call: added, changed, taken out."""

from typing import Annotated, Any, Final

from fastapi import APIRouter, Depends, Response
from pydantic import BaseModel, ConfigDict, Field, ValidationError
from sqlmodel import Session

from app.access.policy import Action, Actor
from app.accounts.dependencies import ActorDep
from app.core.base.errors import FieldError, NotFound, Stale, Unprocessable
from app.core.base.messages import Message
from app.core.base.references import Reference
from app.core.base.validation_errors import field_errors
from app.core.http.access import needs
from app.core.http.database_sessions import ReadSessionDep, SessionDep
from app.core.http.forms import Form, form_of
from app.pages.layout import Page, PageDep
from app.pages.staff.builder import MoveFormDep, around, as_sent, changed, index_of, saved
from app.pages.staff.calls import call_of
from app.programmes.models import Call, Programme
from app.questions import service
from app.questions.builtin import by_key
from app.questions.checking import key_for
from app.questions.forms import DECIDING, Audience, Question, QuestionType
from app.questions.schemas import FormRead, QuestionRead

router = APIRouter()

NEW: Final = "new"
_Typed = Annotated[str, Field(max_length=20_000)]


class QuestionForm(BaseModel):
    """A question, as a form tells it."""

    model_config = ConfigDict(extra="forbid")

    expected: str = Field(default="", max_length=200)
    type: _Typed = ""
    title: _Typed = ""
    hint: _Typed = ""
    section: _Typed = ""
    required: _Typed = ""
    least_words: _Typed = ""
    most_words: _Typed = ""
    least: _Typed = ""
    most: _Typed = ""
    most_files: _Typed = ""
    options: _Typed = ""
    if_question: _Typed = ""
    if_says: _Typed = ""
    audience: _Typed = ""
    part: _Typed = ""


QuestionFormDep = Annotated[Form[QuestionForm], Depends(form_of(QuestionForm))]


def lines_of(text: str) -> list[str]:
    """Return what stands on each line, without lines that are blank."""
    return [line.strip() for line in text.splitlines() if line.strip()]


@router.get("/programmes/{programme}/calls/{call}/form/questions/{key}")
@needs(Action.CALL_WRITE)
def show_question(
    page: PageDep,
    session: ReadSessionDep,
    actor: ActorDep,
    programme: Reference,
    call: Reference,
    key: str,
) -> Response:
    """Show one question of a call, to be changed; or ask for a new one."""
    found, of = call_of(session, actor, programme, call)
    form = service.read(session, actor, found.id)
    written = _written(_question(found, form, key))
    return _question_page(page, session, actor, found, of, form, key, Form(written=written))


@router.post("/programmes/{programme}/calls/{call}/form/questions/{key}")
@needs(Action.CALL_WRITE)
def save_question(
    page: PageDep,
    session: SessionDep,
    actor: ActorDep,
    programme: Reference,
    call: Reference,
    key: str,
    typed: QuestionFormDep,
) -> Response:
    """Add a question to what a call asks, or change it."""
    found, of = call_of(session, actor, programme, call)
    form = service.read(session, actor, found.id)
    there = _question(found, form, key)
    if typed.value is None:
        return _question_page(page, session, actor, found, of, form, key, typed, 422)
    asked = as_sent(form.questions)
    keys = [one.key for one in form.questions]
    said = _said(typed.value)
    said["key"] = there.key if there else key_for(typed.value.title, keys)
    index = keys.index(key) if key in keys else len(asked)
    asked[index : index + 1] = [said]
    try:
        return saved(session, actor, found, of, form, typed.value.expected, questions=asked)
    except ValidationError as wrong:
        errors = field_errors(wrong.errors())
    except Unprocessable as refusal:
        errors = list(refusal.errors)
    except Stale:
        return _question_page(page, session, actor, found, of, form, key, typed, Stale.status)
    errors = [_at_its_field(error, index) for error in errors]
    return _question_page(
        page, session, actor, found, of, form, key, typed.refused(*errors), 422
    )


def _question(call: Call, form: FormRead, key: str) -> QuestionRead | None:
    """Return a question by its key: of the form, or one of ours that it leaves out."""
    if key == NEW:
        return None
    for one in form.questions:
        if one.key == key:
            return one
    ours = by_key(call.kind).get(key)
    if ours is None:
        raise NotFound(Message("There is no question {key}.", key=key))
    return service.question_read(
        call.kind, Question(key=key, required=ours.request is not None)
    )


def _said(typed: QuestionForm) -> dict[str, Any]:
    """Return what was typed as a question takes it; what is blank is left out."""
    given: dict[str, Any] = {
        name: value
        for name, value in typed.model_dump(
            exclude={"expected", "options", "if_question", "if_says", "required"}
        ).items()
        if value.strip()
    }
    given["required"] = bool(typed.required)
    if options := lines_of(typed.options):
        given["options"] = options
    if typed.if_question:
        given["shown_if"] = {"question": typed.if_question, "says": lines_of(typed.if_says)}
    return given


_FIELDS: Final = {"shown_if/question": "if_question", "shown_if/says": "if_says"}


def _at_its_field(error: FieldError, index: int) -> FieldError:
    """Return what is wrong with a form at the field of the question that was typed."""
    before = f"/questions/{index}"
    if error.pointer == before:
        return FieldError("/type", error.detail)
    if not error.pointer.startswith(f"{before}/"):
        return error
    place = error.pointer.removeprefix(f"{before}/")
    for inner, name in _FIELDS.items():
        if place.startswith(inner):
            return FieldError(f"/{name}", error.detail)
    return FieldError(f"/{place.partition('/')[0]}", error.detail)


def _written(question: QuestionRead | None) -> dict[str, str | list[str]]:
    """Return a question as its form shows it."""
    if question is None:
        return {"type": QuestionType.LONG_TEXT, "audience": Audience.REVIEWERS, "part": "none"}
    condition = question.shown_if
    limits = {
        name: "" if (value := getattr(question, name)) is None else f"{value:g}"
        for name in ("least_words", "most_words", "least", "most", "most_files")
    }
    return {
        **{n: str(getattr(question, n)) for n in ("title", "hint", "section")},
        **{n: str(getattr(question, n)) for n in ("type", "audience", "part")},
        **limits,
        "required": "true" if question.required else "",
        "options": "\n".join(question.options),
        "if_question": condition.question if condition else "",
        "if_says": "\n".join(condition.says) if condition else "",
    }


def _question_page(
    page: Page,
    session: Session,
    actor: Actor,
    call: Call,
    of: Programme,
    form: FormRead,
    key: str,
    typed: Form[QuestionForm],
    status: int = 200,
) -> Response:
    question = _question(call, form, key)
    return page.render(
        "staff/question.html",
        status=status,
        **around(session, actor, call, of, form)
        | {"asked": form.questions, "form": typed, "is_locked": form.is_locked},
        question=question,
        is_there=any(one.key == key for one in form.questions),
        deciding=[
            (one.key, one.title)
            for one in form.questions
            if one.type in DECIDING and one.key != key
        ],
        overtaken=status == Stale.status,
    )


@router.post("/programmes/{programme}/calls/{call}/form/questions/{key}/remove")
@needs(Action.CALL_WRITE)
def remove_question(
    page: PageDep,
    session: SessionDep,
    actor: ActorDep,
    programme: Reference,
    call: Reference,
    key: str,
    form: MoveFormDep,
) -> Response:
    """Ask a question no longer; one upon which others depend stays."""

    def without(questions: list[dict[str, Any]]) -> list[dict[str, Any]]:
        del questions[index_of(questions, key)]
        return questions

    try:
        return changed(session, actor, (programme, call), form, without)
    except Unprocessable as refusal:
        found, of = call_of(session, actor, programme, call)
        there = service.read(session, actor, found.id)
        problem = Message(
            "It cannot be taken out: another question or a condition depends on it, or no "
            "submission of this kind can do without it."
        )
        typed: Form[QuestionForm] = Form(
            errors=(FieldError("/title", problem),) if refusal.errors else (),
            written=_written(_question(found, there, key)),
        )
        return _question_page(page, session, actor, found, of, there, key, typed, 422)
