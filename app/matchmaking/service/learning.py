"""What the verdicts of a programme teach, and taking it over in the next programme.

It is read first and computed after the session has been given back. What is taken over is
computed once more from the verdicts: nobody adopts a weight that they do not propose.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from sqlalchemy import ColumnElement
from sqlmodel import Session, and_, col, exists, select

from app.access import policy
from app.access.policy import Action, Actor
from app.core.base.entity_tags import ANYTHING, Expected
from app.core.base.errors import Conflict
from app.core.base.messages import Message
from app.core.storage import audit
from app.matchmaking import deferred
from app.matchmaking.judging import JudgedPair
from app.matchmaking.lifecycle import Outcome
from app.matchmaking.models import MatchRun, Suggestion, Verdict
from app.matchmaking.schemas.learning import (
    MOST_REASONS,
    MOST_ROUNDS,
    FigureRead,
    ReasonAgainstRead,
    RoundAgreementRead,
    TaughtRead,
    WeightProposalRead,
)
from app.matchmaking.schemas.verdicts import VerdictRead
from app.matchmaking.service import pairs_today
from app.matchmaking.service.pairs_today import Pair
from app.programmes import service as programmes
from app.programmes.lifecycle import CallState
from app.programmes.models import Call, Programme
from app.submissions.models import Submission

MOST_PROGRAMMES: Final = 50
"""Programmes that have not begun and are offered, the newest first."""

GAINS: Final[Mapping[Outcome, float]] = {
    Outcome.CHOSEN: 1.0,
    Outcome.RESERVE: 0.5,
    Outcome.REJECTED: 0.0,
}
"""What each verdict counts for the agreement of a ranking."""


@dataclass(frozen=True, slots=True)
class Round:
    """A run with verdicts, and what it says of the challenges that these are about."""

    id: UUID
    code: str
    created_at: Any
    text_weight: float
    verdicts: Mapping[Pair, VerdictRead]
    lines: Mapping[Pair, Any]

    def pair(self, pair: Pair) -> JudgedPair:
        """Return a pair as the run listed it and people decided about it."""
        line, verdict = self.lines.get(pair), self.verdicts.get(pair)
        gain = GAINS[verdict.outcome] if verdict is not None else None
        if line is None:
            return JudgedPair(None, None, None, gain)
        if not 0 < self.text_weight < 1:
            return JudgedPair(line.rank, None, None, gain)
        text, themes = self.text_weight, 1 - self.text_weight
        return JudgedPair(line.rank, line.text_part / text, line.theme_part / themes, gain)

    def judgements(self) -> dict[UUID, list[JudgedPair]]:
        """Return the pairs of each challenge: listed by the run, or decided about."""
        found = defaultdict[UUID, list[JudgedPair]](list)
        for pair in dict.fromkeys([*self.lines, *self.verdicts]):
            found[pair[0]].append(self.pair(pair))
        return found


def taught(session: Session, actor: Actor, key: UUID | str) -> Callable[[], TaughtRead]:
    """Return what tells what the verdicts of a programme teach; it needs no session.

    Raises
    ------
    NotPermitted
        If the actor may not read runs.
    NotFound
        If there is no such programme.
    """
    policy.require(actor, Action.RUN_READ)
    programme = programmes.programme(session, key)
    rounds = _rounds(session, programme)
    reasons = _reasons(session, rounds)
    programme_id, text_weight = programme.id, programme.text_weight

    def compute() -> TaughtRead:
        return TaughtRead(
            programme_id=programme_id,
            text_weight=text_weight,
            rounds=[_agreement(one) for one in rounds],
            reasons=reasons,
            proposal=_proposal(rounds),
        )

    return compute


def _rounds(session: Session, programme: Programme) -> list[Round]:
    """Return the runs of a programme with verdicts that count, the newest first."""
    decided = exists().where(col(Verdict.run_id) == col(MatchRun.id))
    statement = (
        select(MatchRun.id, MatchRun.code, MatchRun.created_at, MatchRun.settings)
        .where(MatchRun.programme_id == programme.id, decided)
        .order_by(col(MatchRun.created_at).desc(), col(MatchRun.id))
        .limit(MOST_ROUNDS)
    )
    found = []
    for run_id, code, created_at, settings in session.exec(statement).all():
        verdicts = pairs_today.standing(session, run_id)
        if verdicts:
            lines = _lines(session, run_id, {pair[0] for pair in verdicts})
            weight = float(settings["text_weight"])
            found.append(Round(run_id, code, created_at, weight, verdicts, lines))
    return found


def _lines(session: Session, run_id: UUID, challenges: Iterable[UUID]) -> dict[Pair, Any]:
    columns: Any = tuple(
        getattr(Suggestion, name)
        for name in ("challenge_id", "solution_id", "rank", "text_part", "theme_part")
    )
    statement = (
        select(*columns)
        .where(Suggestion.run_id == run_id, col(Suggestion.challenge_id).in_(challenges))
        .order_by(col(Suggestion.challenge_id), col(Suggestion.rank))
    )
    return {(line.challenge_id, line.solution_id): line for line in session.exec(statement)}


def _reasons(session: Session, rounds: Sequence[Round]) -> list[ReasonAgainstRead]:
    """Return why suggestions were rejected, the newest first."""
    against = [
        (one, pair, verdict)
        for one in rounds
        for pair, verdict in one.verdicts.items()
        if verdict.outcome is Outcome.REJECTED
    ]
    against.sort(key=lambda found: (found[2].created_at, found[1]), reverse=True)
    newest = against[:MOST_REASONS]
    keys = {key for _, pair, _ in newest for key in pair}
    statement = select(Submission.id, Submission.code).where(col(Submission.id).in_(keys))
    codes = dict(session.exec(statement).all())
    return [
        ReasonAgainstRead(
            run=one.code,
            challenge=codes[pair[0]],
            solution=codes[pair[1]],
            rank=one.lines[pair].rank if pair in one.lines else None,
            reason=verdict.reason,
            decided_at=verdict.created_at,
        )
        for one, pair, verdict in newest
    ]


def _agreement(one: Round) -> RoundAgreementRead:
    found = deferred.agreement(one.judgements())
    wanted = [pair for pair, verdict in one.verdicts.items() if GAINS[verdict.outcome]]
    return RoundAgreementRead(
        run_id=one.id,
        run=one.code,
        created_at=one.created_at,
        text_weight=one.text_weight,
        verdicts=len(one.verdicts),
        not_listed=sum(pair not in one.lines for pair in wanted),
        challenges=found.n_challenges,
        first=FigureRead.of(found.first),
        places=FigureRead.of(found.places),
        ndcg=FigureRead.of(found.ndcg),
    )


def _proposal(rounds: Sequence[Round]) -> WeightProposalRead | None:
    """Return what all verdicts together propose; of a pair the newest one counts."""
    if not rounds:
        return None
    newest: dict[Pair, tuple[VerdictRead, Round]] = {}
    for one in rounds:
        for pair, verdict in one.verdicts.items():
            known = newest.get(pair)
            if known is None or known[0].created_at < verdict.created_at:
                newest[pair] = (verdict, one)
    judgements = defaultdict[UUID, list[JudgedPair]](list)
    # In the order of keys, so that the same verdicts give the same proposal.
    for pair, (_, one) in sorted(newest.items()):
        judgements[pair[0]].append(one.pair(pair))
    found = deferred.proposal(judgements, rounds[0].text_weight)
    return WeightProposalRead(
        challenges=found.n_challenges,
        needed=found.needed,
        stated=found.stated,
        agreement=found.agreement,
        weight=FigureRead.of(found.weight),
        gain=FigureRead.of(found.gain),
        speaks=found.speaks,
    )


def _not_begun() -> ColumnElement[bool]:
    """Return the condition for programmes on whose ranking nobody relies yet."""
    published = exists().where(
        col(Call.programme_id) == col(Programme.id), col(Call.state) != CallState.DRAFT
    )
    ranked = exists().where(col(MatchRun.programme_id) == col(Programme.id))
    return and_(~published, ~ranked)


def not_begun(session: Session) -> Sequence[Programme]:
    """Return the programmes that can still take a weight over, the newest first."""
    statement = select(Programme).where(_not_begun()).limit(MOST_PROGRAMMES)
    return session.exec(statement.order_by(col(Programme.created_at).desc())).all()


def _running(session: Session, programme: Programme) -> Conflict | None:
    """Return why the weight of a programme cannot be changed any more, if it cannot."""
    statement = select(Programme.id).where(Programme.id == programme.id, _not_begun())
    if session.exec(statement).first() is not None:
        return None
    return Conflict(
        Message("The programme {code} is running.", code=programme.code),
        remedy="Teams rely on how it ranks. Take the proposal over for a programme whose calls "
        "are still drafts.",
    )


def adopt(
    session: Session,
    actor: Actor,
    key: UUID | str,
    taught_by: Programme,
    proposal: WeightProposalRead | None,
    expected: Expected = ANYTHING,
) -> Programme:
    """Let a programme rank by the weight that the verdicts of another one propose.

    Parameters
    ----------
    proposal : WeightProposalRead or None
        As it was just computed from the verdicts of that one.

    Raises
    ------
    NotPermitted
        If the actor may not adopt a weight.
    NotFound
        If there is no such programme.
    Stale
        If it is no longer as expected.
    Conflict
        If it is running, or the verdicts propose nothing.
    """
    policy.require(actor, Action.WEIGHT_ADOPT)
    programme = _open(session, actor, key, expected)
    if proposal is None or proposal.weight is None or not proposal.speaks:
        raise Conflict(
            Message("The verdicts of {code} propose nothing.", code=taught_by.code),
            remedy="Keep the usual weight.",
        )
    programme.text_weight = proposal.weight.value
    _record(session, actor, "adopt weight", programme, taught_by=taught_by.code)
    return programme


def drop(
    session: Session, actor: Actor, key: UUID | str, expected: Expected = ANYTHING
) -> Programme:
    """Let a programme rank by the usual weight again.

    Raises
    ------
    NotPermitted, NotFound, Stale, Conflict
        As `adopt`.
    """
    policy.require(actor, Action.WEIGHT_ADOPT)
    programme = _open(session, actor, key, expected)
    programme.text_weight = None
    _record(session, actor, "drop weight", programme)
    return programme


def _open(session: Session, actor: Actor, key: UUID | str, expected: Expected) -> Programme:
    programme = programmes.programme(session, key)
    # Until the end of the transaction: whoever publishes a call of it waits.
    session.refresh(programme, with_for_update=True)
    expected.require(programmes.shown(actor, programme))
    if (problem := _running(session, programme)) is not None:
        raise problem
    return programme


def _record(
    session: Session, actor: Actor, name: str, programme: Programme, **facts: Any
) -> None:
    weight = programme.text_weight
    session.flush()
    audit.record(
        session, actor.user_id, name, "programme", programme.id, weight=weight, **facts
    )
