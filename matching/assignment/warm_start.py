"""Where the network problem starts from: an answer that is optimal, or nearly so.

A large table is solved on each side's best pairs first. Its potentials price every other
pair; what would gain is added, until nothing does. Then the potentials prove the answer for
the whole table, and only pairs that cost nothing can stand in another optimal answer.
"""

import importlib
import importlib.util
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, NamedTuple

import numpy as np

from matching.assignment.milp import NoAnswer, model_of
from matching.assignment.optimal_face import OptimalFace, totals
from matching.assignment.problem import Ints, Mask, Problem

# Below this many pairs HiGHS answers before the compiled solver is loaded.
_FEW: Final = 20_000
# Best pairs of each row and column to start with, on a table that is mostly full.
_CANDIDATES: Final = 16
# After so many rounds of adding pairs all of them are looked at.
_ROUNDS: Final = 4
# Scores that are looked at together, to keep copies small.
_BLOCK: Final = 1 << 18
# A table is narrow where its long side has so many times what is looked at of the short one.
_LONG: Final = 4
# Pairs that are added at once, for each row and column.
_ADDED: Final = 16


@dataclass(frozen=True, slots=True, eq=False)
class Proposal:
    """An answer to improve on.

    Parameters
    ----------
    pairs : int64 array
        The pairs to look at; the potentials prove that the others are not needed.
    chosen : bool array of the same shape
    potentials : int64 array of shape (n_nodes,)
        Of the nodes of a `OptimalFace`.
    """

    pairs: Ints
    chosen: Mask
    potentials: Ints | None


class _Solved(NamedTuple):
    """An optimal answer on some pairs; it may miss units of a minimum."""

    chosen: Mask
    worth: Ints
    missing: bool


def propose(problem: Problem, *, compiled: bool | None = None) -> Proposal:
    """Return an optimal answer, or a good one where the problem is small.

    Parameters
    ----------
    problem : Problem
    compiled : bool, default=None
        Whether to use the compiled solver; None uses it for what is large, where numba is
        installed.

    Raises
    ------
    NoAnswer
        If no answer keeps the conditions.
    """
    if compiled is None:
        compiled = _is_compiled(problem)
    if problem.n_pairs <= _FEW and not compiled:
        return Proposal(np.arange(problem.n_pairs), _highs(problem), None)
    pairs, rounds = candidates(problem), 0
    while True:
        rounds += 1
        try:
            solved = (_by_scaling if compiled else _by_highs)(problem.only(pairs))
        except NoAnswer:
            if len(pairs) == problem.n_pairs:
                raise
            pairs = np.arange(problem.n_pairs)
            continue
        cost = _reduced(problem, solved.worth)
        more = _gaining(problem, cost, pairs)
        if not len(more):
            break
        last = rounds == _ROUNDS and _is_narrow(problem)
        pairs = np.arange(problem.n_pairs) if last else np.union1d(pairs, more)
    if solved.missing:
        raise NoAnswer
    chosen = np.zeros(problem.n_pairs, dtype=np.bool_)
    chosen[pairs[solved.chosen]] = True
    near = np.flatnonzero(chosen | (cost <= 0))
    return Proposal(near, chosen[near], solved.worth)


def start(problem: Problem) -> Mask:
    """Return an answer to start from, whose total is the greatest or nearly so.

    Returns
    -------
    chosen : bool array of shape (n_pairs,)

    Raises
    ------
    NoAnswer
        If no answer keeps the conditions.
    """
    if problem.n_pairs <= _FEW:
        return _highs(problem)
    chosen = np.zeros(problem.n_pairs, dtype=np.bool_)
    if _is_compiled(problem):
        near = candidates(problem)
        solved = _by_scaling(problem.only(near))
        if not solved.missing:
            chosen[near[solved.chosen]] = True
            return chosen
    proposal = propose(problem)
    chosen[proposal.pairs[proposal.chosen]] = True
    return chosen


def _is_compiled(problem: Problem) -> bool:
    """Tell whether a problem is so large, and numba there, that compiled code pays."""
    return problem.n_pairs > _FEW and importlib.util.find_spec("numba") is not None


def candidates(problem: Problem) -> Ints:
    """Return each side's best pairs of a table that is mostly full, else all pairs.

    A score counts by what it is above the last one that its column, then its row, has
    room for.
    """
    n_rows, n_columns = problem.shape
    few = 2 * _CANDIDATES + 1
    if _is_narrow(problem):
        return _narrow_candidates(problem, few)
    full = problem.n_pairs == n_rows * n_columns
    if 2 * problem.n_pairs < n_rows * n_columns or min(problem.shape) <= few:
        return np.arange(problem.n_pairs)
    table = problem.units.reshape(problem.shape) if full else _table(problem)
    of_columns = _last_in(table.T, problem.columns[:, 1], np.zeros(n_rows, dtype=np.int64))
    of_rows = _last_in(table, problem.rows[:, 1], of_columns)
    keep = np.zeros(problem.shape, dtype=np.bool_)
    _keep_the_best(keep, table, of_columns, few)
    _keep_the_best(keep.T, table.T, of_rows, few)
    kept = keep.ravel() if full else keep[problem.i, problem.j]
    return np.flatnonzero(kept | problem.locked)


