"""What a verdict costs before it is made: the best that stays possible, with it and without.

The verdicts that count are conditions: what is chosen stays, what is rejected stays out. The
cost of a verdict is the total of the best assignment under them, less that of the best
assignment under them and the verdict.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlmodel import Session

from app.access.policy import Actor
from app.matchmaking.lifecycle import Outcome
from app.matchmaking.schemas.assignments import ChosenRead, NewWhatIf, PairNamed, WhatIfRead
from app.matchmaking.service import assignment_queries, pairs_today, queries
from app.settings import Settings


@dataclass(frozen=True, slots=True)
class Cost:
    """What one verdict costs.

    Attributes
    ----------
    total : float or None
        Sum of scores that is lost; None where no assignment is left.
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
        If the verdicts so far cannot be conditions: a team of a chosen pair has withdrawn.
    """
    line = queries.suggestion(session, actor, run, challenge, solution)
    asked = PairNamed(challenge_id=line.challenge.code, solution_id=line.solution.code)
    standing = pairs_today.standing(session, line.run_id)
    sides = queries.parties(session, (key for pair in standing for key in pair))
    named = {
        pair: PairNamed(challenge_id=sides[pair[0]].code, solution_id=sides[pair[1]].code)
        for pair in standing
    }
    chosen, rejected = (
        [
            named[pair]
            for pair, verdict in standing.items()
            if verdict.outcome is outcome and named[pair] != asked
        ]
        for outcome in (Outcome.CHOSEN, Outcome.REJECTED)
    )
    so_far, with_it, without_it = (
        assignment_queries.what_if(
            session,
            actor,
            line.run_id,
            NewWhatIf(locked=locked, forbidden=forbidden),
            settings,
        )
        for locked, forbidden in (
            (chosen, rejected),
            ([*chosen, asked], rejected),
            (chosen, [*rejected, asked]),
        )
    )

    def compute() -> Costs:
        base = so_far()
        return Costs(base.assignment.total, _cost(base, with_it()), _cost(base, without_it()))

    return compute


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
