"""What the scores of listed candidates are made of, for any weights and any turn of words.

The rule: only listed pairs are looked at, so that the whole table of scores is never made,
and the same rows are read as by `Scorer`, so the elements add up to the scores of a run.
"""

import itertools
from collections.abc import Callable, Iterator, Sequence
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from matching.answering import Answering
from matching.estimator import check_fitted
from matching.scoring.pairs import Common, Indices, Pairs, pairs_in
from matching.scoring.scoring import Scorer
from matching.search.ranking import Ranking
from matching.text.encoded import Floats, matrix
from matching.text.profile import Profile

Factors = Callable[[int], Floats]

# Values of the elements of the pairs that are looked at together: some arrays of 1 MB, which
# the second cache holds. Of 8 MB they take a seventh more time, and 130 MB.
_VALUES: Final = 1 << 17


class ScoreComponents(NamedTuple):
    """The three numbers of each listed candidate of one query, before they are weighed.

    Parameters
    ----------
    best, whole, themes : float64 arrays of shape (n_listed, n_draws)
        Product with the best passage, product with the candidate as a whole, cosine of
        the themes. The stated prior where a side told nothing. With an encoder the first
        two hold its cosine with its weight, which no factor of a word turns.
    """

    best: Floats
    whole: Floats
    themes: Floats

    def score(self, text_weight: ArrayLike, whole_weight: ArrayLike) -> Floats:
        """Weigh the elements; weights of shape () or (n_draws,).

        Returns
        -------
        scores : float64 array of shape (n_listed, n_draws)
        """
        by_text, by_whole = np.asarray(text_weight), np.asarray(whole_weight)
        text = (1 - by_whole) * self.best + by_whole * self.whole
        return np.asarray(by_text * text + (1 - by_text) * self.themes)


def as_they_are(n_features: int) -> Floats:
    """Return a factor of 1 for each feature, in one draw."""
    return np.ones((n_features, 1))


class ListedComponents(NamedTuple):
    """The elements of the listed candidates of some queries.

    Parameters
    ----------
    rows, places : int arrays of shape (n_listed,)
        The query, ascending, and the place of the candidate in its list, from 0 on.
    components : ScoreComponents
    """

    rows: Indices
    places: Indices
    components: ScoreComponents


def score_components(
    matcher: Answering,
    queries: Sequence[Profile],
    ranking: Ranking,
    factors: Factors = as_they_are,
) -> Iterator[ScoreComponents]:
    """Yield the elements of the listed candidates, query after query, in their order.

    Parameters
    ----------
    matcher : Matcher
        Fitted.
    queries : sequence of Profile, length n_queries
    ranking : Ranking
        As `matcher` gave it for these queries.
    factors : callable, default=as_they_are
        Given the number of themes and terms of a query, themes first, their factors as a
        float64 array of shape (n_features, n_draws); they multiply what a feature adds. Of
        more features the first ones have the same factors.

    Raises
    ------
    ValueError
        If `ranking` is not one of as many queries.
    NotFittedError
        If the matcher has not been fitted.
    """
    found = listed_components(matcher, queries, ranking, factors)
    row = 0
    for block in found:
        cuts = np.searchsorted(block.rows, np.arange(row, int(block.rows[-1]) + 2))
        for start, stop in itertools.pairwise(cuts.tolist()):
            yield ScoreComponents(*(values[start:stop] for values in block.components))
        row = int(block.rows[-1]) + 1
    for _ in range(row, len(queries)):
        yield ScoreComponents(*(np.empty((0, factors(0).shape[1])) for _ in range(3)))


def listed_components(
    matcher: Answering,
    queries: Sequence[Profile],
    ranking: Ranking,
    factors: Factors = as_they_are,
) -> Iterator[ListedComponents]:
    """Yield the same for some queries at a time, all candidates of a query together.

    Queries without candidates are left out. Parameters and errors are those of
    `score_components`.
    """
    check_fitted(matcher)
    if len(queries) != len(ranking.indices):
        raise ValueError(
            f"ranking must have a row for each query, got {len(ranking.indices)} rows"
            f" for {len(queries)} queries"
        )
    encoded = matcher.encode_queries(queries)
    n_themes = np.diff(encoded.themes.indptr)
    table = factors(int((n_themes + np.diff(encoded.text.indptr)).max(initial=0)))
    rows, places = np.nonzero(ranking.indices >= 0)
    columns = ranking.indices[rows, places]
    most = max(1, _VALUES // table.shape[1])
    for block, parts in pairs_in(encoded, matcher.segments_, rows, columns, most=most):
        n_pairs = block.stop - block.start
        found = ScoreComponents(*(np.empty((n_pairs, table.shape[1])) for _ in range(3)))
        for number, here, pairs in parts:
            own = _components(pairs, matcher.segments_[number].scorer, n_themes, table)
            for values, some in zip(found, own, strict=True):
                values[here] = some
        yield ListedComponents(rows[block], places[block], found)


def _components(
    pairs: Pairs, scorer: Scorer, n_themes: Indices, table: Floats
) -> ScoreComponents:
    text = _products(pairs.common_text(), n_themes[pairs.rows[pairs.owners]], table)
    themes = _products(pairs.common_themes(), np.zeros_like(pairs.rows), table)
    best = pairs.best_of(text)
    whole = pairs.pool.shares[pairs.passages, None] * text
    if pairs.firsts.size < pairs.owners.size:
        whole = np.add.reduceat(whole, pairs.firsts, axis=0)
    if (near := pairs.nearness) is not None:
        weight = scorer.meaning_weight
        best = (1 - weight) * best + weight * near[:, None]
        whole = (1 - weight) * whole + weight * near[:, None]
    prior, no_text, no_themes = (
        scorer.missing_prior,
        ~pairs.has_text[:, None],
        ~pairs.has_themes[:, None],
    )
    return ScoreComponents(
        np.where(no_text, prior, best),
        np.where(no_text, prior, whole),
        np.where(no_themes, prior, themes),
    )


def _products(common: Common, first: Indices, factors: Floats) -> Floats:
    """Multiply feature by feature times its factors; row i begins at ``first[i]`` of them.

    The product of a sparse and a dense array adds up row by row, in the order of the row:
    equal rows get equal numbers, which BLAS does not promise.
    """
    ends = np.concatenate([[0], np.cumsum(np.bincount(common.rows, minlength=common.n_rows))])
    at = first[common.rows] + common.features
    return np.asarray(matrix(common.products, at, ends, len(factors)) @ factors)
