"""The questions that callers may ask about an assignment."""

from collections.abc import Collection, Sequence
from typing import Unpack

import numpy as np
from numpy.typing import ArrayLike

from matching.assignment.answer import Assignment, answer_of
from matching.assignment.frontier import Step, frontier_of
from matching.assignment.infeasibility import Conflict, conflict_of
from matching.assignment.labels import Labels
from matching.assignment.milp import NoAnswer
from matching.assignment.problem import (
    OBJECTIVES,
    Bounds,
    Conditions,
    Diversity,
    NamesLike,
    Pair,
    Problem,
    Scores,
)
from matching.assignment.regret import Progress, Regrets, regrets_of
from matching.assignment.relaxations import relaxations_of
from matching.assignment.soft_minimums import soft_minimums
from matching.assignment.solve import solve
from matching.assignment.stable_matching import Wishes
from matching.errors import Diagnosis, InfeasibleAssignment
from matching.statements import Statement


def assign(
    scores: Scores,
    *,
    rows: ArrayLike,
    columns: ArrayLike,
    eligible: ArrayLike | None = None,
    locked: Collection[Pair] = (),
    forbidden: Collection[Pair] = (),
    diversity: Sequence[Diversity] = (),
    objective: str = "leximin",
    partial: bool = False,
    names: NamesLike | None = None,
) -> Assignment:
    """Choose the best pairs as a whole, exactly, with a proof.

    The answer is the same on every machine: of all that are best by the objective it is
    one with the fewest pairs, so that a pair which adds nothing is not chosen, and of those
    the first in order: it chooses the first pair, by row and then column, that any of them
    chooses, then the next one that any of the remaining ones chooses, and so on.

    Parameters
    ----------
    scores : array or sparse array of shape (n_rows, n_columns)
        Finite, within +-100,000. Whole numbers are kept (within 10,000 times as much), other
        ones rounded to 1e-4: differences below that are ties. Of a sparse array only the
        stored entries are pairs.
    rows, columns : (int, int) or int array of shape (n_rows, 2) or (n_columns, 2)
        The least and the greatest number of pairs: one for all, or one for each.
    eligible : bool array of shape (n_rows, n_columns), default=None
        False leaves a pair out; None admits every pair.
    locked, forbidden : collections of (int, int), default=()
        Pairs that must and pairs that may not be chosen. A lock does not lift a rule:
        a locked pair has to be eligible.
    diversity : sequence of (groups, int), default=()
        A group for each column (None for no group), and how many columns of one group a
        row may have at most.
    objective : {"leximin", "total", "maxmin"}, default="leximin"
        What counts first; the total comes last. `leximin`: the best score of the worst-off
        row, then of the next one, and so on. A row without a score above 0 has 0. `maxmin`:
        the least sum of a row.
    partial : bool, default=False
        True takes the minimums of rows as wishes. Where they cannot all be met, as many rows
        as possible have a pair, then as many as possible have two, and so on up to their
        minimums; only then the objective counts. Rows without any do not count for `maxmin`.
    names : Names, default=None
        Of rows and columns, for the sentences of a refusal; positions by default.

    Returns
    -------
    assignment : Assignment

    Raises
    ------
    InfeasibleAssignment
        If the conditions contradict each other. The sentence names them; the `diagnosis`
        also has the cheapest ways out.
    ValueError
        If the objective is unknown, or a shape, score, bound, group or position makes no
        sense.

    References
    ----------
    R. K. Ahuja, T. L. Magnanti and J. B. Orlin (1993), Network Flows, chapters 9 to 12.
    Q. Huangfu and J. A. J. Hall (2018), Parallelizing the dual revised simplex method,
    Mathematical Programming Computation 10: HiGHS, for what is no network.

    Examples
    --------
    >>> assign([[0.9, 0.8], [0.7, 0.1]], rows=(1, 1), columns=(0, 1)).pairs
    ((0, 1), (1, 0))
    >>> answer = assign([[9], [7]], rows=(1, 1), columns=(0, 1), partial=True)
    >>> answer.pairs, answer.shortfall
    (((0, 0),), (0, 1))
    """
    problem = _problem(
        scores,
        objective,
        rows=rows,
        columns=columns,
        eligible=eligible,
        locked=locked,
        forbidden=forbidden,
        diversity=diversity,
        partial=partial,
    )
    try:
        chosen, bound = solve(problem, objective)
    except NoAnswer:
        raise _refusal(problem, names) from None
    return answer_of(problem, objective, chosen, bound)


