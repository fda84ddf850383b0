"""The compiled search: upper bounds by word, exact scores for those that may be among the best.

Each query adds the bounds of its words up, one word after the other, in single precision.
The k best rows by block are scored exactly; after that only rows whose bound reaches the
k-th exact score are scored at all. Frequent words are bounded by the product of their
lengths (Cauchy-Schwarz) first, and added up only where that does not suffice.

References
----------
D. C. Anastasiu and G. Karypis (2014), L2AP: fast cosine similarity search with prefix L-2
norm bounds, ICDE, section IV: the bound by lengths. H. Turtle and J. Flood (1995), Query
evaluation: strategies and optimizations, Inf. Proc. Manag. 31: term at a time.
"""

from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from matching.compiling import compiled
from matching.search.eligibility import Admission
from matching.search.topk.index import BLOCK, CHUNK, Arrays, Asked
from matching.text.encoded import Floats

Singles = NDArray[np.float32]

# Bounds are sums of non-negative numbers, so their order is free and rounding is relative.
_FREE: Final = {"reassoc", "contract", "nsz", "nnan", "ninf"}

# Below any bound: the row is scored already, or excluded.
_GONE: Final = np.float32(-1e30)

# Four times the rounding of one addition in single precision.
_ROUNDING: Final = 2.0**-22


class _Work(NamedTuple):
    """What one query after the other is worked out in."""

    acc: Singles
    peaks: Singles
    dense: Floats
    head: Singles
    seeds: NDArray[np.int64]
    values: Floats


