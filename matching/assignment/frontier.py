"""What each step of fairness costs in total: the floors between both ends."""

from dataclasses import dataclass

from matching.assignment.milp import NoAnswer
from matching.assignment.problem import Problem
from matching.assignment.side_constraints import SideConstraintModel
from matching.assignment.solve import refuse_impossible_bounds


@dataclass(frozen=True, slots=True)
class Step:
    """The best total under which no row has less than a floor.

    Rows that a partial answer leaves out have none.

    Parameters
    ----------
    floor : float
        What the worst-off row has: the best of its scores (`leximin`), their sum (`maxmin`).
    total : float
        The greatest total with this floor.
    cost : float
        What it is below the greatest total of all.
    """

    floor: float
    total: float
    cost: float


def frontier_of(problem: Problem, objective: str) -> tuple[Step, ...]:
    """Return the steps, from the greatest total to the highest floor.

    Raises
    ------
    NoAnswer
        If no answer keeps the conditions.
    """
    refuse_impossible_bounds(problem)
    if not problem.n_pairs:
        return (Step(0, 0, 0),)
    model = SideConstraintModel(problem)
    chosen = model.best(problem.units)
    top, steps = int(problem.units[chosen].sum()), list[Step]()
    while True:
        total, floor = int(problem.units[chosen].sum()), model.floor(objective, chosen)
        if floor is None:
            return (Step(0, 0, 0),)
        step = Step(*(problem.figure(units) for units in (floor, total, top - total)))
        # a floor that costs nothing takes the place of the lower one
        steps = [*(s for s in steps if s.total != step.total), step]
        model.raise_the_floor(objective, floor + 1)
        try:
            chosen = model.best(problem.units)
        except NoAnswer:
            return tuple(steps)
