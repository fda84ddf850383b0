"""What verdicts say about the weight of texts against themes: a proposal, or silence.

People choose some of the pairs that a ranking listed and reject others. For each weight it is
counted how often a chosen pair of a query scores higher than a rejected one of the same query.
The weight that does best is proposed only if queries that had no part in finding it are served
better by it, beyond chance: else nothing is said, since an answer that chance made would make
the next ranking worse.
"""

from collections.abc import Sequence
from typing import Final, NamedTuple

import numpy as np

from matching.text.encoded import Bools, Floats

WEIGHTS: Final = np.linspace(0.0, 1.0, 41)
"""Weights of the text that are tried."""
LEAST_QUERIES: Final = 12
"""Queries with both a chosen and a rejected pair, below which nothing is said."""

_DRAWS: Final = 2_000
_SEED: Final = 20_160
_INTERVAL: Final = (2.5, 97.5)
# So that of weights that do as well the one is taken that changes least.
_CHANGE: Final = 1e-9


class Judged(NamedTuple):
    """The pairs of one query about which people have decided.

    Parameters
    ----------
    text, themes : float64 arrays of shape (n_pairs,)
        The similarity of both, in [0, 1], before they are weighed.
    chosen : bool array of shape (n_pairs,)
        Whether people chose the pair; else they rejected it.
    """

    text: Floats
    themes: Floats
    chosen: Bools


class Interval(NamedTuple):
    """A figure, and where 95 of 100 draws of the queries put it."""

    value: float
    low: float
    high: float


class WeightProposal(NamedTuple):
    """What the verdicts say about the weight of texts.

    Parameters
    ----------
    n_queries : int
        With both a chosen and a rejected pair.
    agreement : float or None
        How often a chosen pair scores higher than a rejected one under the stated weight, in
        [0, 1], as the mean over queries; .5 is chance. None without such a query.
    weight : Interval or None
        The weight that does best; None of too few queries.
    gain : Interval or None
        By how much the agreement grows for queries that had no part in finding the weight.
    speaks : bool
        Whether the gain is beyond chance, and the stated weight outside the interval of the one
        that does best; else nothing is to be proposed.
    """

    n_queries: int
    agreement: float | None
    weight: Interval | None
    gain: Interval | None
    speaks: bool


def propose_weight(
    judged: Sequence[Judged], stated: float, *, least: int = LEAST_QUERIES
) -> WeightProposal:
    """Return which weight of the text agrees best with what people decided.

    Parameters
    ----------
    judged : sequence of Judged
    stated : float in [0, 1]
        The weight that is used at present.
    least : int >= 2, default=12
        Queries with both a chosen and a rejected pair that a proposal needs.

    Raises
    ------
    ValueError
        If `stated` is no weight.

    Notes
    -----
    The share of pairs in the right order is the area under the ROC curve of each query (Hanley
    and McNeil 1982, Radiology 143). The gain is measured by leaving one query out (Stone 1974,
    Journal of the Royal Statistical Society B 36); intervals are percentiles of draws of whole
    queries with replacement (Efron and Tibshirani 1993, An Introduction to the Bootstrap, 13),
    with a fixed seed, so that the same verdicts give the same proposal.

    Examples
    --------
    >>> one = Judged(np.array([0.9, 0.1]), np.array([0.2, 0.4]), np.array([True, False]))
    >>> propose_weight([one], 0.1)
    WeightProposal(n_queries=1, agreement=0.0, weight=None, gain=None, speaks=False)
    >>> propose_weight([one] * 20, 0.1).weight.value > 0.2
    True
    """
    if not 0 <= stated <= 1:
        raise ValueError(f"stated must be in [0, 1], got {stated!r}")
    telling = [one for one in judged if one.chosen.any() and not one.chosen.all()]
    if not telling:
        return WeightProposal(0, None, None, None, speaks=False)
    tried = np.array([concordance(one, WEIGHTS) for one in telling])
    now = np.array([concordance(one, np.array([stated]))[0] for one in telling])
    n = len(telling)
    agreement = float(now.mean())
    if n < least:
        return WeightProposal(n, agreement, None, None, speaks=False)
    away = _CHANGE * np.abs(WEIGHTS - stated)
    # Each query is served by the weight that the others would have.
    without = np.argmax((tried.sum(axis=0) - tried) / n - away, axis=1)
    gains = tried[np.arange(n), without] - now
    counts = np.random.default_rng(_SEED).multinomial(n, np.full(n, 1 / n), size=_DRAWS) / n
    best = float(WEIGHTS[np.argmax(tried.mean(axis=0) - away)])
    drawn = WEIGHTS[np.argmax(counts @ tried - away, axis=1)]
    weight = Interval(best, *_ends(drawn))
    gain = Interval(float(gains.mean()), *_ends(counts @ gains))
    # Verdicts that chance made pass one of the two in one of ten cases, and hardly ever both.
    speaks = gain.low > 0 and not weight.low <= stated <= weight.high
    return WeightProposal(n, agreement, weight, gain, speaks)


def concordance(judged: Judged, weights: Floats) -> Floats:
    """Return how often a chosen pair scores higher than a rejected one, for each weight.

    Equal scores count half.

    Parameters
    ----------
    judged : Judged
        With a chosen and a rejected pair.
    weights : float64 array of shape (n_weights,)

    Returns
    -------
    shares : float64 array of shape (n_weights,), in [0, 1]

    Examples
    --------
    >>> one = Judged(np.array([0.9, 0.1]), np.array([0.2, 0.4]), np.array([True, False]))
    >>> concordance(one, np.array([0.0, 0.2, 1.0]))
    array([0. , 0.5, 1. ])
    """
    text, themes = (
        np.subtract.outer(part[judged.chosen], part[~judged.chosen]).ravel()
        for part in (judged.text, judged.themes)
    )
    ahead = np.outer(weights, text) + np.outer(1 - weights, themes)
    ahead = np.where(np.abs(ahead) < 1e-12, 0.0, ahead)
    return np.asarray((1 + np.sign(ahead)).mean(axis=1) / 2)


def mean_interval(figures: Floats) -> Interval | None:
    """Return the mean of a figure over queries, and its interval; None of none.

    Parameters
    ----------
    figures : float64 array of shape (n_queries,)
        As the functions of `matching.evaluation` give them; nan does not count.

    Examples
    --------
    >>> mean_interval(np.array([0.5, np.nan, 0.5]))
    Interval(value=0.5, low=0.5, high=0.5)
    """
    known = figures[~np.isnan(figures)]
    n = len(known)
    if not n:
        return None
    counts = np.random.default_rng(_SEED).multinomial(n, np.full(n, 1 / n), size=_DRAWS) / n
    return Interval(float(known.mean()), *_ends(counts @ known))


def _ends(draws: Floats) -> tuple[float, float]:
    low, high = np.percentile(draws, _INTERVAL)
    return float(low), float(high)
