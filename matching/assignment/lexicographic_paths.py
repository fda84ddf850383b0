"""What it costs under `leximin` to force or to forbid a pair, by shortest paths.

A number with a field for each level of fairness is long, so paths are found in steps.
Potentials make every cost 0 or more; they are found with the levels of likely arcs alone, and
arcs that these do not price right are added. By such costs a path loses first what its worst
arc loses first, so a table of whole numbers tells which arcs no shortest path needs. The rest
is few, and Dijkstra's algorithm finds the paths with fields for its levels only; nodes
between which nothing is lost are one to it.

References
----------
R. K. Ahuja, T. L. Magnanti and J. B. Orlin (1993), Network Flows, sections 2.4 and 4.5.
D. B. Johnson (1977), Efficient algorithms for shortest paths in sparse networks, Journal of
the ACM 24.
"""

from dataclasses import replace
from heapq import heappop, heappush
from typing import Any, Final

import numpy as np
from scipy import sparse

from matching.assignment.exchange_costs import Closure
from matching.assignment.lexicographic_costs import Changes, LexicographicCosts
from matching.assignment.optimal_face import BEST, LEFT, OptimalFace
from matching.assignment.problem import Ints, Mask, Problem
from matching.assignment.shortest_paths import Arcs, Costs, potentials_or_cycles

# Best pairs of each row and column that are likely on a shortest path.
_LIKELY: Final = 5
# Above every total; what is added to it is a level of fairness.
_FAIR: Final = 1 << 59


def cheapest_exchanges(problem: Problem, face: OptimalFace) -> tuple[Ints, Changes]:
    """Return what the best answer changes that treats a pair otherwise, for each pair.

    Parameters
    ----------
    problem : Problem
    face : OptimalFace
        Of all answers; the present one is the best by `leximin`.

    Returns
    -------
    pairs : int64 array of shape (n,)
        Those that have such an answer.
    changes : Changes
        In the same order.
    """
    graph = _Residual(problem, face)
    likely = graph.likely()
    graph.price_all(likely)
    needed = graph.needed()
    graph.price(likely & needed, needed)
    graph.price(graph.used | graph.shortcuts(needed), graph.all)
    at, path = graph.cycles()
    return graph.pair[at], graph.with_own(at, graph.fields.changes(path))


