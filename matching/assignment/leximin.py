"""Fairness: raise the worst-off row first, then the next, and so on.

What a row has is the best of its chosen scores, and 0 where that is below 0 or nothing is
chosen. For every threshold the number of rows above it is made as large as possible, the
lowest threshold first; that is the lexicographic order of the sorted values.
"""

import numpy as np

from matching.assignment.optimal_face import BEST, CHOSEN, OptimalFace, totals
from matching.assignment.problem import Ints, Mask, Problem
from matching.assignment.warm_start import start


def fairest(problem: Problem) -> tuple[OptimalFace, int]:
    """Return the face of the fairest answers with the greatest total among them.

    Returns
    -------
    face, bound : OptimalFace, int
        The total that no answer as fair exceeds.

    Raises
    ------
    NoAnswer
        If no answer keeps the conditions.
    """
    face = fairness_face(problem, start(problem))
    raise_the_worst_off(face, problem.units)
    return face, -face.optimise(totals(problem.units))


def fairness_face(problem: Problem, chosen: Mask) -> OptimalFace:
    """Return the face of all answers, with the best pair of each row named."""
    face = OptimalFace.of(problem, chosen)
    face.may[BEST] = problem.units > 0
    face.best[:, 1] = 1
    _name_the_best(face, problem.units)
    return face


def raise_the_worst_off(face: OptimalFace, units: Ints) -> None:
    """Close every answer that is less fair than another.

    Several levels are looked at together, the lowest first, each counting for more than all
    later ones. They are those of the present answer; where a better answer has a value
    between two of them, that level was passed over, and they are taken one by one again.
    """
    level, width = 0, 1
    while True:
        reached = units[face.state == BEST]
        known = np.unique(reached[reached > level])
        # no more rows can be at the level or above it than now, once those below are settled
        many = 1 + (int((reached >= level).sum()) if level else face.shape[0])
        width = min(width, _width(face, many))
        levels = np.concatenate([[level], known[: width - 1]])
        costs = np.zeros((3, len(units)), dtype=np.int64)
        costs[BEST] = np.where(units >= level, -1, 0)
        for value in levels.tolist():
            # as many rows as possible at the level or above it, and then above it
            costs[BEST] = many * costs[BEST] - (units > value)
        potentials = face.settle(costs)
        reached = units[face.state == BEST]
        reached = reached[reached > level]
        if not np.isin(reached[reached <= levels[-1]], levels).all():
            width = 1
            continue
        face.close(costs, potentials)
        # as many rows as can be above a level are at the next one or above it: none between
        passed_over = (units > level) & (units < levels[-1]) & ~np.isin(units, levels)
        face.may[BEST, passed_over] = False
        above = reached[reached > levels[-1]]
        if not len(above):
            break
        level, width = int(above.min()), 2 * width


def _width(face: OptimalFace, many: int) -> int:
    """Return for how many levels int64 can add up the costs along every path."""
    n_nodes = 2 * face.shape[0] + face.shape[1] + 1
    width = 1
    while 4 * n_nodes * many ** (width + 2) < np.iinfo(np.int64).max:
        width += 1
    return width


def _name_the_best(face: OptimalFace, units: Ints) -> None:
    """Call the best chosen pair of each row its best one, where that is open."""
    chosen = np.flatnonzero(face.chosen & face.may[BEST])
    order = chosen[np.lexsort((-units[chosen], face.i[chosen]))]
    _, firsts = np.unique(face.i[order], return_index=True)
    face.state[chosen] = CHOSEN
    face.state[order[firsts]] = BEST
