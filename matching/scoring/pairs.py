"""Listed pairs of queries and candidates: what they share, for all of them in one go.

The rule: the same rows are read as by `Scorer.parts`, and every sum is taken in the order of
the columns, so a pair has the same numbers whatever stands beside it.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final, Protocol

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from matching.text.encoded import EncodedPool, EncodedQueries, Floats, Matrix, one_language
from matching.text.positions import runs

Indices = NDArray[np.intp]

# Values of rows that are held at once: some arrays of 8 MB.
_VALUES: Final = 1 << 20


class _Segment(Protocol):
    """A run of the pool, from a position on."""

    @property
    def first(self) -> int: ...

    @property
    def size(self) -> int: ...

    @property
    def encoded(self) -> EncodedPool: ...


@dataclass(frozen=True, slots=True, eq=False)
class Common:
    """The features that rows of queries and rows of candidates have in common.

    Parameters
    ----------
    rows : int array of shape (n_common,)
        Which row, ascending.
    features : int array of shape (n_common,)
        Place of the feature in the row of the query; ascending within a row.
    columns : int array of shape (n_common,)
    query, candidate : float64 arrays of shape (n_common,)
        What the feature weighs on each side.
    n_rows : int
    """

    rows: Indices
    features: Indices
    columns: NDArray[np.integer]
    query: Floats
    candidate: Floats
    n_rows: int

    @property
    def products(self) -> Floats:
        """What each feature adds to the product of two rows."""
        return self.candidate * self.query

    def sums(self) -> Floats:
        """Return the product of each two rows, added up column after column."""
        return _added(self.rows, self.products, self.n_rows)


@dataclass(frozen=True, slots=True, eq=False)
class Pairs:
    """Some pairs of queries with candidates of one segment.

    Parameters
    ----------
    queries : EncodedQueries
    pool : EncodedPool
    rows, candidates : int arrays of shape (n_pairs,)
        Positions in `queries` and in `pool`.
    passages : int array of shape (n_passages,)
        The rows of the pool's passages that belong to the candidates, pair after pair.
    firsts : int array of shape (n_pairs,)
        Where the passages of each pair begin.
    owners : int array of shape (n_passages,)
        The pair of each passage.
    """

    queries: EncodedQueries
    pool: EncodedPool
    rows: Indices
    candidates: Indices
    passages: Indices
    firsts: Indices
    owners: Indices

    @classmethod
    def of(
        cls, queries: EncodedQueries, pool: EncodedPool, rows: Indices, candidates: Indices
    ) -> "Pairs":
        """Gather the passages of the candidates."""
        lengths = pool.starts[candidates + 1] - pool.starts[candidates]
        return cls(
            queries,
            pool,
            rows,
            candidates,
            passages=runs(pool.starts[candidates], lengths),
            firsts=np.cumsum(lengths) - lengths,
            owners=np.repeat(np.arange(candidates.size), lengths),
        )

    @property
    def has_text(self) -> NDArray[np.bool_]:
        """Whether both sides state a text."""
        return self.queries.has_text[self.rows] & self.pool.has_text[self.candidates]

    @property
    def has_themes(self) -> NDArray[np.bool_]:
        """Whether both sides state a theme."""
        return self.queries.has_themes[self.rows] & self.pool.has_themes[self.candidates]

    @property
    def one_language(self) -> NDArray[np.bool_]:
        """Whether both sides are read in one language."""
        return one_language(
            self.queries.languages[self.rows], self.pool.languages[self.candidates]
        )

    @property
    def nearness(self) -> Floats | None:
        """The cosine of the meanings, in [0, 1]; None without an encoder."""
        if self.queries.meaning is None or self.pool.meaning is None:
            return None
        # exact, whatever the order of the sum: see `matching.scoring.semantic`
        products = self.queries.meaning[self.rows] * self.pool.meaning[self.candidates]
        return np.asarray(np.clip(products.sum(axis=1), 0, 1))

    def common_text(self) -> Common:
        """Compare each passage of a candidate with the query."""
        return _common(
            self.queries.text, self.rows[self.owners], self.pool.passages, self.passages
        )

    def common_themes(self) -> Common:
        """Compare the themes of each pair."""
        return _common(self.queries.themes, self.rows, self.pool.themes, self.candidates)

    def best_of(self, products: Floats) -> Floats:
        """Return the highest of the values of each pair's passages, as rows or numbers."""
        if self.firsts.size == self.owners.size:
            return products
        return np.asarray(np.maximum.reduceat(products, self.firsts, axis=0))

    def best_passages(self, products: Floats, best: Floats) -> Indices:
        """Return where the first passage of each pair stands that has the highest value."""
        at = np.flatnonzero(products == best[self.owners])
        return at[np.diff(self.owners[at], prepend=-1) > 0]

    def whole_of(self, products: Floats) -> Floats:
        """Return the product of each query with its candidate as a whole."""
        return _added(
            self.owners, self.pool.shares[self.passages] * products, self.candidates.size
        )


