"""Distances that no arc can shorten, or cycles of arcs that gain."""

import numpy as np
import pytest

from matching.assignment.shortest_paths import Arcs, potentials_or_cycles

Arc = tuple[int, int, int]


def arcs(n: int, *given: Arc) -> Arcs:
    """Return a graph of arcs from one node to another at a cost; each is named by its place."""
    tail, head, cost = np.array(given, dtype=np.int64).reshape(-1, 3).T
    return Arcs(n, tail, head, cost, np.arange(len(given)))


def test_where_there_is_no_arc_every_node_is_at_the_source() -> None:
    distance, cycle = potentials_or_cycles(arcs(3))

    assert (distance.tolist(), cycle.tolist()) == ([0, 0, 0], [])


def test_no_arc_shortens_the_distances_that_are_found() -> None:
    distance, cycle = potentials_or_cycles(
        arcs(4, (0, 1, -2), (1, 2, -3), (0, 2, -4), (2, 3, 9))
    )

    assert (distance.tolist(), cycle.tolist()) == ([0, -2, -5, 0], [])


@pytest.mark.parametrize("gain", [1, 10**9])
def test_a_cycle_that_gains_is_named_by_its_arcs(gain: int) -> None:
    _, cycle = potentials_or_cycles(
        arcs(4, (3, 0, 5), (0, 1, 2), (1, 2, 3), (2, 0, -5 - gain), (2, 3, 0))
    )

    assert sorted(cycle.tolist()) == [1, 2, 3]
