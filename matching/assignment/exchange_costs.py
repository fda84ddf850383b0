"""What it costs to exchange any one pair, by shortest paths in the residual graph."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from matching.assignment.optimal_face import BEST, CHOSEN, LEFT, OptimalFace
from matching.assignment.problem import Ints, Mask
from matching.assignment.shortest_paths import Arcs

FAR: Final = 1 << 61
_NEAR: Final = FAR // 2


@dataclass(frozen=True, slots=True, eq=False)
class Detours:
    """The cost of leaving each chosen pair, and of choosing each other one.

    Parameters
    ----------
    cost : int64 array of shape (n_pairs,)
    possible : bool array of shape (n_pairs,)
    """

    cost: Ints
    possible: Mask


def detours(face: OptimalFace, costs: Ints) -> Detours:
    """Return the cost of turning each pair round.

    The present answer of the face must be optimal. Turning a pair round closes a cycle with
    a path between its ends.

    Parameters
    ----------
    face : OptimalFace
    costs : int64 array of shape (3, n_pairs)
    """
    closure = Closure(face.arcs(costs), 2 * face.shape[0], np.add)
    cost = np.full(len(face.i), FAR)
    starts = np.searchsorted(face.i, np.arange(1, face.shape[0]))
    for row, pairs in enumerate(np.split(np.arange(len(face.i)), starts)):
        for state, node in ((CHOSEN, row), (BEST, row + face.shape[0])):
            open_ = pairs[face.may[state, pairs]]
            open_ = open_[face.state[open_] == LEFT]
            gains = costs[state, open_] - costs[LEFT, open_]
            path = closure.paths_to(node, face.j[open_])
            cost[open_] = np.minimum(cost[open_], gains + path)
            held = pairs[(face.state[pairs] == state) & face.may[LEFT, pairs]]
            path = closure.paths_from(node, face.j[held])
            cost[held] = costs[LEFT, held] - costs[state, held] + path
    return Detours(cost, cost < _NEAR)


class Closure:
    """The cheapest paths between columns, and between columns and rows.

    Rows are taken out of the graph one by one, which leaves few arcs to look at; then Floyd
    and Warshall find all paths between columns and the hub.

    Parameters
    ----------
    arcs : Arcs
        Of a face, with costs in int64 and no cycle of negative cost.
    n_rows : int
        The first so many nodes are those of rows.
    combine : callable
        Makes the cost of a path of the costs of its two parts, as `numpy.add` does; what is
        `FAR` must not come near.

    References
    ----------
    R. K. Ahuja, T. L. Magnanti and J. B. Orlin (1993), Network Flows, section 5.6.
    """

    def __init__(self, arcs: Arcs, n_rows: int, combine: Callable[..., Any]) -> None:
        self.n_rows, self.combine = n_rows, combine
        self.ways = np.full((arcs.n, arcs.n), FAR)
        np.minimum.at(self.ways, (arcs.tail, arcs.head), arcs.cost)
        for node in range(n_rows):
            self._by_way_of(node)
        self.columns = self.ways[n_rows:, n_rows:].copy()
        np.fill_diagonal(self.columns, 0)
        # one block of memory for all sums: to get it anew costs more than to add
        sums = np.empty_like(self.columns)
        for node in range(len(self.columns)):
            combine(self.columns[:, node, None], self.columns[node], out=sums)
            # what is no path stays none, whatever is added to it
            np.minimum(self.columns, sums, out=self.columns)

    def paths_to(self, node: int, columns: Ints) -> Ints:
        """Return the costs of the paths from columns to a node of a row."""
        to = self.ways[self.n_rows :, node]
        last = np.flatnonzero(to < _NEAR)
        parts = self.combine(self.columns[np.ix_(columns, last)], to[last])
        return np.asarray(parts.min(axis=1, initial=FAR))

    def paths_from(self, node: int, columns: Ints) -> Ints:
        """Return the costs of the paths from a node of a row to columns, the hub the last."""
        out = self.ways[node, self.n_rows :]
        first = np.flatnonzero(out < _NEAR)
        parts = self.combine(out[first, None], self.columns[np.ix_(first, columns)])
        return np.asarray(parts.min(axis=0, initial=FAR))

    def _by_way_of(self, node: int) -> None:
        """Let paths pass a node of a row, which few arcs lead to."""
        to, out = self.ways[:, node], self.ways[node]
        froms, tos = np.flatnonzero(to < _NEAR), np.flatnonzero(out < _NEAR)
        block = np.ix_(froms, tos)
        if len(froms) and len(tos):
            passing = self.combine(to[froms, None], out[tos])
            self.ways[block] = np.minimum(self.ways[block], passing)
