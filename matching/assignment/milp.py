"""Linear and mixed-integer programmes on HiGHS, over the pairs of a problem."""

from typing import Any, Final

import highspy
import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from matching.assignment.problem import Ints, Mask, Problem

_IMPOSSIBLE: Final = (
    highspy.HighsModelStatus.kInfeasible,
    highspy.HighsModelStatus.kUnboundedOrInfeasible,
)
_WHOLE: Final = int(highspy.HighsVarType.kInteger)
_REAL: Final = int(highspy.HighsVarType.kContinuous)

Floats = NDArray[np.float64]
Numbers = NDArray[np.number[Any]]
Table = sparse.csr_array


class NoAnswer(Exception):
    """No answer keeps all conditions."""


# HiGHS stops before the optimum by default (a gap of 1e-4); our objectives are whole numbers
_OPTIONS: Final = {
    "output_flag": False,
    "threads": 1,
    "mip_rel_gap": 0.0,
    "mip_abs_gap": 0.5,
    "mip_feasibility_tolerance": 1e-9,
    "primal_feasibility_tolerance": 1e-9,
    "dual_feasibility_tolerance": 1e-9,
}


class Model:
    """A programme: columns, among them one for each pair, and rows of conditions.

    Parameters
    ----------
    lower, upper : arrays of shape (n,)
    whole : bool, default=True
        Whether the columns must be whole numbers.
    """

    def __init__(self, lower: Floats, upper: Floats, *, whole: bool = True) -> None:
        self.highs = highspy.Highs()  # type: ignore[no-untyped-call]  # -- it ships few types
        for name, value in _OPTIONS.items():
            self.highs.setOptionValue(name, value)
        self.kinds = np.zeros(0, dtype=np.uint8)
        self.add_columns(lower, upper, whole=whole)

    @property
    def n(self) -> int:
        """Return the number of columns."""
        return len(self.kinds)

    def add_columns(self, lower: Floats, upper: Floats, *, whole: bool = False) -> Ints:
        """Add columns that stand in no row yet, and return their positions."""
        new, none = np.arange(self.n, self.n + len(lower)), np.zeros(0, dtype=np.int32)
        self.highs.addCols(
            len(new), np.zeros(len(new)), lower, upper, 0, none, none, np.zeros(0)
        )
        self.kinds = np.concatenate([self.kinds, np.full(len(new), _WHOLE if whole else _REAL)])
        self._set_kinds(self.kinds)
        return new

    def add_rows(self, table: Table, lower: Numbers, upper: Numbers) -> None:
        """Add conditions lower <= table @ x <= upper."""
        if len(lower):
            self.highs.addRows(
                len(lower),
                lower.astype(np.float64),
                upper.astype(np.float64),
                table.nnz,
                table.indptr[:-1].astype(np.int32),
                table.indices.astype(np.int32),
                table.data.astype(np.float64),
            )

    def add_row(self, columns: Ints, weights: Numbers, lower: float, upper: float) -> None:
        """Add one condition lower <= weights @ x[columns] <= upper."""
        self.highs.addRow(
            float(lower),
            float(upper),
            len(columns),
            columns.astype(np.int32),
            weights.astype(np.float64),
        )

    def hold(self, columns: Ints, values: Numbers) -> None:
        """Hold columns at values."""
        self.set_bounds(columns, values, values)

    def set_bounds(self, columns: Ints, lower: Numbers, upper: Numbers) -> None:
        """Keep columns between values."""
        self.highs.changeColsBounds(
            len(columns),
            columns.astype(np.int32),
            lower.astype(np.float64),
            upper.astype(np.float64),
        )

    def maximise(self, columns: Ints, weights: Numbers) -> Ints:
        """Make weights @ x[columns] as large as possible.

        Returns
        -------
        x : int64 array of shape (n,)

        Raises
        ------
        NoAnswer
            If no x keeps the conditions.
        RuntimeError
            If HiGHS stops before it knows.
        """
        cost = np.zeros(self.n)
        cost[columns] = -weights.astype(np.float64)
        self.highs.changeColsCost(self.n, np.arange(self.n, dtype=np.int32), cost)
        self.highs.run()
        status = self.highs.getModelStatus()
        if status in _IMPOSSIBLE:
            raise NoAnswer
        if status != highspy.HighsModelStatus.kOptimal:
            raise RuntimeError(f"HiGHS stopped with {self.highs.modelStatusToString(status)}")
        x = np.array(self.highs.getSolution().col_value, dtype=np.float64)
        return np.rint(x).astype(np.int64)

    def bound(self) -> int:
        """Return what a whole objective cannot exceed, as the search has just proved."""
        return int(np.floor(1e-6 - self.highs.getInfo().mip_dual_bound))

    def fractions(self) -> tuple[float, Floats]:
        """Solve once more in fractions: the best value, and what each column would cost.

        The cost is what the objective loses at least, in fractions, if the column moves.
        """
        self._set_kinds(np.full(self.n, _REAL))
        self.highs.run()
        value = -self.highs.getInfo().objective_function_value
        cost = np.abs(np.array(self.highs.getSolution().col_dual))
        self._set_kinds(self.kinds)
        return value, cost

    def _set_kinds(self, kinds: NDArray[np.uint8]) -> None:
        columns = np.arange(self.n, dtype=np.int32)
        self.highs.changeColsIntegrality(self.n, columns, kinds.astype(np.uint8))


def model_of(problem: Problem, *, whole: bool = True, diverse: Mask | None = None) -> Model:
    """Return the conditions of a problem; column k stands for its pair k.

    Parameters
    ----------
    problem : Problem
    whole : bool, default=True
        False where the conditions are those of a network, whose corners are whole.
    diverse : bool array of shape (n_rows,), default=None
        The rows that diversity is asked of; None for all.
    """
    n = problem.n_pairs
    model = Model(problem.locked.astype(np.float64), np.ones(n), whole=whole)
    for ends, bounds in ((problem.i, problem.rows), (problem.j, problem.columns)):
        table = incidence(ends, np.arange(n), len(bounds), n)
        model.add_rows(table, bounds[:, 0], bounds[:, 1])
    for groups, at_most in problem.groups:
        group = groups[problem.j]
        if diverse is not None:
            group = np.where(diverse[problem.i], group, -1)
        at, keys, grouped = group_keys(problem.i, group, len(groups))
        table = incidence(at, grouped, len(keys), n)
        model.add_rows(table, np.zeros(len(keys)), np.full(len(keys), at_most))
    return model


def group_keys(i: Ints, group: Ints, n_columns: int) -> tuple[Ints, Ints, Ints]:
    """Return where each row has which group.

    Returns
    -------
    at : for each grouped pair, the position of its key
    keys : row * n_columns + group, each once, ascending
    grouped : the pairs that have a group
    """
    grouped = np.flatnonzero(group >= 0)
    keys, at = np.unique(
        i[grouped].astype(np.int64) * n_columns + group[grouped], return_inverse=True
    )
    return at, keys, grouped


def incidence(rows: Ints, columns: Ints, n_rows: int, n_columns: int) -> Table:
    """Return a table of ones."""
    return sparse.csr_array((np.ones(len(rows)), (rows, columns)), shape=(n_rows, n_columns))
