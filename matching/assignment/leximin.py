"""Fairness: raise the worst-off row first, then the next, and so on.

What a row has is the best of its chosen scores, and 0 where that is below 0 or nothing is
chosen. For every threshold the number of rows above it is made as large as possible, the
lowest threshold first; that is the lexicographic order of the sorted values.
"""

import numpy as np

from matching.assignment.max_total import best_total
from matching.assignment.optimal_face import BEST, CHOSEN, OptimalFace, totals
from matching.assignment.problem import Ints, Mask, Problem


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
    face = fairness_face(problem, best_total(problem)[0].among(problem))
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
    """Close every answer that is less fair than another."""
    many, level = face.shape[0] + 1, 0
    while True:
        # as many rows as possible at the level or above it, and then above it
        costs = np.zeros((3, len(units)), dtype=np.int64)
        costs[BEST] = -many * (units >= level) - (units > level)
        face.close(costs, face.settle(costs))
        reached = units[(face.state == BEST) & (units > level)]
        if not len(reached):
            break
        level = int(reached.min())


def _name_the_best(face: OptimalFace, units: Ints) -> None:
    """Call the best chosen pair of each row its best one, where that is open."""
    chosen = np.flatnonzero(face.chosen & face.may[BEST])
    order = chosen[np.lexsort((-units[chosen], face.i[chosen]))]
    _, firsts = np.unique(face.i[order], return_index=True)
    face.state[chosen] = CHOSEN
    face.state[order[firsts]] = BEST
