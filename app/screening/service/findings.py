"""What people should look at in the submissions of a call that are to be screened.

Nothing of it is stored: it is computed when it is asked for, from what is stored then. Texts
are read in short sessions, and none is held while they are compared; what the engine found in
them it keeps in memory under the versions of the rows.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import ColumnElement, Row
from sqlmodel import Session, col, select

from app.access import policy
from app.access.policy import Action, Actor
from app.core.base.clock import now
from app.duplicates import service as duplicates
from app.matchmaking import deferred
from app.matchmaking.results import LookedThrough, Screened
from app.organisations.models import Organisation
from app.programmes import service as programmes
from app.programmes.models import Call, Programme
from app.questions import service as questions
from app.questions.answering import eligibility, passages
from app.questions.forms import Form
from app.screening.lifecycle import ExclusionState
from app.screening.models import Exclusion
from app.screening.schemas import MOST_DETAILS, MOST_LINES, MOST_OTHERS, FindingKind, QueueQuery
from app.submissions.content import ChallengeFields, SolutionFields, passages_of
from app.submissions.lifecycle import BY_SCREENING, CALLS, Kind, State, lacking
from app.submissions.models import Submission
from app.submissions.service import asking
from app.submissions.service.steps import is_overdue

Opened = Callable[[], AbstractContextManager[Session]]
"""Opens a session that reads."""

READ_AT_ONCE: Final = 500
"""Submissions whose texts are held at once."""
_SCREENED: Final = BY_SCREENING.step("fail").sources
_PASSAGES: Final = {
    Kind.CHALLENGE: passages_of(ChallengeFields),
    Kind.SOLUTION: passages_of(SolutionFields),
}


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that people should look at.

    Attributes
    ----------
    kind : FindingKind
    details : sequence of str
        What is missing or not met, each a message; or keys of themes.
    others : sequence of str
        Codes of the submissions that it is about beside this one.
    """

    kind: FindingKind
    details: Sequence[str] = ()
    others: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class Line:
    """One submission that is screened, with what was found in it."""

    id: UUID
    code: str
    title: str
    organisation: str
    country: str
    state: State
    language: str | None
    submitted_at: datetime
    findings: Sequence[Finding] = field(default_factory=list)

    def has(self, kind: FindingKind) -> bool:
        """Tell whether something of a kind was found; of `NOTHING`, whether nothing was."""
        if kind is FindingKind.NOTHING:
            return not self.findings
        return any(one.kind is kind for one in self.findings)


@dataclass(frozen=True, slots=True)
class Queue:
    """What of a call is to be screened.

    Attributes
    ----------
    lines : sequence of Line
        Those that are asked for, by code.
    counts : mapping of FindingKind to int
        How many have each finding, whatever is asked for.
    n, n_compared : int
        How many there are; of how many near-duplicates were looked for.
    following : str or None
        Behind which code the next page begins.
    """

    lines: Sequence[Line]
    counts: Mapping[FindingKind, int]
    n: int
    n_compared: int
    following: str | None


def queue(
    session: Session, actor: Actor, key: UUID | str, query: QueueQuery, opened: Opened
) -> Callable[[], Queue]:
    """Return what finds the submissions of a call that are to be screened.

    Raises
    ------
    NotFound
        If there is no such call, or none of which the actor may know.
    NotPermitted
        If the actor may not screen.
    """
    policy.require(actor, Action.SUBMISSION_SCREEN)
    of = _Of.read(session, programmes.call(session, actor, key))

    def compute() -> Queue:
        lines, n_compared = _lines(of, actor, opened)
        counts = Counter(kind for line in lines for kind in FindingKind if line.has(kind))
        asked = [
            line
            for line in lines
            if (query.after is None or line.code > query.after)
            and (not query.finding or any(line.has(kind) for kind in query.finding))
        ]
        shown = asked[:MOST_LINES]
        following = shown[-1].code if len(asked) > MOST_LINES else None
        return Queue(shown, counts, len(lines), n_compared, following)

    return compute


