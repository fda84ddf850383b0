"""From profiles to numbers: one encoding for queries and one for the pool.

The rule: every later number (rank, explanation, assignment) is a sum of products of the
columns made here, so that each word and each theme has a share of the score.
"""

import math
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Self

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from sklearn.base import BaseEstimator
from sklearn.utils.validation import check_is_fitted

from matching.language import Bag, as_bag, bag, language_of
from matching.profile import Profile

Matrix = sparse.csr_array[np.float64]
Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]

# Below so many distinct texts a word that stands in one profile may be the telling one.
_FEW_TEXTS: Final = 30

# Cosines between which two passages of one profile turn from different stories to one.
_APART: Final = 0.2
_SAME: Final = 0.5

# Pairs of passages that are compared at once: keeps the memory of large pools flat.
_PAIRS_AT_ONCE: Final = 1 << 14


@dataclass(frozen=True, slots=True, eq=False)
class EncodedQueries:
    """Queries as unit rows.

    Parameters
    ----------
    text : csr_array of shape (n_queries, n_terms), float64
        All passages of a query joined.
    themes : csr_array of shape (n_queries, n_themes), float64
    has_text, has_themes : bool arrays of shape (n_queries,)
        False: nothing was said, so the part cannot be computed.
    """

    text: Matrix
    themes: Matrix
    has_text: Bools
    has_themes: Bools

    def part(self, start: int, stop: int) -> "EncodedQueries":
        """Return the queries from `start` up to `stop`."""
        rows = slice(start, stop)
        return EncodedQueries(
            self.text[rows], self.themes[rows], self.has_text[rows], self.has_themes[rows]
        )


@dataclass(frozen=True, slots=True, eq=False)
class EncodedPool:
    """The pool as rows of passages and as rows of whole profiles.

    Parameters
    ----------
    passages : csr_array of shape (n_passages, n_terms), float64
        Distinct passages of all profiles, profile after profile; one empty row for a
        profile without any.
    starts : int array of shape (n_pool + 1,)
        Rows ``starts[i]`` to ``starts[i + 1]`` of `passages` belong to profile i.
    positions : int array of shape (n_passages,)
        Place of the passage in ``Profile.texts``; -1 for an empty row.
    whole : csr_array of shape (n_pool, n_terms), float64
    themes : csr_array of shape (n_pool, n_themes), float64
    has_text, has_themes : bool arrays of shape (n_pool,)
    """

    passages: Matrix
    starts: NDArray[np.intp]
    positions: NDArray[np.intp]
    whole: Matrix
    themes: Matrix
    has_text: Bools
    has_themes: Bools

    def only(self, index: int) -> "EncodedPool":
        """Return the pool that holds profile `index` alone."""
        first, last = int(self.starts[index]), int(self.starts[index + 1])
        row = slice(index, index + 1)
        return EncodedPool(
            self.passages[first:last],
            np.array([0, last - first], dtype=np.intp),
            self.positions[first:last],
            self.whole[row],
            self.themes[row],
            self.has_text[row],
            self.has_themes[row],
        )


