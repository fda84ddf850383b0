"""What it costs to turn any one pair round, by shortest paths in the residual graph."""

from dataclasses import dataclass
from typing import Final

import numpy as np

from matching.assignment.optimal_face import BEST, CHOSEN, LEFT, Face
from matching.assignment.problem import Ints, Mask
from matching.assignment.shortest_paths import Costs

_FAR: Final = 1 << 60


@dataclass(frozen=True, slots=True, eq=False)
class Detours:
    """The cost of leaving each chosen pair, and of choosing each other one.

    Parameters
    ----------
    cost : int64 or object array of shape (n_pairs,)
    possible : bool array of shape (n_pairs,)
    """

    cost: Costs
    possible: Mask


def detours(face: Face, costs: Costs) -> Detours:
    """Return the cost of turning each pair round.

    The present answer of the face must be optimal. Turning a pair round closes a cycle with
    a path between its ends. Rows are taken out of the graph one by one, which leaves few
    arcs to look at; then Floyd and Warshall find all paths between columns and the hub.

    References
    ----------
    R. K. Ahuja, T. L. Magnanti and J. B. Orlin (1993), Network Flows, section 5.6.
    """
    graph = _Graph(face, costs)
    starts = np.searchsorted(face.i, np.arange(1, face.shape[0]))
    for row, pairs in enumerate(np.split(np.arange(len(face.i)), starts)):
        for state, node in ((CHOSEN, row), (BEST, row + face.shape[0])):
            open_ = pairs[face.may[state, pairs]]
            graph.choose(open_[face.state[open_] == LEFT], state, node)
            held = pairs[(face.state[pairs] == state) & face.may[LEFT, pairs]]
            graph.leave(held, state, node)
    return Detours(graph.cost, np.asarray(graph.cost < graph.near, dtype=np.bool_))


class _Graph:
    """The paths of a residual graph; what is not below `near` is no path."""

    def __init__(self, face: Face, costs: Costs) -> None:
        far = _FAR if costs.dtype != object else 4 * int(np.abs(costs).sum()) + 4
        self.face, self.costs, self.near = face, costs, far // 2
        arcs = face.arcs(costs)
        self.ways = np.full((arcs.n, arcs.n), far, dtype=costs.dtype)
        np.minimum.at(self.ways, (arcs.tail, arcs.head), arcs.cost)
        self.rows = 2 * face.shape[0]
        for node in range(self.rows):
            self._by_way_of(node)
        self.columns = self.ways[self.rows :, self.rows :].copy()
        np.fill_diagonal(self.columns, 0)
        # one block of memory for all sums: to get it anew costs more than to add
        self.sums = np.empty_like(self.columns)
        for node in range(len(self.columns)):
            # what is no path stays none, whatever is added to it
            np.add(self.columns[:, node, None], self.columns[node], out=self.sums)
            np.minimum(self.columns, self.sums, out=self.columns)
        self.cost = np.full(len(face.i), far, dtype=costs.dtype)

    def choose(self, pairs: Ints, state: int, node: int) -> None:
        """Find what it costs to choose pairs in a state that takes its unit from a node."""
        to = self.ways[self.rows :, node]
        last = np.flatnonzero(to < self.near)
        if len(last) and len(pairs):
            path = (self.columns[np.ix_(self.face.j[pairs], last)] + to[last]).min(axis=1)
            self._take(pairs, self.costs[state, pairs] - self.costs[LEFT, pairs] + path)

    def leave(self, pairs: Ints, state: int, node: int) -> None:
        """Find what it costs to leave pairs in such a state."""
        out = self.ways[node, self.rows :]
        first = np.flatnonzero(out < self.near)
        if len(first) and len(pairs):
            path = (out[first, None] + self.columns[np.ix_(first, self.face.j[pairs])]).min(
                axis=0
            )
            self._take(pairs, self.costs[LEFT, pairs] - self.costs[state, pairs] + path)

    def _take(self, pairs: Ints, cost: Costs) -> None:
        self.cost[pairs] = np.minimum(self.cost[pairs], cost)

    def _by_way_of(self, node: int) -> None:
        """Let paths pass a node of a row, which few arcs lead to."""
        to, out = self.ways[:, node], self.ways[node]
        froms, tos = np.flatnonzero(to < self.near), np.flatnonzero(out < self.near)
        block = np.ix_(froms, tos)
        if len(froms) and len(tos):
            self.ways[block] = np.minimum(self.ways[block], to[froms, None] + out[tos])