def of_one(
    session: Session, actor: Actor, submission: Submission, opened: Opened
) -> Callable[[], tuple[Line | None, LookedThrough | None]]:
    """Return what finds the same of one submission, and the places that the engine means.

    Raises
    ------
    NotPermitted
        If the actor may not screen.
    """
    policy.require(actor, Action.SUBMISSION_SCREEN)
    of, own = _Of.read(session, programmes.call_of(session, submission.call_id)), submission.id

    def compute() -> tuple[Line | None, LookedThrough | None]:
        lines, _ = _lines(of, actor, opened)
        seen = _looked_through(of, opened)
        return next((line for line in lines if line.id == own), None), seen.get(own)

    return compute


@dataclass(frozen=True, slots=True)
class _Of:
    """A call, as much as is needed without a session."""

    call_id: UUID
    programme_id: UUID
    kind: Kind
    working_language: str

    @classmethod
    def read(cls, session: Session, call: Call) -> "_Of":
        programme = session.get_one(Programme, call.programme_id)
        kind = next(kind for kind, asked in CALLS.items() if asked is call.kind)
        return cls(call.id, programme.id, kind, programme.working_language)


def _lines(of: _Of, actor: Actor, opened: Opened) -> tuple[list[Line], int]:
    """Return every line of a queue by code, and how many submissions were compared."""
    n_compared, alike = duplicates.alike(opened, actor, of.programme_id)
    pairs: dict[UUID, list[UUID]] = defaultdict(list)
    for pair in alike:
        pairs[pair.first].append(pair.second)
        pairs[pair.second].append(pair.first)
    seen = _looked_through(of, opened)
    told = _Told(of, pairs, seen)
    with opened() as session:
        in_queue = (Submission.call_id == of.call_id, col(Submission.state).in_(_SCREENED))
        ordered = select(Submission.id).where(*in_queue).order_by(col(Submission.code))
        keys = session.exec(ordered).all()
        told.proposed = _proposed(session, of.call_id)
        named = {*keys, *(key for one in keys for key in told.others(one))}
        told.codes = dict(_codes(session, named))
    lines = list[Line]()
    for some in _parts(keys):
        with opened() as session:
            forms = _Forms(session, of.kind)
            statement = (
                select(Submission, Organisation)
                .join(Organisation, col(Organisation.id) == col(Submission.organisation_id))
                .where(col(Submission.id).in_(some), col(Submission.state).in_(_SCREENED))
                .order_by(col(Submission.code))
            )
            rows = session.exec(statement).all()
            lines += [
                line
                for row, team in rows
                if (line := told.line(row, team, forms.of(row.form_id))) is not None
            ]
    return lines, n_compared


def _parts(keys: Sequence[UUID]) -> Iterator[Sequence[UUID]]:
    return (keys[start : start + READ_AT_ONCE] for start in range(0, len(keys), READ_AT_ONCE))


def _proposed(session: Session, call_id: UUID) -> dict[UUID, datetime]:
    """Return about which version of which submissions something is proposed."""
    statement = select(Exclusion.submission_id, Exclusion.sent_at).where(
        Exclusion.call_id == call_id, Exclusion.state == ExclusionState.PROPOSED
    )
    return dict(session.exec(statement).all())


def _codes(session: Session, keys: set[UUID]) -> Iterator[tuple[UUID, str]]:
    statement = select(Submission.id, Submission.code)
    for some in _parts([*keys]):
        yield from session.exec(statement.where(col(Submission.id).in_(some)))


class _Forms:
    """The forms that submissions answer, each read once in a session."""

    def __init__(self, session: Session, kind: Kind) -> None:
        self._session, self._kind = session, kind
        self._read: dict[UUID | None, Form] = {}

    def of(self, form_id: UUID | None) -> Form:
        if form_id not in self._read:
            self._read[form_id] = questions.asked(self._session, form_id, CALLS[self._kind])
        return self._read[form_id]


# --- what the engine finds ---------------------------------------------------------------


def _looked_through(of: _Of, opened: Opened) -> Mapping[UUID, LookedThrough]:
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


