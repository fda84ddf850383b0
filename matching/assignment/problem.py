"""The conditions of an assignment, checked and turned into bounds on nodes and edges.

The rule: what plainly cannot be met is refused here with a sentence, before any solver.
"""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from matching.errors import InfeasibleAssignment

Pair = tuple[int, int]
Ints = NDArray[np.int64]

# Scores are compared in steps of 1e-4; beyond the limit float64 would blur the sums.
STEPS: Final = 10_000
_LIMIT: Final = 100_000.0


@dataclass(frozen=True, slots=True, eq=False)
class Problem:
    """A checked instance.

    Parameters
    ----------
    scores : float64 array of shape (n_rows, n_columns)
    rows, columns : int64 arrays of shape (n_rows, 2) and (n_columns, 2)
        The least and the greatest number of pairs of each.
    open : bool array of shape (n_rows, n_columns)
        False: the pair may not be chosen.
    locked : bool array of shape (n_rows, n_columns)
        True: the pair must be chosen.
    """

    scores: NDArray[np.float64]
    rows: Ints
    columns: Ints
    open: NDArray[np.bool_]
    locked: NDArray[np.bool_]

    @classmethod
    def of(
        cls,
        scores: ArrayLike,
        rows: ArrayLike,
        columns: ArrayLike,
        eligible: ArrayLike | None,
        locked: Collection[Pair],
        forbidden: Collection[Pair],
    ) -> "Problem":
        """Check shapes and values.

        Raises
        ------
        ValueError
            If a shape, a bound, a score or a position makes no sense.
        InfeasibleAssignment
            If a locked pair is also forbidden or not eligible.
        """
        values = _scores(scores)
        allowed = _eligible(eligible, values.shape)
        must = _mask(locked, values.shape, "locked")
        never = _mask(forbidden, values.shape, "forbidden")
        _refuse_contradictions(must & never, "both locked and forbidden")
        _refuse_contradictions(must & ~allowed, "locked but not eligible")
        return cls(
            values,
            _bounds(rows, values.shape[0], "rows"),
            _bounds(columns, values.shape[1], "columns"),
            allowed & ~never,
            must,
        )

    def refuse_the_impossible(self) -> None:
        """Refuse bounds that plainly cannot be met.

        Raises
        ------
        InfeasibleAssignment
            Naming the row or column, or both totals where demand exceeds capacity.
        """
        self._refuse_nodes("row", self.rows, 1)
        self._refuse_nodes("column", self.columns, 0)
        self._refuse_totals("row", self.rows, "column", self.columns, 0)
        self._refuse_totals("column", self.columns, "row", self.rows, 1)

    def _refuse_nodes(self, name: str, bounds: Ints, axis: int) -> None:
        """Refuse too few open pairs for a minimum, or too many locks for a maximum."""
        n_open, n_locked = self.open.sum(axis=axis), self.locked.sum(axis=axis)
        for i in np.flatnonzero(n_open < bounds[:, 0]):
            raise _refusal(
                f"{name} {i} needs at least {_pairs(bounds[i, 0])},"
                f" but only {n_open[i]} may be chosen",
                name,
                int(i),
            )
        for i in np.flatnonzero(n_locked > bounds[:, 1]):
            raise _refusal(
                f"{name} {i} takes at most {_pairs(bounds[i, 1])},"
                f" but {n_locked[i]} are locked",
                name,
                int(i),
            )

    def _refuse_totals(
        self, asking: str, demand: Ints, giving: str, capacity: Ints, axis: int
    ) -> None:
        """Refuse a demand of one side above what the other side can give."""
        needed = int(demand[:, 0].sum())
        offered = int(np.minimum(capacity[:, 1], self.open.sum(axis=axis)).sum())
        if needed > offered:
            raise InfeasibleAssignment(
                f"the {asking}s need at least {_pairs(needed)} together,"
                f" but the {giving}s can take part in {offered} only"
            )


def _scores(scores: ArrayLike) -> NDArray[np.float64]:
    values = np.asarray(scores, dtype=np.float64)
    if values.ndim != 2:
        raise ValueError(f"scores must have two dimensions, got {values.ndim}")
    if not np.isfinite(values).all():
        raise ValueError("scores must be finite; leave a pair out by eligible or forbidden")
    if values.size and np.abs(values).max() > _LIMIT:
        raise ValueError(f"scores must lie within +-{_LIMIT:g} to be added up exactly")
    return values


def _eligible(eligible: ArrayLike | None, shape: tuple[int, ...]) -> NDArray[np.bool_]:
    if eligible is None:
        return np.ones(shape, dtype=np.bool_)
    mask = np.asarray(eligible, dtype=np.bool_)
    if mask.shape != shape:
        raise ValueError(f"eligible must have the shape {shape} of scores, got {mask.shape}")
    return mask


def _mask(pairs: Collection[Pair], shape: tuple[int, ...], name: str) -> NDArray[np.bool_]:
    mask = np.zeros(shape, dtype=np.bool_)
    for row, column in pairs:
        if not (0 <= row < shape[0] and 0 <= column < shape[1]):
            raise ValueError(f"{name} must hold positions below {shape}, got {(row, column)}")
        mask[row, column] = True
    return mask


def _bounds(bounds: ArrayLike, n: int, name: str) -> Ints:
    given = np.asarray(bounds)
    if given.shape not in {(2,), (n, 2)} or not np.issubdtype(given.dtype, np.integer):
        raise ValueError(
            f"{name} must be whole numbers (minimum, maximum), one pair for all or an array"
            f" of shape ({n}, 2)"
        )
    pairs = np.broadcast_to(given, (n, 2)).astype(np.int64)
    if (pairs[:, 0] < 0).any() or (pairs[:, 0] > pairs[:, 1]).any():
        raise ValueError(f"{name} must keep 0 <= minimum <= maximum")
    return pairs


def _refuse_contradictions(pairs: NDArray[np.bool_], how: str) -> None:
    for row, column in np.argwhere(pairs).tolist():
        raise InfeasibleAssignment(
            f"the pair ({row}, {column}) is {how}", rows=(row,), columns=(column,)
        )


def _refusal(reason: str, name: str, position: int) -> InfeasibleAssignment:
    if name == "row":
        return InfeasibleAssignment(reason, rows=(position,))
    return InfeasibleAssignment(reason, columns=(position,))


def _pairs(n: int) -> str:
    return f"{n} pair" if n == 1 else f"{n} pairs"
