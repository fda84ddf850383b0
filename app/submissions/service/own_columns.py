"""Questions of calls as columns of tables: how they are called, read in and written out."""

from collections.abc import Mapping
from functools import partial
from typing import Annotated, Any, Final, cast
from uuid import UUID

from pydantic import BaseModel, BeforeValidator, Field, create_model
from sqlmodel import Session

from app.access.policy import Actor
from app.core.base.messages import Message
from app.core.base.validation_errors import mendable
from app.core.tables.countries import name_of
from app.core.tables.exporting import InWords, Named
from app.core.tables.importing.headings import Headings
from app.core.tables.languages import language_name
from app.programmes import service as programmes
from app.programmes.lifecycle import CallKind
from app.programmes.schemas import CallQuery
from app.questions import service as questions
from app.questions.answering import is_blank, spoken, taken
from app.questions.builtin import by_key
from app.questions.forms import Form, Question, QuestionType
from app.submissions.lifecycle import CALLS, Kind
from app.submissions.records import ChallengeRecord, SolutionRecord, SubmissionRecord
from app.submissions.schemas import READS, SubmissionQuery

RECORDS: Final[Mapping[CallKind, type[ChallengeRecord] | type[SolutionRecord]]] = {
    CallKind.CHALLENGES: ChallengeRecord,
    CallKind.SOLUTIONS: SolutionRecord,
}
"""What the rows of a file look like for a call that asks the built-in form."""

MOST_CALLS: Final = 20
"""Calls of one table whose questions get columns of their own; of more, one column has all."""


def own_questions(kind: CallKind, form: Form) -> list[Question]:
    """Return the questions of a form that are the call's own, in their order."""
    ours = by_key(kind)
    return [one for one in form.questions if one.key not in ours]


def record_for(kind: CallKind, form: Form) -> type[ChallengeRecord] | type[SolutionRecord]:
    """Return what the rows of a file for a call look like.

    Each question of the call's own is a field, called by its key or by what it asks. What the
    call does not ask is refused where a row tells it.
    """
    base = RECORDS[kind]
    own = own_questions(kind, form)
    asked = {one.key for one in form.questions}
    fields: dict[str, Any] = {
        one.key: (
            Annotated[Any, BeforeValidator(partial(_read, one))],
            Field(default=None, description=one.title),
        )
        for one in own
    }
    fields |= {
        key: (
            Annotated[str, BeforeValidator(_unasked)],
            Field(default="", description=Message("nothing: this call does not ask for it")),
        )
        for key in by_key(kind)
        if key not in asked
    }
    if not fields:
        return base
    made = cast(Any, create_model(f"{base.__name__}Of", __base__=base, **fields))
    made.own_keys = tuple(one.key for one in own)
    made.headings = {
        **base.headings,
        **{one.key: (one.title, _key_heading(one.key)) for one in own},
    }
    record: type[ChallengeRecord] | type[SolutionRecord] = made
    return record


def _read(question: Question, given: Any) -> Any:
    if question.type is QuestionType.FILE and not is_blank(given):
        raise mendable(
            "A table carries no files.",
            "Leave this column out; files that are there already stay.",
        )
    return taken(question, given)


def _unasked(given: Any) -> str:
    if not is_blank(given):
        raise mendable(
            "The call does not ask for it.", "Leave it out, or let the call ask for it."
        )
    return ""


def _key_heading(key: str) -> str:
    return f"answers {key}"


def heading_for(record: type[SubmissionRecord], question: Question) -> str:
    """Return what a column is called so that it is read in again as this question."""
    understood = Headings(record)
    if understood.field(question.title) == question.key:
        return question.title
    return _key_heading(question.key)


def read_for(
    session: Session, actor: Actor, kind: Kind, query: SubmissionQuery
) -> type[BaseModel]:
    """Return the form in which a list becomes a table: a column for each question of calls.

    Only where the list is of named calls or of named programmes: the questions of all calls
    that there are would make a table that nobody can read.
    """
    read = READS[kind]
    if not (query.call or query.programme):
        return read
    asked = _asked_by(session, actor, kind, query)
    if not asked:
        return read
    form = Form(questions=tuple(asked.values()))
    record = record_for(CALLS[kind], form)
    columns: dict[str, Any] = {
        key: (
            Annotated[Any, InWords(partial(_said, one))],
            Field(default=None, title=heading_for(record, one)),
        )
        for key, one in asked.items()
    }
    answers = create_model(f"{read.__name__}Answers", **columns)
    return create_model(f"{read.__name__}Of", __base__=read, answers=(answers, ...))


def _asked_by(
    session: Session, actor: Actor, kind: Kind, query: SubmissionQuery
) -> dict[str, Question]:
    """Return the own questions of all calls of a list by key; the newest version counts."""
    wanted = CallQuery(
        code=query.call if all(isinstance(one, str) for one in query.call) else [],
        programme=query.programme,
        kind=[CALLS[kind]],
        limit=MOST_CALLS,
    )
    calls = programmes.calls(session, actor, wanted).rows
    named = {one for one in query.call if isinstance(one, UUID)}
    if named:
        calls = [one for one in calls if one.id in named]
    found: dict[str, Question] = {}
    for call in calls:
        for form in questions.used_forms(session, call.id):
            for one in own_questions(CALLS[kind], form):
                found.setdefault(one.key, one)
    return found


def _said(question: Question, value: Any, _: Named) -> str:
    if is_blank(value):
        return ""
    match question.type:
        case QuestionType.COUNTRY:
            return name_of(value)
        case QuestionType.LANGUAGE:
            return language_name(value)
    return "; ".join(spoken(value))
