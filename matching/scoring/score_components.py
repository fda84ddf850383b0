"""What the scores of listed candidates are made of, for any weights and any turn of words.

The rule: only listed pairs are looked at, so that the whole table of scores is never made,
and the same rows are read as by `Scorer`, so the elements add up to the scores of a run.
"""

from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn.utils.validation import check_is_fitted

from matching.matcher import Matcher
from matching.scoring.scoring import Scorer
from matching.scoring.semantic import nearness
from matching.search.ranking import Ranking
from matching.text.encoded import EncodedPool, EncodedQueries, Floats, Matrix, matrix
from matching.text.positions import runs
from matching.text.profile import Profile

Factors = Callable[[int], Floats]


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


def score_components(
    matcher: Matcher,
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
        float64 array of shape (n_features, n_draws); they multiply what a feature adds.

    Raises
    ------
    ValueError
        If `ranking` is not one of as many queries.
    NotFittedError
        If the matcher has not been fitted.
    """
    check_is_fitted(matcher)
    if len(queries) != len(ranking.indices):
        raise ValueError(
            f"ranking must have a row for each query, got {len(ranking.indices)} rows"
            f" for {len(queries)} queries"
        )
    asked = matcher.encode_queries(queries)
    for i, row in enumerate(ranking.indices):
        yield _of_query(matcher, asked.part(i, i + 1), row[row >= 0], factors)


def _of_query(
    matcher: Matcher, query: EncodedQueries, listed: NDArray[np.intp], factors: Factors
) -> ScoreComponents:
    table = factors(query.themes.nnz + query.text.nnz)
    found = ScoreComponents(*(np.empty((listed.size, table.shape[1])) for _ in range(3)))
    for segment in matcher.segments_:
        here = (listed >= segment.first) & (listed < segment.first + segment.size)
        own = _in_segment(
            query, segment.encoded, listed[here] - segment.first, segment.scorer, table
        )
        for values, some in zip(found, own, strict=True):
            values[here] = some
    return found


def _in_segment(
    query: EncodedQueries,
    pool: EncodedPool,
    listed: NDArray[np.intp],
    scorer: Scorer,
    table: Floats,
) -> ScoreComponents:
    by_theme, by_term = table[: query.themes.nnz], table[query.themes.nnz :]
    lengths = pool.starts[listed + 1] - pool.starts[listed]
    firsts = np.cumsum(lengths) - lengths
    rows = runs(pool.starts[listed], lengths)
    told = _products(query.text, pool.passages[rows], by_term)
    themes = _products(query.themes, pool.themes[listed], by_theme)
    no_text = ~(query.has_text & pool.has_text[listed])[:, None]
    no_themes = ~(query.has_themes & pool.has_themes[listed])[:, None]
    best = np.maximum.reduceat(told, firsts, axis=0)
    whole = np.add.reduceat(pool.shares[rows, None] * told, firsts, axis=0)
    if query.meaning is not None and pool.meaning is not None:
        weight = scorer.meaning_weight
        near = weight * nearness(query.meaning, pool.meaning[listed]).T
        best, whole = (1 - weight) * best + near, (1 - weight) * whole + near
    prior = scorer.missing_prior
    return ScoreComponents(
        np.where(no_text, prior, best),
        np.where(no_text, prior, whole),
        np.where(no_themes, prior, themes),
    )


def _products(query: Matrix, rows: Matrix, factors: Floats) -> Floats:
    """Multiply one query, feature by feature times its factors, with each row.

    The product of a sparse and a dense array adds up row by row, in the order of the row:
    equal rows get equal numbers, which BLAS does not promise.
    """
    at = np.searchsorted(query.indices, rows.indices)
    known = np.append(query.indices, -1)[at] == rows.indices
    ends = np.append(0, np.cumsum(known))[rows.indptr]
    weights = rows.data[known] * query.data[at[known]]
    return np.asarray(matrix(weights, at[known], ends, query.nnz) @ factors)
