"""Ways to hold hubs back that were proposed elsewhere, to see whether any of them helps.

Each takes the scores of all queries, so that the list of a query depends on the others;
the engine does not do that, and would need a good reason to.
"""

from collections.abc import Callable
from typing import Final

import numpy as np

from benchmarks.tasks import Floats

# Neighbours that tell how near something is to everything.
NEIGHBOURS: Final = 10


def less_mean(scores: Floats) -> Floats:
    """Subtract half of what a provider scores for all queries in the mean."""
    return np.asarray(scores - scores.mean(axis=0) / 2)


def csls(scores: Floats) -> Floats:
    """Subtract on both sides the mean of the ten highest scores.

    References
    ----------
    A. Conneau et al. (2018), Word translation without parallel data, ICLR, section 2.3.
    """
    return 2 * scores - _highest(scores, 1)[:, None] - _highest(scores, 0)


def inverted_softmax(scores: Floats) -> Floats:
    """Take the share that a query has among all queries of a provider.

    References
    ----------
    S. Smith et al. (2017), Offline bilingual word vectors, orthogonal transformations and
    the inverted softmax, ICLR, section 2.3; the temperature is the spread of all scores.
    """
    warm = np.exp((scores - scores.max()) / (scores.std() or 1))
    return np.asarray(warm / warm.sum(axis=0))


def mutual_proximity(scores: Floats) -> Floats:
    """Multiply the shares of either side's pairs that score less.

    References
    ----------
    D. Schnitzer et al. (2012), Local and global scaling reduce hubs in space, JMLR 13,
    section 3.2, with independence.
    """
    return _below(scores) * _below(scores.T).T


def _highest(scores: Floats, axis: int) -> Floats:
    ordered = np.sort(scores, axis=axis)
    last = np.arange(ordered.shape[axis])[-NEIGHBOURS:]
    return np.asarray(ordered.take(last, axis=axis).mean(axis=axis))


def _below(scores: Floats) -> Floats:
    """Return for each cell the share of its row that lies below it."""
    ordered = np.sort(scores, axis=1)
    ranks = [np.searchsorted(row, own) for row, own in zip(ordered, scores, strict=True)]
    return np.asarray(np.array(ranks, dtype=np.float64) / scores.shape[1])


CORRECTIONS: Final[dict[str, Callable[[Floats], Floats]]] = {
    "less_mean": less_mean,
    "csls": csls,
    "inverted_softmax": inverted_softmax,
    "mutual_proximity": mutual_proximity,
}
