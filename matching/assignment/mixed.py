"""Linear and mixed-integer programmes on HiGHS, over the pairs of a problem."""

from typing import Final

import highspy
import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from matching.assignment.problem import Ints, Mask, Problem

Floats = NDArray[np.float64]
Table = sparse.csr_array

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
        self.highs = highspy.Highs()
        for name, value in _OPTIONS.items():
            self.highs.setOptionValue(name, value)
        self.whole = whole
        self.n = 0
        self.add_columns(lower, upper)

    def add_columns(self, lower: Floats, upper: Floats) -> Ints:
        """Add columns that stand in no row yet, and return their positions."""
        n, none = len(lower), np.zeros(0, dtype=np.int32)
        new = np.arange(self.n, self.n + n, dtype=np.int32)
        self.n += n
        if n:
            self.highs.addCols(n, np.zeros(n), lower, upper, 0, none, none, np.zeros(0))
        if n and self.whole:
            kinds = np.full(n, int(highspy.HighsVarType.kInteger), dtype=np.uint8)
            self.highs.changeColsIntegrality(n, new, kinds)
        return new.astype(np.int64)

    def add_rows(self, table: Table, lower: Floats, upper: Floats) -> None:
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

    def add_row(self, columns: Ints, weights: NDArray[np.number], lower: float, upper: float) -> None:
        """Add one condition lower <= weights @ x[columns] <= upper."""
        self.highs.addRow(
            float(lower), float(upper), len(columns), columns.astype(np.int32), weights.astype(np.float64)
        )

    def hold(self, columns: Ints, values: Ints) -> None:
        """Hold columns at values."""
        at = columns.astype(np.int32)
        self.highs.changeColsBounds(len(at), at, values.astype(np.float64), values.astype(np.float64))

    def relax(self) -> None:
        """Let every column be a fraction from now on."""
        kinds = np.full(self.n, int(highspy.HighsVarType.kContinuous), dtype=np.uint8)
        self.highs.changeColsIntegrality(self.n, np.arange(self.n, dtype=np.int32), kinds)
        self.whole = False

    def maximise(self, columns: Ints, weights: NDArray[np.number]) -> Ints | None:
        """Make weights @ x[columns] as large as possible.

        Returns
        -------
        x : int64 array of shape (n,), or None if no x keeps the conditions
        """
        cost = np.zeros(self.n)
        cost[columns] = -weights.astype(np.float64)
        self.highs.changeColsCost(self.n, np.arange(self.n, dtype=np.int32), cost)
        self.highs.run()
        if self.highs.getModelStatus() != highspy.HighsModelStatus.kOptimal:
            return None
        return np.rint(np.array(self.highs.getSolution().col_value)).astype(np.int64)


def model_of(problem: Problem, *, whole: bool = True) -> Model:
    """Return the conditions of a problem; column k stands for its pair k."""
    n = problem.n_pairs
    model = Model(problem.locked.astype(np.float64), np.ones(n), whole=whole)
    for ends, bounds in ((problem.i, problem.rows), (problem.j, problem.columns)):
        table = incidence(ends, np.arange(n), len(bounds), n)
        model.add_rows(table, bounds[:, 0], bounds[:, 1])
    for groups, at_most in problem.groups:
        group = groups[problem.j]
        grouped = np.flatnonzero(group >= 0)
        keys, at = np.unique(
            problem.i[grouped] * np.int64(problem.shape[1]) + group[grouped], return_inverse=True
        )
        table = incidence(at, grouped, len(keys), n)
        model.add_rows(table, np.zeros(len(keys)), np.full(len(keys), at_most))
    return model


def incidence(rows: Ints, columns: Ints, n_rows: int, n_columns: int) -> Table:
    """Return a table of ones."""
    return sparse.csr_array((np.ones(len(rows)), (rows, columns)), shape=(n_rows, n_columns))
