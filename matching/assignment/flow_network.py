"""The network that the compiled solver works on: plain arrays."""

from typing import NamedTuple

from matching.assignment.problem import Ints


class Network(NamedTuple):
    """Pairs in row order, and bounds; every array is int64.

    Parameters
    ----------
    start : of shape (n_rows + 1,)
        Where the pairs of each row start.
    row, column, cost : of shape (n_pairs,)
    low, high : of shape (n_rows + n_columns,)
        Of the rows, then of the columns.
    price : of shape (1,)
        What a missing unit costs.
    """

    start: Ints
    row: Ints
    column: Ints
    cost: Ints
    low: Ints
    high: Ints
    price: Ints


class Flow(NamedTuple):
    """Where units run, and what they are worth.

    Parameters
    ----------
    chosen : of shape (n_pairs,)
        1 for a pair with a unit.
    runs : of shape (n_rows + n_columns,)
        Units between the hub and each node.
    excess : of shape (n_rows + n_columns + 1,)
        Units that came in and have not gone on; the hub is last.
    worth : of shape (n_rows + n_columns + 1,)
        Potentials.
    onward, before : of shape (n_pairs,)
        The next and the previous chosen pair of the same column; -1 at the ends.
    head : of shape (n_columns,)
        The first chosen pair of each column; -1 for none.
    queue, waits : of shape (n_rows + n_columns + 1,)
        Nodes with an excess, in a ring.
    ring : of shape (3,)
        Where the ring starts, how many wait, and how often a node was made worth less
        since the last time that all nodes were.
    """

    chosen: Ints
    runs: Ints
    excess: Ints
    worth: Ints
    onward: Ints
    before: Ints
    head: Ints
    queue: Ints
    waits: Ints
    ring: Ints
