"""Shortest paths with negative arcs, in whole numbers: potentials, or cycles that gain."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from matching.assignment.problem import Ints, Mask

Costs = NDArray[Any]


@dataclass(frozen=True, slots=True, eq=False)
class Arcs:
    """Arcs of a graph; `what` is the caller's name for each.

    Parameters
    ----------
    n : int
        Number of nodes.
    tail, head, what : int64 arrays of shape (n_arcs,)
    cost : int64 or object array of shape (n_arcs,)
        Whole numbers.
    """

    n: int
    tail: Ints
    head: Ints
    cost: Costs
    what: Ints

    def only(self, some: Mask) -> "Arcs":
        """Return some of the arcs."""
        parts = (part[some] for part in (self.tail, self.head, self.cost, self.what))
        return Arcs(self.n, *parts)


def potentials_or_cycles(arcs: Arcs, start: Costs | None = None) -> tuple[Costs, Ints]:
    """Return distances that no arc can shorten, or else arcs of cycles of negative cost.

    Parameters
    ----------
    arcs : Arcs
    start : array of shape (n,), default=None
        Distances at the start: of the arcs from the source, 0 by default.

    Returns
    -------
    distance : array of shape (n,)
        From a source with an arc to every node.
    cycle : int64 array
        Positions of the arcs of cycles that share no node; empty where `distance` holds.

    References
    ----------
    B. V. Cherkassky and A. V. Goldberg (1999), Negative-cycle detection algorithms,
    Mathematical Programming 85: cycles show in the graph of parents.
    """
    # numbers of two bytes are sorted without comparing them
    small = arcs.head.astype(np.uint16) if arcs.n <= 1 << 16 else arcs.head
    order = np.argsort(small, kind="stable")
    tail, head, cost = arcs.tail[order], arcs.head[order], arcs.cost[order]
    starts = np.flatnonzero(np.diff(head, prepend=-1))
    heads, lengths = head[starts], np.diff(starts, append=len(head))
    distance = np.zeros(arcs.n, dtype=cost.dtype) if start is None else start.copy()
    parent = np.full(arcs.n + 1, -1, dtype=np.int64)
    while len(starts):
        reached = distance[tail] + cost
        best = np.minimum.reduceat(reached, starts)
        shorter = best < distance[heads]
        if not shorter.any():
            break
        by = np.flatnonzero((reached == np.repeat(best, lengths)) & np.repeat(shorter, lengths))
        parent[head[by]] = by
        distance[heads[shorter]] = best[shorter]
        if len(on := _on_cycles(parent, tail)):
            return distance, order[parent[on]]
    return distance, np.zeros(0, dtype=np.int64)


def _on_cycles(parent: Ints, tail: Ints) -> Ints:
    """Return the nodes on cycles of the graph of parents; its last node is the root."""
    root = len(parent) - 1
    up = np.where(parent >= 0, tail[parent], root)
    ancestor = up
    for _ in range(root.bit_length()):
        ancestor = ancestor[ancestor]
    on = np.zeros(root + 1, dtype=np.bool_)
    # whoever has an ancestor n steps up leads to a cycle, and that ancestor is on it
    at = np.unique(ancestor[ancestor != root])
    while len(at := at[~on[at]]):
        on[at] = True
        at = np.unique(up[at])
    return np.flatnonzero(on)
