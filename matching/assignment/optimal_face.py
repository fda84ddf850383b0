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

from matching.assignment.problem import Ints, Mask, Problem
from matching.assignment.shortest_paths import Arcs, Costs, potentials_or_cycles

LEFT, CHOSEN, BEST = 0, 1, 2
_CHANGES: Final = ((0, 1), (0, 2), (1, 0), (1, 2), (2, 0), (2, 1))


@dataclass(slots=True, eq=False)
class OptimalFace:
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
    def of(cls, problem: Problem, chosen: Mask, origin: Ints | None = None) -> "OptimalFace":
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
        among = self._undecided()
        while True:
            arcs = self.arcs(costs, among)
            potentials, cycle = potentials_or_cycles(arcs, start)
            if not len(cycle):
                return potentials
            self.push(arcs.what[cycle])

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
        by_column = self._by_column(undecided)
        must = ~self.may[LEFT]
        n_must = np.bincount(self.j[must], minlength=self.shape[1])
        of_row = np.bincount(self.i[must], minlength=self.shape[0])
        for pairs in np.split(undecided, 1 + np.flatnonzero(np.diff(self.i[undecided]))):
            if len(pairs):
                self._decide(pairs, by_column, n_must, int(of_row[self.i[pairs[0]]]))

    def arcs(self, costs: Costs, among: Ints | None = None) -> Arcs:
        """Return every change that the open states and bounds allow, with its cost.

        Parameters
        ----------
        costs : int64 or object array of shape (3, n_pairs)
        among : int64 array, default=None
            Pairs to change; None for all.
        """
        tails, heads, prices, names = [], [], [], []
        whole = among is None
        state, may = (
            (self.state, self.may) if whole else (self.state[among], self.may[:, among])
        )
        for old, new in _CHANGES:
            at = np.flatnonzero((state == old) & may[new])
            at = at if among is None else among[at]
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
        few = self._undecided()
        at = slice(None) if few is None else few
        value = costs[:, at] + potentials[self.ends[:, at]]
        self.may[:, at] &= value == np.take_along_axis(value, self.state[None, at], axis=0)
        for bounds, count, slope in self._counted(potentials):
            settled = slope != 0
            bounds[settled] = count[settled, None]

    def _undecided(self) -> Ints | None:
        """Return the pairs that have more than one open state; None if they are many."""
        left, chosen, best = self.may
        undecided = (left & (chosen | best)) | (chosen & best)
        # below that picking them costs less than looking at all
        few = 4 * np.count_nonzero(undecided) < len(self.i)
        return np.flatnonzero(undecided) if few else None

    def push(self, names: Ints) -> None:
        """Carry out changes, each named by its pair and its new state."""
        changes = names[names >= 0]
        self.state[changes // 3] = changes % 3

    def _close_the_settled(self) -> None:
        """Close what no cycle can change: its ends lie in different components."""
        from scipy.sparse import csgraph  # noqa: PLC0415 -- 40 ms that ranking does not wait for

        arcs = self.arcs(np.zeros((3, len(self.i)), dtype=np.int64))
        _, part = csgraph.connected_components(
            _graph(arcs.tail, arcs.head, arcs.n), connection="strong"
        )
        ends = part[self.ends]
        self.may &= ends == np.take_along_axis(ends, self.state[None], axis=0)

    def _by_column(self, pairs: Ints) -> list[Ints]:
        order = pairs[np.argsort(self.j[pairs], kind="stable")]
        return np.split(order, np.searchsorted(self.j[order], np.arange(1, self.shape[1])))

    def _decide(self, pairs: Ints, by_column: list[Ints], n_must: Ints, of_row: int) -> None:
        """Settle the undecided pairs of one row, one after the other.

        Parameters
        ----------
        n_must : int64 array of shape (n_columns,)
            Pairs that each column must have; it is kept up to date.
        of_row : int
            Pairs that the row must have.
        """
        row = int(self.i[pairs[0]])
        # without a search: no room is left where as many must be as may be
        pairs = pairs[self.may[CHOSEN:, pairs].any(axis=0)]
        while len(pairs):
            if of_row == self.rows[row, 1]:
                self.may[CHOSEN:, pairs] = False
                return
            first = 0
            if self.state[pairs[0]] == LEFT:
                paths = _PathsToRow(self, row, by_column)
                if not paths.choose(int(pairs[0])):
                    # what was searched to the end tells of all other pairs as well
                    choosable = paths.choosable(pairs) | (self.state[pairs] != LEFT)
                    first = int(np.argmax(choosable)) if choosable.any() else len(pairs)
                    self.may[CHOSEN:, pairs[:first]] = False
                    if first == len(pairs):
                        return
                    if self.state[pairs[first]] == LEFT:
                        paths.choose(int(pairs[first]))
            self.may[LEFT, pairs[first]] = False
            column, of_row = int(self.j[pairs[first]]), of_row + 1
            n_must[column] += 1
            if n_must[column] == self.columns[column, 1]:
                others = by_column[column]
                self.may[CHOSEN:, others[self.may[LEFT, others]]] = False
            pairs = pairs[first + 1 :]


class _PathsToRow:
    """The ways back to a row, by changes that cost nothing."""

    def __init__(self, face: OptimalFace, row: int, by_column: list[Ints]) -> None:
        self.face = face
        chosen = np.flatnonzero(face.state != LEFT)
        few = face.arcs(np.zeros((3, len(face.i)), dtype=np.int64), chosen)
        self.to = {
            state: _PathsTo(face, node, few, by_column)
            for state, node in ((CHOSEN, row), (BEST, row + face.shape[0]))
        }

    def choose(self, pair: int) -> bool:
        """Choose a pair and keep every count in its bounds, if that can be."""
        column = int(self.face.ends[LEFT, pair])
        for state, paths in self.to.items():
            if self.face.may[state, pair] and paths.reach(column):
                self.face.push(np.array([3 * pair + state, *paths.along(column)]))
                return True
        return False

    def choosable(self, pairs: Ints) -> Mask:
        """Tell which pairs of the row could be chosen so."""
        columns = self.face.ends[LEFT, pairs]
        found = np.zeros(len(pairs), dtype=np.bool_)
        for state, paths in self.to.items():
            if (may := self.face.may[state, pairs]).any():
                paths.reach(None)
                found |= may & paths.reached[columns]
        return found


class _PathsTo:
    """Paths to a node, searched backwards and no further than needed.

    Parameters
    ----------
    face : OptimalFace
    node : int
    few : Arcs
        Of the chosen pairs and between counts; those of the other pairs are looked up by
        column, once a column is reached.
    by_column : list of int64 arrays
        The undecided pairs of each column.
    """

    def __init__(self, face: OptimalFace, node: int, few: Arcs, by_column: list[Ints]) -> None:
        self.face, self.few, self.by_column = face, few, by_column
        self.reached = np.zeros(few.n, dtype=np.bool_)
        self.reached[node] = True
        self.looked_up = np.zeros(face.shape[1], dtype=np.bool_)
        self.nearer, self.name = np.full((2, few.n), -1)

    def reach(self, node: int | None) -> bool:
        """Search until a node is reached, or to the end."""
        while node is None or not self.reached[node]:
            if not (self._along_few() or self._along_columns()):
                return False
        return True

    def along(self, node: int) -> Iterator[int]:
        """Yield the changes on the way from a node."""
        while self.nearer[node] >= 0:
            yield int(self.name[node])
            node = int(self.nearer[node])

    def _along_few(self) -> bool:
        new = np.flatnonzero(self.reached[self.few.head] & ~self.reached[self.few.tail])
        self._add(self.few.tail[new], self.few.head[new], self.few.what[new])
        return len(new) > 0

    def _along_columns(self) -> bool:
        """Look up the reached columns, some at a time, until one leads further."""
        n_rows, n_columns = self.face.shape
        reached = self.reached[2 * n_rows : 2 * n_rows + n_columns]
        columns, n = np.flatnonzero(reached & ~self.looked_up), 1
        while len(columns):
            self.looked_up[columns[:n]] = True
            pairs = np.concatenate([self.by_column[column] for column in columns[:n].tolist()])
            left = pairs[self.face.state[pairs] == LEFT]
            ends = self.face.ends[CHOSEN:, left]
            new = np.nonzero(self.face.may[CHOSEN:, left] & ~self.reached[ends])
            if len(new[1]):
                at = left[new[1]]
                self._add(ends[new], self.face.ends[LEFT, at], 3 * at + CHOSEN + new[0])
                return True
            # a search to the end looks up all of them
            columns, n = columns[n:], 4 * n
        return False

    def _add(self, tails: Ints, heads: Ints, names: Ints) -> None:
        self.nearer[tails], self.name[tails], self.reached[tails] = heads, names, True


def totals(units: Ints) -> Ints:
    """Return the costs whose least sum is the greatest total."""
    return np.stack([np.zeros_like(units), -units, -units])


def _graph(tail: Ints, head: Ints, n: int) -> sparse.csr_array:
    return sparse.csr_array((np.ones(len(tail)), (tail, head)), shape=(n, n))
