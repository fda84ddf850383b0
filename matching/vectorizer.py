"""From profiles to numbers: one encoding for queries and one for the pool.

The rule: every later number (rank, explanation, assignment) is a sum of products of the
columns made here, so that each word and each theme has a share of the score.
"""

import math
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

# Below so many distinct texts a word that stands in one of them may be the telling one.
_FEW_TEXTS: Final = 30


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
    ``x = (1 + ln tf) * (1 + ln((1 + N) / (1 + df)))``, where N and df count the distinct
    texts of pool and background. A query is ``q = x / |x|`` over its passages joined. A
    passage of the pool has pivoted length, ``V = x / ((1 - slope) m + slope |x|)`` with m
    the mean of |x| over the pool's distinct texts, and a profile as a whole is
    ``P = S / (1 - saturation + saturation |S|)`` with S the sum of V over its distinct
    passages: repetition helps, up to a ceiling. Themes are unit rows of idf.

    Parameters
    ----------
    min_df : int >= 1, default=None
        Words in fewer distinct texts are left out; None: 2, or 1 below 30 texts.
    slope : float in [0, 1], default=0.7
        How much a passage pays for its length; 1 is the cosine.
    saturation : float in [0, 1], default=0.5
        How much a profile pays for how much it tells; 1 is the cosine.

    Attributes
    ----------
    vocabulary_ : dict of str to int
        Column of each stem, in alphabetical order.
    idf_ : float64 array of shape (n_terms,)
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
    Information Retrieval, ch. 6: term weighting and the vector space model.
    """

    def __init__(
        self, *, min_df: int | None = None, slope: float = 0.7, saturation: float = 0.5
    ) -> None:
        self.min_df = min_df
        self.slope = slope
        self.saturation = saturation

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
        known = own.union(b for p in background for b in _bags(p) if b.stems)
        self._learn_words(known)
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
        pivot = (1 - self.slope) * self.mean_length_
        passages = _scaled(rows, pivot + self.slope * _norms(rows))
        return EncodedPool(
            passages=passages,
            starts=starts,
            positions=np.array([i for p in told for i in p.values()], dtype=np.intp),
            whole=self._wholes(passages, starts),
            themes=self._theme_rows(pool),
            has_text=np.array([any(b.stems for b in p) for p in told], dtype=np.bool_),
            has_themes=_state_themes(pool),
        )

    def _check_parameters(self) -> None:
        if self.min_df is not None and self.min_df < 1:
            raise ValueError(f"min_df must be at least 1, got {self.min_df!r}")
        for name in ("slope", "saturation"):
            check_share(name, getattr(self, name))

    def _learn_words(self, texts: set[Bag]) -> None:
        df: dict[str, int] = {}
        for text in texts:
            for stem in text.stems:
                df[stem] = df.get(stem, 0) + 1
        least = self.min_df or (1 if len(texts) < _FEW_TEXTS else 2)
        stems = sorted(stem for stem, count in df.items() if count >= least)
        self.vocabulary_ = {stem: column for column, stem in enumerate(stems)}
        self.idf_ = np.array([_idf(len(texts), df[s]) for s in stems], dtype=np.float64)

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
        """Weigh the known words of each bag."""
        columns: list[int] = []
        counts: list[int] = []
        ends = [0]
        for stems, times in bags:
            for stem, count in zip(stems, times, strict=True):
                if (column := self.vocabulary_.get(stem)) is not None:
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

    def _wholes(self, passages: Matrix, starts: NDArray[np.intp]) -> Matrix:
        """Add up the passages of each profile, with a ceiling."""
        n_passages = passages.shape[0]
        ones = np.ones(n_passages)
        owners = _matrix(ones, np.arange(n_passages, dtype=np.intp), starts, n_passages)
        sums = sparse.csr_array(owners @ passages)
        sums.sort_indices()
        return _scaled(sums, 1 - self.saturation + self.saturation * _norms(sums))


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
    counts: dict[str, int] = {}
    for stems, times in bags:
        for stem, count in zip(stems, times, strict=True):
            counts[stem] = counts.get(stem, 0) + count
    return as_bag(counts)


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
