"""What a verdict costs before it is made: the best that stays possible, with it and without.

The verdicts that count are conditions: what is chosen stays, what is rejected stays out. Those
on a pair of which a side has withdrawn are none any longer: it has no place in what stays. The
cost of a verdict is the total of the best assignment under them, less that of the best
assignment under them and the verdict.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlmodel import Session

from app.access.policy import Actor
from app.matchmaking.lifecycle import Outcome
from app.matchmaking.schemas.assignments import ChosenRead, NewWhatIf, PairNamed, WhatIfRead
from app.matchmaking.service import assignment_queries, pairs_today, queries
from app.settings import Settings

Codes = tuple[str, str]
"""A challenge and a solution."""


@dataclass(frozen=True, slots=True)
class Cost:
    """What one verdict costs.

    Attributes
    ----------
    total : float or None
        Sum of scores that is lost, below 0 where it gains; None where no assignment is left.
    reason : str or None
        Why none is left.
    gains, loses : sequence of ChosenRead
        Pairs that the best assignment holds with the verdict alone, or without it alone.
    """

    total: float | None
    reason: str | None
    gains: Sequence[ChosenRead]
    loses: Sequence[ChosenRead]


@dataclass(frozen=True, slots=True)
class Costs:
    """What the verdicts on a pair cost.

    Attributes
    ----------
    best : float or None
        Total of the best assignment under the verdicts so far.
    choose, reject : Cost
    """

    best: float | None
    choose: Cost
    reject: Cost


@dataclass(frozen=True, slots=True)
class Moved:
    """What several verdicts at once cost.

    Attributes
    ----------
    best : float or None
        Total of the best assignment under the verdicts so far.
    cost : Cost
    seats : sequence of ChosenRead
        The best assignment with the verdicts.
    """

    best: float | None
    cost: Cost
    seats: Sequence[ChosenRead]


def of_verdicts(
    session: Session,
    actor: Actor,
    run: UUID | str,
    challenge: UUID | str,
    solution: UUID | str,
    settings: Settings,
) -> Callable[[], Costs]:
    """Return what computes the costs of choosing and of rejecting a pair, without a session.

    Raises
    ------
    NotFound
        If the actor may not know of the run, or it lists no such pair.
    Conflict
        If the run has no result yet, or is too large to be asked at once.
    Unprocessable
        If a team of the pair has withdrawn.
    """
    line = queries.suggestion(session, actor, run, challenge, solution)
    asked = (line.challenge.code, line.solution.code)
    others = {
        pair: outcome
        for pair, outcome in _decided(session, line.run_id).items()
        if pair != asked
    }
    so_far, with_it, without_it = (
        _best(session, actor, line.run_id, decided, settings)
        for decided in (
            others,
            others | {asked: Outcome.CHOSEN},
            others | {asked: Outcome.REJECTED},
        )
    )

    def compute() -> Costs:
        base = so_far()
        return Costs(base.assignment.total, _cost(base, with_it()), _cost(base, without_it()))

    return compute


def of_changes(
    session: Session,
    actor: Actor,
    run_id: UUID,
    changes: Mapping[Codes, Outcome],
    settings: Settings,
) -> Callable[[], Moved]:
    """Return what computes the cost of several verdicts at once, without a session.

    Parameters
    ----------
    changes : mapping of codes to Outcome
        What shall count for pairs of challenge and solution.

    Raises
    ------
    NotFound, Conflict, Unprocessable
        As for `of_verdicts`.
    """
    decided = _decided(session, run_id)
    so_far, then = (
        _best(session, actor, run_id, asked, settings)
        for asked in (decided, {**decided, **changes})
    )

    def compute() -> Moved:
        base, other = so_far(), then()
        return Moved(base.assignment.total, _cost(base, other), other.chosen)

    return compute


def _decided(session: Session, run_id: UUID) -> dict[Codes, Outcome]:
    """Return the verdicts that count in a run on pairs that are there, by codes."""
    standing = pairs_today.standing(session, run_id)
    sides = queries.parties(session, (key for pair in standing for key in pair))
    gone = pairs_today.gone(session, run_id)
    return {
        (sides[challenge].code, sides[solution].code): verdict.outcome
        for (challenge, solution), verdict in standing.items()
        if challenge not in gone and solution not in gone
    }


def _best(
    session: Session,
    actor: Actor,
    run_id: UUID,
    decided: Mapping[Codes, Outcome],
    settings: Settings,
) -> Callable[[], WhatIfRead]:
    """Return what assigns a run with verdicts as conditions."""
    locked, forbidden = (
        [
            PairNamed(challenge_id=challenge, solution_id=solution)
            for (challenge, solution), found in decided.items()
            if found is outcome
        ]
        for outcome in (Outcome.CHOSEN, Outcome.REJECTED)
    )
    new = NewWhatIf(locked=locked, forbidden=forbidden)
    return assignment_queries.what_if(session, actor, run_id, new, settings)


def _cost(base: WhatIfRead, other: WhatIfRead) -> Cost:
    before, after = ({_key(pair): pair for pair in asked.chosen} for asked in (base, other))
    totals = base.assignment.total, other.assignment.total
    return Cost(
        None if None in totals else round((totals[0] or 0) - (totals[1] or 0), 4),
        other.assignment.reason,
        [pair for key, pair in after.items() if key not in before],
        [pair for key, pair in before.items() if key not in after],
    )


def _key(pair: ChosenRead) -> tuple[str, str]:
    return pair.challenge.code, pair.solution.code
