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
    left_out : tuple of int, default=()
        Rows of a partial answer that wish for a pair and have none.
    """

    best: tuple[float, ...]
    sums: tuple[float, ...]
    left_out: tuple[int, ...] = ()

    @property
    def vector(self) -> tuple[float, ...]:
        """Return the best scores, the worst-off row first: what `leximin` compares."""
        return tuple(sorted(self.best))

    @property
    def weakest_sum(self) -> float:
        """Return the least sum of a row that is not left out: what `maxmin` raises.

        0 without rows.
        """
        out = set(self.left_out)
        return min((s for i, s in enumerate(self.sums) if i not in out), default=0)


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
    shortfall : tuple of int, one for each row
        How many pairs it has below its minimum; all 0 unless the answer is partial.
    """

    pairs: tuple[Pair, ...]
    total: float
    bound: float
    fairness: Fairness
    settings: Settings
    shortfall: tuple[int, ...]


def answer_of(problem: Problem, objective: str, chosen: Mask, bound: int) -> Assignment:
    """Put an answer into words that callers know."""
    return Assignment(
        problem.pairs(chosen),
        problem.figure(int(problem.units[chosen].sum())),
        problem.figure(bound),
        fairness_of(problem, chosen),
        settings_of(problem, objective),
        shortfall_of(problem, chosen),
    )


def fairness_of(problem: Problem, chosen: Mask) -> Fairness:
    """Return how the rows fare."""
    n = problem.shape[0]
    best, sums = np.zeros((2, n), dtype=np.int64)
    np.maximum.at(best, problem.i[chosen], problem.units[chosen])
    np.add.at(sums, problem.i[chosen], problem.units[chosen])
    left_out = np.sort(problem.i[chosen & problem.without]).tolist()
    return Fairness(problem.figures(best), problem.figures(sums), tuple(left_out))


def shortfall_of(problem: Problem, chosen: Mask) -> tuple[int, ...]:
    """Return by how many pairs each row stays below its minimum."""
    missing = np.bincount(problem.i[chosen & ~problem.real], minlength=problem.shape[0])
    return tuple(missing.tolist())


def settings_of(problem: Problem, objective: str) -> Settings:
    """Return what was asked."""
    by_hand = problem.barred[(problem.barred[:, 2] & BY_HAND) > 0, :2]
    return Settings(
        objective,
        tuple((low, high) for low, high in problem.rows.tolist()),
        tuple((low, high) for low, high in problem.columns[: problem.real_shape[1]].tolist()),
        tuple(sorted((*problem.pairs(problem.locked), *problem.stray))),
        tuple((i, j) for i, j in by_hand.tolist()),
        tuple(n for _, n in problem.groups),
    )