def pairs_in(
    queries: EncodedQueries,
    segments: Sequence[_Segment],
    rows: Indices,
    columns: Indices,
    *,
    most: int,
) -> Iterator[tuple[slice, list[tuple[int, Indices, Pairs]]]]:
    """Go through pairs, so many at a time that no array is large; those of a query together.

    Parameters
    ----------
    queries : EncodedQueries
    segments : sequence of Segment
    rows, columns : int arrays of shape (n_pairs,)
        Positions in `queries` and in the whole pool.
    most : int
        Pairs at a time, unless one query has more.

    Yields
    ------
    block : slice
        Of the pairs.
    parts : list of (int, int array, Pairs)
        The number of a segment, which pairs of the block lie in it, and those pairs.
    """
    for block in _blocks(queries, segments, rows, columns, most):
        of_block, parts = columns[block], []
        for number, segment in enumerate(segments):
            inside = (of_block >= segment.first) & (of_block < segment.first + segment.size)
            if inside.any():
                here = np.flatnonzero(inside)
                candidates = of_block[here] - segment.first
                pairs = Pairs.of(queries, segment.encoded, rows[block][here], candidates)
                parts.append((number, here, pairs))
        yield block, parts


def _blocks(
    queries: EncodedQueries,
    segments: Sequence[_Segment],
    rows: Indices,
    columns: Indices,
    most: int,
) -> Iterator[slice]:
    """Cut pairs where their rows become too many values to be held at once."""
    values = []
    for segment in segments:
        starts, ends = segment.encoded.starts, segment.encoded.passages.indptr
        values.append(ends[starts[1:]] - ends[starts[:-1]])
    of_query = np.diff(queries.text.indptr)
    weights = np.concatenate(values)[columns] + of_query[rows]
    before = np.concatenate([[0], np.cumsum(weights, dtype=np.int64)])
    cuts = np.append(np.flatnonzero(np.diff(rows)) + 1, rows.size)
    start = 0
    while start < rows.size:
        enough = int(np.searchsorted(before, before[start] + _VALUES, side="right")) - 1
        first, last = np.searchsorted(cuts, (start, min(enough, start + most)), side="right")
        stop = int(cuts[max(first, last - 1)])
        yield slice(start, stop)
        start = stop


def _common(queries: Matrix, rows: Indices, pool: Matrix, candidates: Indices) -> Common:
    """Find what row ``rows[i]`` and row ``candidates[i]`` have in common, for each i."""
    # one column more, as the library has a way of its own with a single value
    shape = (rows.size, max(queries.shape[1], pool.shape[1]) + 1)
    left, right = _rows(queries, rows, shape), _rows(pool, candidates, shape)
    # the library walks two sorted rows at once: numbers of one side times ones of the other
    from_left, from_right = left.both(right), right.both(left)
    at_query, at_pool = left.at[from_left.data - 1], right.at[from_right.data - 1]
    owners = np.repeat(np.arange(rows.size), np.diff(from_left.indptr))
    return Common(
        rows=owners,
        features=at_query - queries.indptr[rows[owners]],
        columns=from_left.indices,
        query=queries.data[at_query],
        candidate=pool.data[at_pool],
        n_rows=rows.size,
    )


@dataclass(frozen=True, slots=True, eq=False)
class _Rows:
    """Rows that were taken from a matrix, without their values; `at` is where those lie."""

    at: Indices
    columns: NDArray[np.integer]
    ends: NDArray[np.int32]
    shape: tuple[int, int]

    def filled(self, values: NDArray[np.int32]) -> "sparse.csr_array[np.int32]":
        return sparse.csr_array((values, self.columns, self.ends), shape=self.shape)

    def both(self, other: "_Rows") -> "sparse.csr_array[np.int32]":
        """Return the numbers, from 1 on, of the values that the other has as well."""
        numbers = self.filled(np.arange(1, self.at.size + 1, dtype=np.int32))
        return numbers.multiply(other.filled(np.ones(other.at.size, dtype=np.int32)))


def _rows(matrix: Matrix, rows: Indices, shape: tuple[int, int]) -> _Rows:
    sizes = matrix.indptr[rows + 1] - matrix.indptr[rows]
    ends = np.concatenate([[0], np.cumsum(sizes)]).astype(np.int32)
    at = runs(matrix.indptr[rows], sizes)
    return _Rows(at, matrix.indices[at], ends, shape)


def _added(groups: Indices, values: Floats, n_groups: int) -> Floats:
    """Add values up by group, one after the other."""
    # of no values at all the library makes whole numbers
    return np.bincount(groups, weights=values, minlength=n_groups).astype(
        np.float64, copy=False
    )
