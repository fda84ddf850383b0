"""Partial answers: minimums of rows as wishes, of which as many are met as can be.

What a row misses stands in columns of its own, one for each unit of a wish: a row without any
pair takes part in the first of them, a row with fewer than two in the second, and so on. How
often each is needed at least is found one after the other, and asked for exactly. The rest is
the question as before: the counts are carried on, never the rows that are served.
"""

from dataclasses import replace

import numpy as np

from matching.assignment.filling import Filling, only_places_count
from matching.assignment.max_total import best_total
from matching.assignment.milp import NoAnswer
from matching.assignment.problem import Problem
from matching.assignment.side_constraints import SideConstraintModel
from matching.assignment.solve import is_network, refuse_impossible_bounds


def soft_minimums(problem: Problem) -> Problem:
    """Return the problem that asks for the best partial answer.

    First as many rows as possible have a pair, then as many as possible have two, and so on
    up to their minimums; then the objective counts.

    Parameters
    ----------
    problem : Problem

    Returns
    -------
    softened : Problem
        The problem itself where all minimums can be met; without minimums where no answer
        keeps the other conditions; otherwise with columns for what is missing.
    """
    wishes = int(problem.rows[:, 0].max(initial=0))
    if not wishes:
        return problem
    softened = _with_shortfall(problem, wishes)
    first = problem.shape[1]
    if only_places_count(problem):
        served, wished = Filling(problem).served, problem.rows[:, 0]
        for unit in range(1, wishes + 1):
            unmet = (served < unit) & (wished >= unit)
            softened.columns[first + unit - 1] = int(unmet.sum())
    else:
        for column in range(first, first + wishes):
            try:
                softened.columns[column] = _least_use(softened, column)
            except NoAnswer:
                return _without_minimums(problem)
    return softened if softened.columns[first:].any() else problem


def _without_minimums(problem: Problem) -> Problem:
    high = problem.rows[:, 1]
    return replace(problem, rows=np.column_stack([np.zeros_like(high), high]))


def _with_shortfall(problem: Problem, wishes: int) -> Problem:
    """Add columns for missing units; a row may take part in as many as it wishes for."""
    n_rows, n_columns = problem.shape
    wish = problem.rows[:, 0]
    row = np.repeat(np.arange(n_rows), wish)
    unit = np.arange(len(row)) - np.repeat(np.cumsum(wish) - wish, wish)
    i, j = np.concatenate([problem.i, row]), np.concatenate([problem.j, n_columns + unit])
    order = np.lexsort((j, i))
    nothing = np.zeros(len(row), dtype=np.int64)
    return replace(
        problem,
        shape=(n_rows, n_columns + wishes),
        i=i[order].astype(problem.i.dtype),
        j=j[order].astype(problem.j.dtype),
        units=np.concatenate([problem.units, nothing])[order],
        locked=np.concatenate([problem.locked, nothing > 0])[order],
        columns=np.concatenate([problem.columns, np.tile([0, n_rows], (wishes, 1))]),
        groups=tuple(
            (np.concatenate([groups, np.full(wishes, -1)]), at_most)
            for groups, at_most in problem.groups
        ),
        shortfall=wishes,
    )


def _least_use(problem: Problem, column: int) -> int:
    """Return in how many pairs a column has to take part at least."""
    refuse_impossible_bounds(problem)
    use = replace(problem, units=-(problem.j == column).astype(np.int64))
    if is_network(use, "total"):
        return -best_total(use)[1]
    return -int(use.units[SideConstraintModel(use).best(use.units)].sum())
