"""Fairness: raise the worst-off row first, then the next, and so on.

What a row has is the best of its chosen scores, and 0 where that is below 0 or nothing is
chosen. For every threshold the number of rows above it is made as large as possible, the
lowest threshold first; that is the lexicographic order of the sorted values.
"""

from dataclasses import dataclass

import numpy as np

from matching.assignment.max_total import best_total
from matching.assignment.optimal_face import BEST, CHOSEN, Face, totals
from matching.assignment.problem import Ints, Mask, Problem
from matching.assignment.shortest_paths import Costs


def fairest(problem: Problem) -> tuple[Face, int]:
    """Return the face of the fairest answers with the greatest total among them.

    Returns
    -------
    face, bound : Face, int
        The total that no answer as fair exceeds.

    Raises
    ------
    NoAnswer
        If no answer keeps the conditions.
    """
    face = fairness_face(problem, best_total(problem)[0].among(problem))
    raise_the_worst_off(face, problem.units)
    return face, -face.optimise(totals(problem.units))


def fairness_face(problem: Problem, chosen: Mask) -> Face:
    """Return the face of all answers, with the best pair of each row named."""
    face = Face.of(problem, chosen)
    face.may[BEST] = problem.units > 0
    face.best[:, 1] = 1
    _name_the_best(face, problem.units)
    return face


def raise_the_worst_off(face: Face, units: Ints) -> None:
    """Close every answer that is less fair than another."""
    many, level = face.shape[0] + 1, 0
    while True:
        # as many rows as possible at the level or above it, and then above it
        costs = np.zeros((3, len(units)), dtype=np.int64)
        costs[BEST] = -many * (units >= level) - (units > level)
        face.close(costs, face.settle(costs))
        reached = units[(face.state == BEST) & (units > level)]
        if not len(reached):
            break
        level = int(reached.min())


def _name_the_best(face: Face, units: Ints) -> None:
    """Call the best chosen pair of each row its best one, where that is open."""
    chosen = np.flatnonzero(face.chosen & face.may[BEST])
    order = chosen[np.lexsort((-units[chosen], face.i[chosen]))]
    _, firsts = np.unique(face.i[order], return_index=True)
    face.state[chosen] = CHOSEN
    face.state[order[firsts]] = BEST


@dataclass(frozen=True, slots=True, eq=False)
class Digits:
    """Fairness and total of an answer as one whole number, so that paths can add it up.

    From the greatest digit down: how many rows reach the lowest level, the next one, and so
    on; then the total. Digits are whole bytes and have room for the difference of two
    differences, so that numbers compare as the digits do.

    Parameters
    ----------
    levels : int64 array of shape (n_levels,)
        The distinct scores above 0, ascending.
    n_rows : int
    total : int
        No total is further from 0.
    """

    levels: Ints
    n_rows: int
    total: int

    @classmethod
    def of(cls, problem: Problem) -> "Digits":
        """Return the digits that a problem needs."""
        levels = np.unique(problem.units[problem.units > 0])
        return cls(levels, problem.shape[0], int(np.abs(problem.units).sum()))

    @property
    def _width(self) -> int:
        return (4 * self.n_rows + 1).bit_length() // 8 + 1

    @property
    def _tail(self) -> int:
        return (4 * self.total + 1).bit_length() // 8 + 1

    def costs(self, units: Ints) -> Costs:
        """Return the costs of the states of pairs with these scores."""
        n, one = len(self.levels), 1 << 8 * self._tail
        worth = [0]
        for k in range(n):
            worth.append(worth[-1] + (one << 8 * self._width * (n - 1 - k)))
        costs = np.zeros((3, len(units)), dtype=object)
        costs[CHOSEN] = [-u for u in units.tolist()]
        reached = np.searchsorted(self.levels, units, side="right").tolist()
        costs[BEST] = [-worth[k] - u for k, u in zip(reached, units.tolist(), strict=True)]
        return costs

    def read(self, cost: int) -> tuple[Ints, int]:
        """Return by how much the count of each level falls, and the total."""
        n, width, tail = len(self.levels), self._width, self._tail
        zero = int.from_bytes(self.n_rows.to_bytes(width, "big") * n, "big")
        high, low = divmod(cost + (zero << 8 * tail) + self.total, 1 << 8 * tail)
        raw = np.frombuffer(high.to_bytes(n * width, "big"), dtype=np.uint8)
        digits = raw.reshape(n, width).astype(np.int64) @ (256 ** np.arange(width)[::-1])
        return digits - self.n_rows, low - self.total

    def count(self, problem: Problem, chosen: Mask) -> Ints:
        """Return how many rows reach each level."""
        best = np.zeros(self.n_rows, dtype=np.int64)
        np.maximum.at(best, problem.i[chosen], problem.units[chosen])
        return self.n_rows - np.searchsorted(np.sort(best), self.levels)

    def vector(self, counts: Ints) -> Ints:
        """Return what the rows have, the worst-off first, if so many reach each level."""
        exactly = -np.diff(counts, prepend=self.n_rows, append=0)
        return np.repeat(np.concatenate([[0], self.levels]), exactly)
