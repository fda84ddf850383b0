"""What it costs to force or to forbid a pair, for all pairs at once.

Forcing or forbidding a pair sends one unit round a cycle of the residual graph, so the cost
is a shortest path between the two ends of the pair; all paths are found together. Under
`leximin` the costs are whole numbers with one field for each level, so that adding and
comparing them is exact.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from matching.assignment.answer import fairness_of
from matching.assignment.exchange_costs import detours
from matching.assignment.lexicographic_costs import losses
from matching.assignment.lexicographic_paths import cheapest_exchanges
from matching.assignment.leximin import fairness_face
from matching.assignment.milp import NoAnswer
from matching.assignment.optimal_face import OptimalFace, totals
from matching.assignment.problem import Ints, Mask, Pair, Problem
from matching.assignment.solve import is_network, solve

Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class Cost:
    """What an answer loses.

    Parameters
    ----------
    fairness : tuple of float, one for each row
        What the sorted vector of `Fairness` loses, the worst-off row first; the first that
        is not 0 is above 0. For `maxmin` the loss of the weakest sum alone; empty for
        `total`.
    total : float
        What the total loses; below 0 where less fairness brings a greater total.
    """

    fairness: tuple[float, ...]
    total: float


@dataclass(frozen=True, slots=True, eq=False)
class Regrets:
    """The cost of going against the best answer, for every open pair.

    A pair that is chosen would be forbidden, any other one forced.

    Parameters
    ----------
    total : float array of shape (n_rows, n_columns)
        What the total loses. inf: there is no such answer. nan: the pair is not open.
    chosen : bool array of shape (n_rows, n_columns)
    fairness : mapping from (row, column) to tuple of float
        What fairness loses; see `Cost`.
    whole : bool
        Whether the scores are whole numbers.
    """

    total: NDArray[np.float64]
    chosen: Mask
    fairness: Mapping[Pair, tuple[float, ...]]
    whole: bool

    def cost(self, row: int, column: int) -> Cost | None:
        """Return the cost of a pair; None if nothing goes against it, or it is not open."""
        if not np.isfinite(self.total[row, column]):
            return None
        total = float(self.total[row, column])
        return Cost(self.fairness.get((row, column), ()), round(total) if self.whole else total)


def regrets_of(problem: Problem, objective: str, progress: Progress | None = None) -> Regrets:
    """Return the regrets of a problem that has an answer.

    Raises
    ------
    NoAnswer
        If it has none.
    """
    chosen, _ = solve(problem, objective)
    total = np.full(problem.shape, np.nan)
    total[problem.i, problem.j] = np.inf
    picked = np.zeros(problem.shape, dtype=np.bool_)
    picked[problem.i[chosen], problem.j[chosen]] = True
    known = slice(problem.real_shape[1])
    if not problem.n_pairs:
        return Regrets(total[:, known], picked[:, known], {}, problem.scale == 1)
    fairness: Mapping[Pair, tuple[float, ...]] = {}
    if not is_network(problem, objective):
        costs = _solved_again(problem, objective, chosen, progress or (lambda done, n: None))
        fairness = {pair: cost.fairness for pair, cost in costs.items()}
        for pair, cost in costs.items():
            total[pair] = cost.total
    elif objective == "leximin":
        pairs, changes = cheapest_exchanges(problem, fairness_face(problem, chosen))
        total[problem.i[pairs], problem.j[pairs]] = problem.figures(changes.total)
        fairness = _Losses(problem, pairs, losses(_values(problem, chosen), changes))
    else:
        lost = detours(OptimalFace.of(problem, chosen), totals(problem.units))
        at = np.flatnonzero(lost.possible)
        total[problem.i[at], problem.j[at]] = problem.figures(lost.cost[at])
    return Regrets(total[:, known], picked[:, known], fairness, problem.scale == 1)


def _values(problem: Problem, chosen: Mask) -> Ints:
    """Return the best scores of the rows, sorted."""
    best = np.zeros(problem.shape[0], dtype=np.int64)
    np.maximum.at(best, problem.i[chosen], problem.units[chosen])
    return np.sort(best)


class _Losses(Mapping[Pair, tuple[float, ...]]):
    """What fairness loses by pair; made into figures when it is read."""

    def __init__(self, problem: Problem, pairs: Ints, losses: Ints) -> None:
        self.problem, self.losses = problem, losses
        ends = zip(problem.i[pairs].tolist(), problem.j[pairs].tolist(), strict=True)
        self.line = {pair: line for line, pair in enumerate(ends)}

    def __getitem__(self, pair: Pair) -> tuple[float, ...]:
        return self.problem.figures(self.losses[self.line[pair]])

    def __iter__(self) -> Iterator[Pair]:
        return iter(self.line)

    def __len__(self) -> int:
        return len(self.line)


def _solved_again(
    problem: Problem, objective: str, chosen: Mask, progress: Progress
) -> dict[Pair, Cost]:
    """Return the costs by solving again, pair after pair."""
    best, costs = _measure(problem, objective, chosen), {}
    known = np.flatnonzero(problem.real).tolist()
    for done, k in enumerate(known, 1):
        others = np.arange(problem.n_pairs) != k
        against = problem.only(np.flatnonzero(others)) if chosen[k] else problem.locking(k)
        try:
            if chosen[k] and problem.locked[k]:
                raise NoAnswer
            answer, _ = solve(against, objective, first=False)
        except NoAnswer:
            pass
        else:
            fair, total = _measure(against, objective, answer)
            costs[int(problem.i[k]), int(problem.j[k])] = Cost(
                tuple(a - b for a, b in zip(best[0], fair, strict=True)), best[1] - total
            )
        progress(done, len(known))
    return costs


def _measure(problem: Problem, objective: str, chosen: Mask) -> tuple[tuple[float, ...], float]:
    """Return what the objective makes of an answer: fairness, then the total."""
    fairness = fairness_of(problem, chosen)
    known = {"leximin": fairness.vector, "maxmin": (fairness.weakest_sum,), "total": ()}
    return known[objective], problem.figure(int(problem.units[chosen].sum()))
