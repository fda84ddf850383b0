"""Forms that are filled in without a connection: handed out, looked through, taken in.

Nothing is lost: each answer carries the fingerprint of what stood there when the form was
handed out. What the file leaves as it was changes nothing; what only the file has changed is
written; where both have changed, nothing is written before somebody says which shall stand.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from pydantic import ValidationError
from sqlmodel import Session

from app.access import policy
from app.access.policy import Action, Actor
from app.core.base.errors import FieldError, NotFound, Stale, Unprocessable
from app.core.base.merge_patch import Patch
from app.core.base.messages import Message
from app.core.base.translations import Language
from app.core.base.validation_errors import field_errors
from app.core.tables.row_errors import Fault, FaultyTable
from app.programmes import service as programmes
from app.programmes.models import Call
from app.questions import service as questions
from app.questions.answering import is_blank
from app.questions.forms import Form
from app.submissions.lifecycle import KINDS, Kind
from app.submissions.models import Submission
from app.submissions.schemas import NewChallenge, NewSolution
from app.submissions.service import asking, drafts, form_workbooks, queries
from app.submissions.service.answered import answers_of
from app.submissions.service.form_rows import CAPACITY, Asked, rows_of, seen_of
from app.submissions.service.form_values import labels_of, nested, values_of
from app.submissions.service.form_workbooks import Filled, Which

NEW: Final[Mapping[Kind, type[NewChallenge | NewSolution]]] = {
    Kind.CHALLENGE: NewChallenge,
    Kind.SOLUTION: NewSolution,
}


@dataclass(frozen=True, slots=True)
class Change:
    """An answer that a file would write.

    Attributes
    ----------
    name, title : str
    before, after : str
        As people read them; what stands there now, and what the file has.
    is_overtaken : bool
        Whether somebody has changed it since the form was handed out.
    place : str
        Where it stands in the file.
    """

    name: str
    title: str
    before: str
    after: str
    is_overtaken: bool
    place: str


@dataclass(frozen=True, slots=True)
class Taken:
    """What a file writes, or would write.

    Attributes
    ----------
    submission : Submission or None
        None where a new draft would begin.
    call : Call
    changes : list of Change
        In the order of the form.
    values : mapping
        What is written, by name.
    """

    submission: Submission | None
    call: Call
    changes: list[Change]
    values: Mapping[str, Any]

    @property
    def overtaken(self) -> list[Change]:
        """Those that somebody else has changed meanwhile."""
        return [one for one in self.changes if one.is_overtaken]


def hand_out(
    session: Session, call: Call, into: Language, *, as_json: bool
) -> tuple[str, bytes]:
    """Return the form of a call with nothing filled in, and what the file is called."""
    form = questions.form_of_call(session, call)
    return _file(session, call, form, None, into, as_json=as_json)


def hand_out_filled(
    session: Session,
    actor: Actor,
    kind: Kind,
    key: UUID | str,
    into: Language,
    *,
    as_json: bool,
) -> tuple[str, bytes]:
    """Return the form of a submission with what stands there.

    Raises
    ------
    NotFound, NotPermitted
        If the actor may not see it, or is not of its team.
    """
    submission = queries.get(session, actor, kind, key)
    policy.require(
        actor, Action.DRAFT_READ, submission.organisation_id, shared_id=submission.id
    )
    call = programmes.call_of(session, submission.call_id)
    form = asking.form_of(session, submission)
    return _file(session, call, form, submission, into, as_json=as_json)


def _file(
    session: Session,
    call: Call,
    form: Form,
    submission: Submission | None,
    into: Language,
    *,
    as_json: bool,
) -> tuple[str, bytes]:
    rows = rows_of(call.kind, form, into, labels_of(session, into.tag))
    code = submission.code if submission else None
    which = Which(call.id, form.number, code)
    answers = answers_of(submission, [one.name for one in rows]) if submission else {}
    name = f"{code or call.code}-version-{form.number}"
    if as_json:
        return f"{name}.json", form_workbooks.as_json(which, rows, answers)
    heading = f"{call.title} · {code}" if code else call.title
    content = form_workbooks.as_workbook(which, rows, answers, heading, into)
    return f"{name}.xlsx", content


def look_through(
    session: Session, actor: Actor, name: str, filled: Filled, into: Language
) -> Taken:
    """Return what a form that came back would write; nothing is written.

    Parameters
    ----------
    filled : Filled
        What the file holds (`form_workbooks.read`), read before there was a session.

    Raises
    ------
    FaultyTable
        If it is of another version than is answered, or an answer of it cannot be taken: each
        with its cell and what to do.
    NotFound, NotPermitted
        If the actor may not write for the team of the submission.
    """
    submission = _submission(session, actor, filled.which, name)
    call = programmes.call(session, actor, filled.which.call_id)
    form = (
        asking.form_of(session, submission)
        if submission
        else questions.form_of_call(session, call)
    )
    if form.number != filled.which.number:
        problem = Message(
            "This file has version {file} of the form; version {now} is answered now.",
            file=filled.which.number,
            now=form.number,
        )
        remedy = "Download the form again, and copy your answers into it."
        raise FaultyTable([Fault(name, 0, "", problem, remedy)])
    rows = rows_of(call.kind, form, into, labels_of(session, into.tag))
    values = values_of(session, call, form, filled, rows, name)
    return _compared(submission, call, filled, rows, values)


def _submission(session: Session, actor: Actor, which: Which, name: str) -> Submission | None:
    if which.code is None:
        return None
    try:
        found = queries.find(session, actor, which.code)
        policy.require(actor, Action.DRAFT_WRITE, found.organisation_id, shared_id=found.id)
    except NotFound:
        problem = Message("There is no submission {code} of your team.", code=which.code)
        remedy = "Sign in as a member of the team whose form it is."
        raise FaultyTable([Fault(name, 0, "", problem, remedy)]) from None
    return found


def _compared(
    submission: Submission | None,
    call: Call,
    filled: Filled,
    rows: list[Asked],
    values: Mapping[str, Any],
) -> Taken:
    stored = answers_of(submission, values) if submission else dict.fromkeys(values)
    changes, written = [], {}
    for row in rows:
        if row.name not in values:
            continue
        sent, there = _as_stored(row.name, values[row.name]), stored[row.name]
        seen = filled.seen.get(row.name)
        if seen_of(sent) in {seen_of(there), seen if submission else None}:
            continue
        is_overtaken = submission is not None and seen is not None and seen_of(there) != seen
        place = filled.places.get(row.name, "")
        said = row.said(there), row.said(sent)
        changes.append(Change(row.name, row.title, *said, is_overtaken, place))
        written[row.name] = sent
    return Taken(submission, call, changes, written)


def _as_stored(name: str, value: Any) -> Any:
    return int(value) if name == CAPACITY and not is_blank(value) else value


def take_in(
    session: Session,
    actor: Actor,
    name: str,
    filled: Filled,
    into: Language,
    *,
    most: int,
    organisation_id: UUID | None = None,
    is_mine: bool = False,
) -> Taken:
    """Write what a form that came back says: a new draft, or a change of one. Nothing is sent.

    Parameters
    ----------
    most : int
        How many submissions a team may begin in one call.
    is_mine : bool, default=False
        Whether the file counts where somebody else has changed an answer meanwhile.

    Raises
    ------
    FaultyTable, NotFound, NotPermitted
        As `look_through`.
    Stale
        If somebody has changed an answer since that the file changes, too; `errors` has both.
    CallNotOpen, TransitionNotAllowed, Conflict, Unprocessable
        As a draft that is begun or changed otherwise.
    """
    found = look_through(session, actor, name, filled, into)
    if found.submission is not None:
        # Until the end of the transaction: what is compared here is what is replaced.
        session.refresh(found.submission, with_for_update=True)
        found = look_through(session, actor, name, filled, into)
    if found.overtaken and not is_mine:
        message = Message("It says “{now}” now, and “{file}” in the file.")
        raise Stale(
            "Somebody of your team has changed answers since the form was handed out.",
            errors=[
                FieldError(
                    f"/{one.name.replace('.', '/')}",
                    Message(message.template, now=one.before[:200], file=one.after[:200]),
                )
                for one in found.overtaken
            ],
        )
    kind = KINDS[found.call.kind]
    if found.submission is not None:
        if not found.changes:
            return found
        patch = Patch(nested(found.values))
        made = drafts.change(session, actor, kind, found.submission.id, patch)
        return Taken(made, found.call, found.changes, found.values)
    given = {key: value for key, value in found.values.items() if value is not None}
    try:
        new = NEW[kind].model_validate(
            {"content": {}}
            | nested(given)
            | {"call_id": found.call.id, "organisation_id": organisation_id}
        )
    except ValidationError as error:
        errors = field_errors(error.errors())
        raise Unprocessable("The content cannot be accepted.", errors=errors) from error
    made = drafts.create(session, actor, kind, new, most=most)
    return Taken(made, found.call, found.changes, found.values)
