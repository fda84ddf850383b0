"""The conditions of an assignment, checked and turned into open pairs and bounds.

The rule: a question that makes no sense is refused here with a ValueError; conditions that
contradict each other are only noted here, and named by `diagnosis`.
"""

from collections.abc import Collection, Hashable, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final, NamedTuple, TypedDict

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import sparse

from matching.arguments import mask_of, places_of

Pair = tuple[int, int]
Ints = NDArray[np.signedinteger[Any]]
Mask = NDArray[np.bool_]
Diversity = tuple[Sequence[Hashable], int]
Scores = ArrayLike | sparse.sparray | sparse.spmatrix

# Floats are compared in steps of 1e-4; beyond the limit float64 would blur the sums.
STEPS: Final = 10_000
_LIMIT: Final = 100_000

OBJECTIVES: Final = ("leximin", "total", "maxmin")

BY_RULE: Final = 1
BY_HAND: Final = 2


class Names(NamedTuple):
    """What sentences call rows and columns.

    Parameters
    ----------
    rows, columns : sequence of str
        The name of each.
    row, column : str
        The word for one of them; with an `s` for several.
    """

    rows: Sequence[str]
    columns: Sequence[str]
    row: str = "row"
    column: str = "column"


NamesLike = Names | tuple[Sequence[str], Sequence[str]]


class Bounds(TypedDict, total=False):
    """What an assignment has to keep."""

    rows: ArrayLike
    columns: ArrayLike
    eligible: ArrayLike | None
    locked: Collection[Pair]
    forbidden: Collection[Pair]
    diversity: Sequence[Diversity]


class Conditions(Bounds, total=False):
    """The keywords of `assign`, which its questions share."""

    partial: bool


