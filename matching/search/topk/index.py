"""A pool as the compiled search reads it: upper bounds by word, exact rows by profile.

The rule: bounds may be rough and only ever too high; every score that is returned comes from
the exact rows, in float64 and in one order of additions.
"""

from dataclasses import dataclass, field
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from matching.scoring.scoring import Scorer
from matching.text.encoded import EncodedPool, EncodedQueries, Floats, side_by_side
from matching.text.positions import runs, slices

# Profiles whose accumulators are filled together: 256 KB, and a row fits into 16 bits.
CHUNK: Final = 1 << 16

Singles = NDArray[np.float32]

# Entries are counted in 32 bits.
_MOST: Final = 1 << 32

# Rows whose largest bound is looked at together. They lie a sixteenth of a chunk apart, so that
# sixteen largest bounds are found in one register.
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
    """Queries for the compiled search: rows of words and themes side by side.

    Compiled code that is kept on disk refers to this class by its name; with another name it
    could not be read.
    """

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
        n_pool, n_terms = pool.starts.size - 1, pool.passages.shape[1]
        chunks = list(slices(n_pool, CHUNK))
        width = n_terms + pool.themes.shape[1]
        # counts first, then sums of them, in one place: this is as large as the entries
        cuts = np.zeros(width * len(chunks) + 1, dtype=np.uint32)
        counts = cuts[1:].reshape(width, len(chunks))
        for c, some in enumerate(chunks):
            counts[:, c] = np.bincount(_bounds(pool, scorer, some).indices, minlength=width)
        df = counts.sum(axis=1, dtype=np.int64)
        if df.sum() >= _MOST:
            raise ValueError(f"an index holds less than {_MOST} weighed words: split the pool")
        head = _frequent(df[:n_terms])
        head_of = np.full(width, -1, dtype=np.int32)
        head_of[head] = np.arange(head.size, dtype=np.int32)
        counts[head] = 0
        np.cumsum(cuts, dtype=np.uint32, out=cuts)

        rows, values = np.empty(cuts[-1], np.uint16), np.empty(cuts[-1], np.float32)
        dense = np.empty((n_pool, head.size), dtype=np.float32)
        rare = head_of < 0
        for c, some in enumerate(chunks):
            by_column = _bounds(pool, scorer, some).tocsc()
            sizes = np.diff(by_column.indptr)
            here = np.repeat(rare, sizes)
            at = runs(cuts[c : -1 : len(chunks)][rare], sizes[rare])
            rows[at], values[at] = by_column.indices[here], by_column.data[here]
            dense[some] = by_column[:, head].toarray()
        norms = np.linalg.norm(dense, axis=1).astype(np.float32)
        return cls(cuts, rows, values, head_of, dense, _padded(norms))


@dataclass(frozen=True, slots=True)
class Index:
    """A pool ready for exact top-k.

    Parameters
    ----------
    n_terms, n_themes : int
        Columns of the encoded pool; a query may have more, which nobody here states.
    arrays : Arrays
        The bounds, and what exact scores are made of.
    spare : list of float64 arrays of shape (n_columns,)
        All zeros. A search takes one, or makes one, and brings it back clean: making one
        takes longer than to search a million profiles for one query.
    """

    n_terms: int
    n_themes: int
    arrays: Arrays
    spare: list[Floats] = field(default_factory=list, repr=False, compare=False)

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

    def query_arrays(self, queries: EncodedQueries) -> Asked:
        """Put words and themes of the queries side by side, as the index has them."""
        known = queries.narrowed(self.n_terms, self.n_themes)
        return Asked(*side_by_side(known.text, known.themes))


def _bounds(pool: EncodedPool, scorer: Scorer, some: slice) -> sparse.csr_array[np.float32]:
    """Return by how much each word and theme can raise the score of some profiles."""
    words = _at_most(pool, scorer.whole_weight, some)
    words.data *= np.float32(scorer.weights["text"])
    themes = pool.themes[some].astype(np.float32) * np.float32(scorer.weights["themes"])
    return sparse.csr_array(sparse.hstack([words, themes], format="csr"))


def _at_most(
    pool: EncodedPool, whole_weight: float, some: slice
) -> sparse.csr_array[np.float32]:
    """Return for each word the best passage's share and the whole's; one passage is exact."""
    starts = pool.starts[some.start : some.stop + 1]
    passages = slice(starts[0], starts[-1])
    rows, shares = pool.passages[passages], pool.shares[passages]
    if shares.size < starts.size:
        factor = (1 - whole_weight) + whole_weight * shares
        by_word = np.repeat(factor, np.diff(rows.indptr)) * rows.data
        return sparse.csr_array(
            (by_word.astype(np.float32), rows.indices, rows.indptr), shape=rows.shape
        )
    width, sizes = rows.shape[1], np.diff(rows.indptr)
    shares = np.repeat(shares, sizes)
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
    return sparse.csr_array((merged, keys[heads] % width, ends), (starts.size - 1, width))


def _frequent(df: NDArray[np.int64]) -> NDArray[np.intp]:
    """Return the most frequent words, if they are much of the work."""
    most = np.argsort(-df, kind="stable")[:_HEAD]
    # a word is asked for as often as it is offered
    squares = df.astype(np.float64) ** 2
    part = squares[most].sum() / max(1.0, squares.sum())
    return np.sort(most) if part >= _PART else most[:0]


def _padded(norms: Singles) -> Singles:
    """Fill the last chunk up, and the last block of a single one."""
    return np.pad(norms, (0, -norms.size % (CHUNK if norms.size > CHUNK else BLOCK)))
