"""Hubs: profiles that stand among the best of more queries than chance explains.

Being one is a fact to show beside a suggestion, no reason to turn a weight.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from matching.arguments import mask_of
from matching.search.ranking import Ranking
from matching.text.encoded import Floats
from matching.text.vectorizer import check_share


@dataclass(frozen=True, slots=True)
class Hub:
    """How often one of the pool stands among the best, and how often chance would have it.

    Parameters
    ----------
    index : int
        Position in the fitted pool.
    places : int
        Queries among whose best it stands.
    eligible : int
        Queries that it may be matched with.
    expected : float
        Mean of `places` by chance.
    chance : float in [0, 1]
        At most how likely it is that chance gives anybody in the pool so many places: the
        bound for one, times the size of the pool.
    """

    index: int
    places: int
    eligible: int
    expected: float
    chance: float


def hubs(
    ranking: Ranking,
    n_pool: int,
    *,
    eligible: ArrayLike | None = None,
    top: int = 3,
    level: float = 0.05,
) -> tuple[Hub, ...]:
    """Find those of the pool that stand among the best of more queries than chance explains.

    By chance means: each query draws its `top` best from those eligible for it, all sets
    equally likely, and no query knows of another. One of the pool then stands among the
    best of query i with probability ``min(top, n_i) / n_i``, n_i the number eligible for
    it, and its places are a sum of independent trials. Trials that cannot fail (n_i <= top)
    tell nothing and are left out of the bound. Of the rest, n trials of mean probability p
    and c of them met, Hoeffding's inequality for such sums says P(at least c) <=
    P(Binomial(n, p) >= c) wherever c >= n p + 1; below that the bound is 1. Where all
    queries have equally many eligible, the bound is the exact probability. A place with a
    score of 0 is no place: there the position in the pool decides.

    Parameters
    ----------
    ranking : Ranking
        Of at least `top` places, with the same pairs eligible.
    n_pool : int >= 1
    eligible : bool array of shape (n_queries, n_pool), default=None
        None: every pair is eligible.
    top : int >= 1, default=3
    level : float in [0, 1], default=0.05
        Those with a larger `chance` are left out; 1 tells all of the pool.

    Returns
    -------
    hubs : tuple of Hub
        The least explained by chance first, then in the order of the pool.

    Raises
    ------
    ValueError
        If a parameter is out of its range, or the ranking has fewer than `top` places or
        does not list the eligible pairs.

    References
    ----------
    W. Hoeffding (1956), On the distribution of the number of successes in independent
    trials, Ann. Math. Statist. 27(3), theorem 4. M. Radovanovic, A. Nanopoulos and
    M. Ivanovic (2010), Hubs in space, JMLR 11: counting the lists that one stands in.

    Examples
    --------
    >>> indices = np.array([[0, 1]] * 4 + [[0, 2]] * 4)
    >>> hubs(Ranking(indices, 1 / (1 + indices)), 8, top=1)
    (Hub(index=0, places=8, eligible=8, expected=1.0, chance=4.76837158203125e-07),)
    """
    check_share("level", level)
    admitted = _admitted(ranking, n_pool, eligible, top)
    best = ranking.indices[:, :top]
    met = np.zeros(admitted.shape, dtype=np.bool_)
    met[np.nonzero(best >= 0)[0], best[best >= 0]] = True
    n_eligible = admitted.sum(axis=1)
    full = met.sum(axis=1) == np.minimum(top, n_eligible)
    if not full.all() or (met & ~admitted).any():
        raise ValueError("the ranking does not list the eligible pairs")
    # who shares nothing with a query stands in its list by its position alone
    nothing = (best >= 0) & ~(ranking.scores[:, :top] > 0)
    met[np.nonzero(nothing)[0], best[nothing]] = False
    probability = np.minimum(top, n_eligible) / np.maximum(n_eligible, 1)
    open_to = n_eligible > top
    chance = np.minimum(
        1, n_pool * _at_least(met[open_to], admitted[open_to], probability[open_to])
    )
    expected = probability @ admitted
    return tuple(
        Hub(
            j,
            int(met[:, j].sum()),
            int(admitted[:, j].sum()),
            float(expected[j]),
            float(chance[j]),
        )
        for j in np.argsort(chance, kind="stable").tolist()
        if chance[j] <= level
    )


def _admitted(
    ranking: Ranking, n_pool: int, eligible: ArrayLike | None, top: int
) -> NDArray[np.bool_]:
    n_queries, k = ranking.indices.shape
    if not 1 <= top <= k:
        raise ValueError(f"top must lie in [1, {k}], the places of the ranking, got {top!r}")
    if eligible is None:
        return np.ones((n_queries, n_pool), dtype=np.bool_)
    return mask_of(eligible, (n_queries, n_pool), "eligible")


def _at_least(
    met: NDArray[np.bool_], admitted: NDArray[np.bool_], probability: Floats
) -> Floats:
    """Bound for each of the pool the probability of as many places as it has."""
    trials, places = admitted.sum(axis=0), met.sum(axis=0)
    mean = probability @ admitted
    bounds, bounded = np.ones(trials.size), places >= mean + 1
    if bounded.any():
        from scipy import special  # noqa: PLC0415 -- the rest of scipy's statistics load slowly

        n, least, share = trials[bounded], places[bounded], (mean / np.maximum(trials, 1))
        # P(Binomial(n, p) >= c) is the regularised incomplete beta function I_p(c, n - c + 1)
        bounds[bounded] = special.betainc(least, n - least + 1, share[bounded])
    return bounds
