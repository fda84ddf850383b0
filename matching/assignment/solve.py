"""The exact best assignment, by the objective that was asked for."""

import numpy as np

from matching.assignment.leximin import fairest
from matching.assignment.max_total import best_total
from matching.assignment.milp import NoAnswer, group_keys
from matching.assignment.problem import Ints, Mask, Problem
from matching.assignment.side_constraints import SideConstraintModel


def solve(problem: Problem, objective: str, *, first: bool = True) -> tuple[Mask, int]:
    """Return the first of the best answers, and a bound that proves its total.

    Parameters
    ----------
    problem : Problem
    objective : {"leximin", "total", "maxmin"}
    first : bool, default=True
        False may return any of the best answers.

    Returns
    -------
    chosen : bool array of shape (n_pairs,)
    bound : int

    Raises
    ------
    NoAnswer
        If no answer keeps the conditions.
    """
    refuse_impossible_bounds(problem)
    if not problem.n_pairs:
        return problem.locked, 0
    if is_network(problem, objective):
        face, bound = fairest(problem) if objective == "leximin" else best_total(problem)
        face.first()
        return face.among(problem), bound
    model = SideConstraintModel(problem)
    chosen, bound = model.answer(objective)
    return model.first(chosen) if first else chosen, bound


def is_network(problem: Problem, objective: str) -> bool:
    """Tell whether the residual graph holds the whole truth about a problem."""
    return objective != "maxmin" and not any(
        _can_exceed(problem, groups, at_most) for groups, at_most in problem.groups
    )


def _can_exceed(problem: Problem, groups: Ints, at_most: int) -> bool:
    """Tell whether a row could have more of a group than it may."""
    at, keys, _ = group_keys(problem.i, groups[problem.j], len(groups))
    most = problem.rows[keys // max(len(groups), 1), 1]
    n_open = np.bincount(at, minlength=len(keys))
    return bool((np.minimum(n_open, most) > at_most).any())


def refuse_impossible_bounds(problem: Problem) -> None:
    """Refuse locks on pairs that are not open, and bounds that no pairs can meet."""
    if problem.stray:
        raise NoAnswer
    for ends, bounds in ((problem.i, problem.rows), (problem.j, problem.columns)):
        if (np.bincount(ends, minlength=len(bounds)) < bounds[:, 0]).any():
            raise NoAnswer
    for asking, taking in ((problem.rows, problem.columns), (problem.columns, problem.rows)):
        if asking[:, 0].sum() > taking[:, 1].sum():
            raise NoAnswer
