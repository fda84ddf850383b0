"""Fairness and total as one whole number, so that paths add and compare them exactly.

An answer is the fairer, the fewer rows have 0, then the fewer have the lowest score above 0,
and so on: that is the lexicographic order of the sorted values. Each of these counts has a
field of the number, the lowest level the most significant one; the total comes last. Only
some levels need a field. Any other one occurs once at the most, on the pair that is forced,
and a mark in the field of the next level above stands for it.
"""

from dataclasses import dataclass
from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from matching.assignment.optimal_face import BEST, CHOSEN
from matching.assignment.problem import Ints, Problem
from matching.assignment.shortest_paths import Costs

# Bits of the first field, the rows that have 0; nothing stands above it.
_ROWS: Final = 32
_WIDTHS: Final = (4, 8, 16, 32)


class Changes(NamedTuple):
    """What some exchanges change.

    Parameters
    ----------
    exchange, level, rows : int64 arrays of shape (n_changes,)
        So many rows more have a level, by exchange.
    total : int64 array of shape (n_exchanges,)
        What the total loses.
    """

    exchange: Ints
    level: Ints
    rows: Ints
    total: Ints


@dataclass(frozen=True, slots=True, eq=False)
class LexicographicCosts:
    """The fields of a number.

    From the least significant bit up: the total, a field for the mark above all levels, the
    levels from the highest down, the rows that have 0.

    Parameters
    ----------
    levels : int64 array of shape (n_levels,)
        Distinct scores above 0, ascending.
    width : int
        Bits of the field of a level.
    mark : int
        Above any difference of two counts.
    tail : int
        Bits of the total, whole bytes.
    """

    levels: Ints
    width: int
    mark: int
    tail: int

    @classmethod
    def of(cls, problem: Problem, levels: Ints) -> "LexicographicCosts":
        """Return the fields of some levels of a problem; 0 and less are none."""
        high, n_rows = problem.units > 0, problem.shape[0]
        keys = np.unique(problem.units[high] * n_rows + problem.i[high]) // n_rows
        most = int(np.unique(keys, return_counts=True)[1].max(initial=1))
        # counts of two paths and of an arc differ by 2 * most + 1, and there may be a mark
        mark = 2 * most + 2
        width = next(w for w in _WIDTHS if 2 * (mark + 2 * most + 1) + 1 < 1 << w)
        total = 8 * int(np.abs(problem.units).sum()) + 8
        return cls(
            np.unique(levels[levels > 0]), width, mark, 8 * (total.bit_length() // 8 + 1)
        )

    @property
    def n_fields(self) -> int:
        """Return the number of fields between the total and the rows that have 0."""
        n = len(self.levels) + 1
        return n + n * self.width // 4 % 2

    @property
    def bits(self) -> int:
        """Return how many bits a number takes."""
        return self.tail + self.n_fields * self.width + _ROWS

    @property
    def _zero(self) -> int:
        """Return half of the range of every field: the number in which no field is below 0."""
        field, n = 1 << self.width - 1, self.n_fields
        fields = sum(field << self.width * k for k in range(n)) + (
            1 << self.width * n + _ROWS - 1
        )
        return (fields << self.tail) + (1 << self.tail - 1)

    def costs(self, units: Ints) -> Costs:
        """Return the costs of the three states of pairs with these scores.

        Returns
        -------
        costs : object array of shape (3, n_pairs)
        """
        at, places = self._places(units)
        one = [1 << self.tail + self.width * k for k in range(self.n_fields + 1)]
        known = [one[k] for k in range(self.n_fields)] + [
            self.mark * one[k] for k in range(self.n_fields)
        ]
        costs = np.zeros((3, len(units)), dtype=object)
        costs[CHOSEN] = (-units).astype(object)
        worth = np.array([value - one[-1] for value in known], dtype=object)
        costs[BEST] = worth[places + self.n_fields * ~at] - units.astype(object)
        return costs

    def leading(self, costs: Costs, raised: Ints) -> Ints:
        """Return the level that weighs most in each cost.

        Parameters
        ----------
        costs : object array of shape (n,)
            None below 0.
        raised : int64 array of shape (n,)
            The level that is in the cost, by its field or by a mark; 0 for none.

        Returns
        -------
        level : int64 array of shape (n,)
            -1 where fairness loses nothing.
        """
        zero = self._zero
        bits = np.array(
            [((c + zero) ^ zero).bit_length() for c in costs.tolist()], dtype=np.int64
        )
        field = (bits - 1 - self.tail) // self.width
        level = np.zeros(len(costs), dtype=np.int64)
        inner = (field >= 0) & (field < self.n_fields)
        at, places = self._places(raised)
        # a mark weighs more than the level in whose field it stands
        marked = inner & ~at & (field == places) & (raised > 0)
        level[inner] = np.append(self.levels, 0)[self._rank(field[inner])]
        level[marked] = raised[marked]
        level[field < 0] = -1
        return level

    def changes(self, costs: Costs) -> Changes:
        """Return what paths without a mark change.

        Parameters
        ----------
        costs : object array of shape (n,)
        """
        n, zero, whole = len(costs), self._zero, self.bits // 8
        raw = b"".join([(c + zero).to_bytes(whole, "big") for c in costs.tolist()])
        table = np.frombuffer(raw, dtype=np.uint8).reshape(n, whole)
        cut = whole - self.tail // 8
        rows = _fields(table[:, : _ROWS // 8], _ROWS)
        fields = _fields(table[:, _ROWS // 8 : cut], self.width)
        # the last fields hold no level
        exchange, place = np.nonzero(fields[:, : len(self.levels)] != 1 << self.width - 1)
        zeros = np.flatnonzero(rows[:, 0] != 1 << _ROWS - 1)
        counts = fields[exchange, place].astype(np.int64) - (1 << self.width - 1)
        more = rows[zeros, 0].astype(np.int64) - (1 << _ROWS - 1)
        total = np.array(
            [c & (1 << self.tail) - 1 for c in (costs + zero).tolist()], dtype=object
        )
        return Changes(
            np.concatenate([zeros, exchange]),
            np.concatenate([np.zeros_like(zeros), self.levels[place]]),
            np.concatenate([more, counts]),
            (total - (1 << self.tail - 1)).astype(np.int64),
        )

    def _places(self, units: Ints) -> tuple[NDArray[np.bool_], Ints]:
        """Tell which scores are levels, and the field of each or of the mark for it."""
        rank = np.searchsorted(self.levels, units)
        at = np.append(self.levels, 0)[rank] == units
        return at, self.n_fields - 1 - rank

    def _rank(self, field: Ints) -> Ints:
        return self.n_fields - 1 - field


def losses(values: Ints, changes: Changes) -> Ints:
    """Return by how much each exchange lowers the sorted values of the rows.

    Parameters
    ----------
    values : int64 array of shape (n_rows,)
        Before, sorted.
    changes : Changes

    Returns
    -------
    losses : int64 array of shape (n_exchanges, n_rows)
    """
    levels, place = np.unique(changes.level, return_inverse=True)
    keys, at = np.unique(changes.exchange * len(levels) + place, return_inverse=True)
    rows = np.zeros(len(keys), dtype=np.int64)
    np.add.at(rows, at, changes.rows)
    exchange, level = keys // max(len(levels), 1), levels[keys % max(len(levels), 1)]
    after = np.repeat(values[None], len(changes.total), axis=0)
    # each exchange takes as many values away as it adds
    less, more = np.maximum(-rows, 0), np.maximum(rows, 0)
    nth = np.arange(less.sum()) - np.repeat(np.cumsum(less) - less, less)
    gone = np.repeat(np.searchsorted(values, level), less) + nth
    after[np.repeat(exchange, less), gone] = np.repeat(level, more)
    after.sort(axis=1)
    return np.asarray(values - after)


def _fields(table: NDArray[np.uint8], width: int) -> NDArray[np.unsignedinteger[Any]]:
    """Return the numbers of so many bits that fill the lines of a table of bytes."""
    if width < 8:
        halves = np.stack([table >> 4, table & 15], axis=2)
        return halves.reshape(len(table), 2 * table.shape[1])
    return np.ascontiguousarray(table).view(f">u{width // 8}")
