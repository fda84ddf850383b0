"""The engine: fit a pool, rank it for queries, explain a pair.

The rule: `score_pairs`, `score_parts`, `rank` and `explain` all read `Scorer.parts` or equal
it to the last digit, and the answer for a pair depends on no other query, so slices of
queries give the same numbers.
"""

import copy
import operator
from collections.abc import Collection, Iterator, Sequence
from dataclasses import replace
from functools import cached_property
from pathlib import Path
from typing import Final, Self, SupportsIndex

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn.base import BaseEstimator
from sklearn.utils.validation import check_is_fitted

from matching.scoring.explaining import Explained
from matching.scoring.explanation import Explanation
from matching.scoring.scoring import ScoreParts, Scorer
from matching.scoring.semantic import Encoder, embedded, with_meaning
from matching.search import storage
from matching.search.eligibility import Attributes, Rule, admission
from matching.search.pool import Chained
from matching.search.ranking import Ranking, merged, pairs_of
from matching.search.segment import blocks, in_a_row
from matching.search.topk.index import Bounds
from matching.text.encoded import EncodedPool, EncodedQueries, Floats
from matching.text.profile import Profile
from matching.text.reading import Reader
from matching.text.vectorizer import ProfileVectorizer, check_share

# One more profile, or one unknown word, for so many that were fitted: fit again.
_PROFILES: Final = 10
_WORDS: Final = 200


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
    compiled : bool, default=None
        Whether `rank` uses the compiled search; None: where it is installed and pays. The
        answers are the same.
    reader : Reader, default=None
        What reads the texts; share one to read no text twice. None: one of its own.
    encoder : Encoder, default=None
        With a sentence encoder text is ``(1 - meaning_weight) * text + meaning_weight *
        nearness`` (see there), and ranking is never compiled. None: words alone.
    meaning_weight : float in [0, 1], default=0.3
        Share of the encoder in the text part.

    Attributes
    ----------
    vectorizer_ : ProfileVectorizer
    pool_ : sequence of Profile
    segments_ : tuple of Segment
        The pool encoded: what was fitted, and what arrived since.

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
        compiled: bool | None = None,
        reader: Reader | None = None,
        encoder: Encoder | None = None,
        meaning_weight: float = 0.3,
    ) -> None:
        self.text_weight = text_weight
        self.whole_weight = whole_weight
        self.min_df = min_df
        self.slope = slope
        self.saturation = saturation
        self.pair_weight = pair_weight
        self.query_power = query_power
        self.missing_prior = missing_prior
        self.compiled = compiled
        self.reader = reader
        self.encoder = encoder
        self.meaning_weight = meaning_weight

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
        for name in ("text_weight", "whole_weight", "missing_prior", "meaning_weight"):
            check_share(name, getattr(self, name))
        if not pool:
            raise ValueError("the pool must hold at least one profile")
        vectorizer = ProfileVectorizer(
            min_df=self.min_df,
            slope=self.slope,
            saturation=self.saturation,
            pair_weight=self.pair_weight,
            query_power=self.query_power,
            # fitting again reads only what is new
            reader=self.reader or getattr(self, "_reader", None) or Reader(),
        )
        encoded = vectorizer.fit_encode(pool, background=background)
        encoded = with_meaning(self.encoder, encoded, pool)
        self._take(vectorizer, tuple(pool), ((encoded, None),), Attributes.of_profiles(pool), 0)
        return self

    def extend(self, profiles: Sequence[Profile]) -> Self:
        """Append profiles to the pool without learning the weights anew.

        What is known keeps its weight, unknown words and themes get the largest. Positions
        and texts of the pool stay as they are; `needs_refit_` tells when to fit again.

        Parameters
        ----------
        profiles : sequence of Profile

        Returns
        -------
        self

        Raises
        ------
        NotFittedError
            If `fit` has not been called.
        """
        check_is_fitted(self)
        if profiles:
            fitted = self.segments_[0]
            # a copy, so that a copy of this matcher is not disturbed
            vectorizer = copy.copy(self.vectorizer_)
            n_unknown = self._n_unknown + vectorizer.extend(profiles)
            arrived = (*self.pool_[fitted.size :], *profiles)
            tail = vectorizer.encode_pool(arrived)
            before = [segment.encoded.meaning for segment in self.segments_[1:]]
            tail = with_meaning(self.encoder, tail, profiles, *before)
            pool = Chained((self.pool_[: fitted.size], arrived))
            parts = ((fitted.encoded, fitted.bounds_in_use), (tail, None))
            stated = self._attributes.followed_by(Attributes.of_profiles(profiles))
            self._take(vectorizer, pool, parts, stated, n_unknown)
        return self

    @property
    def needs_refit_(self) -> bool:
        """Whether so much arrived that the weights are no longer those of this pool.

        True from a tenth more profiles, or from 0.5 % more words that were unknown.
        """
        check_is_fitted(self)
        fitted = self.segments_[0].size
        more = _PROFILES * (len(self.pool_) - fitted) >= fitted
        return more or _WORDS * self._n_unknown >= max(1, self.vectorizer_.n_words_)

    @cached_property
    def version_(self) -> str:
        """A name for what was learned: equal exactly if every number of the model is."""
        check_is_fitted(self)
        encoded = [segment.encoded for segment in self.segments_]
        return storage.digest(self.get_params(), self.vectorizer_, encoded)

    def save(self, folder: str | Path) -> None:
        """Write the matcher and its pool into a folder, whole or not at all.

        A model that stands there is replaced. The files are arrays and JSON: nothing in
        them is ever executed.

        Raises
        ------
        NotFittedError
            If `fit` has not been called.
        OSError
            If the folder cannot be written; what stands there is as it was.
        """
        check_is_fitted(self)
        saved = storage.Saved(
            parameters=self.get_params(),
            version=self.version_,
            n_unknown=self._n_unknown,
            vectorizer=self.vectorizer_,
            pool=self.pool_,
            attributes=self._attributes,
            parts=tuple((segment.encoded, segment.bounds_in_use) for segment in self.segments_),
        )
        storage.save(saved, Path(folder))

    @classmethod
    def load(
        cls, folder: str | Path, *, mmap: bool = True, encoder: Encoder | None = None
    ) -> Self:
        """Read what `save` wrote.

        Parameters
        ----------
        folder : str or Path
        mmap : bool, default=True
            Leave the arrays on disk and read what is asked for: the start takes no time,
            and processes share the memory. The folder must then stay as it is.
        encoder : Encoder, default=None
            Of the name of the one it was fitted with; None if it was fitted without.

        Raises
        ------
        MatchingError
            If there is none, it is damaged, or other versions or another encoder made it.
        """
        saved = storage.load(Path(folder), mmap=mmap, encoder=encoder)
        matcher = cls(**saved.parameters)
        known = (saved.parts, saved.attributes, saved.n_unknown)
        matcher._take(saved.vectorizer, saved.pool, *known)
        matcher.version_ = saved.version
        return matcher

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
        check_is_fitted(self)
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
        check_is_fitted(self)
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
            asked = encoded.part(rows.start, rows.stop)
            found = [segment.best(asked, allowed, k) for segment in self.segments_]
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
        position = operator.index(index)
        return next(self.explain_pairs([query], [0], [position]))

    def explain_pairs(
        self, queries: Sequence[Profile], rows: ArrayLike, columns: ArrayLike
    ) -> Iterator[Explanation]:
        """Take the scores of many pairs apart, in their order.

        Some hundreds of explanations are made at a time, so that memory stays flat; an
        explanation is the same whatever pairs stand beside it.

        Parameters
        ----------
        queries : sequence of Profile, length n_queries
        rows, columns : int arrays of shape (n_pairs,)
            Positions in `queries` and in the fitted pool.

        Raises
        ------
        ValueError
            If a position lies outside (-1 stands for "none left").
        NotFittedError
            If `fit` has not been called.
        """
        of_queries, of_pool = self._positions(len(queries), rows, columns)
        encoded = self.encode_queries(queries)
        return self._explained.explanations(queries, encoded, of_queries, of_pool)

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
        of_queries, of_pool = self._positions(len(queries), rows, columns)
        return self._explained.parts(self.encode_queries(queries), of_queries, of_pool)

    def _positions(
        self, n_queries: int, rows: ArrayLike, columns: ArrayLike
    ) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
        """Check positions of queries and of the pool."""
        check_is_fitted(self)
        of_queries, of_pool = np.asarray(rows, np.intp), np.asarray(columns, np.intp)
        for name, positions, size in (
            ("row", of_queries, n_queries),
            ("index", of_pool, len(self.pool_)),
        ):
            outside = (positions < 0) | (positions >= size)
            if outside.any():
                first = positions[outside][0]
                raise ValueError(f"{name} must lie in [0, {size}), got {first}")
        return of_queries, of_pool

    @property
    def _explained(self) -> Explained:
        return Explained(self.vectorizer_, self._scorer, self.segments_, self.pool_)

    def encode_queries(self, queries: Sequence[Profile]) -> EncodedQueries:
        """Turn queries into the rows that every score is made of; `fit` comes first."""
        encoded = self.vectorizer_.encode_queries(queries)
        near = None if self.encoder is None else embedded(self.encoder, queries)
        return replace(encoded, meaning=near)

    def _take(
        self,
        vectorizer: ProfileVectorizer,
        pool: Sequence[Profile],
        parts: Sequence[tuple[EncodedPool, Bounds | None]],
        attributes: Attributes,
        n_unknown: int,
    ) -> None:
        """Make what was learned the model."""
        self.vectorizer_ = vectorizer
        self.pool_ = pool
        self._reader = vectorizer.reader_
        meaning = 0.0 if self.encoder is None else self.meaning_weight
        self._scorer = Scorer(self.text_weight, self.whole_weight, self.missing_prior, meaning)
        self.segments_ = in_a_row(parts, self._scorer, self.compiled)
        self._n_unknown = n_unknown
        self._attributes = attributes
        self.__dict__.pop("version_", None)

    def _parts(self, queries: Sequence[Profile]) -> Iterator[tuple[slice, slice, ScoreParts]]:
        """Score block after block; yield the rows and columns of each."""
        encoded = self.encode_queries(queries)
        for rows in blocks(self.segments_, len(queries)):
            for segment in self.segments_:
                block = segment.parts(encoded.part(rows.start, rows.stop))
                yield rows, segment.rows, block
