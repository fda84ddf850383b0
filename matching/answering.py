"""What a fitted pool answers: scores, ranks, explanations.

The rule: `score_pairs`, `score_parts`, `rank` and `explain` all read `Scorer.parts` or equal
it to the last digit, and the answer for a pair depends on no other query, so slices of
queries give the same numbers.
"""

import operator
from collections.abc import Collection, Iterator, Sequence
from dataclasses import replace
from typing import SupportsIndex

import numpy as np
from numpy.typing import ArrayLike

from matching.estimator import check_fitted
from matching.scoring.explaining import Explained
from matching.scoring.explanation import Explanation, Place
from matching.scoring.scoring import ScoreParts, Scorer
from matching.scoring.semantic import Encoder, embedded
from matching.scoring.unmet import unmet
from matching.search.eligibility import Attributes, Rule, admission
from matching.search.ranking import Ranking, merged, pairs_of, positions_of
from matching.search.segment import Segment, blocks
from matching.text.encoded import EncodedQueries, Floats
from matching.text.profile import Profile
from matching.text.vectorizer import ProfileVectorizer
from matching.text.written import Forms


class Answering:
    """Answers about a pool; `fit` of a class below fills in what it knows.

    Attributes
    ----------
    vectorizer_ : ProfileVectorizer
    pool_ : sequence of Profile
    segments_ : tuple of Segment
        The pool encoded: what was fitted, and what arrived since.
    """

    encoder: Encoder | None
    text_weight: float
    whole_weight: float
    vectorizer_: ProfileVectorizer
    pool_: Sequence[Profile]
    segments_: tuple[Segment, ...]
    _scorer: Scorer
    _attributes: Attributes
    _last: tuple[Sequence[Profile], ProfileVectorizer, EncodedQueries] | None = None

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
        check_fitted(self)
        scores = np.empty((len(queries), len(self.pool_)))
        for rows, columns, block in self._parts(queries):
            scores[rows, columns] = block.score
        return scores

    def score_parts(self, queries: Sequence[Profile]) -> ScoreParts:
        """Score every pair, part by part.

        Raises
        ------
        NotFittedError
            If `fit` has not been called.
        """
        check_fitted(self)
        parts = ScoreParts.unknown(len(queries), len(self.pool_))
        for rows, columns, block in self._parts(queries):
            parts.put(rows, columns, block)
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
        check_fitted(self)
        if k < 1:
            raise ValueError(f"k must be at least 1, got {k!r}")
        excluded = pairs_of(exclude, len(queries), len(self.pool_))
        ranking = Ranking(
            np.full((len(queries), k), -1, dtype=np.intp), np.full((len(queries), k), np.nan)
        )
        encoded = self.encode_queries(queries)
        pool = self._attributes.classes(rules)
        for rows in blocks(self.segments_, len(queries), len(pool.examples)):
            here = excluded[(excluded[:, 0] >= rows.start) & (excluded[:, 0] < rows.stop)]
            allowed = admission(rules, queries[rows], pool, here - (rows.start, 0))
            block = encoded.part(rows.start, rows.stop)
            found = [segment.best(block, allowed, k) for segment in self.segments_]
            ranking.indices[rows], ranking.scores[rows] = merged(found, k)
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
        return next(self.explain_pairs([query], [0], [operator.index(index)]))

    def explain_pairs(
        self,
        queries: Sequence[Profile],
        rows: ArrayLike,
        columns: ArrayLike,
        forms: Forms | None = None,
    ) -> Iterator[Explanation]:
        """Take the scores of many pairs apart, in their order.

        Some hundreds of explanations are made at a time, so that memory stays flat; an
        explanation is the same whatever pairs stand beside it.

        Parameters
        ----------
        queries : sequence of Profile, length n_queries
        rows, columns : int arrays of shape (n_pairs,)
            Positions in `queries` and in the fitted pool.
        forms : Forms, default=None
            Of one thread: share one (`forms`) between questions to read no text twice.

        Raises
        ------
        ValueError
            If a position lies outside (-1 stands for "none left").
        NotFittedError
            If `fit` has not been called.
        """
        check_fitted(self)
        pairs = positions_of(rows, columns, len(queries), len(self.pool_))
        encoded = self.encode_queries(queries)
        return self._explained.explanations(queries, encoded, *pairs, forms or self.forms())

    def forms(self) -> Forms:
        """Return what reads words as they were written, and remembers the texts."""
        check_fitted(self)
        return Forms(self.vectorizer_.vocabulary_.stems)

    def score_listed(
        self, queries: Sequence[Profile], rows: ArrayLike, columns: ArrayLike
    ) -> ScoreParts:
        """Score listed pairs, part by part: the numbers of `score_parts` for these alone.

        Parameters
        ----------
        queries : sequence of Profile, length n_queries
        rows, columns : int arrays of shape (n_pairs,)
            Positions in `queries` and in the fitted pool.

        Returns
        -------
        parts : ScoreParts
            Arrays of shape (n_pairs,).

        Raises
        ------
        ValueError
            If a position lies outside (-1 stands for "none left").
        NotFittedError
            If `fit` has not been called.
        """
        check_fitted(self)
        pairs = positions_of(rows, columns, len(queries), len(self.pool_))
        return self._explained.parts(self.encode_queries(queries), *pairs)

    def told(self, queries: Sequence[Profile]) -> Floats:
        """Tell for every pair how much of what the query asks the candidate tells.

        Returns
        -------
        told : float64 array of shape (n_queries, n_pool), in [0, 1]
            The share of the squared weights of the query's terms that stand in any passage
            of the candidate; nan where a side has no text, or they are in two languages.

        Raises
        ------
        NotFittedError
            If `fit` has not been called.
        """
        check_fitted(self)
        encoded = self.encode_queries(queries)
        return np.hstack([segment.told(encoded) for segment in self.segments_])

    def told_listed(
        self, queries: Sequence[Profile], rows: ArrayLike, columns: ArrayLike
    ) -> Floats:
        """Tell the same for listed pairs, as `score_listed` does; shape (n_pairs,)."""
        check_fitted(self)
        pairs = positions_of(rows, columns, len(queries), len(self.pool_))
        return self._explained.told(self.encode_queries(queries), *pairs)

    def unmet(
        self, queries: Sequence[Profile], forms: Forms | None = None
    ) -> list[tuple[Place, ...]]:
        """Name the points of queries of which no sentence of the pool says even a fifth.

        Of each query its points, in the order in which they stand; none where nobody in the
        pool writes in its language. `forms` as in `explain_pairs`.

        Raises
        ------
        NotFittedError
            If `fit` has not been called.
        """
        check_fitted(self)
        return unmet(queries, self.pool_, self.vectorizer_.vocabulary_, forms)

    @property
    def _explained(self) -> Explained:
        return Explained(self.vectorizer_, self._scorer, self.segments_, self.pool_)

    def encode_queries(self, queries: Sequence[Profile]) -> EncodedQueries:
        """Turn queries into the rows that every score is made of; `fit` comes first."""
        last = self._last
        if last is not None and last[0] is queries and last[1] is self.vectorizer_:
            return last[2]
        encoded = self.vectorizer_.encode_queries(queries)
        near = None if self.encoder is None else embedded(self.encoder, queries)
        encoded = replace(encoded, meaning=near)
        if isinstance(queries, tuple):
            # it cannot change, and several answers about the same queries are the rule
            self._last = queries, self.vectorizer_, encoded
        return encoded

    def _parts(self, queries: Sequence[Profile]) -> Iterator[tuple[slice, slice, ScoreParts]]:
        """Score block after block; yield the rows and columns of each."""
        encoded = self.encode_queries(queries)
        for rows in blocks(self.segments_, len(queries)):
            for segment in self.segments_:
                block = segment.parts(encoded.part(rows.start, rows.stop))
                yield rows, segment.rows, block
