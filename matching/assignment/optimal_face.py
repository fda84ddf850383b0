"""The optimal face of an assignment: which answers are still as good, and the best of them.

A pair is in one of three states: not chosen, chosen, or chosen as the best of its row. Units
flow from the hub to a row, over a pair to a column, and back to the hub; the best of a row
takes a node of its own, which lets one unit through. Every answer is a circulation.

Objectives are taken one after the other. Each is made optimal by cancelling cycles of
negative cost; then its potentials tell which states and counts no optimal answer has, and
these are closed. What stays open is the face of all answers that are optimal so far, and it
is a problem of the same form: so counts are carried on, never sets of rows.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

import numpy as np
from scipy import sparse
from scipy.sparse import csgraph

from matching.assignment.problem import Ints, Mask, Problem
from matching.assignment.shortest_paths import Arcs, Costs, potentials_or_cycles

LEFT, CHOSEN, BEST = 0, 1, 2
_CHANGES: Final = ((0, 1), (0, 2), (1, 0), (1, 2), (2, 0), (2, 1))


@dataclass(slots=True, eq=False)
class Face:
    """Answers between which the objectives so far make no difference.

    Parameters
    ----------
    shape : (int, int)
    i, j : int arrays of shape (n_pairs,)
        Sorted.
    state : int64 array of shape (n_pairs,)
        One answer that keeps all bounds: LEFT, CHOSEN or BEST for each pair.
    may : bool array of shape (3, n_pairs)
        Which states are open.
    rows, columns : int64 arrays of shape (n, 2)
        Least and greatest number of pairs.
    best : int64 array of shape (n_rows, 2)
        Least and greatest number of pairs that are chosen as the best of the row: 0 or 1.
    origin : int64 array of shape (n_pairs,)
        Positions of the pairs in the whole problem.
    """

    shape: tuple[int, int]
    i: Ints
    j: Ints
    state: Ints
    may: Mask
    rows: Ints
    columns: Ints
    best: Ints
    origin: Ints
    ends: Ints = field(init=False)

    def __post_init__(self) -> None:
        """Name the node from which a pair takes its unit, for each state."""
        n_rows = self.shape[0]
        self.ends = np.stack([2 * n_rows + self.j, self.i, n_rows + self.i]).astype(np.int64)

    @classmethod
    def of(cls, problem: Problem, chosen: Mask, origin: Ints | None = None) -> "Face":
        """Return the face of all answers that keep the conditions, none with a best pair."""
        may = np.stack([~problem.locked, np.ones_like(problem.locked), np.zeros_like(chosen)])
        return cls(
            problem.shape,
            problem.i.astype(np.int64),
            problem.j.astype(np.int64),
            np.where(chosen, CHOSEN, LEFT).astype(np.int64),
            may,
            problem.rows.copy(),
            problem.columns.copy(),
            np.zeros((problem.shape[0], 2), dtype=np.int64),
            np.arange(problem.n_pairs) if origin is None else origin,
        )

    @property
    def chosen(self) -> Mask:
        """Return which pairs the present answer holds."""
        return np.asarray(self.state != LEFT)

    def among(self, problem: Problem) -> Mask:
        """Return which pairs of the whole problem the present answer holds."""
        chosen = np.zeros(problem.n_pairs, dtype=np.bool_)
        chosen[self.origin[self.chosen]] = True
        return chosen

    def optimise(self, costs: Costs, start: Costs | None = None) -> int:
        """Make the sum of the costs as small as possible, and close what is worse.

        Parameters
        ----------
        costs : int64 or object array of shape (3, n_pairs)
            Cost of each state of each pair.
        start : array of shape (n_nodes,), default=None
            Potentials that may be near the final ones.

        Returns
        -------
        bound : int
            What no answer can go below, by the potentials; equal to the sum.
        """
        potentials = self.settle(costs, start)
        bound = self.bound(costs, potentials)
        self.close(costs, potentials)
        return bound

    def settle(self, costs: Costs, start: Costs | None = None) -> Costs:
        """Make the sum of the costs as small as possible, and return the potentials."""
        while True:
            arcs = self.arcs(costs)
            potentials, cycle = potentials_or_cycles(arcs, start)
            if not len(cycle):
                return potentials
            self._push(arcs.what[cycle])

    def bound(self, costs: Costs, potentials: Costs) -> int:
        """Return what no answer within the open states and bounds can go below."""
        value = costs + potentials[self.ends]
        value = value - value[LEFT]
        worst = np.where(self.may, value, 0).max(initial=0)
        least = int(costs[LEFT].sum() + np.where(self.may, value, worst).min(axis=0).sum())
        for bounds, _, slope in self._counted(potentials):
            least += int((bounds * slope[:, None]).min(axis=1).sum())
        return least

    def first(self) -> None:
        """Of the answers with the fewest pairs, take the first in order.

        The pairs are sorted by row and column. The first pair is chosen if any answer of
        the face chooses it, then the second with regard to that, and so on.
        """
        self.optimise(np.repeat(np.array([[0], [1], [1]]), len(self.i), axis=1))
        self._close_the_settled()
        undecided = np.flatnonzero(self.may[LEFT] & self.may[CHOSEN:].any(axis=0))
        for pairs in np.split(undecided, 1 + np.flatnonzero(np.diff(self.i[undecided]))):
            self._decide(pairs.tolist())

    def arcs(self, costs: Costs) -> Arcs:
        """Return every change that the open states and bounds allow, with its cost."""
        tails, heads, prices, names = [], [], [], []
        for old, new in _CHANGES:
            at = np.flatnonzero((self.state == old) & self.may[new])
            tails.append(self.ends[new, at])
            heads.append(self.ends[old, at])
            prices.append(costs[new, at] - costs[old, at])
            names.append(3 * at + new)
        for tail, head in self._links():
            tails.append(tail)
            heads.append(head)
            prices.append(np.zeros(len(tail), dtype=costs.dtype))
            names.append(np.full(len(tail), -1))
        n = 2 * self.shape[0] + self.shape[1] + 1
        joined = (np.concatenate(parts) for parts in (tails, heads, prices, names))
        return Arcs(n, *joined)

    def _links(self) -> Iterator[tuple[Ints, Ints]]:
        """Yield tails and heads of the arcs by which a count can rise, and fall."""
        n_rows, n_columns = self.shape
        hub = 2 * n_rows + n_columns
        nodes = np.arange(hub + 1)
        rows, bests, columns = np.split(nodes[:hub], [n_rows, 2 * n_rows])
        froms = np.full(n_rows, hub), rows, columns
        tos = rows, bests, np.full(n_columns, hub)
        for (bounds, count, _), tail, head in zip(
            self._counted(np.zeros(hub + 1, dtype=np.int64)), froms, tos, strict=True
        ):
            rise, fall = count < bounds[:, 1], count > bounds[:, 0]
            yield tail[rise], head[rise]
            yield head[fall], tail[fall]

    def _counted(self, potentials: Costs) -> Iterator[tuple[Ints, Ints, Costs]]:
        """Yield bounds, present count and price of one more, for each kind of count."""
        n_rows, n_columns = self.shape
        row, best, column = np.split(potentials[:-1], [n_rows, 2 * n_rows])
        chosen, is_best = self.chosen, self.state == BEST
        yield self.rows, np.bincount(self.i[chosen], minlength=n_rows), potentials[-1] - row
        yield self.best, np.bincount(self.i[is_best], minlength=n_rows), row - best
        count = np.bincount(self.j[chosen], minlength=n_columns)
        yield self.columns, count, column - potentials[-1]

    def close(self, costs: Costs, potentials: Costs) -> None:
        """Close the states and counts that the potentials prove to be worse."""
        value = costs + potentials[self.ends]
        self.may &= value == np.take_along_axis(value, self.state[None], axis=0)
        for bounds, count, slope in self._counted(potentials):
            settled = slope != 0
            bounds[settled] = count[settled, None]

    def _push(self, names: Ints) -> None:
        """Carry out changes, each named by its pair and its new state."""
        changes = names[names >= 0]
        self.state[changes // 3] = changes % 3

    def _close_the_settled(self) -> None:
        """Close what no cycle can change: its ends lie in different components."""
        arcs = self.arcs(np.zeros((3, len(self.i)), dtype=np.int64))
        _, part = csgraph.connected_components(
            _graph(arcs.tail, arcs.head, arcs.n), connection="strong"
        )
        ends = part[self.ends]
        self.may &= ends == np.take_along_axis(ends, self.state[None], axis=0)

    def _decide(self, pairs: list[int]) -> None:
        """Settle the undecided pairs of one row, one after the other."""
        back = None
        for pair in pairs:
            if self.state[pair] == LEFT:
                back = back or _Back(self, int(self.i[pair]))
                changes = back.by(pair)
                if changes is None:
                    self.may[CHOSEN:, pair] = False
                    continue
                self._push(changes)
            self.may[LEFT, pair] = False
            back = None


class _Back:
    """The ways back from any node to a row, by changes that cost nothing."""

    def __init__(self, face: Face, row: int) -> None:
        self.face = face
        arcs = face.arcs(np.zeros((3, len(face.i)), dtype=np.int64))
        keys = arcs.tail * arcs.n + arcs.head
        self.order = np.argsort(keys, kind="stable")
        self.keys, self.arcs = keys[self.order], arcs
        reversed_ = _graph(arcs.head, arcs.tail, arcs.n)
        self.onward = {
            state: csgraph.breadth_first_order(reversed_, node)[1]
            for state, node in ((CHOSEN, row), (BEST, row + face.shape[0]))
        }

    def by(self, pair: int) -> Ints | None:
        """Return the changes that choose a pair and keep every count in its bounds."""
        column = int(self.face.ends[LEFT, pair])
        for state, onward in self.onward.items():
            if self.face.may[state, pair] and onward[column] >= 0:
                return np.array([3 * pair + state, *self._along(column, onward)])
        return None

    def _along(self, node: int, onward: Ints) -> Iterator[int]:
        while (nearer := int(onward[node])) >= 0:
            at = np.searchsorted(self.keys, node * self.arcs.n + nearer)
            yield int(self.arcs.what[self.order[at]])
            node = nearer


def totals(units: Ints) -> Ints:
    """Return the costs whose least sum is the greatest total."""
    return np.stack([np.zeros_like(units), -units, -units])


def _graph(tail: Ints, head: Ints, n: int) -> sparse.csr_array:
    return sparse.csr_array((np.ones(len(tail)), (tail, head)), shape=(n, n))
