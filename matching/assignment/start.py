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


def propose(problem: Problem) -> Proposal | None:
    """Return a good answer; None if there is none at all."""
    everything = np.arange(problem.n_pairs)
    if not problem.n_pairs:
        needed = problem.rows[:, 0].any() or problem.columns[:, 0].any()
        return None if needed else Proposal(everything, problem.locked, None)
    x = model_of(problem, whole=False).maximise(everything, problem.units)
    return None if x is None else Proposal(everything, x > 0, None)
