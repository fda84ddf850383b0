"""A pool as the compiled search reads it: upper bounds by word, exact rows by profile.

The rule: bounds may be rough and only ever too high; every score that is returned comes from
the exact rows, in float64 and in one order of additions.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from matching.encoding import EncodedPool, EncodedQueries, Floats, side_by_side
from matching.scoring import Scorer

# Profiles whose accumulators are filled together: 256 KB, and a row fits into 16 bits.
CHUNK: Final = 1 << 16

Singles = NDArray[np.float32]

# Entries are counted in 32 bits.
_MOST: Final = 1 << 32

# Rows whose largest bound is looked at together: two registers of eight.
BLOCK: Final = 16

# The most frequent words are bounded by their length instead of being added up one by one,
# where they are at least this part of all additions; more of them make that bound loose.
_PART: Final = 0.5
_HEAD: Final = 64


class Arrays(NamedTuple):
    """What the compiled search reads: `Bounds`, the encoded pool, and the weights of the parts.

    ``weights`` are those of the text, of the whole within it, and of themes; the columns of
    themes come after those of words.
    """

    cuts: NDArray[np.uint32]
    rows: NDArray[np.uint16]
    values: Singles
    head_of: NDArray[np.int32]
    head: Singles
    head_norms: Singles
    starts: NDArray[np.int64]
    passage_ends: NDArray[np.int64]
    passage_columns: NDArray[np.int32]
    passage_values: Floats
    shares: Floats
    theme_ends: NDArray[np.int64]
    theme_columns: NDArray[np.int32]
    theme_values: Floats
    weights: Floats


class Asked(NamedTuple):
    """Queries for the compiled search: rows of words and themes side by side."""

    ends: NDArray[np.int64]
    columns: NDArray[np.int32]
    values: Floats


class Bounds(NamedTuple):
    """By how much each word and theme can raise the score of each profile.

    Parameters
    ----------
    cuts : uint32 array of shape (n_columns * n_chunks + 1,)
        Where the entries of each column end, chunk after chunk of 65,536 profiles.
    rows : uint16 array of shape (n_entries,)
        The profile of each entry, counted from the start of its chunk.
    values : float32 array of shape (n_entries,)
    head_of : int32 array of shape (n_columns,)
        The place of a frequent word in `head`; -1 for all others.
    head : float32 array of shape (n_pool, n_head)
        The frequent words of each profile.
    head_norms : float32 array
        Their lengths, filled up with zeros.
    """

    cuts: NDArray[np.uint32]
    rows: NDArray[np.uint16]
    values: Singles
    head_of: NDArray[np.int32]
    head: Singles
    head_norms: Singles

    @classmethod
    def of(cls, pool: EncodedPool, scorer: Scorer) -> "Bounds":
        """Bound the scores of an encoded pool.

        Raises
        ------
        ValueError
            If the pool has 2**32 weighed words or more: split it into shards.
        """
        bounds = _bounds(pool, scorer)
        if bounds.nnz >= _MOST:
            raise ValueError(f"an index holds less than {_MOST} weighed words: split the pool")
        head = _frequent(bounds, pool.passages.shape[1])
        rest, head_of = _without(bounds, head)
        dense = np.ascontiguousarray(bounds[:, head].toarray(), dtype=np.float32)
        norms = np.linalg.norm(dense, axis=1).astype(np.float32)
        turned = rest.tocsc()
        turned.sort_indices()
        rows = (turned.indices % CHUNK).astype(np.uint16)
        return cls(_cuts(rest), rows, turned.data, head_of, dense, _padded(norms))


@dataclass(frozen=True, slots=True)
class Index:
    """A pool ready for exact top-k.

    Parameters
    ----------
    n_terms, n_themes : int
        Columns of the encoded pool; a query may have more, which nobody here states.
    arrays : Arrays
        The bounds, and what exact scores are made of.
    """

    n_terms: int
    n_themes: int
    arrays: Arrays

    @property
    def n_pool(self) -> int:
        """The number of profiles."""
        return int(self.arrays.starts.size - 1)

    @classmethod
    def of(cls, pool: EncodedPool, scorer: Scorer, bounds: Bounds | None = None) -> "Index":
        """Index an encoded pool, by bounds that are known or found here."""
        passages, themes = pool.passages, pool.themes
        n_terms, n_themes = passages.shape[1], themes.shape[1]
        weight = scorer.weights
        found = (
            *(bounds or Bounds.of(pool, scorer)),
            pool.starts.astype(np.int64),
            passages.indptr.astype(np.int64),
            passages.indices.astype(np.int32, copy=False),
            passages.data,
            pool.shares,
            themes.indptr.astype(np.int64),
            (n_terms + themes.indices).astype(np.int32),
            themes.data,
            np.array([weight["text"], scorer.whole_weight, weight["themes"]]),
        )
        # an array that is mapped from disk is of a class that the compiler does not know
        return cls(n_terms, n_themes, Arrays(*(np.asarray(array) for array in found)))

    def asked(self, queries: EncodedQueries) -> Asked:
        """Put words and themes of the queries side by side, as the index has them."""
        known = queries.narrowed(self.n_terms, self.n_themes)
        return Asked(*side_by_side(known.text, known.themes))


def _bounds(pool: EncodedPool, scorer: Scorer) -> sparse.csr_array[np.float32]:
    """Return by how much each word and theme can raise the score of each profile."""
    words = _at_most(pool, scorer.whole_weight)
    words.data *= np.float32(scorer.weights["text"])
    themes = pool.themes.astype(np.float32) * np.float32(scorer.weights["themes"])
    return sparse.csr_array(sparse.hstack([words, themes], format="csr"))


def _at_most(pool: EncodedPool, whole_weight: float) -> sparse.csr_array[np.float32]:
    """Return for each word the best passage's share and the whole's; one passage is exact."""
    n_pool, n_passages = pool.starts.size - 1, pool.shares.size
    if n_pool == n_passages:
        factor = (1 - whole_weight) + whole_weight * pool.shares
        by_word = np.repeat(factor, np.diff(pool.passages.indptr)) * pool.passages.data
        return sparse.csr_array(
            (by_word.astype(np.float32), pool.passages.indices, pool.passages.indptr),
            shape=pool.passages.shape,
        )
    return sparse.csr_array(sparse.vstack(list(_merged(pool, whole_weight)), format="csr"))


def _merged(pool: EncodedPool, whole_weight: float) -> Iterator[sparse.csr_array[np.float32]]:
    """Yield chunks of profiles whose passages are put together word by word."""
    n_pool, width = pool.starts.size - 1, pool.passages.shape[1]
    for first in range(0, n_pool, CHUNK):
        starts = pool.starts[first : first + CHUNK + 1]
        rows = pool.passages[starts[0] : starts[-1]]
        sizes = np.diff(rows.indptr)
        shares = np.repeat(pool.shares[starts[0] : starts[-1]], sizes)
        owners = np.repeat(np.repeat(np.arange(starts.size - 1), np.diff(starts)), sizes)
        keys = owners * width + rows.indices
        order = np.argsort(keys, kind="stable")
        keys, values, shares = keys[order], rows.data[order], shares[order]
        heads = np.flatnonzero(np.diff(keys, prepend=-1))
        best, whole = values, shares * values
        if heads.size:
            best, whole = np.maximum.reduceat(values, heads), np.add.reduceat(whole, heads)
        merged = ((1 - whole_weight) * best + whole_weight * whole).astype(np.float32)
        ends = np.searchsorted(keys[heads], np.arange(starts.size) * width)
        yield sparse.csr_array((merged, keys[heads] % width, ends), (starts.size - 1, width))


def _frequent(bounds: sparse.csr_array[np.float32], n_terms: int) -> NDArray[np.intp]:
    """Return the most frequent words, not themes, if they are much of the work."""
    df = np.bincount(bounds.indices, minlength=bounds.shape[1])[:n_terms].astype(np.float64)
    most = np.argsort(-df, kind="stable")[:_HEAD]
    # a word is asked for as often as it is offered
    part = (df[most] ** 2).sum() / max(1.0, (df**2).sum())
    return np.sort(most) if part >= _PART else most[:0]


def _padded(norms: Singles) -> Singles:
    """Fill the last chunk up, and the last block of a single one."""
    return np.pad(norms, (0, -norms.size % (CHUNK if norms.size > CHUNK else BLOCK)))


def _without(
    bounds: sparse.csr_array[np.float32], head: NDArray[np.intp]
) -> tuple[sparse.csr_array[np.float32], NDArray[np.int32]]:
    """Return the bounds without some columns, and the place of each column among these."""
    head_of = np.full(bounds.shape[1], -1, dtype=np.int32)
    head_of[head] = np.arange(head.size, dtype=np.int32)
    kept = head_of[bounds.indices] < 0
    ends = np.concatenate([[0], np.cumsum(kept)])[bounds.indptr]
    rest = (bounds.data[kept], bounds.indices[kept], ends)
    return sparse.csr_array(rest, shape=bounds.shape), head_of


def _cuts(rows: sparse.csr_array[np.float32]) -> NDArray[np.uint32]:
    """Return where, column after column, the entries of each chunk of rows end."""
    n_rows, width = rows.shape
    chunks = range(0, n_rows, CHUNK)
    counts = np.zeros((width, len(chunks)), dtype=np.uint32)
    for c, first in enumerate(chunks):
        ends = rows.indptr[[first, min(first + CHUNK, n_rows)]]
        counts[:, c] = np.bincount(rows.indices[ends[0] : ends[1]], minlength=width)
    return np.concatenate([[0], np.cumsum(counts.ravel(), dtype=np.uint32)]).astype(np.uint32)
