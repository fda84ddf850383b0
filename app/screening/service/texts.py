"""The texts of a call, read in short sessions, and what the engine finds in them."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from sqlalchemy import ColumnElement, Row
from sqlmodel import Session, col, select

from app.matchmaking import deferred
from app.matchmaking.findings import LookedThrough, Screened
from app.programmes.models import Call, Programme
from app.questions import service as questions
from app.questions.answering import passages
from app.questions.forms import Form
from app.submissions.content import ChallengeFields, SolutionFields, passages_of
from app.submissions.lifecycle import CALLS, Kind
from app.submissions.models import Submission

Opened = Callable[[], AbstractContextManager[Session]]
"""Opens a session that reads."""

READ_AT_ONCE: Final = 500
"""Submissions whose texts are held at once."""
_PASSAGES: Final = {
    Kind.CHALLENGE: passages_of(ChallengeFields),
    Kind.SOLUTION: passages_of(SolutionFields),
}


@dataclass(frozen=True, slots=True)
class OfCall:
    """A call, as much as is needed without a session."""

    call_id: UUID
    programme_id: UUID
    kind: Kind
    working_language: str

    @classmethod
    def read(cls, session: Session, call: Call) -> "OfCall":
        """Return what is needed of a call."""
        programme = session.get_one(Programme, call.programme_id)
        kind = next(kind for kind, asked in CALLS.items() if asked is call.kind)
        return cls(call.id, programme.id, kind, programme.working_language)


class Forms:
    """The forms that submissions answer, each read once in a session."""

    def __init__(self, session: Session, kind: Kind) -> None:
        self._session, self._kind = session, kind
        self._read: dict[UUID | None, Form] = {}

    def of(self, form_id: UUID | None) -> Form:
        """Return a form by its key; None: the built-in one."""
        if form_id not in self._read:
            self._read[form_id] = questions.asked(self._session, form_id, CALLS[self._kind])
        return self._read[form_id]


def parts(keys: Sequence[UUID]) -> Iterator[Sequence[UUID]]:
    """Yield keys, as many at a time as are read at once."""
    return (keys[start : start + READ_AT_ONCE] for start in range(0, len(keys), READ_AT_ONCE))


def looked_through(of: OfCall, opened: Opened) -> Mapping[UUID, LookedThrough]:
    """Return what the engine finds in all that was handed in to a call."""
    here = Submission.call_id == of.call_id
    with opened() as session:
        pool = _versions(session, here)
        # What stands in a challenge is copied into a solution, not the other way round.
        elsewhere = (
            _versions(
                session,
                Submission.programme_id == of.programme_id,
                Submission.kind == Kind.CHALLENGE,
            )
            if of.kind is Kind.SOLUTION
            else []
        )

    def read(rows: Sequence[Row[Any]]) -> Callable[[], list[Screened]]:
        return lambda: _texts(of, opened, [row.id for row in rows])

    versions = (of.call_id, *((row.id, row.version) for row in (*pool, *elsewhere)))
    return deferred.looked_through(versions, read(pool), read(elsewhere))


def _versions(session: Session, *conditions: ColumnElement[bool] | bool) -> list[Row[Any]]:
    """Return key and version of what was handed in, the first to arrive first."""
    statement = (
        select(Submission.id, Submission.version)
        .where(col(Submission.submitted_at).is_not(None), *conditions)
        .order_by(col(Submission.submitted_at), col(Submission.code))
    )
    return list(session.execute(statement).all())


def _texts(of: OfCall, opened: Opened, keys: Sequence[UUID]) -> list[Screened]:
    """Return what these submissions say, in the order of the keys."""
    found: dict[UUID, Screened] = {}
    for some in parts(keys):
        with opened() as session:
            rows = session.exec(select(Submission).where(col(Submission.id).in_(some))).all()
            forms = {kind: Forms(session, kind) for kind in Kind}
            found |= {row.id: screened(row, forms[row.kind].of(row.form_id)) for row in rows}
    return [found[key] for key in keys if key in found]


def screened(row: Submission, form: Form) -> Screened:
    """Return what a submission says, as the engine looks through it."""
    own = passages(form, row.answers)
    texts = {name: row.content.get(name, "") for name in _PASSAGES[row.kind]}
    texts |= {key: text for key, (_, text) in own.items()}
    return Screened(
        row.id,
        row.title,
        row.language,
        tuple(row.themes),
        {name: text for name, text in texts.items() if text},
    )
