"""Some totals of the compiled solver; as a program without numba, it is the plain twin."""

import os
import sys

import numpy as np

from matching.assignment import cost_scaling, warm_start
from matching.assignment.milp import NoAnswer
from matching.assignment.problem import Problem


def totals() -> list[int | None]:
    """Totals that the compiled solver proposes; None where there is no answer."""
    rng = np.random.default_rng(7)
    # what is missing can come from nowhere: the hub and the row hand it to and fro
    found = [total_of(Problem.of([[1000]], rows=(1, 5), columns=(2, 5), locked=[(0, 0)]))]
    # a unit more on a column makes its other end worth less
    scores = [[2, 0, 3], [4, -1, 3], [5, -2, 4]]
    found.append(total_of(Problem.of(scores, rows=(1, 3), columns=(2, 3))))
    for k in range(12):
        shape = tuple(rng.integers(1, 6, 2).tolist())
        some, open_ = rng.integers(-3, 9, shape), rng.random(shape) < 0.8
        rows, columns = (k % 2, 2), (0, 2 + k % 2)
        found.append(total_of(Problem.of(some, rows=rows, columns=columns, eligible=open_)))
    return found


def total_of(problem: Problem) -> int | None:
    try:
        proposal = warm_start.propose(problem, compiled=True)
    except NoAnswer:
        return None
    return int(problem.units[proposal.pairs][proposal.chosen].sum())


if __name__ == "__main__":
    if os.environ.get("NUMBA_DISABLE_JIT") == "1":
        cost_scaling._OFTEN = 0  # type: ignore[misc]  # -- all nodes are priced anew all the time
    sys.stdout.write(f"{totals()}\n")
