"""How far minimums of rows can be filled, by flows that only ever grow."""

import numpy as np
from scipy import sparse

from matching.assignment.milp import Table
from matching.assignment.problem import Ints, Problem


def only_places_count(problem: Problem) -> bool:
    """Tell whether nothing but open pairs and places keeps minimums of rows from being met."""
    locked = _held(problem)
    return bool(
        not problem.stray
        and not problem.groups
        and not problem.columns[:, 0].any()
        and (locked[0] <= problem.rows[:, 1]).all()
        and (locked[1] <= problem.columns[:, 1]).all()
    )


class Filling:
    """A flow from rows over open pairs to columns, made larger step by step.

    What a row or a column has is never taken away again: a larger flow grows along paths that
    end at the sink (L. R. Ford and D. R. Fulkerson, 1956). So the first units of all rows are
    as many as can be, and with these as many second ones as can be.

    Parameters
    ----------
    problem : Problem
        One in which `only_places_count`.
    """

    def __init__(self, problem: Problem) -> None:
        free = ~problem.locked
        self.wishes = problem.rows[:, 0]
        self.held, taken = _held(problem)
        self.room = problem.columns[:, 1] - taken
        self._shape = problem.shape
        self._pairs = problem.i[free].astype(np.int64), problem.j[free].astype(np.int64)
        n = sum(self._shape) + 2
        none = np.zeros(0, dtype=np.int32)
        self._flow: Table = sparse.csr_array((none, (none, none)), shape=(n, n))
        for unit in range(1, int(self.wishes.max(initial=0)) + 1):
            self._fill(self._need(unit), self.room)

    @property
    def served(self) -> Ints:
        """Return how many of its wishes each row gets."""
        given: Ints = self._flow[[sum(self._shape)], : self._shape[0]].toarray()[0]
        served: Ints = np.minimum(self.held + given, self.wishes)
        return served

    def more_places(self) -> Ints:
        """Fill every wish, with additions to the places of columns that are as even as can be.

        Returns
        -------
        added : int64 array of shape (n_columns,)
            They add up to what is missing. Every row needs as many open pairs as it wishes.
        """
        start, enough, least = self._flow, 1, 0
        while self._is_missing_some(start, enough):
            least, enough = enough, 2 * enough
        while enough - least > 1:
            middle = (least + enough) // 2
            if self._is_missing_some(start, middle):
                least = middle
            else:
                enough = middle
        # everybody nearly as many first, so that only the last units are uneven
        self._is_missing_some(start, enough - 1)
        self._is_missing_some(self._flow, enough)
        columns = slice(self._shape[0], sum(self._shape))
        used: Ints = -self._flow[[sum(self._shape) + 1], columns].toarray()[0].astype(np.int64)
        return np.maximum(used - self.room, 0)

    def _need(self, unit: int) -> Ints:
        """Return what rows need beside their locks to have so many, or all that they wish."""
        return np.maximum(np.minimum(self.wishes, unit) - self.held, 0)

    def _is_missing_some(self, start: Table, more: int) -> bool:
        self._flow = start
        self._fill(self._need(int(self.wishes.max())), self.room + more)
        return bool((self.served < self.wishes).any())

    def _fill(self, need: Ints, room: Ints) -> None:
        """Make the flow as large as these allow."""
        from scipy.sparse import csgraph  # noqa: PLC0415 -- 40 ms that ranking does not wait for

        left = (self._network(need, room) - self._flow).astype(np.int32)
        left.eliminate_zeros()
        source, sink = sum(self._shape), sum(self._shape) + 1
        self._flow = self._flow + csgraph.maximum_flow(left, source, sink).flow

    def _network(self, need: Ints, room: Ints) -> Table:
        n_rows, n_columns = self._shape
        i, j = self._pairs
        source, sink = n_rows + n_columns, n_rows + n_columns + 1
        tail = np.concatenate([np.full(n_rows, source), i, n_rows + np.arange(n_columns)])
        head = np.concatenate([np.arange(n_rows), n_rows + j, np.full(n_columns, sink)])
        most = np.concatenate([need, np.ones(len(i), dtype=np.int64), room]).astype(np.int32)
        return sparse.csr_array((most, (tail, head)), shape=(sink + 1, sink + 1))


def _held(problem: Problem) -> tuple[Ints, Ints]:
    """Return how many locked pairs each row and each column has."""
    i, j = (
        np.bincount(ends[problem.locked], minlength=n)
        for ends, n in zip((problem.i, problem.j), problem.shape, strict=True)
    )
    return i, j
