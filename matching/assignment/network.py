"""The best total where nothing but bounds, locks and barred pairs has to be kept.

The rule: whatever proposes an answer (HiGHS, or the compiled solver), it is made optimal,
proved and, among equals, chosen in whole numbers by `Face`; so the answer is the same.
"""

import numpy as np

from matching.assignment.face import CHOSEN, LEFT, Face
from matching.assignment.problem import Ints, Mask, Problem
from matching.assignment.start import propose


def best_total(problem: Problem) -> tuple[Face, int]:
    """Return the face of the answers with the greatest total, and its proof.

    Returns
    -------
    face, bound : Face, int
        The total that no answer exceeds.

    Raises
    ------
    NoAnswer
        If no answer keeps the conditions.
    """
    proposal = propose(problem)
    face = face_of(problem, proposal.pairs, proposal.chosen)
    return face, -face.optimise(total_of(problem.units[proposal.pairs]), proposal.potentials)


def face_of(problem: Problem, pairs: Ints, chosen: Mask) -> Face:
    """Return the face of all answers that keep the conditions, of the given pairs alone."""
    may = np.zeros((3, len(pairs)), dtype=np.bool_)
    may[LEFT] = ~problem.locked[pairs]
    may[CHOSEN] = True
    return Face(
        problem.shape,
        problem.i[pairs].astype(np.int64),
        problem.j[pairs].astype(np.int64),
        np.where(chosen, CHOSEN, LEFT).astype(np.int64),
        may,
        problem.rows.copy(),
        problem.columns.copy(),
        np.zeros((problem.shape[0], 2), dtype=np.int64),
    )


def total_of(units: Ints) -> Ints:
    """Return the costs whose least sum is the greatest total."""
    return np.stack([np.zeros_like(units), -units, -units])