def search(
    pool: Arrays, queries: Asked, allowed: Admission, k: int, spare: list[Floats]
) -> tuple[NDArray[np.int64], Floats]:
    """Return the k best of the pool for each query.

    Parameters
    ----------
    spare : list of float64 arrays of shape (n_columns,)
        As in `Index`.

    Returns
    -------
    indices : int64 array of shape (n_queries, k)
        Best first, equal scores in the order of the pool; -1 for "none left".
    scores : float64 array of shape (n_queries, k)
        nan for "none left".
    """
    n_queries = queries.ends.size - 1
    indices = np.full((n_queries, k), -1, dtype=np.int64)
    scores = np.full((n_queries, k), np.nan)
    found = np.zeros(n_queries, dtype=np.int64)
    length = -(-min(pool.starts.size - 1, CHUNK) // BLOCK) * BLOCK
    # made here and not in compiled code: zeros of numpy cost only where they are written
    work = _Work(
        np.zeros(length, dtype=np.float32),
        np.zeros(length // BLOCK, dtype=np.float32),
        _one_of(spare, pool.head_of.size),
        np.zeros(pool.head.shape[1], dtype=np.float32),
        np.empty(k, dtype=np.int64),
        np.empty(k),
    )
    _search(pool, queries, allowed, work, indices, scores, found)
    spare.append(work.dense)
    return indices, scores


def _one_of(spare: list[Floats], size: int) -> Floats:
    """Take an array of zeros that nobody else has; threads may ask at once."""
    try:
        return spare.pop()
    except IndexError:
        return np.zeros(size)


@compiled()
def _search(
    pool: Arrays,
    queries: Asked,
    allowed: Admission,
    work: _Work,
    indices: NDArray[np.int64],
    scores: Floats,
    found: NDArray[np.int64],
) -> None:
    """Go through the pool chunk by chunk, and through the queries for each."""
    n_pool, k = pool.starts.size - 1, indices.shape[1]
    n_chunks = (n_pool + CHUNK - 1) // CHUNK
    for chunk in range(n_chunks):
        for i in range(found.size):
            work.acc[:] = 0
            head = _add_up(pool, queries, i, chunk, n_chunks, work)
            _leave_out(allowed, i, chunk, work.acc)
            n_words = queries.ends[i + 1] - queries.ends[i]
            least = 1 / (1 + (n_words + work.head.size + 8) * _ROUNDING)
            first = chunk * CHUNK
            found[i] = _best_of_chunk(
                pool, allowed, i, first, work, head, least, indices[i], scores[i], found[i]
            )
            for a in range(queries.ends[i], queries.ends[i + 1]):
                work.dense[queries.columns[a]] = 0
    for i in range(found.size):
        if found[i] < k:
            _fill_up(allowed, i, n_pool, indices[i], scores[i], found[i])


@compiled(inline="always")
def _add_up(
    pool: Arrays, queries: Asked, i: int, chunk: int, n_chunks: int, work: _Work
) -> Any:
    """Add the bounds of the words of a query up; return the length of the frequent ones."""
    work.head[:] = 0
    squares = 0.0
    for a in range(queries.ends[i], queries.ends[i + 1]):
        column, value = queries.columns[a], queries.values[a]
        work.dense[column] = value
        place = pool.head_of[column]
        if place >= 0:
            work.head[place] = value
            squares += value * value
        else:
            weight = np.float32(value)
            cut = column * n_chunks + chunk
            for p in range(np.int64(pool.cuts[cut]), np.int64(pool.cuts[cut + 1])):
                work.acc[pool.rows[p]] += weight * pool.values[p]
    return np.float32(np.sqrt(squares))


@compiled(inline="always")
def _leave_out(allowed: Admission, i: int, chunk: int, acc: Singles) -> None:
    for x in range(allowed.excluded_ends[i], allowed.excluded_ends[i + 1]):
        row = allowed.excluded[x] - chunk * CHUNK
        if 0 <= row < acc.size:
            acc[row] = _GONE


@compiled(fastmath=_FREE)
def _peaks(acc: Singles, peaks: Singles) -> None:
    """Find the largest sum of each block of rows."""
    n = peaks.size
    peaks[:] = 0
    for j in range(0, BLOCK, 4):
        # slices, since the compiler works on registers only where no index can be below 0
        one, two = acc[j * n : (j + 1) * n], acc[(j + 1) * n : (j + 2) * n]
        three, four = acc[(j + 2) * n : (j + 3) * n], acc[(j + 3) * n : (j + 4) * n]
        for b in range(n):
            peaks[b] = max(max(one[b], two[b]), max(max(three[b], four[b]), peaks[b]))


@compiled(fastmath=_FREE)
def _raised_peaks(acc: Singles, norms: Singles, length: Any, peaks: Singles) -> None:
    """Find the largest bound of each block, frequent words included by their lengths."""
    n = peaks.size
    peaks[:] = 0
    for j in range(0, BLOCK):
        sums, lengths = acc[j * n : (j + 1) * n], norms[j * n : (j + 1) * n]
        for b in range(n):
            peaks[b] = max(peaks[b], sums[b] + length * lengths[b])


@compiled(fastmath=_FREE)
def _frequent_words(head: Singles, rows: Singles, j: int) -> Any:
    total = np.float32(0)
    for h in range(head.size):
        total += head[h] * rows[j, h]
    return total


@compiled(inline="always")
def _best_of_chunk(
    pool: Arrays,
    allowed: Admission,
    i: int,
    first: int,
    work: _Work,
    length_of_head: Any,
    least: float,
    indices: NDArray[np.int64],
    scores: Floats,
    found: int,
) -> int:
    """Put the rows of a chunk into the list of a query; return how long the list is."""
    k = indices.size
    n_rows = min(pool.starts.size - 1 - first, work.acc.size)
    _peaks(work.acc, work.peaks)
    floor = scores[k - 1] * least if found == k else 0.0
    for s in range(_seeds(allowed, i, first, n_rows, work, floor)):
        row = work.seeds[s]
        score = _exact(pool, work.dense, first + row)
        found = _put(indices, scores, found, first + row, score)
        work.acc[row] = _GONE
    norms = pool.head_norms[first : first + work.acc.size]
    if length_of_head > 0:
        _raised_peaks(work.acc, norms, length_of_head, work.peaks)
    floor = scores[k - 1] * least if found == k else 0.0
    for b in range(work.peaks.size):
        if work.peaks[b] <= 0 or work.peaks[b] < floor:
            continue
        for row in range(b, n_rows, work.peaks.size):
            bound = work.acc[row] + length_of_head * norms[row]
            if bound > 0 and length_of_head > 0 and bound >= floor:
                bound = work.acc[row] + _frequent_words(work.head, pool.head, first + row)
            if bound > 0 and bound >= floor and _may(allowed, i, first + row):
                score = _exact(pool, work.dense, first + row)
                found = _put(indices, scores, found, first + row, score)
                floor = scores[k - 1] * least if found == k else 0.0
    return found


@compiled(inline="always")
def _seeds(
    allowed: Admission,
    i: int,
    first: int,
    n_rows: int,
    work: _Work,
    floor: float,
) -> int:
    """Choose the best allowed row of each of the best blocks: they raise the floor."""
    acc, peaks, seeds, values = work.acc, work.peaks, work.seeds, work.values
    n_blocks, k = 0, seeds.size
    for b in range(peaks.size):
        if peaks[b] > 0 and peaks[b] >= floor and (n_blocks < k or peaks[b] > values[k - 1]):
            n_blocks = _put(seeds, values, n_blocks, b, peaks[b])
    n_seeds = 0
    for s in range(n_blocks):
        best, at = np.float32(0), seeds[s] * 0 - 1
        for row in range(seeds[s], n_rows, peaks.size):
            if acc[row] > best and _may(allowed, i, first + row):
                best, at = acc[row], row
        if at >= 0:
            seeds[n_seeds] = at
            n_seeds += 1
    return n_seeds


@compiled(inline="always")
def _may(allowed: Admission, i: int, j: int) -> Any:
    return allowed.table[allowed.query_class[i], allowed.pool_class[j]]


@compiled(inline="always")
def _exact(pool: Arrays, dense: Floats, j: int) -> float:
    """Score one profile as `Scorer.parts` does, addition by addition."""
    best, whole = 0.0, 0.0
    for passage in range(pool.starts[j], pool.starts[j + 1]):
        product = 0.0
        for p in range(pool.passage_ends[passage], pool.passage_ends[passage + 1]):
            product += dense[pool.passage_columns[p]] * pool.passage_values[p]
        best = max(best, product)
        whole += pool.shares[passage] * product
    text, themes = (1 - pool.weights[1]) * best + pool.weights[1] * whole, 0.0
    for p in range(pool.theme_ends[j], pool.theme_ends[j + 1]):
        themes += dense[pool.theme_columns[p]] * pool.theme_values[p]
    return float(pool.weights[0] * text + pool.weights[2] * themes)


@compiled()
def _put(
    indices: NDArray[np.int64], scores: Floats, found: int, index: int, score: float
) -> int:
    """Put a row into a list that is sorted by score, then by position."""
    k = indices.size
    at = found
    if found == k:
        at = k - 1
        if score < scores[at] or (score == scores[at] and index > indices[at]):
            return k
    while at > 0 and (
        scores[at - 1] < score or (scores[at - 1] == score and indices[at - 1] > index)
    ):
        scores[at], indices[at] = scores[at - 1], indices[at - 1]
        at -= 1
    scores[at], indices[at] = score, index
    return min(found + 1, k)


@compiled()
def _fill_up(
    allowed: Admission,
    i: int,
    n_pool: int,
    indices: NDArray[np.int64],
    scores: Floats,
    found: int,
) -> None:
    """Put profiles that share nothing behind the others, in the order of the pool."""
    known = np.sort(indices[:found])
    excluded = allowed.excluded[allowed.excluded_ends[i] : allowed.excluded_ends[i + 1]]
    j = 0
    while found < indices.size and j < n_pool:
        if _may(allowed, i, j) and not _holds(known, j) and not _holds(excluded, j):
            indices[found], scores[found] = j, 0.0
            found += 1
        j += 1


@compiled()
def _holds(ascending: NDArray[np.int64], value: int) -> Any:
    place = np.searchsorted(ascending, value)
    return place < ascending.size and ascending[place] == value
