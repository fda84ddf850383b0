"""Questions about the assignment: the best as a whole, and what going against it costs."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from app.matchmaking.engine.ranking import Engine, Pair
from matching import Assignment, Regrets, Step, assign, frontier, regret


@dataclass(frozen=True, slots=True)
class Terms:
    """How the challenges share the pool.

    Parameters
    ----------
    least, most : int
        How many providers each challenge shall have.
    capacities : sequence of int, one for each of the pool
        How many challenges each provider takes on.
    objective : {"leximin", "total", "maxmin"}
        What counts first: the worst-off challenge and then the next one, the sum of the
        scores, or the challenge with the weakest sum.
    locked, forbidden : collections of (int, int), default=()
        Pairs of positions that must and pairs that may not be chosen.
    """

    least: int
    most: int
    capacities: Sequence[int]
    objective: str
    locked: Collection[Pair] = ()
    forbidden: Collection[Pair] = ()


def assigned(engine: Engine, terms: Terms) -> Assignment:
    """Return the pairs that are best as a whole.

    Raises
    ------
    InfeasibleAssignment
        If the terms contradict each other; the sentences name the records.
    """
    return assign(engine.scores, **_options(engine, terms))


def regrets(engine: Engine, terms: Terms) -> Regrets:
    """Tell for every pair what it costs to force it, or to forbid it where it is chosen.

    Raises
    ------
    InfeasibleAssignment
        As for `assigned`.
    """
    return regret(engine.scores, **_options(engine, terms))


def steps(engine: Engine, terms: Terms) -> tuple[Step, ...]:
    """Tell what each step of fairness costs in total.

    A sum of scores has no floor: for the objective `total` the floor is that of `leximin`.

    Raises
    ------
    InfeasibleAssignment
        As for `assigned`.
    """
    options = _options(engine, terms)
    if terms.objective == "total":
        options["objective"] = "leximin"
    return frontier(engine.scores, **options)


def _options(engine: Engine, terms: Terms) -> dict[str, Any]:
    names = [[profile.id for profile in side] for side in (engine.challenges, engine.pool)]
    columns = [(0, capacity) for capacity in terms.capacities]
    return {
        "rows": (terms.least, terms.most),
        "columns": np.array(columns, dtype=np.int64),
        "eligible": engine.admitted,
        "locked": terms.locked,
        "forbidden": terms.forbidden,
        "objective": terms.objective,
        "names": (names[0], names[1]),
    }