def regret(
    scores: Scores,
    *,
    objective: str = "leximin",
    names: NamesLike | None = None,
    progress: Progress | None = None,
    **conditions: Unpack[Conditions],
) -> Regrets:
    """Tell for every pair what it costs to force it, or to forbid it where it is chosen.

    Under `total` and `leximin` all costs are read off the residual graph of the answer. For
    `maxmin`, and where diversity binds, each is found by solving again.

    Parameters
    ----------
    scores, objective, names, conditions
        As for `assign`.
    progress : callable, default=None
        Told how many pairs are done and how many there are, where it takes long.

    Returns
    -------
    regrets : Regrets

    Raises
    ------
    InfeasibleAssignment, ValueError
        As for `assign`.

    Examples
    --------
    >>> answer = regret(
    ...     [[9, 8], [7, 1]], rows=(1, 1), columns=(0, 1), objective="total"
    ... )
    >>> answer.total
    array([[5., 5.],
           [5., 5.]])
    """
    problem = _problem(scores, objective, **conditions)
    try:
        return regrets_of(problem, objective, progress)
    except NoAnswer:
        raise _refusal(problem, names) from None


def frontier(
    scores: Scores,
    *,
    objective: str = "leximin",
    names: NamesLike | None = None,
    **conditions: Unpack[Conditions],
) -> tuple[Step, ...]:
    """Tell what each step of fairness costs in total.

    Parameters
    ----------
    scores, names, conditions
        As for `assign`.
    objective : {"leximin", "maxmin"}, default="leximin"
        Whether the floor is under the best score of each row, or under their sum.

    Returns
    -------
    steps : tuple of Step
        From the greatest total to the highest floor; both differ from step to step.

    Raises
    ------
    InfeasibleAssignment, ValueError
        As for `assign`.

    Examples
    --------
    >>> for step in frontier([[9, 8], [8, 1]], rows=(1, 1), columns=(0, 1)):
    ...     print(step.floor, step.total, step.cost)
    8 16 0
    """
    if objective == "total":
        raise ValueError('objective must be "leximin" or "maxmin": a total has no floor')
    problem = _problem(scores, objective, **conditions)
    try:
        return frontier_of(problem, objective)
    except NoAnswer:
        raise _refusal(problem, names) from None


def diagnose(
    scores: Scores, *, names: NamesLike | None = None, **conditions: Unpack[Conditions]
) -> Diagnosis | None:
    """Tell why there is no answer, and what would help.

    Parameters
    ----------
    scores, names, conditions
        As for `assign`.

    Returns
    -------
    diagnosis : Diagnosis or None
        None if there is an answer.

    Raises
    ------
    ValueError
        As for `assign`.

    Examples
    --------
    >>> found = diagnose([[9], [7]], rows=(1, 1), columns=(0, 1))
    >>> found.sentence
    '1 column can take 1 place; 2 rows need 2'
    >>> for relaxation in found.relaxations:
    ...     print(relaxation.cost, *relaxation.changes)
    1 raise the maximum of column 0 from 1 to 2
    1 lower the minimum of row 1 from 1 to 0
    """
    problem = _posed(scores, **conditions)
    labels = Labels.of(names)
    conflict = conflict_of(problem, labels)
    return None if conflict is None else _diagnosis(problem, labels, conflict)


def replace(
    scores: Scores,
    *,
    confirmed: Collection[Pair],
    declined: Collection[Pair],
    objective: str = "leximin",
    names: NamesLike | None = None,
    **conditions: Unpack[Conditions],
) -> Assignment:
    """Assign again after declines: what both sides confirmed stays, what one declined goes.

    Parameters
    ----------
    scores, objective, names, conditions
        As for `assign`; `locked` and `forbidden` go on being kept.
    confirmed, declined : collections of (int, int)

    Returns
    -------
    assignment : Assignment

    Raises
    ------
    InfeasibleAssignment, ValueError
        As for `assign`.

    Examples
    --------
    >>> replace(
    ...     [[9, 8], [7, 1]], confirmed=[], declined=[(0, 1)], rows=(1, 1), columns=(0, 1)
    ... ).pairs
    ((0, 0), (1, 1))
    """
    conditions["locked"] = {*conditions.get("locked", ()), *confirmed}
    conditions["forbidden"] = {*conditions.get("forbidden", ()), *declined}
    return assign(scores, objective=objective, names=names, **conditions)