def _texts(of: _Of, opened: Opened, keys: Sequence[UUID]) -> list[Screened]:
    """Return what these submissions say, in the order of the keys."""
    found: dict[UUID, Screened] = {}
    for some in _parts(keys):
        with opened() as session:
            rows = session.exec(select(Submission).where(col(Submission.id).in_(some))).all()
            forms = {kind: _Forms(session, kind) for kind in Kind}
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


# --- one line ----------------------------------------------------------------------------


class _Told:
    """Makes a line of a submission.

    Parameters
    ----------
    of : _Of
    pairs : mapping of UUID to sequence of UUID
        Near-duplicates.
    seen : mapping of UUID to LookedThrough
    """

    def __init__(
        self,
        of: _Of,
        pairs: Mapping[UUID, Sequence[UUID]],
        seen: Mapping[UUID, LookedThrough],
    ) -> None:
        self._of, self._pairs, self._seen = of, pairs, seen
        self.proposed: Mapping[UUID, datetime] = {}
        self.codes: Mapping[UUID, str] = {}

    def others(self, key: UUID) -> list[UUID]:
        """Return which others a line of a submission names."""
        near = list(self._pairs.get(key, ()))[:MOST_OTHERS]
        return [*near, *self._sources(key)]

    def _sources(self, key: UUID) -> list[UUID]:
        spots = self._seen[key].spots if key in self._seen else ()
        found = dict.fromkeys(one.source for one in spots if one.source is not None)
        return list(found)[:MOST_OTHERS]

    def line(self, row: Submission, team: Organisation, form: Form) -> Line | None:
        """Return the line of a submission; None where its team still answers."""
        assert row.submitted_at is not None  # noqa: S101 -- it is screened
        if row.state is State.RETURNED and not is_overdue(row, now()):
            return None
        seen = self._seen.get(row.id)
        findings = [
            *self._standing(row),
            *self._rules(row, team, form),
            *(self._found(row, seen) if seen is not None else ()),
        ]
        return Line(
            row.id,
            row.code,
            row.title,
            team.name,
            team.country,
            row.state,
            seen.language if seen is not None else row.language,
            row.submitted_at,
            findings,
        )

    def _standing(self, row: Submission) -> Iterator[Finding]:
        if row.appeal:
            yield Finding(FindingKind.APPEAL, (row.appeal,))
        if row.state is State.RETURNED:
            yield Finding(FindingKind.OVERDUE)
        elif row.asked is not None:
            yield Finding(FindingKind.ANSWERED)
        if self.proposed.get(row.id) == row.submitted_at:
            yield Finding(FindingKind.PROPOSED)

    def _rules(self, row: Submission, team: Organisation, form: Form) -> Iterator[Finding]:
        answers = asking.whole(row)
        unmet = [
            one.rule.reason
            for one in eligibility(form, team.country, team.level, answers)
            if one.is_met is False
        ]
        if unmet:
            yield Finding(FindingKind.CONDITION, unmet[:MOST_DETAILS])
        missing = [one.detail for one in lacking(row.kind, form, answers, row.themes)]
        if missing:
            yield Finding(FindingKind.INCOMPLETE, missing[:MOST_DETAILS])

    def _found(self, row: Submission, seen: LookedThrough) -> Iterator[Finding]:
        if seen.language is None or not seen.is_read:
            yield Finding(FindingKind.LANGUAGE)
        elif seen.language != self._of.working_language and not row.summary:
            yield Finding(FindingKind.SUMMARY)
        if near := self._pairs.get(row.id):
            yield Finding(FindingKind.NEAR_DUPLICATE, (), self._named(near[:MOST_OTHERS]))
        if sources := self._sources(row.id):
            yield Finding(FindingKind.COPIED, (), self._named(sources))
        if any(one.source is None for one in seen.spots):
            yield Finding(FindingKind.LIST)
        if seen.claimed:
            yield Finding(FindingKind.CLAIMED, tuple(seen.claimed))

    def _named(self, keys: Sequence[UUID]) -> list[str]:
        return sorted(self.codes[key] for key in keys if key in self.codes)
