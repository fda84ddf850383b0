"""Stability: pairs that would both rather have each other, and answers without any."""

from dataclasses import dataclass
from typing import Final

import numpy as np

from matching.assignment.problem import Ints, Mask, Pair, Problem

_NOTHING: Final = np.iinfo(np.int64).max


@dataclass(frozen=True, slots=True, eq=False)
class Wishes:
    """A problem in which rows and columns each have scores of their own.

    Parameters
    ----------
    problem : Problem
        With the scores of the rows.
    columns : int64 array of shape (n_pairs,)
        The scores of the columns.
    """

    problem: Problem
    columns: Ints

    def blocking(self, chosen: Mask) -> tuple[Pair, ...]:
        """Return the pairs that block an answer, sorted.

        A side wants a pair that has a score above 0 for it if it has room, or holds a pair
        that is not locked and has a lower score.
        """
        p = self.problem
        wanted = ~chosen & (p.units > 0) & (self.columns > 0)
        wanted &= _wants(p.i, p.units, p.rows[:, 1], chosen, p.locked)
        wanted &= _wants(p.j, self.columns, p.columns[:, 1], chosen, p.locked)
        for at in np.flatnonzero(wanted).tolist() if p.groups else ():
            wanted[at] = self._is_diverse(at, chosen)
        return p.pairs(wanted)

    def stable(self) -> Mask:
        """Return the answer of deferred acceptance, in which the rows ask.

        No other answer without blocking pairs is better for any row. Equal scores are
        taken in order; minimums are not asked for.

        References
        ----------
        D. Gale and L. S. Shapley (1962), College admissions and the stability of marriage,
        American Mathematical Monthly 69.
        """
        p = self.problem
        held = p.locked.copy()
        room = p.rows[:, 1] - np.bincount(p.i[held], minlength=p.shape[0])
        asks = np.flatnonzero(~held & (p.units > 0) & (self.columns > 0))
        asks = asks[np.lexsort((-p.units[asks], p.i[asks]))]
        lists = np.split(asks, np.searchsorted(p.i[asks], np.arange(1, p.shape[0])))
        queues = [pairs.tolist()[::-1] for pairs in lists]
        waiting = [row for row in range(p.shape[0]) if room[row] > 0]
        while waiting:
            row = waiting.pop()
            while room[row] > 0 and queues[row]:
                pair = queues[row].pop()
                held[pair] = True
                room[row] -= 1
                refused = self._refused(held, int(p.j[pair]))
                for loser in refused:
                    held[loser] = False
                    room[p.i[loser]] += 1
                    waiting.append(int(p.i[loser]))
        return held

    def _refused(self, held: Mask, column: int) -> list[int]:
        """Return the pair that a column gives up when it holds too many."""
        pairs = np.flatnonzero(held & (self.problem.j == column))
        if len(pairs) <= self.problem.columns[column, 1]:
            return []
        free = pairs[~self.problem.locked[pairs]]
        return [int(free[np.lexsort((-free, self.columns[free]))[0]])]

    def _is_diverse(self, pair: int, chosen: Mask) -> bool:
        """Tell whether a row could take a pair and keep its limits, giving up one at most."""
        p = self.problem
        row = p.i[pair]
        held = np.flatnonzero(chosen & (p.i == row))
        give = held[(p.units[held] < p.units[pair]) & ~p.locked[held]].tolist()
        if len(held) < p.rows[row, 1]:
            give.append(-1)
        return any(self._keeps_limits(np.append(held[held != g], pair)) for g in give)

    def _keeps_limits(self, pairs: Ints) -> bool:
        """Tell whether the pairs of one row keep every limit of diversity."""
        columns = self.problem.j[pairs]
        return all(
            np.bincount(groups[columns] + 1)[1:].max(initial=0) <= at_most
            for groups, at_most in self.problem.groups
        )


def _wants(ends: Ints, units: Ints, most: Ints, chosen: Mask, locked: Mask) -> Mask:
    """Tell for each pair whether one side has room for it or holds a worse one."""
    room = np.bincount(ends[chosen], minlength=len(most)) < most
    worst = np.full(len(most), _NOTHING)
    free = chosen & ~locked
    np.minimum.at(worst, ends[free], units[free])
    return np.asarray(room[ends] | ((worst != _NOTHING)[ends] & (units > worst[ends])))
