"""The engine: fit a pool, rank it for queries, explain a pair.

The rule: `score_pairs`, `score_parts`, `rank` and `explain` all read `Scorer.parts`, and the
answer for a pair depends on no other query, so slices of queries give the same numbers.
"""

import operator
from collections.abc import Collection, Iterator, Sequence
from typing import Final, NamedTuple, Self, SupportsIndex

import numpy as np
from numpy.typing import NDArray
from sklearn.base import BaseEstimator
from sklearn.utils.validation import check_is_fitted

from matching.eligibility import Rule, eligible
from matching.encoding import EncodedPool, EncodedQueries, Floats
from matching.explanation import (
    Contribution,
    Explanation,
    Missing,
    Passages,
    by_weight,
    by_word,
    read,
    word_contributions,
)
from matching.profile import Profile
from matching.scoring import ScoreParts, Scorer, TurnedPool
from matching.vectorizer import ProfileVectorizer, check_share

# Cells of the widest dense block (float64): 32 MB, whatever the number of queries.
_BLOCK_CELLS: Final = 1 << 22


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


class Matcher(BaseEstimator):
    """Rank a pool of profiles for queries by shared words and shared themes.

    The score of a pair is
    ``text_weight * text + (1 - text_weight) * themes``, where text is
    ``(1 - whole_weight) * max(q . V) + whole_weight * q . P`` over the passages V and the
    whole P of the candidate, and themes is the cosine of idf-weighted themes (see
    `ProfileVectorizer`). Text can exceed 1, so a score is no percentage.

    Parameters
    ----------
    text_weight : float in [0, 1], default=0.6
        Share of the score that comes from the text; the rest comes from themes. A
        setting: no data at hand can tell the right one.
    whole_weight : float in [0, 1], default=0.5
        Share of the text that comes from the candidate as a whole; the rest comes from
        its best passage.
    min_df, slope, saturation, pair_weight, query_power
        As in `ProfileVectorizer`.
    missing_prior : float in [0, 1], default=0.0
        What a part counts that cannot be computed because a side states no text or no
        theme. The smallest value of an honest part is 0, so any larger prior lets a
        blank beat an honest answer; with 0 a blank never raises a score, and `coverage`
        tells it from an honest 0.

    Attributes
    ----------
    vectorizer_ : ProfileVectorizer
    pool_ : tuple of Profile
    encoded_ : EncodedPool

    Examples
    --------
    >>> pool = [Profile("a", ("Flood warnings by phone.",)), Profile("b", ("Open budgets.",))]
    >>> matcher = Matcher().fit(pool)
    >>> matcher.rank([Profile("q", ("Warn of floods early",))], k=1).indices
    array([[0]])
    """

    def __init__(
        self,
        *,
        text_weight: float = 0.6,
        whole_weight: float = 0.5,
        min_df: int | None = None,
        slope: float = 0.7,
        saturation: float = 0.5,
        pair_weight: float = 0.4,
        query_power: float = 1.0,
        missing_prior: float = 0.0,
    ) -> None:
        self.text_weight = text_weight
        self.whole_weight = whole_weight
        self.min_df = min_df
        self.slope = slope
        self.saturation = saturation
        self.pair_weight = pair_weight
        self.query_power = query_power
        self.missing_prior = missing_prior

    def fit(self, pool: Sequence[Profile], background: Sequence[Profile] = ()) -> Self:
        """Learn words and themes, and keep the pool.

        Parameters
        ----------
        pool : sequence of Profile, length n_pool >= 1
        background : sequence of Profile, default=()
            Further profiles, such as the queries, whose words count for the idf.

        Returns
        -------
        self

        Raises
        ------
        ValueError
            If a parameter is out of its range or the pool is empty.
        """
        for name in ("text_weight", "whole_weight", "missing_prior"):
            check_share(name, getattr(self, name))
        if not pool:
            raise ValueError("the pool must hold at least one profile")
        vectorizer = ProfileVectorizer(
            min_df=self.min_df,
            slope=self.slope,
            saturation=self.saturation,
            pair_weight=self.pair_weight,
            query_power=self.query_power,
        )
        self.encoded_ = vectorizer.fit_encode(pool, background=background)
        self.vectorizer_ = vectorizer
        self.pool_ = tuple(pool)
        self._turned_ = TurnedPool.of(self.encoded_)
        self._scorer_ = Scorer(self.text_weight, self.whole_weight, self.missing_prior)
        self._names_ = (tuple(vectorizer.vocabulary_.names()), tuple(vectorizer.themes_))
        return self

    def score_pairs(self, queries: Sequence[Profile]) -> Floats:
        """Score every pair.

        Returns
        -------
        scores : float64 array of shape (n_queries, n_pool)

        Raises
        ------
        NotFittedError
            If `fit` has not been called.
        """
        check_is_fitted(self)
        scores = np.empty((len(queries), len(self.pool_)))
        for rows, block in self._blocks(queries):
            scores[rows] = block.score
        return scores

    def score_parts(self, queries: Sequence[Profile]) -> ScoreParts:
        """Score every pair, part by part.

        Raises
        ------
        NotFittedError
            If `fit` has not been called.
        """
        check_is_fitted(self)
        shape = (len(queries), len(self.pool_))
        parts = ScoreParts(np.empty(shape), np.empty(shape), np.empty(shape))
        for rows, block in self._blocks(queries):
            parts.text[rows] = block.text
            parts.themes[rows] = block.themes
            parts.coverage[rows] = block.coverage
        return parts

    def rank(
        self,
        queries: Sequence[Profile],
        k: int = 10,
        rules: Sequence[Rule] = (),
        exclude: Collection[tuple[int, int]] = (),
    ) -> Ranking:
        """Return the k best of the pool for each query.

        Equal scores keep the order of the pool. The dense array of all pairs is never
        made, and the answer for a query is the same in any slice of the queries.

        Parameters
        ----------
        queries : sequence of Profile, length n_queries
        k : int >= 1, default=10
        rules : sequence of Rule, default=()
            A pair that breaks one is left out whatever its score.
        exclude : collection of (int, int), default=()
            Further pairs to leave out: position in `queries`, position in the pool.

        Returns
        -------
        ranking : Ranking
            Arrays of shape (n_queries, k).

        Raises
        ------
        ValueError
            If k is below 1 or `exclude` points outside queries or pool.
        NotFittedError
            If `fit` has not been called.
        """
        check_is_fitted(self)
        if k < 1:
            raise ValueError(f"k must be at least 1, got {k!r}")
        excluded = _excluded(exclude, len(queries), len(self.pool_))
        ranking = Ranking(
            np.full((len(queries), k), -1, dtype=np.intp), np.full((len(queries), k), np.nan)
        )
        for rows, block in self._blocks(queries):
            admitted = eligible(rules, queries[rows], self.pool_)
            here = excluded[(excluded[:, 0] >= rows.start) & (excluded[:, 0] < rows.stop)]
            admitted[here[:, 0] - rows.start, here[:, 1]] = False
            for i, scores in enumerate(block.score):
                best = _best(scores, np.flatnonzero(admitted[i]), k)
                ranking.indices[rows.start + i, : best.size] = best
                ranking.scores[rows.start + i, : best.size] = scores[best]
        return ranking

    def explain(self, query: Profile, index: SupportsIndex) -> Explanation:
        """Take the score of one query and one profile of the pool apart.

        Parameters
        ----------
        query : Profile
        index : int
            Position of the profile in the fitted pool.

        Raises
        ------
        ValueError
            If `index` is no position in the pool (-1 stands for "none left").
        NotFittedError
            If `fit` has not been called.
        """
        check_is_fitted(self)
        position = operator.index(index)
        if not 0 <= position < len(self.pool_):
            raise ValueError(f"index must lie in [0, {len(self.pool_)}), got {position}")
        candidate = self.pool_[position]
        asked, offered = self.vectorizer_.encode_queries([query]), self.encoded_.only(position)
        parts = self._scorer_.parts(asked, offered, TurnedPool.of(offered))
        missing = self._scorer_.missing(asked, offered)
        shares = self._scorer_.word_shares(asked, offered)
        words = by_word((self._names_[0][column], share) for column, share in shares)
        left, right = read(query), read(candidate)
        best = offered.positions[self._scorer_.best_passage(asked, offered)]
        return Explanation(
            score=float(parts.score[0, 0]),
            text_part=float(parts.text[0, 0]),
            theme_part=float(parts.themes[0, 0]),
            contributions=by_weight(
                [
                    *word_contributions(words, left, right),
                    *self._contributions(asked, offered, missing),
                ]
            ),
            passages=Passages(
                left.passage(left.heaviest(words), words), right.passage(int(best), words)
            ),
            missing=missing,
            coverage=float(parts.coverage[0, 0]),
        )

    def _blocks(self, queries: Sequence[Profile]) -> Iterator[tuple[slice, ScoreParts]]:
        encoded = self.vectorizer_.encode_queries(queries)
        size = max(1, _BLOCK_CELLS // self.encoded_.passages.shape[0])
        for start in range(0, len(queries), size):
            rows = slice(start, min(start + size, len(queries)))
            block = encoded.part(rows.start, rows.stop)
            yield rows, self._scorer_.parts(block, self.encoded_, self._turned_)

    def _contributions(
        self, query: EncodedQueries, candidate: EncodedPool, missing: tuple[Missing, ...]
    ) -> Iterator[Contribution]:
        """Yield the shares of themes and of missing parts; words need their written forms."""
        for column, share in self._scorer_.theme_shares(query, candidate):
            yield Contribution("theme", self._names_[1][column], share)
        for part in sorted({m.part for m in missing}):
            share = self._scorer_.weights[part] * self._scorer_.missing_prior
            yield Contribution("missing", part, share)


def _excluded(
    pairs: Collection[tuple[int, int]], n_queries: int, n_pool: int
) -> NDArray[np.intp]:
    excluded = np.array(sorted(pairs), dtype=np.intp).reshape(-1, 2)
    outside = (excluded < 0) | (excluded >= (n_queries, n_pool))
    if outside.any():
        raise ValueError(
            f"exclude must hold positions below ({n_queries}, {n_pool}), got"
            f" {tuple(excluded[outside.any(axis=1)][0].tolist())}"
        )
    return excluded


def _best(scores: Floats, candidates: NDArray[np.intp], k: int) -> NDArray[np.intp]:
    """Return the k best of the candidates; equal scores keep their order."""
    values = scores[candidates]
    if values.size > k:
        threshold = np.partition(values, values.size - k)[values.size - k]
        kept = values >= threshold
        candidates, values = candidates[kept], values[kept]
    return candidates[np.argsort(-values, kind="stable")[:k]]
