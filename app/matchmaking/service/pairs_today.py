"""What has become of pairs since they were suggested: verdicts, and sides that take no part.

A run is frozen; what people decide about it, and whether both sides are still there, is not.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal
from uuid import UUID

from sqlmodel import Session, col, select

from app.matchmaking.lifecycle import Outcome
from app.matchmaking.models import MatchRun, Verdict
from app.matchmaking.schemas.verdicts import VerdictRead
from app.submissions.lifecycle import OUT
from app.submissions.models import Submission

Pair = tuple[UUID, UUID]
Side = Literal["challenge", "solution"]


@dataclass(frozen=True, slots=True)
class PairsToday:
    """What is known today about some pairs of a run.

    Attributes
    ----------
    verdicts : mapping from challenge and solution to VerdictRead
        Those that count in the run.
    others : mapping from challenge and solution to VerdictRead
        The newest that counts in another run.
    withdrawn : collection of UUID
        The submissions that take no part any more (`lifecycle.OUT`).
    """

    verdicts: Mapping[Pair, VerdictRead] = field(default_factory=dict)
    others: Mapping[Pair, VerdictRead] = field(default_factory=dict)
    withdrawn: Collection[UUID] = frozenset()

    def on(self, row: Any) -> tuple[VerdictRead | None, VerdictRead | None]:
        """Return the verdict on a stored suggestion, and the newest one in another run."""
        pair = (row.challenge_id, row.solution_id)
        return self.verdicts.get(pair), self.others.get(pair)

    def withdrawn_of(self, row: Any) -> list[Side]:
        """Return the sides of a stored suggestion that take no part any more."""
        sides: tuple[tuple[Side, UUID], ...] = (
            ("challenge", row.challenge_id),
            ("solution", row.solution_id),
        )
        return [side for side, key in sides if key in self.withdrawn]


def pairs_today(session: Session, run_id: UUID, rows: Collection[Any]) -> PairsToday:
    """Return what is known today about stored suggestions of a run."""
    if not rows:
        return PairsToday()
    challenges = {row.challenge_id for row in rows}
    counting = _counting(session, col(Verdict.challenge_id).in_(challenges))
    here, others = dict[Pair, VerdictRead](), dict[Pair, VerdictRead]()
    for verdict in counting:
        pair = (verdict.challenge_id, verdict.solution_id)
        (here if verdict.run_id == run_id else others)[pair] = VerdictRead.model_validate(
            verdict
        )
    return PairsToday(here, others, gone(session, run_id))


def standing(
    session: Session, run_id: UUID, challenges: Collection[UUID] | None = None
) -> dict[Pair, VerdictRead]:
    """Return the verdict that counts for each pair of a run that has one.

    Parameters
    ----------
    challenges : collection of UUID, optional
        On these alone.
    """
    condition = col(Verdict.run_id) == run_id
    if challenges is not None:
        condition &= col(Verdict.challenge_id).in_(challenges)
    return {
        (verdict.challenge_id, verdict.solution_id): VerdictRead.model_validate(verdict)
        for verdict in _counting(session, condition)
    }


def rejected(session: Session, programme_id: UUID) -> list[tuple[str, str]]:
    """Return the codes of the pairs of a programme of which the newest verdict is a no."""
    of_programme = select(MatchRun.id).where(MatchRun.programme_id == programme_id)
    newest = {
        (verdict.challenge_id, verdict.solution_id): verdict.outcome
        for verdict in _counting(session, col(Verdict.run_id).in_(of_programme))
    }
    pairs = [pair for pair, outcome in newest.items() if outcome is Outcome.REJECTED]
    keys = {key for pair in pairs for key in pair}
    statement = select(Submission.id, Submission.code).where(col(Submission.id).in_(keys))
    codes = dict(session.exec(statement).all())
    return sorted((codes[challenge], codes[solution]) for challenge, solution in pairs)


def gone(session: Session, run_id: UUID) -> frozenset[UUID]:
    """Return the submissions of the programme of a run that take no part any more."""
    programme = select(MatchRun.programme_id).where(MatchRun.id == run_id).scalar_subquery()
    statement = select(Submission.id).where(
        Submission.programme_id == programme, col(Submission.state).in_(OUT)
    )
    return frozenset(session.exec(statement))


def withdrawn(session: Session, codes: Collection[str]) -> list[str]:
    """Return those of some submissions that take no part any more, by code."""
    statement = select(Submission.code).where(
        col(Submission.code).in_(codes), col(Submission.state).in_(OUT)
    )
    return sorted(session.exec(statement))


def _counting(session: Session, condition: Any) -> Iterable[Verdict]:
    """Return the verdict that counts for each pair of each run, the oldest first."""
    statement = select(Verdict).where(condition).order_by(col(Verdict.number))
    newest = {(v.run_id, v.challenge_id, v.solution_id): v for v in session.exec(statement)}
    counting = [v for v in newest.values() if v.outcome is not Outcome.UNDECIDED]
    return sorted(counting, key=lambda verdict: (verdict.created_at, verdict.number))
