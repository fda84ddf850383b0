"""The plain search: every pair of a block scored, and the best kept."""

import numpy as np
from numpy.typing import NDArray

from matching.search.eligibility import Admission
from matching.text.encoded import Floats


def search(scores: Floats, allowed: Admission, k: int) -> tuple[NDArray[np.int64], Floats]:
    """Return the k best of the pool for each query.

    Parameters
    ----------
    scores : float64 array of shape (n_queries, n_pool)

    Returns
    -------
    indices : int64 array of shape (n_queries, k)
        Best first, equal scores in the order of the pool; -1 for "none left".
    scores : float64 array of shape (n_queries, k)
        nan for "none left".
    """
    found = np.full((len(scores), k), -1, dtype=np.int64), np.full((len(scores), k), np.nan)
    for i, admitted in enumerate(allowed.mask()):
        best = _best(scores[i], np.flatnonzero(admitted), k)
        found[0][i, : best.size] = best
        found[1][i, : best.size] = scores[i, best]
    return found


def _best(scores: Floats, candidates: NDArray[np.intp], k: int) -> NDArray[np.intp]:
    """Return the k best of the candidates; equal scores keep their order."""
    values = scores[candidates]
    if values.size > k:
        threshold = np.partition(values, values.size - k)[values.size - k]
        kept = values >= threshold
        candidates, values = candidates[kept], values[kept]
    return candidates[np.argsort(-values, kind="stable")[:k]]
