"""What people should look at in the submissions of a call that are to be screened.

Nothing of it is stored: it is computed when it is asked for, from what is stored then. Texts
are read in short sessions, and none is held while they are compared; what the engine found in
them it keeps in memory under the versions of the rows.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final
from uuid import UUID

from sqlmodel import Session, col, select

from app.access import policy
from app.access.policy import Action, Actor
from app.core.base.clock import now
from app.duplicates import service as duplicates
from app.matchmaking.findings import LookedThrough
from app.organisations.models import Organisation
from app.programmes import service as programmes
from app.questions.answering import eligibility
from app.questions.forms import Form
from app.screening.lifecycle import ExclusionState
from app.screening.models import Exclusion
from app.screening.schemas import MOST_DETAILS, MOST_LINES, MOST_OTHERS, FindingKind, QueueQuery
from app.screening.service.texts import Forms, OfCall, Opened, looked_through, parts
from app.submissions.lifecycle import BY_SCREENING, State, lacking
from app.submissions.models import Submission
from app.submissions.service import asking
from app.submissions.service.steps import is_overdue
from app.teams.service import entries

_SCREENED: Final = BY_SCREENING.step("fail").sources


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
    of = OfCall.read(session, programmes.call(session, actor, key))

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
    of, own = (
        OfCall.read(session, programmes.call_of(session, submission.call_id)),
        submission.id,
    )

    def compute() -> tuple[Line | None, LookedThrough | None]:
        lines, _ = _lines(of, actor, opened)
        seen = looked_through(of, opened)
        return next((line for line in lines if line.id == own), None), seen.get(own)

    return compute


def _lines(of: OfCall, actor: Actor, opened: Opened) -> tuple[list[Line], int]:
    """Return every line of a queue by code, and how many submissions were compared."""
    n_compared, alike = duplicates.alike(opened, actor, of.programme_id)
    pairs: dict[UUID, list[UUID]] = defaultdict(list)
    for pair in alike:
        pairs[pair.first].append(pair.second)
        pairs[pair.second].append(pair.first)
    seen = looked_through(of, opened)
    told = _Told(of, pairs, seen)
    with opened() as session:
        in_queue = (Submission.call_id == of.call_id, col(Submission.state).in_(_SCREENED))
        ordered = select(Submission.id).where(*in_queue).order_by(col(Submission.code))
        keys = session.exec(ordered).all()
        told.proposed = _proposed(session, of.call_id)
        told.unconfirmed = entries.unconfirmed(session, of.call_id)
        named = {*keys, *(key for one in keys for key in told.others(one))}
        told.codes = dict(_codes(session, named))
    lines = list[Line]()
    for some in parts(keys):
        with opened() as session:
            forms = Forms(session, of.kind)
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


def _proposed(session: Session, call_id: UUID) -> dict[UUID, datetime]:
    """Return about which version of which submissions something is proposed."""
    statement = select(Exclusion.submission_id, Exclusion.sent_at).where(
        Exclusion.call_id == call_id, Exclusion.state == ExclusionState.PROPOSED
    )
    return dict(session.exec(statement).all())


def _codes(session: Session, keys: set[UUID]) -> Iterator[tuple[UUID, str]]:
    statement = select(Submission.id, Submission.code)
    for some in parts([*keys]):
        yield from session.exec(statement.where(col(Submission.id).in_(some)))


# --- one line ----------------------------------------------------------------------------


class _Told:
    """Makes a line of a submission.

    Parameters
    ----------
    of : OfCall
    pairs : mapping of UUID to sequence of UUID
        Near-duplicates.
    seen : mapping of UUID to LookedThrough
    """

    def __init__(
        self,
        of: OfCall,
        pairs: Mapping[UUID, Sequence[UUID]],
        seen: Mapping[UUID, LookedThrough],
    ) -> None:
        self._of, self._pairs, self._seen = of, pairs, seen
        self.proposed: Mapping[UUID, datetime] = {}
        self.unconfirmed: Collection[UUID] = ()
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
        if row.id in self.unconfirmed:
            yield Finding(FindingKind.UNCONFIRMED)

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
