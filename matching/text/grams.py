"""Runs of so many words within a text, as hashes: equal for equal stems in their order."""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from matching.text.reading import Ids, Offsets

Hashes = NDArray[np.uint64]
Places = NDArray[np.intp]

_FACTOR: Final = np.uint64(0x9E3779B97F4A7C15)


def grams(ids: Ids, ends: Offsets, n: int) -> tuple[Hashes, Places]:
    """Return every run of n words that lies within one text.

    Parameters
    ----------
    ids : int32 array of shape (n_tokens,)
        The stem of each counted word, in the order of the texts.
    ends : int64 array of shape (n_texts + 1,)
        Tokens ``ends[t]`` to ``ends[t + 1]`` belong to text t.
    n : int
        Words of a run.

    Returns
    -------
    hashes : uint64 array of shape (n_runs,)
    places : intp array of shape (n_runs,)
        The first word of each, ascending.
    """
    n_runs = max(ids.size - n + 1, 0)
    hashes = np.zeros(n_runs, dtype=np.uint64)
    for k in range(n if n_runs else 0):
        hashes = (hashes ^ (hashes >> np.uint64(29))) * _FACTOR
        hashes += ids[k : k + n_runs].astype(np.uint64) + np.uint64(1)
    inside = np.ones(n_runs + n, dtype=np.bool_)
    for k in range(1, n):
        inside[np.maximum(ends[1:] - k, 0)] = False
    places = np.flatnonzero(inside[:n_runs])
    return hashes[places], places
