"""What an assignment says: the pairs, the total with its proof, fairness, the settings."""

from dataclasses import dataclass

import numpy as np

from matching.assignment.problem import BY_HAND, Mask, Pair, Problem


@dataclass(frozen=True, slots=True)
class Fairness:
    """How the rows fare.

    Parameters
    ----------
    best : tuple of float, one for each row
        The best of its chosen scores; 0 where that is below 0 or nothing is chosen.
    sums : tuple of float, one for each row
        The sum of its chosen scores.
    """

    best: tuple[float, ...]
    sums: tuple[float, ...]

    @property
    def vector(self) -> tuple[float, ...]:
        """Return the best scores, the worst-off row first: what `leximin` compares."""
        return tuple(sorted(self.best))

    @property
    def weakest_sum(self) -> float:
        """Return the least sum of a row: what `maxmin` raises. 0 without rows."""
        return min(self.sums, default=0)


@dataclass(frozen=True, slots=True)
class Settings:
    """What was asked.

    Parameters
    ----------
    objective : str
    rows, columns : tuple of (int, int)
        The least and the greatest number of pairs of each.
    locked, forbidden : tuple of (int, int)
        As far as forbidden pairs have a score.
    diversity : tuple of int
        How many of a group a row may have, for each diversity.
    """

    objective: str
    rows: tuple[Pair, ...]
    columns: tuple[Pair, ...]
    locked: tuple[Pair, ...]
    forbidden: tuple[Pair, ...]
    diversity: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Assignment:
    """Chosen pairs.

    Parameters
    ----------
    pairs : tuple of (int, int)
        Row and column of each chosen pair, sorted.
    total : float
        Sum of the scores of the pairs, each rounded to 1e-4; whole if all scores are.
    bound : float
        A total that no answer exceeds which does as well by the fairness of the
        objective. It is equal to `total`: that is the proof.
    fairness : Fairness
    settings : Settings
    """

    pairs: tuple[Pair, ...]
    total: float
    bound: float
    fairness: Fairness
    settings: Settings


def answer_of(problem: Problem, objective: str, chosen: Mask, bound: int) -> Assignment:
    """Put an answer into words that callers know."""
    return Assignment(
        problem.pairs(chosen),
        problem.figure(int(problem.units[chosen].sum())),
        problem.figure(bound),
        fairness_of(problem, chosen),
        settings_of(problem, objective),
    )


def fairness_of(problem: Problem, chosen: Mask) -> Fairness:
    """Return how the rows fare."""
    n = problem.shape[0]
    best, sums = np.zeros((2, n), dtype=np.int64)
    np.maximum.at(best, problem.i[chosen], problem.units[chosen])
    np.add.at(sums, problem.i[chosen], problem.units[chosen])
    return Fairness(problem.figures(best), problem.figures(sums))


def settings_of(problem: Problem, objective: str) -> Settings:
    """Return what was asked."""
    by_hand = problem.barred[(problem.barred[:, 2] & BY_HAND) > 0, :2]
    return Settings(
        objective,
        tuple((low, high) for low, high in problem.rows.tolist()),
        tuple((low, high) for low, high in problem.columns.tolist()),
        tuple(sorted((*problem.pairs(problem.locked), *problem.stray))),
        tuple((i, j) for i, j in by_hand.tolist()),
        tuple(n for _, n in problem.groups),
    )
