"""The best total where nothing but bounds, locks and barred pairs has to be kept.

The rule: whatever proposes an answer (HiGHS, or the compiled solver), it is made optimal,
proved and, among equals, chosen in whole numbers by `OptimalFace`; so the answer is the same.
"""

from matching.assignment.optimal_face import OptimalFace, totals
from matching.assignment.problem import Problem
from matching.assignment.warm_start import propose


def best_total(problem: Problem) -> tuple[OptimalFace, int]:
    """Return the face of the answers with the greatest total, and its proof.

    Returns
    -------
    face, bound : OptimalFace, int
        The total that no answer exceeds.

    Raises
    ------
    NoAnswer
        If no answer keeps the conditions.
    """
    proposal = propose(problem)
    near = problem.only(proposal.pairs)
    face = OptimalFace.of(near, proposal.chosen, proposal.pairs)
    return face, -face.optimise(totals(near.units), proposal.potentials)