class _Residual:
    """The residual graph of an answer, with its costs in as many fields as it takes."""

    def __init__(self, problem: Problem, face: OptimalFace) -> None:
        self.problem, self.face, self.units = problem, face, problem.units
        self.arcs = face.arcs(np.zeros((3, problem.n_pairs), dtype=np.int64))
        self.link = self.arcs.what < 0
        self.pair, self.new = np.divmod(self.arcs.what, 3)
        self.old = np.where(self.link, LEFT, face.state[self.pair])
        self.raised = ~self.link & (self.new == BEST)
        self.n_rows = 2 * face.shape[0]
        self.all = np.ones_like(self.link)
        self.used = ~self.all
        self.fields = LexicographicCosts.of(problem, np.zeros(0, dtype=np.int64))
        self.potentials: Costs = np.zeros(self.arcs.n, dtype=object)
        self.cost: Costs = np.zeros(len(self.link), dtype=object)
        self.target, self.after = self._targets()

    def _targets(self) -> tuple[Ints, Ints]:
        """Return where each arc has to lead to, and the arc that goes on from its head.

        No path has to end at a column that nobody has chosen, only to pass it to the hub.
        """
        hub, after = self.arcs.n - 1, np.full(self.arcs.n, -1)
        onward = np.flatnonzero(self.link & (self.arcs.tail >= self.n_rows))
        after[self.arcs.tail[onward]] = onward
        after[self.face.ends[LEFT, self.face.chosen]] = after[hub] = -1
        passed = after[self.arcs.head]
        return np.where(passed < 0, self.arcs.head, hub), passed

    def likely(self) -> Mask:
        """Return arcs that lead away from chosen pairs, or to the best of a row or column."""
        near = np.zeros(self.problem.n_pairs, dtype=np.bool_)
        for ends in (self.face.i, self.face.j):
            order = np.lexsort((-self.units, ends))
            firsts = np.searchsorted(ends[order], ends[order])
            near[order[np.arange(len(order)) - firsts < _LIKELY]] = True
        return np.asarray(self.link | (self.old != LEFT) | near[self.pair])

    def price(self, used: Mask, among: Mask) -> None:
        """Find potentials by which none of some arcs costs less than 0.

        Parameters
        ----------
        used, among : bool arrays of shape (n_arcs,)
            These arcs, and others whose costs are looked at later.
        """
        present = self.units[self.face.state == BEST]
        levels = np.append(present, self.units[self.pair[used & self.raised]])
        fields = LexicographicCosts.of(self.problem, levels)
        # what held for the same levels is near to what will hold
        start = self.potentials if np.array_equal(fields.levels, self.fields.levels) else None
        self.used, self.fields = used, fields
        states, at = fields.costs(self.units), np.flatnonzero((used | among) & ~self.link)
        cost = np.zeros(len(used), dtype=object)
        cost[at] = states[self.new[at], self.pair[at]] - states[self.old[at], self.pair[at]]
        self.potentials, _ = potentials_or_cycles(
            replace(self.arcs, cost=cost).only(used), start
        )
        self.cost = cost + self.potentials[self.arcs.tail] - self.potentials[self.arcs.head]

    def price_all(self, used: Mask) -> None:
        """Find potentials by which no arc costs less than 0; some arcs are enough for it."""
        gains = used
        while gains.any():
            used = used | gains
            self.price(used, self.all)
            gains = np.asarray(self.cost < 0, dtype=np.bool_)

    def needed(self) -> Mask:
        """Return the arcs that a shortest path may need."""
        raised = np.where(self.raised, self.units[self.pair], 0)
        level = self.fields.leading(self.cost, raised)
        # the lower the level the worse; a worse one counts alone, totals add up
        worst = int(self.units.max(initial=0)) + 1
        keys = _FAIR + worst - level
        even = level < 0
        keys[even] = self.cost[even].astype(np.int64)
        closure = Closure(replace(self.arcs, cost=keys), self.n_rows, _worse_or_sum)
        further = _worse_or_sum(keys, np.where(self.after < 0, 0, keys[self.after]))
        needed = np.ones(len(keys), dtype=np.bool_)
        onward = np.flatnonzero(
            (self.arcs.tail < self.n_rows) & (self.arcs.head >= self.n_rows)
        )
        order = onward[np.argsort(self.arcs.tail[onward], kind="stable")]
        starts = np.searchsorted(self.arcs.tail[order], np.arange(1, self.n_rows))
        for node, at in enumerate(np.split(order, starts)):
            known = closure.paths_from(node, np.arange(self.arcs.n - self.n_rows))
            needed[at] = further[at] <= known[self.target[at] - self.n_rows]
        return needed

    def shortcuts(self, among: Mask) -> Mask:
        """Return which of some arcs cost less than the paths along the arcs used so far."""
        at = np.flatnonzero(among & ~self.used)
        known = self._paths().between(self.arcs.tail[at], self.target[at])
        cost = self.cost[at] + np.where(self.after[at] < 0, 0, self.cost[self.after[at]])
        shorter = np.zeros(len(among), dtype=np.bool_)
        none = known == None  # noqa: E711 -- an array is compared
        shorter[at[none]] = True
        shorter[at[~none]] = cost[~none] < known[~none]
        return shorter

    def _paths(self) -> "_Paths":
        return _Paths(self.arcs.only(self.used), self.cost[self.used])

    def cycles(self) -> tuple[Ints, Costs]:
        """Return the first arc of the cheapest cycle of each pair, and the path it closes."""
        change = np.flatnonzero(~self.link & ((self.old == LEFT) | (self.new == LEFT)))
        paths = self._paths()
        tail, head = self.arcs.tail[change], self.arcs.head[change]
        path = paths.between(head, tail)
        found = np.flatnonzero(path != None)  # noqa: E711 -- an array is compared
        change, path = change[found], path[found]
        first = self._cheapest(change, self.cost[change] + path)
        at, path = change[first], path[first]
        # without the potentials
        path += self.potentials[self.arcs.tail[at]] - self.potentials[self.arcs.head[at]]
        return at, path

    def _cheapest(self, change: Ints, cost: Costs) -> Ints:
        """Return the position of the cheapest change of each pair."""
        best: dict[int, int] = {}
        pairs, costs = self.pair[change].tolist(), cost.tolist()
        for k, pair in enumerate(pairs):
            if (other := best.setdefault(pair, k)) != k and costs[k] < costs[other]:
                best[pair] = k
        return np.array([best[pair] for pair in sorted(best)], dtype=np.int64)

    def with_own(self, at: Ints, path: Changes) -> Changes:
        """Add what the pairs change themselves to what the paths change."""
        old, new, units = self.old[at], self.new[at], self.units[self.pair[at]]
        by_pair = (new == BEST).astype(np.int64) - (old == BEST)
        own = np.flatnonzero(by_pair)
        return Changes(
            np.concatenate([path.exchange, own, own]),
            np.concatenate([path.level, units[own], np.zeros_like(own)]),
            np.concatenate([path.rows, by_pair[own], -by_pair[own]]),
            path.total + np.where(new == LEFT, units, -units),
        )


