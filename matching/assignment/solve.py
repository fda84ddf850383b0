"""The exact best assignment under bounds on both sides, locks and forbidden pairs."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import ArrayLike
from scipy import sparse
from scipy.optimize import Bounds, LinearConstraint, milp

from matching.assignment.problem import STEPS, Ints, Pair, Problem
from matching.errors import InfeasibleAssignment

_OBJECTIVES: Final = ("total",)


@dataclass(frozen=True, slots=True)
class Assignment:
    """Chosen pairs.

    Parameters
    ----------
    pairs : tuple of (int, int)
        Row and column of each chosen pair, sorted.
    total : float
        Sum of the original scores of the pairs.
    objective : str
        What was made as large as possible.
    """

    pairs: tuple[Pair, ...]
    total: float
    objective: str


def assign(
    scores: ArrayLike,
    *,
    rows: ArrayLike,
    columns: ArrayLike,
    eligible: ArrayLike | None = None,
    locked: Collection[Pair] = (),
    forbidden: Collection[Pair] = (),
    objective: str = "total",
) -> Assignment:
    """Choose the pairs whose scores add up to the most.

    The optimum is exact for scores rounded to four decimals (1e-4): differences below
    that are ties, and the choice among ties is fixed by the input but not otherwise
    defined. A pair with a score of 0 counts nothing, so it may or may not be chosen.

    Parameters
    ----------
    scores : array of shape (n_rows, n_columns)
        Finite, within +-100,000.
    rows, columns : (int, int) or int array of shape (n_rows, 2) or (n_columns, 2)
        The least and the greatest number of pairs: one for all, or one for each.
    eligible : bool array of shape (n_rows, n_columns), default=None
        False leaves a pair out; None admits every pair.
    locked, forbidden : collections of (int, int), default=()
        Pairs that must and pairs that may not be chosen. A lock does not lift a rule:
        a locked pair has to be eligible.
    objective : {"total"}, default="total"

    Returns
    -------
    assignment : Assignment

    Raises
    ------
    InfeasibleAssignment
        If the conditions contradict each other; the sentence names the first bound that
        plainly cannot be met, where one can be told.
    ValueError
        If the objective is unknown, or a shape, score, bound or position makes no sense.

    References
    ----------
    R. K. Ahuja, T. L. Magnanti and J. B. Orlin (1993), Network Flows, section 12.
    Q. Huangfu and J. A. J. Hall (2018), Parallelizing the dual revised simplex method,
    Mathematical Programming Computation 10: the solver, HiGHS.

    Examples
    --------
    >>> assign([[0.9, 0.8], [0.7, 0.1]], rows=(1, 1), columns=(0, 1)).pairs
    ((0, 1), (1, 0))
    """
    if objective not in _OBJECTIVES:
        raise ValueError(f'objective must be "total", the only one known, got {objective!r}')
    problem = Problem.of(scores, rows, columns, eligible, locked, forbidden)
    problem.refuse_the_impossible()
    edges = np.argwhere(problem.open)
    chosen = edges[_solve(problem, edges)]
    total = float(problem.scores[chosen[:, 0], chosen[:, 1]].sum())
    return Assignment(tuple((i, j) for i, j in chosen.tolist()), total, objective)


def _solve(problem: Problem, edges: Ints) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    """Tell for each edge whether it is chosen."""
    if not len(edges):
        return np.zeros(0, dtype=np.bool_)
    i, j = edges.T
    n_rows, n_columns = problem.scores.shape
    at = np.arange(len(edges))
    nodes = sparse.csr_array(
        (np.ones(2 * len(edges)), (np.concatenate([i, n_rows + j]), np.tile(at, 2))),
        shape=(n_rows + n_columns, len(edges)),
    )
    bounds = np.concatenate([problem.rows, problem.columns])
    # the default gap of HiGHS, 1e-4, would stop before the optimum is proved
    result = milp(
        -np.rint(problem.scores[i, j] * STEPS),
        integrality=np.ones(len(edges), dtype=np.int64),
        bounds=Bounds(problem.locked[i, j].astype(np.float64), 1.0),
        constraints=LinearConstraint(nodes, bounds[:, 0], bounds[:, 1]),
        options={"mip_rel_gap": 0.0},
    )
    if result.x is None:
        raise InfeasibleAssignment(
            "no assignment keeps all bounds at once, although each can be met alone"
        )
    return np.asarray(result.x > 0.5, dtype=np.bool_)
