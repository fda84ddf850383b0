"""How sure an order is: how often a place is kept while weights and words turn a little."""

from collections.abc import Callable, Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from matching.answering import Answering
from matching.scoring.score_components import ListedComponents, listed_components
from matching.search.ranking import Ranking
from matching.text.encoded import Floats
from matching.text.profile import Profile
from matching.text.vectorizer import check_share

# Apart, so that more words draw the same weights.
_WEIGHTS, _FACTORS = 0, 1

# Up to so many places comparing each two is quicker than sorting.
_FEW: Final = 48


def rank_stability(
    matcher: Answering,
    queries: Sequence[Profile],
    ranking: Ranking,
    *,
    draws: int = 100,
    seed: int = 0,
    shift: float = 0.05,
    spread: float = 0.1,
    beside: Callable[[ListedComponents], None] | None = None,
) -> Floats:
    """Return for each place of a ranking the share of draws in which it is kept.

    In each draw `text_weight` and `whole_weight` move by up to `shift` either way, not out
    of [0, 1], and what each term and each theme of the query adds to a score is multiplied
    by a log-normal factor exp(spread * z), z standard normal; lengths stay. A candidate
    keeps its place if as many stand before it as in the ranking; equal scores keep their
    order. All queries get the same draws, each for its own words, so the answer for a query
    depends on no other.

    Only candidates of `ranking` can overtake: rank some ten places more than are shown (on
    1,000 abstracts of a pool of 1,400 that moves no share by more than .05).

    Parameters
    ----------
    matcher : Matcher
        Fitted.
    queries : sequence of Profile, length n_queries
    ranking : Ranking
        As `matcher` gave it for these queries, runners-up included.
    draws : int >= 1, default=100
        A share of 100 draws is known to .1 at worst (95 %).
    seed : int >= 0, default=0
    shift : float in [0, 1], default=0.05
    spread : float in [0, 1], default=0.1
    beside : callable, default=None
        Given the components of some queries at a time, the first draw of which is as it is,
        so that who asks more of them need not make them again.

    Returns
    -------
    stability : float64 array like ``ranking.indices``, in [0, 1]
        nan for "none left".

    Raises
    ------
    ValueError
        If a parameter is out of its range or `ranking` is not one of as many queries.
    NotFittedError
        If the matcher has not been fitted.

    References
    ----------
    A. Saltelli et al. (2008), Global Sensitivity Analysis: The Primer, ch. 1: all inputs
    at once, by Monte Carlo, where one at a time would miss what they do together.

    Examples
    --------
    >>> from matching import Matcher, Profile
    >>> pool = [Profile("a", ("Flood warnings by phone.",)), Profile("b", ("Open budgets.",))]
    >>> matcher, queries = Matcher().fit(pool), [Profile("q", ("Warn of floods early",))]
    >>> rank_stability(matcher, queries, matcher.rank(queries, k=3))
    array([[ 1.,  1., nan]])
    """
    if draws < 1:
        raise ValueError(f"draws must be at least 1, got {draws!r}")
    check_share("shift", shift)
    check_share("spread", spread)
    by_text, by_whole = _weights(matcher, draws, seed, shift)

    def factors(n_features: int) -> Floats:
        normal = np.random.default_rng([seed, _FACTORS]).standard_normal((n_features, draws))
        return np.hstack([np.ones((n_features, 1)), np.exp(spread * normal)])

    stability = np.full(ranking.indices.shape, np.nan)
    for rows, places, listed in listed_components(matcher, queries, ranking, factors):
        if beside is not None:
            beside(ListedComponents(rows, places, listed))
        scores = listed.score(by_text, by_whole)
        # from the scores of the run on: nothing moves where no weight and no word does
        drawn = ranking.scores[rows, places, None] + (scores[:, 1:] - scores[:, :1])
        n_listed = np.bincount(rows)[rows]
        for n in np.unique(n_listed).tolist():
            same = n_listed == n
            found = _in_place(drawn[same].reshape(-1, n, draws)).mean(axis=2)
            stability[rows[same], places[same]] = found.ravel()
    return stability


def _in_place(scores: Floats) -> NDArray[np.bool_]:
    """Tell who has as many before it as in the list; arrays (n_queries, n_listed, n_draws)."""
    n = scores.shape[1]
    places = np.arange(n)[:, None]
    if n > _FEW:
        return np.asarray(np.argsort(-scores, axis=1, kind="stable") == places)
    by_place = np.ascontiguousarray(scores.transpose(1, 0, 2))
    before = np.zeros(by_place.shape, dtype=np.int8)
    for place in range(1, n):
        # equal scores keep their order
        leads = by_place[:place] >= by_place[place]
        before[place] += leads.sum(axis=0, dtype=np.int8)
        before[:place] += ~leads
    return np.asarray(before.transpose(1, 0, 2) == places)


def _weights(matcher: Answering, draws: int, seed: int, shift: float) -> tuple[Floats, Floats]:
    """Draw both weights; those of the matcher come first."""
    moves = np.random.default_rng([seed, _WEIGHTS]).uniform(-shift, shift, (draws, 2))
    stated = np.array([matcher.text_weight, matcher.whole_weight])
    drawn = np.clip(np.vstack([stated, stated + moves]), 0, 1)
    return drawn[:, 0], drawn[:, 1]