@dataclass(frozen=True, slots=True, eq=False)
class Problem:
    """A checked instance.

    Parameters
    ----------
    shape : (int, int)
        Number of rows and of columns.
    i, j : int32 arrays of shape (n_pairs,)
        The open pairs, sorted.
    units : int64 array of shape (n_pairs,)
        Their scores, in steps of 1 / scale.
    scale : int
        1 for whole scores, else 10,000.
    locked : bool array of shape (n_pairs,)
    rows, columns : int64 arrays of shape (n_rows, 2) and (n_columns, 2)
        The least and the greatest number of pairs of each.
    groups : tuple of (int64 array of shape (n_columns,), int)
        Group of each column, -1 for none, and how many of a group a row may have.
    barred : int64 array of shape (n, 3)
        Row, column and reason of each pair that is not open although it has a score:
        `BY_RULE`, `BY_HAND`, or their sum.
    stray : tuple of (int, int)
        Locked pairs that are not open.
    shortfall : int, default=0
        So many of the columns, the last ones, stand for what rows miss (see `partial`).
    """

    shape: tuple[int, int]
    i: Ints
    j: Ints
    units: Ints
    scale: int
    locked: Mask
    rows: Ints
    columns: Ints
    groups: tuple[tuple[Ints, int], ...]
    barred: Ints
    stray: tuple[Pair, ...]
    shortfall: int = 0

    @classmethod
    def of(
        cls,
        scores: Scores,
        *,
        rows: ArrayLike,
        columns: ArrayLike,
        eligible: ArrayLike | None = None,
        locked: Collection[Pair] = (),
        forbidden: Collection[Pair] = (),
        diversity: Sequence[Diversity] = (),
    ) -> "Problem":
        """Check shapes and values.

        Raises
        ------
        ValueError
            If a shape, a bound, a score, a group or a position makes no sense.
        """
        shape, stored, values = _values(scores)
        never = _flat(forbidden, shape, "forbidden")
        must = _flat(locked, shape, "locked")
        admitted = None if eligible is None else mask_of(eligible, shape, "eligible").ravel()
        reason = _reasons(admitted, never, shape, stored)
        keep = reason == 0
        # what a barred pair scores is not looked at: there may be no number
        units, scale = _units(values if keep.all() else np.where(keep, values, 0))
        _refuse_overflow(units, shape)
        at = np.flatnonzero(keep) if stored is None else stored[keep]
        # half the memory, where that is enough
        at = at.astype(np.int32 if shape[0] * shape[1] < 1 << 31 else np.int64)
        out = np.flatnonzero(~keep)
        barred = out if stored is None else stored[out]
        width = max(shape[1], 1)
        place = np.searchsorted(at, must)
        found = np.append(at, -1)[place] == must
        held = np.zeros(len(at), dtype=np.bool_)
        held[place[found]] = True
        return cls(
            shape,
            (at // width).astype(np.int32),
            (at % width).astype(np.int32),
            units[keep] if len(out) else units,
            scale,
            held,
            _bounds(rows, shape[0], "rows"),
            _bounds(columns, shape[1], "columns"),
            tuple(_groups(groups, n, shape[1]) for groups, n in diversity),
            np.column_stack([barred // width, barred % width, reason[out]]),
            tuple(_pairs(must[~found], width)),
        )

    @property
    def n_pairs(self) -> int:
        """Return the number of open pairs."""
        return len(self.units)

    @property
    def real_shape(self) -> tuple[int, int]:
        """Return the number of rows, and of columns that the caller knows."""
        return self.shape[0], self.shape[1] - self.shortfall

    @property
    def real(self) -> Mask:
        """Return which of the open pairs the caller knows."""
        return np.asarray(self.j < self.real_shape[1])

    @property
    def without(self) -> Mask:
        """Return the pairs that say of their row that it has none that the caller knows."""
        return np.asarray((self.j == self.real_shape[1]) & (self.shortfall > 0))

    def only(self, pairs: Ints) -> "Problem":
        """Return the problem of some of the open pairs."""
        return replace(
            self,
            i=self.i[pairs],
            j=self.j[pairs],
            units=self.units[pairs],
            locked=self.locked[pairs],
        )

    def locking(self, pair: int) -> "Problem":
        """Return the problem with one more locked pair."""
        locked = self.locked.copy()
        locked[pair] = True
        return replace(self, locked=locked)

    def pairs(self, chosen: Mask) -> tuple[Pair, ...]:
        """Return the chosen of the open pairs that the caller knows, sorted."""
        chosen = chosen & self.real
        return tuple(zip(self.i[chosen].tolist(), self.j[chosen].tolist(), strict=True))

    def mask(self, pairs: Collection[Pair]) -> Mask:
        """Return which of the open pairs are these.

        Raises
        ------
        ValueError
            If one of them is not open.
        """
        given = set(pairs)
        known = zip(self.i.tolist(), self.j.tolist(), strict=True)
        chosen = np.array([pair in given for pair in known], dtype=np.bool_)
        if int(chosen.sum()) != len(given):
            raise ValueError("pairs must be open: eligible, not forbidden, and with a score")
        return chosen

    def figure(self, units: int) -> float:
        """Return a sum of scores as callers know it: whole where the scores are."""
        return units if self.scale == 1 else units / self.scale

    def figures(self, units: Ints) -> tuple[float, ...]:
        """Return sums of scores as callers know them."""
        known: list[float] = (units if self.scale == 1 else units / self.scale).tolist()
        return tuple(known)


def _values(scores: Scores) -> tuple[tuple[int, int], Ints | None, NDArray[Any]]:
    """Return the shape, the flat places of the pairs (None: all) and their scores."""
    if isinstance(scores, sparse.sparray | sparse.spmatrix):
        table: Any = sparse.coo_array(scores)  # type: ignore[call-overload]  # -- any dtype
        table.sum_duplicates()
        i, j = (np.asarray(axis, dtype=np.int64) for axis in table.coords)
        flat = i * table.shape[1] + j
        order = np.argsort(flat)
        return (table.shape[0], table.shape[1]), flat[order], np.asarray(table.data)[order]
    values = np.asarray(scores)
    if values.ndim != 2:
        raise ValueError(f"scores must have two dimensions, got {values.ndim}")
    return (values.shape[0], values.shape[1]), None, values.ravel()


def _units(values: NDArray[Any]) -> tuple[Ints, int]:
    whole = np.issubdtype(values.dtype, np.integer)
    scale, limit = (1, _LIMIT * STEPS) if whole else (STEPS, _LIMIT)
    if values.dtype.kind not in "biufO":
        raise ValueError(f"scores must be numbers, got {values.dtype}")
    numbers = values if whole else values.astype(np.float64, copy=False)
    if not np.isfinite(numbers).all():
        raise ValueError("scores must be finite; leave a pair out by eligible or forbidden")
    if numbers.size and max(int(numbers.max()), -int(numbers.min())) > limit:
        raise ValueError(f"scores must lie within +-{limit} to be added up exactly")
    if whole:
        return numbers.astype(np.int64), scale
    steps = numbers * STEPS
    return np.rint(steps, out=steps).astype(np.int64), scale


def _refuse_overflow(units: Ints, shape: tuple[int, int]) -> None:
    """Refuse scores that int64 cannot add up along every path, as the solvers scale them."""
    largest = int(np.abs(units).max(initial=0))
    if 8 * largest * (sum(shape) + 2) ** 2 > np.iinfo(np.int64).max:
        raise ValueError(
            f"scores as large as {largest} steps cannot be added up exactly"
            f" among {shape[0]} rows and {shape[1]} columns"
        )


def _reasons(
    eligible: Mask | None, never: Ints, shape: tuple[int, int], stored: Ints | None
) -> NDArray[np.int8]:
    """Return for each pair with a score why it is not open; 0 for the open ones."""
    n = shape[0] * shape[1] if stored is None else len(stored)
    reason = np.zeros(n, dtype=np.int8)
    if eligible is not None:
        reason[~(eligible if stored is None else eligible[stored])] = BY_RULE
    if stored is None:
        reason[never] += BY_HAND
    else:
        reason[np.isin(stored, never)] += BY_HAND
    return reason


def _flat(pairs: Collection[Pair], shape: tuple[int, int], name: str) -> Ints:
    places = [i * shape[1] + j for i, j in places_of(pairs, shape, name)]
    return np.unique(np.array(places, dtype=np.int64))


def _pairs(flat: Ints, width: int) -> list[Pair]:
    return [divmod(place, width) for place in flat.tolist()]


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


def _groups(groups: Sequence[Hashable], at_most: int, n: int) -> tuple[Ints, int]:
    if len(groups) != n or at_most < 0:
        raise ValueError(
            f"diversity must be a group for each of the {n} columns (None for no group) and"
            " how many of a group a row may have, 0 or more"
        )
    known: dict[Hashable, int] = {}
    codes = [-1 if g is None else known.setdefault(g, len(known)) for g in groups]
    return np.array(codes, dtype=np.int64), int(at_most)