class ProfileVectorizer(BaseEstimator):
    """Learn the words and themes of pool and background, and encode profiles.

    A word that occurs tf times in a text weighs
    ``x = (1 + ln tf) * (1 + ln((1 + N) / (1 + df)))``, where N and df count the profiles of
    pool and background that tell different texts: saying a thing twice makes it no more
    frequent. Two neighbouring words are a term too, of weight `pair_weight` times that
    formula. A query is ``q = x / |x|`` over its passages joined, with the second factor of
    x to the power `query_power`. A passage of the pool has pivoted length,
    ``V = x / ((1 - slope) m + slope |x|)`` with m the mean of |x| over the pool's distinct
    texts, and a profile as a whole is ``P = S / (1 - saturation + saturation |S|)`` with
    ``S = sum(V / n)`` over its distinct passages, n the number of passages that tell the
    same story: 1 for itself, for others their cosine, 0 up to .2, 1 from .5, a straight
    line between. Telling more helps, up to a ceiling; telling the same in other words does
    not. Themes are unit rows of idf.

    Parameters
    ----------
    min_df : int >= 1, default=None
        Terms of fewer profiles are left out; None: 2, or 1 below 30 distinct texts.
    slope : float in [0, 1], default=0.7
        How much a passage pays for its length; 1 is the cosine.
    saturation : float in [0, 1], default=0.5
        How much a profile pays for how much it tells; 1 is the cosine.
    pair_weight : float in [0, 1], default=0.4
        Weight of two neighbouring words as a term of their own; 0 leaves pairs out.
    query_power : float in [0, 1], default=1.0
        Below 1 rare terms of a query weigh less: for topics on which many are right.

    Attributes
    ----------
    vocabulary_ : dict of str to int
        Column of each stem, and of each pair with a space between, in alphabetical order.
    idf_ : float64 array of shape (n_terms,)
        Weight of each term; that of a pair includes `pair_weight`.
    mean_length_ : float
        The pivot m; 1 for a pool without a known word.
    themes_ : dict of str to int
        Column of each theme, in alphabetical order.
    theme_idf_ : float64 array of shape (n_themes,)
    unknown_theme_idf_ : float
        Weight of a theme that nobody stated before: the largest of all.

    References
    ----------
    A. Singhal, C. Buckley and M. Mitra (1996), Pivoted document length normalization,
    SIGIR, section 3. C. D. Manning, P. Raghavan and H. Schuetze (2008), Introduction to
    Information Retrieval, ch. 6: term weighting and the vector space model. D. Metzler and
    W. B. Croft (2005), A Markov random field model for term dependencies, SIGIR: pairs.
    S. and J. G. Henikoff (1994), Position-based sequence weights, J. Mol. Biol.: voices.
    """

    def __init__(
        self,
        *,
        min_df: int | None = None,
        slope: float = 0.7,
        saturation: float = 0.5,
        pair_weight: float = 0.4,
        query_power: float = 1.0,
    ) -> None:
        self.min_df = min_df
        self.slope = slope
        self.saturation = saturation
        self.pair_weight = pair_weight
        self.query_power = query_power

    def fit(
        self, pool: Sequence[Profile], y: None = None, *, background: Sequence[Profile] = ()
    ) -> Self:
        """Learn vocabulary, idf and the mean length.

        Parameters
        ----------
        pool : sequence of Profile
        y : ignored
        background : sequence of Profile, default=()
            Further profiles whose words and themes count for the idf.

        Returns
        -------
        self

        Raises
        ------
        ValueError
            If a parameter is out of its range.
        """
        self._check_parameters()
        own = {b for p in pool for b in _bags(p) if b.stems}
        told = {frozenset(b for b in _bags(p) if b.stems) for p in (*pool, *background)}
        self._learn_words(told - {frozenset()})
        # fsum does not depend on the order of a set; a pool that tells nothing has no mean
        self.mean_length_ = math.fsum(_norms(self._rows(own))) / max(1, len(own)) or 1.0
        self._learn_themes({(p.id, p.themes) for p in (*pool, *background) if p.themes})
        return self

    def encode_queries(self, queries: Sequence[Profile]) -> EncodedQueries:
        """Encode profiles as queries.

        Raises
        ------
        NotFittedError
            If `fit` has not been called.
        """
        check_is_fitted(self)
        joined = [_join(_bags(p)) for p in queries]
        rows = self._rows(joined)
        rows.data *= self.idf_[rows.indices] ** (self.query_power - 1)
        return EncodedQueries(
            _scaled(rows, _norms(rows)),
            self._theme_rows(queries),
            np.array([bool(b.stems) for b in joined], dtype=np.bool_),
            _state_themes(queries),
        )

    def encode_pool(self, pool: Sequence[Profile]) -> EncodedPool:
        """Encode profiles as a pool.

        Raises
        ------
        NotFittedError
            If `fit` has not been called.
        """
        check_is_fitted(self)
        told = [_distinct(_bags(p)) for p in pool]
        starts = np.cumsum([0, *(len(passages) for passages in told)]).astype(np.intp)
        rows = self._rows(b for passages in told for b in passages)
        lengths = _norms(rows)
        pivot = (1 - self.slope) * self.mean_length_
        passages = _scaled(rows, pivot + self.slope * lengths)
        voices = 1 / _retold(_scaled(rows, lengths), starts)
        return EncodedPool(
            passages=passages,
            starts=starts,
            positions=np.array([i for p in told for i in p.values()], dtype=np.intp),
            whole=self._wholes(passages, starts, voices),
            themes=self._theme_rows(pool),
            has_text=np.array([any(b.stems for b in p) for p in told], dtype=np.bool_),
            has_themes=_state_themes(pool),
        )

    def _check_parameters(self) -> None:
        if self.min_df is not None and self.min_df < 1:
            raise ValueError(f"min_df must be at least 1, got {self.min_df!r}")
        for name in ("slope", "saturation", "pair_weight", "query_power"):
            check_share(name, getattr(self, name))

    def _learn_words(self, told: set[frozenset[Bag]]) -> None:
        df: dict[str, int] = {}
        for texts in told:
            for term in {term for text in texts for term, _ in self._terms(text)}:
                df[term] = df.get(term, 0) + 1
        n_texts = len(frozenset[Bag]().union(*told))
        least = self.min_df or (1 if n_texts < _FEW_TEXTS else 2)
        terms = sorted(term for term, count in df.items() if count >= least)
        self.vocabulary_ = {term: column for column, term in enumerate(terms)}
        idf = [_idf(len(told), df[t]) * (self.pair_weight if " " in t else 1) for t in terms]
        self.idf_ = np.array(idf, dtype=np.float64)

    def _terms(self, text: Bag) -> Iterator[tuple[str, int]]:
        """Yield each term of a text and how often it occurs."""
        yield from zip(text.stems, text.counts, strict=True)
        if self.pair_weight > 0:
            yield from zip(text.pairs, text.pair_counts, strict=True)

    def _learn_themes(self, stated: set[tuple[str, frozenset[str]]]) -> None:
        df: dict[str, int] = {}
        for _, themes in stated:
            for theme in themes:
                df[theme] = df.get(theme, 0) + 1
        names = sorted(df)
        self.themes_ = {theme: column for column, theme in enumerate(names)}
        self.theme_idf_ = np.array([_idf(len(stated), df[t]) for t in names], dtype=np.float64)
        self.unknown_theme_idf_ = _idf(len(stated), 0)

    def _rows(self, bags: Iterable[Bag]) -> Matrix:
        """Weigh the known terms of each bag."""
        columns: list[int] = []
        counts: list[int] = []
        ends = [0]
        for text in bags:
            for term, count in self._terms(text):
                if (column := self.vocabulary_.get(term)) is not None:
                    columns.append(column)
                    counts.append(count)
            ends.append(len(columns))
        at = np.array(columns, dtype=np.intp)
        weights = (1 + np.log(np.array(counts, dtype=np.float64))) * self.idf_[at]
        return _matrix(weights, at, ends, len(self.vocabulary_))

    def _theme_rows(self, profiles: Sequence[Profile]) -> Matrix:
        """Weigh the known themes; unknown ones count for the length of the row only."""
        columns: list[int] = []
        ends = [0]
        unknown = np.zeros(len(profiles))
        for i, profile in enumerate(profiles):
            known = sorted(self.themes_[t] for t in profile.themes if t in self.themes_)
            columns += known
            unknown[i] = len(profile.themes) - len(known)
            ends.append(len(columns))
        at = np.array(columns, dtype=np.intp)
        rows = _matrix(self.theme_idf_[at], at, ends, len(self.themes_))
        lengths = np.sqrt(_norms(rows) ** 2 + unknown * self.unknown_theme_idf_**2)
        return _scaled(rows, lengths)

    def _wholes(self, passages: Matrix, starts: NDArray[np.intp], voices: Floats) -> Matrix:
        """Add up the passages of each profile, each with its voice, with a ceiling."""
        n_passages = passages.shape[0]
        owners = _matrix(voices, np.arange(n_passages, dtype=np.intp), starts, n_passages)
        sums = sparse.csr_array(owners @ passages)
        sums.sort_indices()
        return _scaled(sums, 1 - self.saturation + self.saturation * _norms(sums))


