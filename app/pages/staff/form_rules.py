"""Who may take part in a call, with reasons; and its form, tried without storing anything."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Response
from pydantic import BaseModel, ConfigDict, Field, ValidationError
from sqlmodel import Session

from app.access.policy import Action, Actor
from app.accounts.dependencies import ActorDep
from app.core.base.entity_tags import entity_tag
from app.core.base.errors import FieldError, Stale, Unprocessable
from app.core.base.references import Reference
from app.core.base.translations import language
from app.core.base.validation_errors import field_errors
from app.core.http.access import needs
from app.core.http.database_sessions import ReadSessionDep, SessionDep
from app.core.http.forms import Form, form_of
from app.core.tables.countries import country_codes
from app.core.tables.languages import OFFERED
from app.organisations.schemas import Level
from app.pages.layout import Page, PageDep, go_to
from app.pages.staff.builder import MoveFormDep, may_change, saved
from app.pages.staff.calls import call_of, place_of
from app.pages.staff.question_form import lines_of
from app.programmes import service as programmes
from app.programmes.models import Call, Programme
from app.questions import service
from app.questions.answering import LONGEST, shown, taken, unfinished
from app.questions.forms import (
    DECIDING,
    MOST_OPTIONS,
    MOST_QUESTIONS,
    QuestionType,
    Subject,
)
from app.questions.forms import Form as Asked

router = APIRouter()

_Typed = Annotated[str, Field(max_length=20_000)]


class RuleForm(BaseModel):
    """A condition of taking part, as a form tells it."""

    model_config = ConfigDict(extra="forbid")

    expected: str = Field(default="", max_length=200)
    subject: _Typed = ""
    question: _Typed = ""
    one_of: _Typed = ""
    reason: _Typed = ""


class Tried(BaseModel):
    """What was answered to one question."""

    model_config = ConfigDict(extra="forbid")

    key: str = Field(default="", max_length=40)
    said: list[Annotated[str, Field(max_length=2 * LONGEST)]] = Field(
        default=[], max_length=2 * MOST_OPTIONS
    )


class Trial(BaseModel):
    """Answers to a form that nobody stores."""

    model_config = ConfigDict(extra="forbid")

    answers: list[Tried] = Field(default=[], max_length=MOST_QUESTIONS)


RuleFormDep = Annotated[Form[RuleForm], Depends(form_of(RuleForm))]
TrialDep = Annotated[Form[Trial], Depends(form_of(Trial))]


@router.get("/programmes/{programme}/calls/{call}/form/rule")
@needs(Action.CALL_WRITE)
def show_rule(
    page: PageDep,
    session: ReadSessionDep,
    actor: ActorDep,
    programme: Reference,
    call: Reference,
) -> Response:
    """Ask for a condition of taking part."""
    found, of = call_of(session, actor, programme, call)
    return _rule_page(page, session, actor, found, of, Form())


@router.post("/programmes/{programme}/calls/{call}/form/rule")
@needs(Action.CALL_WRITE)
def save_rule(
    page: PageDep,
    session: SessionDep,
    actor: ActorDep,
    programme: Reference,
    call: Reference,
    typed: RuleFormDep,
) -> Response:
    """Add a condition of taking part."""
    found, of = call_of(session, actor, programme, call)
    if typed.value is None:
        return _rule_page(page, session, actor, found, of, typed, 422)
    form = service.read(session, actor, found.id)
    said: dict[str, Any] = {
        "subject": typed.value.subject,
        "one_of": lines_of(typed.value.one_of),
        "reason": typed.value.reason,
    }
    if typed.value.subject == Subject.ANSWER:
        said["question"] = typed.value.question or None
    rules = [*(rule.model_dump(mode="json") for rule in form.rules), said]
    place = f"/rules/{len(form.rules)}"
    try:
        return saved(session, actor, found, of, form, typed.value.expected, rules=rules)
    except ValidationError as wrong:
        errors = field_errors(wrong.errors())
    except Unprocessable as refusal:
        errors = list(refusal.errors)
    except Stale:
        return _rule_page(page, session, actor, found, of, typed, Stale.status)
    typed = typed.refused(*(_at_its_field(error, place) for error in errors))
    return _rule_page(page, session, actor, found, of, typed, 422)


def _at_its_field(error: FieldError, place: str) -> FieldError:
    inner = error.pointer.removeprefix(place).strip("/").partition("/")[0]
    return FieldError(f"/{inner or 'subject'}", error.detail)


@router.post("/programmes/{programme}/calls/{call}/form/rules/{index}/remove")
@needs(Action.CALL_WRITE)
def remove_rule(
    session: SessionDep,
    actor: ActorDep,
    programme: Reference,
    call: Reference,
    index: int,
    form: MoveFormDep,
) -> Response:
    """Take a condition of taking part out."""
    found, of = call_of(session, actor, programme, call)
    there = service.read(session, actor, found.id)
    if form.value is None:
        raise Unprocessable("The content cannot be accepted.", errors=form.errors)
    rules = [rule for number, rule in enumerate(there.rules) if number != index]
    try:
        return saved(session, actor, found, of, there, form.value.expected, rules=rules)
    except Stale:
        return go_to(f"{place_of(found, of)}/form", done="form-overtaken")


@router.post("/programmes/{programme}/calls/{call}/form/support")
@needs(Action.CALL_WRITE)
def ask_for_support(
    session: SessionDep,
    actor: ActorDep,
    programme: Reference,
    call: Reference,
    form: MoveFormDep,
) -> Response:
    """Ask for the support of a superior, or ask for it no more."""
    found, of = call_of(session, actor, programme, call)
    there = service.read(session, actor, found.id)
    if form.value is None:
        raise Unprocessable("The content cannot be accepted.", errors=form.errors)
    wanted = form.value.then == "ask"
    try:
        return saved(session, actor, found, of, there, form.value.expected, support=wanted)
    except Stale:
        return go_to(f"{place_of(found, of)}/form", done="form-overtaken")


def _rule_page(
    page: Page,
    session: Session,
    actor: Actor,
    call: Call,
    of: Programme,
    typed: Form[RuleForm],
    status: int = 200,
) -> Response:
    form = service.read(session, actor, call.id)
    return page.render(
        "staff/rule.html",
        status=status,
        call=programmes.describe(actor, call),
        programme=of,
        place=f"{place_of(call, of)}/form",
        form=typed,
        expected=entity_tag(form),
        may_change=may_change(actor, call),
        deciding=[(one.key, one.title) for one in form.questions if one.type in DECIDING],
        levels=[level.value for level in Level],
        overtaken=status == Stale.status,
    )


# --- trying it ----------------------------------------------------------------------------


@router.get("/programmes/{programme}/calls/{call}/form/try")
@needs(Action.CALL_WRITE)
def show_trial(
    page: PageDep,
    session: ReadSessionDep,
    actor: ActorDep,
    programme: Reference,
    call: Reference,
) -> Response:
    """Show the form of a call as a team gets it, to be tried."""
    found, of = call_of(session, actor, programme, call)
    return _trial_page(page, session, actor, found, of, None)


@router.post("/programmes/{programme}/calls/{call}/form/try")
@needs(Action.CALL_WRITE)
def try_form(
    page: PageDep,
    session: ReadSessionDep,
    actor: ActorDep,
    programme: Reference,
    call: Reference,
    form: TrialDep,
) -> Response:
    """Say what a team would be told about these answers; nothing is stored."""
    found, of = call_of(session, actor, programme, call)
    if form.value is None:
        raise Unprocessable("The content cannot be accepted.", errors=form.errors)
    return _trial_page(page, session, actor, found, of, form.value)


def _trial_page(
    page: Page,
    session: Session,
    actor: Actor,
    call: Call,
    of: Programme,
    tried: Trial | None,
) -> Response:
    read = service.read(session, actor, call.id)
    form = service.asked_by(read)
    answers, wrong, written = _understood(form, tried)
    lacks = {
        error.pointer.rpartition("/")[2]: error.detail
        for error in unfinished(call.kind, form, answers)
    }
    is_shown = {one.key for one in shown(form, answers)}
    spoken = language(page.language)
    return page.render(
        "staff/trial.html",
        call=programmes.describe(actor, call),
        programme=of,
        place=f"{place_of(call, of)}/form",
        read=read,
        rows=[
            {
                "question": one,
                "value": written.get(one.key, answers.get(one.key)),
                "wrong": wrong.get(one.key) or (lacks.get(one.key) if tried else None),
                "is_shown": one.key in is_shown,
                "language": "" if one.built_in else read.language,
            }
            for one in read.questions
        ],
        is_tried=tried is not None,
        lacking=len(wrong) + len(lacks.keys() - wrong.keys()),
        countries=sorted((spoken.country(code), code) for code in country_codes()),
        languages_offered=OFFERED,
    )


def _understood(
    form: Asked, tried: Trial | None
) -> tuple[dict[str, Any], dict[str, str], dict[str, Any]]:
    """Return answers, what is wrong with others, and those as they were written; by key."""
    answers: dict[str, Any] = {}
    wrong: dict[str, str] = {}
    written: dict[str, Any] = {}
    for one in tried.answers if tried else ():
        question = form.question(one.key)
        if question is None:
            continue
        several = question.type is QuestionType.CHOICES
        given = one.said if several else next(iter(one.said[-1:]), None)
        try:
            answers[one.key] = taken(question, given)
        except ValueError as error:
            wrong[one.key], written[one.key] = error.args[0], given
    return answers, wrong, written
