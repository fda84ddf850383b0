"""Where the network problem starts from: an answer that is optimal, or nearly so."""

from dataclasses import dataclass

import numpy as np

from matching.assignment.mixed import model_of
from matching.assignment.paths import Costs
from matching.assignment.problem import Ints, Mask, Problem


@dataclass(frozen=True, slots=True, eq=False)
class Proposal:
    """An answer to improve on.

    Parameters
    ----------
    pairs : int64 array
        The pairs to look at; the potentials prove that the others are not needed.
    chosen : bool array of the same shape
    potentials : int64 array of shape (n_nodes,) or None
    """

    pairs: Ints
    chosen: Mask
    potentials: Costs | None


def propose(problem: Problem) -> Proposal:
    """Return a good answer.

    Raises
    ------
    NoAnswer
        If no answer keeps the conditions.
    """
    everything = np.arange(problem.n_pairs)
    x = model_of(problem, whole=False).maximise(everything, problem.units)
    return Proposal(everything, x > 0, None)