def _is_narrow(problem: Problem) -> bool:
    """Tell whether one side is so short that all of it would be among the best of the other."""
    few = 2 * _CANDIDATES + 1
    return min(problem.shape) <= few and max(problem.shape) > _LONG * few


def _narrow_candidates(problem: Problem, few: int) -> Ints:
    """Return about as many pairs of each line as it has room for; of a long one, twice."""
    keep = problem.locked | ~problem.real
    sides = (problem.i, problem.rows[:, 1]), (problem.j, problem.columns[:, 1])
    for ends, room in sides:
        is_long = len(room) == min(problem.shape)
        most = 2 * room + few if is_long else room + 2
        order = np.lexsort((-problem.units, ends))
        line = ends[order]
        place = np.arange(len(line)) - np.searchsorted(line, np.arange(len(room)))[line]
        keep[order[place < most[line]]] = True
    return np.flatnonzero(keep)


def _table(problem: Problem) -> Ints:
    table = np.full(problem.shape, np.iinfo(np.int64).min // 4)
    table[problem.i, problem.j] = problem.units
    return table


def _blocks(table: Ints) -> Iterator[slice]:
    """Yield slices of the lines, so small that copies of them are cheap."""
    step = max(1, _BLOCK // table.shape[1])
    for start in range(0, len(table), step):
        yield slice(start, start + step)


def _last_in(table: Ints, room: Ints, prices: Ints) -> Ints:
    """Return of each line the value after as many as there is room for, at these prices."""
    at = np.minimum(room, table.shape[1] - 1)
    last = np.zeros(len(table), dtype=np.int64)
    for lines in _blocks(table):
        top = np.partition(prices - table[lines], np.unique(at[lines]), axis=1)
        last[lines] = -np.take_along_axis(top, at[lines, None], axis=1)[:, 0]
    return np.maximum(last, 0)


def _keep_the_best(keep: Mask, table: Ints, prices: Ints, few: int) -> None:
    """Mark the best of each line at these prices; among equals each line takes others."""
    n_lines, n = table.shape
    turn = np.arange(n_lines) * max(n // n_lines, 1)
    for lines in _blocks(table):
        equals = (np.arange(n) - turn[lines, None]) % n
        best = np.argpartition((prices - table[lines]) * n + equals, few, axis=1)[:, :few]
        np.put_along_axis(keep[lines], best, True, axis=1)


def _reduced(problem: Problem, worth: Ints) -> Ints:
    """Return what each pair costs by the potentials if it is chosen."""
    cost, of_columns = -problem.units, worth[2 * problem.shape[0] :]
    for start in range(0, len(cost), _BLOCK):
        block = slice(start, start + _BLOCK)
        cost[block] += worth[problem.i[block]] - of_columns[problem.j[block]]
    return cost


def _gaining(problem: Problem, cost: Ints, pairs: Ints) -> Ints:
    """Return the other pairs that gain most, at most some for each row and column."""
    gains = cost < 0
    gains[pairs] = False
    others = np.flatnonzero(gains)
    at_most = _ADDED * sum(problem.shape)
    if len(others) <= at_most:
        return others
    return others[np.argpartition(cost[others], at_most)[:at_most]]


def _highs(problem: Problem) -> Mask:
    model = model_of(problem, whole=False)
    return np.asarray(model.maximise(np.arange(problem.n_pairs), problem.units) > 0)


def _by_highs(problem: Problem) -> _Solved:
    face = OptimalFace.of(problem, _highs(problem))
    worth = face.settle(totals(problem.units))
    return _Solved(face.chosen, worth, False)


def _by_scaling(problem: Problem) -> _Solved:
    """Solve what the locks leave to be solved."""
    compiled = importlib.import_module("matching.assignment.cost_scaling")
    n_rows, n_columns = problem.shape
    held = problem.only(np.flatnonzero(problem.locked))
    free = problem.only(np.flatnonzero(~problem.locked))
    taken = np.concatenate(
        [np.bincount(held.i, minlength=n_rows), np.bincount(held.j, minlength=n_columns)]
    )
    low, high = np.concatenate([problem.rows, problem.columns]).T - taken
    if (high < 0).any():
        raise NoAnswer
    path = 2 * (int(np.abs(problem.units).max()) + 1) * (min(problem.shape) + 1)
    starts = np.concatenate([[0], np.cumsum(np.bincount(free.i, minlength=n_rows))])
    parts = (starts, free.i, free.j, -free.units, np.maximum(low, 0), high, [path])
    # of one type and layout, so that one compilation serves all
    net = compiled.Network(*(np.array(part, dtype=np.int64, order="C") for part in parts))
    flow = compiled.solve_network(net)
    chosen = problem.locked.copy()
    chosen[~problem.locked] = flow.chosen > 0
    rows = flow.worth[:n_rows]
    return _Solved(chosen, np.concatenate([rows, flow.worth]), bool((flow.runs < low).any()))