def _retold(units: Matrix, starts: NDArray[np.intp]) -> Floats:
    """Count for each passage, a unit row, how often its profile tells the same story."""
    left, right = _pairs_within(starts)
    cosines = np.empty(left.size)
    for first in range(0, left.size, _PAIRS_AT_ONCE):
        some = slice(first, first + _PAIRS_AT_ONCE)
        cosines[some] = units[left[some]].multiply(units[right[some]]).sum(axis=1)
    same = np.clip((cosines - _APART) / (_SAME - _APART), 0, 1)
    n_passages = units.shape[0]
    told = np.bincount(left, same, n_passages) + np.bincount(right, same, n_passages)
    return 1 + np.asarray(told, dtype=np.float64)


def _pairs_within(starts: NDArray[np.intp]) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Pair each row with every later row of the same profile."""
    rows = np.arange(starts[-1], dtype=np.intp)
    later = np.repeat(starts[1:], np.diff(starts)) - 1 - rows
    left = np.repeat(rows, later)
    offsets = np.arange(left.size, dtype=np.intp) - np.repeat(np.cumsum(later) - later, later)
    return left, left + 1 + offsets


def check_share(name: str, value: float) -> None:
    """Refuse a parameter that is no share of one.

    Raises
    ------
    ValueError
        If `value` is outside [0, 1].
    """
    if not 0 <= value <= 1:
        raise ValueError(f"{name} must lie in [0, 1], got {value!r}")


def _idf(n: int, df: int) -> float:
    return 1 + math.log((1 + n) / (1 + df))


def _bags(profile: Profile) -> Iterator[Bag]:
    language = language_of(profile)
    return (bag(text, language) for text in profile.texts)


def _join(bags: Iterable[Bag]) -> Bag:
    stems: Counter[str] = Counter()
    pairs: Counter[str] = Counter()
    for text in bags:
        stems.update(dict(zip(text.stems, text.counts, strict=True)))
        pairs.update(dict(zip(text.pairs, text.pair_counts, strict=True)))
    return as_bag(stems, pairs)


def _distinct(bags: Iterable[Bag]) -> Mapping[Bag, int]:
    """Keep the first of equal bags with its position; one empty bag where there is none."""
    first: dict[Bag, int] = {}
    for position, found in enumerate(bags):
        if found.stems:
            first.setdefault(found, position)
    return first or {Bag((), ()): -1}


def _state_themes(profiles: Sequence[Profile]) -> Bools:
    return np.array([bool(p.themes) for p in profiles], dtype=np.bool_)


def _matrix(
    weights: Floats,
    columns: NDArray[np.intp],
    ends: Sequence[int] | NDArray[np.intp],
    width: int,
) -> Matrix:
    return sparse.csr_array((weights, columns, ends), shape=(len(ends) - 1, width))


def _norms(rows: Matrix) -> Floats:
    return np.sqrt(np.asarray(rows.multiply(rows).sum(axis=1), dtype=np.float64))


def _scaled(rows: Matrix, lengths: Floats) -> Matrix:
    """Divide each row by its length; a row of length 0 has nothing to divide."""
    per_value = np.repeat(lengths, np.diff(rows.indptr))
    return sparse.csr_array((rows.data / per_value, rows.indices, rows.indptr), rows.shape)
