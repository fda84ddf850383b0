"""The answer to a ranking, and how pieces of it are put together."""

from collections.abc import Collection
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from matching.arguments import places_of
from matching.text.encoded import Floats


class Ranking(NamedTuple):
    """The best of the pool for each query, in parallel arrays.

    Parameters
    ----------
    indices : intp array of shape (n_queries, k)
        Positions in the fitted pool, best first; -1 for "none left".
    scores : float64 array of shape (n_queries, k)
        nan for "none left".
    """

    indices: NDArray[np.intp]
    scores: Floats


def pairs_of(
    pairs: Collection[tuple[int, int]], n_queries: int, n_pool: int
) -> NDArray[np.intp]:
    """Return pairs as a sorted array of shape (n_pairs, 2).

    Raises
    ------
    ValueError
        If one of them lies outside, or is no pair of whole numbers.
    """
    places = sorted(places_of(pairs, (n_queries, n_pool), "exclude"))
    return np.array(places, dtype=np.intp).reshape(-1, 2)


def positions_of(
    rows: ArrayLike, columns: ArrayLike, n_queries: int, n_pool: int
) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Return listed pairs as two arrays of shape (n_pairs,).

    Raises
    ------
    ValueError
        If one of them lies outside.
    """
    found = np.asarray(rows, np.intp), np.asarray(columns, np.intp)
    sizes = (("row", n_queries), ("index", n_pool))
    for positions, (name, size) in zip(found, sizes, strict=True):
        outside = (positions < 0) | (positions >= size)
        if outside.any():
            first = positions[outside][0]
            raise ValueError(f"{name} must lie in [0, {size}), got {first}")
    return found


def merged(
    found: list[tuple[NDArray[np.int64], Floats]], k: int
) -> tuple[NDArray[np.int64], Floats]:
    """Keep the k best of what segments found; these come in the order of the pool."""
    if len(found) == 1:
        return found[0]
    indices, scores = (np.hstack(both) for both in zip(*found, strict=True))
    # nan, for "none left", goes last; equal scores keep their order
    order = np.argsort(-scores, axis=1, kind="stable")[:, :k]
    return np.take_along_axis(indices, order, axis=1), np.take_along_axis(scores, order, axis=1)
