"""Profiles as rows of numbers: what the vectorizer makes and everything else reads.

The rule: columns of a row are sorted, so sums over a row have one order on every path.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from matching.text.languages import UNKNOWN
from matching.text.positions import runs, slices

Matrix = sparse.csr_array[np.float64]
Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
Languages = NDArray[np.int64]

# Keeps what is held beside the rows of a large pool small.
ROWS_AT_ONCE: Final = 1 << 14


@dataclass(frozen=True, slots=True, eq=False)
class EncodedQueries:
    """Queries as unit rows.

    Parameters
    ----------
    text : csr_array of shape (n_queries, n_terms), float64
        All passages of a query joined.
    themes : csr_array of shape (n_queries, n_themes), float64
    has_text, has_themes : bool arrays of shape (n_queries,)
        False: nothing was said, so the part cannot be computed.
    languages : int64 array of shape (n_queries,)
        Equal for texts in one language; see `language_number`.
    meaning : float64 array of shape (n_queries, n_dimensions), default=None
        Of `embedded`; None without an encoder.
    """

    text: Matrix
    themes: Matrix
    has_text: Bools
    has_themes: Bools
    languages: Languages
    meaning: Floats | None = None

    def part(self, start: int, stop: int) -> "EncodedQueries":
        """Return the queries from `start` up to `stop`."""
        if (start, stop) == (0, self.text.shape[0]):
            return self
        rows = slice(start, stop)
        return EncodedQueries(
            self.text[rows],
            self.themes[rows],
            self.has_text[rows],
            self.has_themes[rows],
            self.languages[rows],
            None if self.meaning is None else self.meaning[rows],
        )

    def narrowed(self, n_terms: int, n_themes: int) -> "EncodedQueries":
        """Return the first columns: all that a pool encoded before has."""
        if (self.text.shape[1], self.themes.shape[1]) == (n_terms, n_themes):
            return self
        return replace(self, text=self.text[:, :n_terms], themes=self.themes[:, :n_themes])


@dataclass(frozen=True, slots=True, eq=False)
class EncodedPool:
    """The pool as rows of passages.

    Parameters
    ----------
    passages : csr_array of shape (n_passages, n_terms), float64
        Passages of all profiles, profile after profile, without the blank ones; one empty
        row for a profile that has no other.
    starts : int array of shape (n_pool + 1,)
        Rows ``starts[i]`` to ``starts[i + 1]`` of `passages` belong to profile i.
    positions : int array of shape (n_passages,)
        Place of the passage in ``Profile.texts``; -1 for an empty row.
    shares : float64 array of shape (n_passages,)
        The whole of a profile is the sum of its passages times these.
    themes : csr_array of shape (n_pool, n_themes), float64
    has_text, has_themes : bool arrays of shape (n_pool,)
    languages : int64 array of shape (n_pool,)
    borne_out : float64 array of shape (n_pool,)
        The part of its themes that each profile describes.
    meaning : float64 array of shape (n_pool, n_dimensions), default=None
        Of `embedded`; None without an encoder.
    """

    passages: Matrix
    starts: NDArray[np.intp]
    positions: NDArray[np.intp]
    shares: Floats
    themes: Matrix
    has_text: Bools
    has_themes: Bools
    languages: Languages
    borne_out: Floats
    meaning: Floats | None = None


def language_number(language: str) -> int:
    """Return a number that stands for a language, the same everywhere."""
    return int.from_bytes(language.encode()[:7])


_UNKNOWN: Final = language_number(UNKNOWN)


def one_language(left: Languages, right: Languages) -> Bools:
    """Tell where two sides are in one language: an unknown one is not even itself."""
    return np.asarray((left == right) & (left != _UNKNOWN))


def stacked(parts: Iterable[Matrix], width: int, most: int) -> Matrix:
    """Put matrices one below the other, holding no more than one of them beside the whole.

    Parameters
    ----------
    parts : iterable of csr_array of shape (any, width)
    width : int
    most : int
        The values of all parts together are no more than this.
    """
    # room that is never written to takes none
    columns, values = np.empty(most, dtype=np.int32), np.empty(most)
    ends, n = [np.zeros(1, dtype=np.int64)], 0
    for part in parts:
        columns[n : n + part.nnz], values[n : n + part.nnz] = part.indices, part.data
        ends.append(n + part.indptr[1:].astype(np.int64))
        n += part.nnz
    columns.resize(n, refcheck=False)
    values.resize(n, refcheck=False)
    # the library would widen the columns to the type of the ends
    indptr = np.concatenate(ends).astype(sparse.get_index_dtype(maxval=n))
    return sparse.csr_array((values, columns, indptr), shape=(indptr.size - 1, width))


def matrix(
    weights: Floats,
    columns: NDArray[np.intp],
    ends: Sequence[int] | NDArray[np.intp],
    width: int,
) -> Matrix:
    """Return the matrix whose row i holds the weights from ``ends[i]`` to ``ends[i + 1]``."""
    return sparse.csr_array((weights, columns, ends), shape=(len(ends) - 1, width))


def norms(rows: Matrix) -> Floats:
    """Return the Euclidean length of each row."""
    lengths = np.empty(rows.shape[0])
    for some in slices(rows.shape[0], ROWS_AT_ONCE):
        ends = rows.indptr[some.start : some.stop + 1]
        owners = np.repeat(np.arange(ends.size - 1), np.diff(ends))
        squares = rows.data[ends[0] : ends[-1]] ** 2
        lengths[some] = np.sqrt(np.bincount(owners, squares, minlength=ends.size - 1))
    return lengths


def side_by_side(
    left: Matrix, right: Matrix
) -> tuple[NDArray[np.int64], NDArray[np.int32], Floats]:
    """Return ends, columns and values of two matrices with the columns of both."""
    ends = left.indptr.astype(np.int64) + right.indptr
    columns, values = np.empty(ends[-1], dtype=np.int32), np.empty(ends[-1])
    before = np.repeat(right.indptr[:-1], np.diff(left.indptr))
    after = np.repeat(left.indptr[1:], np.diff(right.indptr))
    at_left, at_right = before + np.arange(left.nnz), after + np.arange(right.nnz)
    columns[at_left], values[at_left] = left.indices, left.data
    columns[at_right], values[at_right] = left.shape[1] + right.indices, right.data
    return ends, columns, values


def scale(rows: Matrix, lengths: Floats) -> Matrix:
    """Divide each row by its length where it stands, and return the same rows.

    A row of length 0 has nothing to divide.
    """
    for some in slices(rows.shape[0], ROWS_AT_ONCE):
        ends = rows.indptr[some.start : some.stop + 1]
        rows.data[ends[0] : ends[-1]] /= np.repeat(lengths[some], np.diff(ends))
    return rows


def taken(rows: Matrix, kept: NDArray[np.intp]) -> Matrix:
    """Return the rows that are kept; an empty one for -1."""
    if np.array_equal(kept, np.arange(rows.shape[0])):
        return rows
    sizes = np.append(np.diff(rows.indptr), 0)[kept]
    ends = np.concatenate([[0], np.cumsum(sizes)])
    at = runs(rows.indptr[kept], sizes)
    return sparse.csr_array((rows.data[at], rows.indices[at], ends), (kept.size, rows.shape[1]))


def unit_rows(rows: Floats) -> Floats:
    """Divide each row by its length; a row of length 0 stays."""
    lengths = np.linalg.norm(rows, axis=1, keepdims=True)
    return np.asarray(rows / np.where(lengths > 0, lengths, 1), dtype=np.float64)
