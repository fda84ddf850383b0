"""Assignments with side constraints: diversity, and the objective `maxmin`, on HiGHS.

Objectives are taken one after the other; each is held as a condition before the next.
"""

from typing import Final

import numpy as np
from scipy import sparse

from matching.assignment.milp import Numbers, model_of
from matching.assignment.problem import Ints, Mask, Problem

# Powers of two up to this one order the pairs of a block; HiGHS tells them apart.
_BLOCK: Final = 20


class SideConstraintModel:
    """A programme over the pairs of a problem.

    Parameters
    ----------
    problem : Problem
        With at least one open pair.
    """

    def __init__(self, problem: Problem) -> None:
        self.problem = problem
        self.units = problem.units
        self.model = model_of(problem)
        self.pairs = np.arange(problem.n_pairs)
        self.settled = np.zeros(problem.n_pairs, dtype=np.bool_)

    def answer(self, objective: str) -> tuple[Mask, int]:
        """Return the best answer by fairness and total, and a bound of the total.

        Raises
        ------
        NoAnswer
            If no answer keeps the conditions.
        """
        if objective == "maxmin":
            self._raise_the_weakest_sum()
        if objective == "leximin":
            self._raise_the_worst_off()
        return self.best(self.units), self.model.bound()

    def best(self, weights: Numbers) -> Mask:
        """Return the answer with the greatest sum of weights, one for each pair."""
        x = self.model.maximise(self.pairs, weights)
        return np.asarray(x[self.pairs] > 0)

    def first(self, chosen: Mask) -> Mask:
        """Return the first in order of the fewest pairs that are as good.

        Parameters
        ----------
        chosen : bool array of shape (n_pairs,)
            What `answer` has just returned.
        """
        total = int(self.units[chosen].sum())
        self._settle(chosen, total)
        self._keep(self.units, total)
        ones = np.ones(len(self.pairs), dtype=np.int64)
        chosen = self.best(-ones)
        self._keep(-ones, -int(chosen.sum()))
        undecided = np.flatnonzero(~self.settled)
        for at in range(0, len(undecided), _BLOCK):
            block = undecided[at : at + _BLOCK]
            weights = np.zeros(len(self.pairs))
            weights[block] = 2.0 ** np.arange(len(block))[::-1]
            chosen = self.best(weights)
            self.model.hold(block, chosen[block].astype(np.int64))
        return chosen

    def floor(self, objective: str, chosen: Mask) -> int | None:
        """Return what the worst-off row has: its best score (`leximin`), or their sum.

        Rows that a partial answer leaves out do not count; None where all are left out.
        """
        if objective == "leximin":
            values = self._bests(chosen)
        else:
            values = np.zeros(self.problem.shape[0], dtype=np.int64)
            np.add.at(values, self.problem.i[chosen], self.units[chosen])
        served = np.ones(len(values), dtype=np.bool_)
        served[self.problem.i[chosen & self.problem.without]] = False
        return int(values[served].min()) if served.any() else None

    def raise_the_floor(self, objective: str, floor: int) -> None:
        """Ask that no row has less, but for those that a partial answer leaves out."""
        n = self.problem.shape[0]
        if objective == "leximin":
            high = (self.units >= floor) | self.problem.without
            weights, least = high.astype(np.int64), 1.0
        else:
            weights, least = self._sums_that_count(), floor - 0.5
        table = sparse.csr_array(
            (weights, (self.problem.i, self.pairs)), shape=(n, self.model.n)
        )
        self.model.add_rows(table, np.full(n, least), np.full(n, np.inf))

    def _settle(self, chosen: Mask, value: int) -> None:
        """Hold the pairs that every answer of the value reached treats alike.

        Where leaving its place costs a pair more, in fractions, than the fractions gain over
        the whole answer, it stays where it is (reduced cost fixing).
        """
        in_fractions, cost = self.model.fractions()
        margin = 1e-6 + 1e-9 * abs(value)
        stays = ~self.settled & (cost[self.pairs] > in_fractions - value + margin)
        self.model.hold(self.pairs[stays], chosen[stays].astype(np.int64))
        self.settled |= stays

    def _keep(self, weights: Ints, value: int) -> None:
        """Hold a whole value that cannot be exceeded; half a step keeps clear of rounding."""
        self.model.add_row(self.pairs, weights, value - 0.5, np.inf)

    def _raise_the_weakest_sum(self) -> None:
        """Hold the least sum of a row at the greatest that it can have."""
        n = self.problem.shape[0]
        weakest = self.model.add_columns(np.full(1, -np.inf), np.full(1, np.inf))
        rows = np.concatenate([self.problem.i, np.arange(n)])
        columns = np.concatenate([self.pairs, np.repeat(weakest, n)])
        weights = np.concatenate([self._sums_that_count(), np.full(n, -1)])
        table = sparse.csr_array((weights, (rows, columns)), shape=(n, self.model.n))
        self.model.add_rows(table, np.zeros(n), np.full(n, np.inf))
        x = self.model.maximise(weakest, np.ones(1))
        self._settle(x[self.pairs] > 0, int(x[weakest[0]]))
        self.model.hold(weakest, x[weakest] - 0.5)

    def _sums_that_count(self) -> Ints:
        """Return the scores, and for a row that is left out more than any sum of them."""
        most = int(self.problem.rows[:, 1].max(initial=0)) + 1
        beyond = 2 * most * (int(np.abs(self.units).max(initial=0)) + 1)
        return np.where(self.problem.without, beyond, self.units)

    def _raise_the_worst_off(self) -> None:
        """Hold the number of rows above each threshold, the lowest threshold first."""
        best, kept = self._bests(self.best(self.units)), self.problem.shape[0]
        level = int(best.min())
        while True:
            if level > 0:
                self._count(level, kept)
            above = self._count(level + 1, 0)
            x = self.model.maximise(above, np.ones(len(above)))
            best = self._bests(x[self.pairs] > 0)
            kept = int((best > level).sum())
            self._settle(x[self.pairs] > 0, kept)
            if not kept:
                break
            level = int(best[best > level].min())

    def _count(self, level: int, at_least: int) -> Ints:
        """Add a column for each row that may be at a level, 1 at most if it is.

        At least so many of them have to be.
        """
        n = self.problem.shape[0]
        high = np.flatnonzero(self.units >= level)
        marks = self.model.add_columns(np.zeros(n), np.ones(n))
        rows = np.concatenate([self.problem.i[high], np.arange(n)])
        weights = np.concatenate([np.ones(len(high)), np.full(n, -1.0)])
        table = sparse.csr_array(
            (weights, (rows, np.concatenate([high, marks]))), shape=(n, self.model.n)
        )
        self.model.add_rows(table, np.zeros(n), np.full(n, np.inf))
        self.model.add_row(marks, np.ones(n), at_least, n)
        return marks

    def _bests(self, chosen: Mask) -> Ints:
        best = np.zeros(self.problem.shape[0], dtype=np.int64)
        np.maximum.at(best, self.problem.i[chosen], self.units[chosen])
        return best
