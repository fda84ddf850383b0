"""The matcher without scikit-learn's base class, for programs that start often."""

import copy
from collections.abc import Sequence
from functools import cached_property
from pathlib import Path
from typing import Final, Self

from matching.answering import Answering
from matching.estimator import Estimator, check_fitted
from matching.scoring.scoring import Scorer
from matching.scoring.semantic import Encoder, with_meaning
from matching.search import storage, topk
from matching.search.eligibility import Attributes
from matching.search.pool import Chained
from matching.search.segment import in_a_row
from matching.search.topk.index import Bounds
from matching.text.encoded import EncodedPool
from matching.text.profile import Profile
from matching.text.reading import Reader
from matching.text.vectorizer import ProfileVectorizer, check_share

# One more profile, or one unknown word, for so many that were fitted: fit again.
_PROFILES: Final = 10
_WORDS: Final = 200


class PlainMatcher(Answering, Estimator):
    """Rank a pool of profiles for queries; parameters and attributes are those of `Matcher`."""

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
        topk.load(len(pool), self.compiled)
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
        check_fitted(self)
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
        check_fitted(self)
        fitted = self.segments_[0].size
        more = _PROFILES * (len(self.pool_) - fitted) >= fitted
        return more or _WORDS * self._n_unknown >= max(1, self.vectorizer_.n_words_)

    @cached_property
    def version_(self) -> str:
        """A name for what was learned: equal exactly if every number of the model is."""
        check_fitted(self)
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
        check_fitted(self)
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
