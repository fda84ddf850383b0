"""How good a ranking is, against what people judged relevant: for tests, bench and insight.

Every function takes gains and scores of shape (n_queries, n_pool). Equal scores keep the
order of the pool; a nan score marks a pair that was not ranked. Figures are one for each
query, so that callers can draw a paired bootstrap; nan where a query has no gain at all.
"""

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]


def precision_at_k(gains: ArrayLike, scores: ArrayLike, k: int = 10) -> Floats:
    """Return the share of the first k places that hold something relevant.

    Parameters
    ----------
    gains : array of shape (n_queries, n_pool)
        Relevant where above 0.
    scores : array of shape (n_queries, n_pool)
    k : int >= 1, default=10

    Returns
    -------
    precision : float64 array of shape (n_queries,), in [0, 1]

    References
    ----------
    Manning, Raghavan and Schuetze (2008), Introduction to Information Retrieval, 8.4.

    Examples
    --------
    >>> precision_at_k([[1, 0, 1]], [[0.9, 0.5, 0.1]], k=2)
    array([0.5])
    """
    got, known = _in_order(gains, scores, k)
    return _where_judged((got > 0).sum(axis=1) / k, known)


def recall_at_k(gains: ArrayLike, scores: ArrayLike, k: int = 10) -> Floats:
    """Return the share of everything relevant that stands in the first k places.

    Parameters and result as in `precision_at_k`.

    Examples
    --------
    >>> recall_at_k([[1, 0, 1, 1]], [[0.9, 0.5, 0.4, 0.1]], k=3)
    array([0.66666667])
    """
    got, known = _in_order(gains, scores, k)
    relevant = (known > 0).sum(axis=1)
    return _where_judged((got > 0).sum(axis=1) / np.maximum(relevant, 1), known)


def r_precision(gains: ArrayLike, scores: ArrayLike) -> Floats:
    """Return the share of relevant ones among as many first places as there are of them.

    Parameters and result as in `precision_at_k`.

    References
    ----------
    Manning, Raghavan and Schuetze (2008), Introduction to Information Retrieval, 8.4.

    Examples
    --------
    >>> r_precision([[1, 0, 1]], [[0.9, 0.5, 0.1]])
    array([0.5])
    """
    known = np.asarray(gains, dtype=np.float64)
    got, _ = _in_order(gains, scores, max(1, known.shape[-1]))
    relevant = (known > 0).sum(axis=1)
    places = np.arange(got.shape[1]) < relevant[:, None]
    return _where_judged(((got > 0) & places).sum(axis=1) / np.maximum(relevant, 1), known)


def ndcg_at_k(gains: ArrayLike, scores: ArrayLike, k: int = 10) -> Floats:
    """Return the discounted gain of the first k places, as a share of the best possible.

    Parameters and result as in `precision_at_k`; gains count by their size.

    References
    ----------
    K. Jarvelin and J. Kekalainen (2002), Cumulated gain-based evaluation of IR
    techniques, ACM TOIS 20(4), section 2.2.

    Examples
    --------
    >>> ndcg_at_k([[0, 1]], [[0.9, 0.5]]).round(4)
    array([0.6309])
    """
    got, known = _in_order(gains, scores, k)
    best = -np.sort(-known, axis=1)[:, :k]
    ideal = (best * _discounts(best)).sum(axis=1)
    return _where_judged(
        (got * _discounts(got)).sum(axis=1) / np.where(ideal > 0, ideal, 1), known
    )


def reciprocal_rank(gains: ArrayLike, scores: ArrayLike) -> Floats:
    """Return 1 / rank of the first relevant place; 0 where none was ranked.

    Parameters and result as in `precision_at_k`.

    Examples
    --------
    >>> reciprocal_rank([[0, 1], [1, 0]], [[0.9, 0.5], [0.9, 0.5]])
    array([0.5, 1. ])
    """
    known = np.asarray(gains, dtype=np.float64)
    got, _ = _in_order(gains, scores, max(1, known.shape[1]))
    found = got > 0
    first = np.argmax(found, axis=1) if found.shape[1] else np.zeros(len(found))
    return _where_judged(np.where(found.any(axis=1), 1 / (first + 1), 0.0), known)


def mrr(gains: ArrayLike, scores: ArrayLike) -> float:
    """Return the mean reciprocal rank over the queries that have a gain; nan if none has.

    References
    ----------
    E. M. Voorhees (1999), The TREC-8 question answering track report, section 3.

    Examples
    --------
    >>> mrr([[0, 1], [1, 0]], [[0.9, 0.5], [0.9, 0.5]])
    0.75
    """
    ranks = reciprocal_rank(gains, scores)
    judged = ranks[~np.isnan(ranks)]
    return float(judged.mean()) if judged.size else float("nan")


def _in_order(gains: ArrayLike, scores: ArrayLike, k: int) -> tuple[Floats, Floats]:
    """Return the gains of the first k places, and all gains; a pair not ranked gains 0."""
    known = np.asarray(gains, dtype=np.float64)
    given = np.asarray(scores, dtype=np.float64)
    if known.ndim != 2 or known.shape != given.shape:
        raise ValueError(
            "gains and scores must have the same two dimensions,"
            f" got {known.shape} and {given.shape}"
        )
    if k < 1:
        raise ValueError(f"k must be at least 1, got {k!r}")
    order = np.argsort(-given, axis=1, kind="stable")[:, :k]
    ranked = np.where(np.isnan(given), 0.0, known)
    return np.take_along_axis(ranked, order, axis=1), known


def _discounts(gains: Floats) -> Floats:
    return 1 / np.log2(np.arange(2, gains.shape[1] + 2, dtype=np.float64))


def _where_judged(figures: Floats, known: Floats) -> Floats:
    return np.where((known > 0).any(axis=1), figures, np.nan)
