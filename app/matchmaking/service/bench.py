"""A run as those look at it who decide: what is open, where else a provider stands, how far."""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Any
from uuid import UUID

import sqlalchemy as sql
from sqlmodel import Session, col, select

from app.access.policy import Actor
from app.matchmaking.lifecycle import Outcome
from app.matchmaking.models import MatchRun, Suggestion, Verdict
from app.matchmaking.schemas.parties import PartyRead
from app.matchmaking.schemas.verdicts import VerdictRead
from app.matchmaking.service import heeding, pairs_today, queries
from app.matchmaking.service.heeding import Heeded
from app.submissions.models import Submission

Pair = tuple[UUID, UUID]


@dataclass(frozen=True, slots=True)
class Row:
    """A challenge of a run, and how far it is decided.

    Attributes
    ----------
    challenge : PartyRead
    chosen : int
        How many providers are chosen and still there.
    wanted : int
        How many providers a challenge of the run wishes for at most.
    """

    challenge: PartyRead
    chosen: int
    wanted: int

    @property
    def is_complete(self) -> bool:
        """Tell whether nothing is open."""
        return self.chosen >= self.wanted


@dataclass(frozen=True, slots=True)
class Place:
    """Where a provider stands for a challenge.

    Attributes
    ----------
    challenge_id, solution_id : UUID
    rank : int
    score : float
    band : str or None
    assigned : bool
    """

    challenge_id: UUID
    solution_id: UUID
    rank: int
    score: float
    band: str | None
    assigned: bool


@dataclass(frozen=True, slots=True)
class Bench:
    """All of a run but its reasons.

    Attributes
    ----------
    run : MatchRun
        Without its inputs.
    rows : sequence of Row
        Challenges with at least one suggestion, in the order of codes.
    solutions : mapping of UUID to PartyRead
        Those that are suggested, in the order of codes.
    places : mapping of pair to Place
    verdicts : mapping of pair to VerdictRead
        Those that count.
    parties : mapping of UUID to PartyRead
        All that are suggested or decided about.
    gone : collection of UUID
        Those that have withdrawn since.
    known : Heeded
        What the reader may know of interests.
    """

    run: MatchRun
    rows: Sequence[Row]
    solutions: Mapping[UUID, PartyRead]
    places: Mapping[Pair, Place]
    verdicts: Mapping[Pair, VerdictRead]
    parties: Mapping[UUID, PartyRead]
    gone: Collection[UUID]
    known: Heeded = heeding.NOTHING

    @property
    def best(self) -> float:
        """The highest score of the run; 0 where nothing is suggested."""
        return max((place.score for place in self.places.values()), default=0.0)

    def count(self, outcome: Outcome) -> int:
        """Return how many pairs have this verdict."""
        return sum(verdict.outcome is outcome for verdict in self.verdicts.values())


def bench(
    session: Session, run: MatchRun, *, firsts: bool = False, reader: Actor | None = None
) -> Bench:
    """Return a run with its suggestions, without their reasons, and what counts of verdicts.

    Parameters
    ----------
    firsts : bool
        Whether the first place of each challenge is read alone, as who looks at one challenge
        needs of the others; their providers are not named then.
    reader : Actor, optional
        Who reads it, of whom it depends whether interests are heeded; None: they are not.
    """
    known = heeding.NOTHING if reader is None else heeding.heeded(session, reader, run.id)
    facts = ("challenge_id", "solution_id", "rank", "score", "band")
    listed = col(Suggestion.run_id) == run.id
    if firsts:
        listed &= col(Suggestion.rank) == 1
    statement: sql.Select[*tuple[Any, ...]] = sql.select(
        *(getattr(Suggestion, name) for name in facts), known.column()
    ).where(listed)
    places = [Place(*row) for row in session.execute(statement)]
    verdicts = pairs_today.standing(session, run.id)
    if firsts:
        sides = queries.parties(session, select(Suggestion.challenge_id).where(listed))
    else:
        pairs = [*((p.challenge_id, p.solution_id) for p in places), *verdicts]
        sides = queries.parties(session, chain(*pairs))
    wanted = int(run.settings["providers_max"])
    challenges = _by_code({p.challenge_id for p in places}, sides)
    gone = pairs_today.gone(session, run.id)
    chosen = chosen_today(verdicts, gone)
    return Bench(
        run=run,
        rows=[Row(side, chosen[side.id], wanted) for side in challenges.values()],
        solutions={} if firsts else _by_code({p.solution_id for p in places}, sides),
        places={(p.challenge_id, p.solution_id): p for p in places},
        verdicts=verdicts,
        parties=sides,
        gone=gone,
        known=known,
    )


def chosen_today(verdicts: Mapping[Pair, VerdictRead], gone: Collection[UUID]) -> Counter[UUID]:
    """Return how many providers are chosen for each challenge and are still there."""
    return Counter(
        challenge
        for (challenge, solution), verdict in verdicts.items()
        if verdict.outcome is Outcome.CHOSEN and solution not in gone
    )


def high_places(session: Session, run_id: UUID, most_rank: int) -> Mapping[UUID, int]:
    """Return for how many challenges of a run each solution stands up to this place."""
    solution = col(Suggestion.solution_id)
    statement = (
        select(solution, sql.func.count())
        .where(Suggestion.run_id == run_id, col(Suggestion.rank) <= most_rank)
        .group_by(solution)
    )
    return dict(session.exec(statement).all())


def _by_code(keys: Collection[UUID], sides: Mapping[UUID, PartyRead]) -> dict[UUID, PartyRead]:
    found = sorted((sides[key] for key in keys), key=lambda side: side.code)
    return {side.id: side for side in found}


def history(
    session: Session, run_id: UUID, challenge_id: UUID
) -> Sequence[tuple[VerdictRead, str]]:
    """Return the verdicts on a challenge of a run with the provider's code, newest first."""
    statement = (
        select(Verdict, Submission.code)
        .join(Submission, col(Submission.id) == col(Verdict.solution_id))
        .where(Verdict.run_id == run_id, Verdict.challenge_id == challenge_id)
        .order_by(col(Verdict.created_at).desc(), col(Verdict.number).desc())
    )
    return [(VerdictRead.model_validate(v), code) for v, code in session.exec(statement)]