class _Paths:
    """Shortest paths by costs of 0 or more; nodes of one zero cycle are merged."""

    def __init__(self, arcs: Arcs, cost: Costs) -> None:
        from scipy.sparse import csgraph  # noqa: PLC0415 -- 40 ms that ranking does not wait for

        free = np.asarray(cost == 0, dtype=np.bool_)
        graph = sparse.csr_array(
            (np.ones(free.sum()), (arcs.tail[free], arcs.head[free])), shape=(arcs.n, arcs.n)
        )
        n, self.part = csgraph.connected_components(graph, connection="strong")
        cheapest: dict[tuple[int, int], int] = {}
        ends = self.part[arcs.tail].tolist(), self.part[arcs.head].tolist()
        for tail, head, price in zip(*ends, cost.tolist(), strict=True):
            if tail != head and price < cheapest.get((tail, head), price + 1):
                cheapest[tail, head] = price
        self.onward: list[list[tuple[int, int]]] = [[] for _ in range(n)]
        for (tail, head), price in cheapest.items():
            self.onward[tail].append((price, head))
        self.known: dict[int, list[int | None]] = {}

    def between(self, tails: Ints, heads: Ints) -> Costs:
        """Return the costs of the paths between nodes; None for no path."""
        sources, line = np.unique(self.part[tails], return_inverse=True)
        table = np.array([self._from(k) for k in sources.tolist()], dtype=object)
        return np.asarray(table.reshape(len(sources), len(self.onward))[line, self.part[heads]])

    def _from(self, source: int) -> list[int | None]:
        """Return the costs of the paths from a node to all."""
        if source not in self.known:
            onward = self.onward[source]
            if len(onward) == 1 and len(self.onward[onward[0][1]]) > 1:
                price, head = onward[0]
                paths = [None if d is None else price + d for d in self._from(head)]
                paths[source] = 0
            else:
                paths = _shortest(self.onward, source)
            self.known[source] = paths
        return self.known[source]


def _shortest(onward: list[list[tuple[int, int]]], source: int) -> list[int | None]:
    """Return the costs of the paths from a node to all (Dijkstra)."""
    paths: list[int | None] = [None] * len(onward)
    least: list[Any] = [None] * len(onward)
    heap = [(0, source)]
    while heap:
        path, node = heappop(heap)
        if paths[node] is None:
            paths[node] = path
            for price, head in onward[node]:
                further, known = path + price, least[head]
                if known is None or further < known:
                    least[head] = further
                    heappush(heap, (further, head))
    return paths


def _worse_or_sum(one: Ints, other: Ints, out: Ints | None = None) -> Ints:
    """Add totals; of levels of fairness take the worse one."""
    out = np.add(one, other, out=out)
    np.minimum(out, _FAIR, out=out)
    np.maximum(out, one, out=out)
    return np.maximum(out, other, out=out)
