"""Beginning with the answers of an earlier submission, and telling which are still those.

What was taken over is kept as the fingerprint of each answer. So an answer counts as taken over
as long as it is the one that was taken, whoever writes it and however: nothing that writes a
submission has to think of it.
"""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from pydantic import BaseModel
from sqlmodel import Session, select

from app.access import policy
from app.access.policy import Action, Actor
from app.core.base.errors import FieldError, Unprocessable
from app.core.base.messages import Message
from app.core.storage.reference_numbers import named
from app.questions.answering import is_blank, taken
from app.questions.builtin import by_key
from app.questions.forms import Form, QuestionType
from app.submissions.content import ChallengeFields, SolutionFields
from app.submissions.lifecycle import CALLS, Kind
from app.submissions.models import Submission
from app.submissions.reuse_schemas import (
    LeftOutRead,
    ReusedAnswerRead,
    ReusedRead,
)
from app.submissions.schemas import (
    DRAFTS,
    NewChallenge,
    NewSolution,
)
from app.submissions.service import queries
from app.submissions.service.answered import ANSWERS, CONTENT, fingerprint
from app.submissions.service.meter import metered
from app.themes import service as themes

New = NewChallenge | NewSolution

_FIELDS: Final[Mapping[Kind, type[BaseModel]]] = {
    Kind.CHALLENGE: ChallengeFields,
    Kind.SOLUTION: SolutionFields,
}
_LEAST_TITLE: Final = "A title"


class TakenOver:
    """What a draft begins with that stood in an earlier submission.

    Parameters
    ----------
    source : Submission
    """

    def __init__(self, source: Submission) -> None:
        self.source = source
        self.answers: dict[str, Any] = {}
        self.left_out: dict[str, list[str]] = {}

    def stored(self, submission: Submission) -> dict[str, Any]:
        """Return what the draft keeps of it."""
        written_at = self.source.submitted_at or self.source.updated_at
        return {
            "submission_id": str(self.source.id),
            "written_at": written_at.isoformat(),
            "answers": {name: fingerprint(submission, [name]) for name in self.answers},
            "left_out": [
                {"answer": name, "themes": keys, "seen": fingerprint(submission, [name])}
                for name, keys in self.left_out.items()
            ],
        }


def taken_over(
    session: Session, actor: Actor, kind: Kind, owner_id: UUID, new: New, form: Form
) -> tuple[New, TakenOver | None]:
    """Return what a draft begins with: its answers, and those of the submission it is like.

    An answer that is given counts, and so does the title. What a draft may not hold now, such
    as a theme that is no longer offered, is left out, and so is what the call does not ask.

    Parameters
    ----------
    form : Form
        By which the call asks.

    Raises
    ------
    Unprocessable
        If the organisation has no such submission of this kind that the actor may read.
    """
    if new.like is None:
        return new, None
    found = TakenOver(_source(session, actor, kind, owner_id, new.like))
    known = themes.keys(session)
    for name, value in _answers(found.source, form):
        if _is_given(new, name):
            continue
        if name == "themes":
            value, gone = [k for k in value if k in known], [k for k in value if k not in known]
            if gone:
                found.left_out[name] = gone
        if not _fits(kind, name, value, form):
            found.left_out.setdefault(name, [])
        elif value != []:
            found.answers[name] = value
    return type(new).model_validate(_with(new.model_dump(), found.answers)), found


def _source(
    session: Session, actor: Actor, kind: Kind, owner_id: UUID, key: UUID | str
) -> Submission:
    statement = select(Submission).where(
        named(Submission, key),
        Submission.kind == kind,
        Submission.organisation_id == owner_id,
        queries.readable(actor),
    )
    source = session.exec(statement).first()
    if source is None:
        detail = Message("Your organisation has no {kind} {key}.", kind=kind, key=key)
        errors = [FieldError("/like", detail)]
        raise Unprocessable("There is nothing to start from.", errors=errors)
    return source


def _answers(source: Submission, form: Form) -> Iterator[tuple[str, Any]]:
    """Yield what stands in a submission and is asked, by its name; the title is its own."""
    for name in ("language", "summary", "themes"):
        if value := getattr(source, name):
            yield name, value
    for name in _FIELDS[source.kind].model_fields:
        value = source.content.get(name)
        if value not in (None, "") and _is_asked(source.kind, name, form):
            yield CONTENT + name, value
    for name, value in source.answers.items():
        if form.question(name) is None:
            continue
        yield ANSWERS + name, value


def _is_given(new: New, name: str) -> bool:
    if name.startswith(ANSWERS):
        return not is_blank(new.answers.get(name.removeprefix(ANSWERS)))
    if not name.startswith(CONTENT):
        return bool(getattr(new, name))
    name = name.removeprefix(CONTENT)
    return name in new.content.model_fields_set and getattr(new.content, name) != ""


def _is_asked(kind: Kind, name: str, form: Form) -> bool:
    return name not in by_key(CALLS[kind]) or form.question(name) is not None


def _fits(kind: Kind, name: str, value: Any, form: Form) -> bool:
    """Tell whether a draft may hold an answer now."""
    try:
        if name.startswith(ANSWERS):
            question = form.question(name.removeprefix(ANSWERS))
            if question is None or question.type is QuestionType.FILE:
                return False  # the file itself stays with the other submission
            return bool(taken(question, value) == value)
        DRAFTS[kind].model_validate(_with({"title": _LEAST_TITLE}, {name: value}))
    except ValueError:
        return False
    return True


def _with(draft: Mapping[str, Any], answers: Mapping[str, Any]) -> dict[str, Any]:
    whole = {**draft}
    whole |= {name: {**draft.get(name, {})} for name in ("content", "answers")}
    for name, value in answers.items():
        head, _, key = name.partition(".")
        if key:
            whole[head][key] = value
        else:
            whole[name] = value
    return whole


def reused(session: Session, actor: Actor, submission: Submission) -> ReusedRead:
    """Return which answers of a submission are those of an earlier one, and what did not fit.

    Raises
    ------
    NotPermitted
        If the actor is not of the team: who reads a submission sees its answers alone.
    """
    policy.require(actor, Action.DRAFT_READ, submission.organisation_id)
    kept = submission.reused
    if kept is None:
        return ReusedRead(meter=metered(session, submission, ()), answers=[], left_out=[])
    code = session.exec(
        select(Submission.code).where(Submission.id == UUID(kept["submission_id"]))
    ).one()
    at = datetime.fromisoformat(kept["written_at"])
    names = unchanged(submission)
    return ReusedRead(
        meter=metered(session, submission, names),
        answers=[
            ReusedAnswerRead(answer=name, submission=code, written_at=at) for name in names
        ],
        left_out=[
            LeftOutRead(answer=one["answer"], themes=one["themes"], submission=code)
            for one in kept["left_out"]
            if fingerprint(submission, [one["answer"]]) == one["seen"]
        ],
    )


def unchanged(submission: Submission) -> list[str]:
    """Return the names of the answers that were taken over and stand as they were taken."""
    taken: Mapping[str, str] = (submission.reused or {}).get("answers", {})
    return [name for name, seen in taken.items() if fingerprint(submission, [name]) == seen]


def of_kind(session: Session, actor: Actor, kind: Kind, key: UUID | str) -> ReusedRead:
    """Return the same of a submission by its key or its code.

    Raises
    ------
    NotFound, NotPermitted
        If the actor may not see the submission, or is not of its team.
    """
    return reused(session, actor, queries.get(session, actor, kind, key))