def blocking_pairs(
    scores: Scores,
    pairs: Collection[Pair],
    *,
    column_scores: Scores | None = None,
    **conditions: Unpack[Conditions],
) -> tuple[Pair, ...]:
    """Find the pairs that would both rather have each other.

    A side wants a pair that has a score above 0 for it if it has room for one more, or would
    give up a chosen one with a lower score that is not locked. Only pairs that rules and
    forbidden pairs leave open count, and a row keeps its limits of diversity.

    Parameters
    ----------
    scores, conditions
        As for `assign`.
    pairs : collection of (int, int)
        The chosen pairs.
    column_scores : array of the shape of scores, default=None
        What each pair is worth to its column; as to its row by default.

    Returns
    -------
    blocking : tuple of (int, int)
        Sorted.

    Raises
    ------
    ValueError
        As for `assign`, or if a chosen pair is not open.

    Examples
    --------
    >>> blocking_pairs([[9, 8], [7, 1]], [(0, 1), (1, 0)], rows=(1, 1), columns=(0, 1))
    ((0, 0),)
    """
    wishes = _wishes(scores, column_scores, conditions)
    return wishes.blocking(wishes.problem.mask(pairs))


def stable_pairs(
    scores: Scores,
    *,
    column_scores: Scores | None = None,
    **conditions: Unpack[Conditions],
) -> tuple[Pair, ...]:
    """Choose pairs so that no two would rather have each other, by deferred acceptance.

    Minimums are not asked for: they and stability contradict each other in general.

    Parameters
    ----------
    scores, column_scores, conditions
        As for `blocking_pairs`, without diversity.

    Returns
    -------
    pairs : tuple of (int, int)
        Sorted. No stable answer is better for any row.

    Raises
    ------
    ValueError
        As for `assign`, or if diversity is asked for.

    Examples
    --------
    >>> stable_pairs([[9, 8], [7, 1]], rows=(1, 1), columns=(0, 1))
    ((0, 0), (1, 1))
    """
    wishes = _wishes(scores, column_scores, conditions)
    if wishes.problem.groups:
        raise ValueError("stable pairs know no diversity: leave it out")
    return wishes.problem.pairs(wishes.stable())


def _problem(scores: Scores, objective: str, **conditions: Unpack[Conditions]) -> Problem:
    if objective not in OBJECTIVES:
        raise ValueError(f"objective must be one of {OBJECTIVES}, got {objective!r}")
    return _posed(scores, **conditions)


def _posed(scores: Scores, *, partial: bool = False, **conditions: Unpack[Bounds]) -> Problem:
    """Return the problem, with minimums of rows as wishes where a partial answer will do."""
    problem = Problem.of(scores, **conditions)
    return soft_minimums(problem) if partial else problem


def _refusal(problem: Problem, names: NamesLike | None) -> InfeasibleAssignment:
    labels = Labels.of(names)
    conflict = conflict_of(problem, labels) or Conflict(
        Statement("no answer keeps all conditions")
    )
    return InfeasibleAssignment(
        conflict.sentence,
        rows=conflict.rows,
        columns=conflict.columns,
        diagnose=lambda: _diagnosis(problem, labels, conflict),
    )


def _diagnosis(problem: Problem, labels: Labels, conflict: Conflict) -> Diagnosis:
    relaxations = relaxations_of(problem, labels)
    return Diagnosis(conflict.sentence, conflict.rows, conflict.columns, relaxations)


def _wishes(scores: Scores, column_scores: Scores | None, conditions: Conditions) -> Wishes:
    # as nothing asks for minimums here, there is none to wish for
    problem = _posed(scores, **conditions | {"partial": False})
    if column_scores is None:
        return Wishes(problem, problem.units)
    other = _posed(column_scores, **conditions | {"partial": False})
    if not (np.array_equal(problem.i, other.i) and np.array_equal(problem.j, other.j)):
        raise ValueError("column_scores must have the pairs of scores")
    return Wishes(problem, other.units)
