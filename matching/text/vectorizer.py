"""From profiles to numbers: one encoding for queries and one for the pool.

The rule: every later number (rank, explanation, assignment) is a sum of products of the
columns made here, so that each word and each theme has a share of the score.
"""

import itertools
import math
from collections.abc import Sequence
from typing import Final, Self

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from matching.estimator import Estimator, check_fitted
from matching.text.encoded import (
    ROWS_AT_ONCE,
    Bools,
    EncodedPool,
    EncodedQueries,
    Floats,
    Matrix,
    matrix,
    norms,
    scale,
    taken,
)
from matching.text.positions import runs, slices
from matching.text.profile import Profile
from matching.text.reading import Reader, Tokens
from matching.text.vocabulary import Vocabulary, inverse_frequency
from matching.text.weighing import weighed_once

# Cosines between which two passages of one profile turn from different stories to one.
_APART: Final = 0.2
_SAME: Final = 0.5

# What a theme counts that is claimed and not described.
CLAIMED: Final = 0.25

# Pairs of passages that are compared at once: keeps the memory of large pools flat.
_PAIRS_AT_ONCE: Final = 1 << 14


class ProfileVectorizer(Estimator):
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

    reader : Reader, default=None
        What reads the texts; None: one of its own, which `fit` keeps.

    Attributes
    ----------
    vocabulary_ : Vocabulary
        The terms, stems and pairs of them, with their columns and weights.
    reader_ : Reader
    mean_length_ : float
        The pivot m; 1 for a pool without a known word.
    themes_ : dict of str to int
        Column of each theme, in alphabetical order.
    theme_idf_ : float64 array of shape (n_themes,)
    unknown_theme_idf_ : float
        Weight of a theme that nobody stated before: the largest of all.
    n_words_ : int
        How many words the pool that was fitted has.

    References
    ----------
    A. Singhal, C. Buckley and M. Mitra (1996), Pivoted document length normalization,
    SIGIR, section 3. C. D. Manning, P. Raghavan and H. Schuetze (2008), Introduction to
    Information Retrieval, ch. 6: term weighting and the vector space model. D. Metzler and
    W. B. Croft (2005), A Markov random field model for term dependencies, SIGIR: pairs.
    S. and J. G. Henikoff (1994), Position-based sequence weights, J. Mol. Biol.: voices.
    """

    vocabulary_: Vocabulary
    reader_: Reader
    mean_length_: float
    themes_: dict[str, int]
    theme_idf_: Floats
    unknown_theme_idf_: float
    n_words_: int

    def __init__(
        self,
        *,
        min_df: int | None = None,
        slope: float = 0.7,
        saturation: float = 0.5,
        pair_weight: float = 0.4,
        query_power: float = 1.0,
        reader: Reader | None = None,
    ) -> None:
        self.min_df = min_df
        self.slope = slope
        self.saturation = saturation
        self.pair_weight = pair_weight
        self.query_power = query_power
        self.reader = reader

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
        self.fit_encode(pool, background=background)
        return self

    def fit_encode(
        self, pool: Sequence[Profile], *, background: Sequence[Profile] = ()
    ) -> EncodedPool:
        """Learn as `fit` does, and return the pool encoded; its texts are read once."""
        self._check_parameters()
        self.reader_ = self.reader or getattr(self, "reader_", None) or Reader()
        profiles = (*pool, *background)
        tokens = self.reader_.read(profiles)
        self.vocabulary_ = Vocabulary.learn(
            tokens, self.reader_, min_df=self.min_df, pair_weight=self.pair_weight
        )
        self._learn_themes({(p.id, p.themes) for p in profiles if p.themes})
        own = tokens.head(len(pool))
        self.n_words_ = own.ids.size
        own, rows = weighed_once(own, self.vocabulary_, self.reader_)
        texts = {text: i for i, text in enumerate(own.told) if text}
        # fsum does not depend on the order; a pool that tells nothing has no mean
        lengths = math.fsum(norms(rows)[list(texts.values())])
        self.mean_length_ = lengths / max(1, len(texts)) or 1.0
        return self._encoded(pool, own, rows)

    def encode_queries(self, queries: Sequence[Profile]) -> EncodedQueries:
        """Encode profiles as queries.

        Raises
        ------
        NotFittedError
            If `fit` has not been called.
        """
        check_fitted(self)
        tokens = self.reader_.read(queries)
        rows = self.vocabulary_.rows(tokens, self.reader_, joined=True)
        rows.data *= self.vocabulary_.idf[rows.indices] ** (self.query_power - 1)
        return EncodedQueries(
            scale(rows, norms(rows)),
            self._theme_rows(queries),
            np.diff(tokens.ends[tokens.texts]) > 0,
            _state_themes(queries),
            tokens.languages,
        )

    def encode_pool(self, pool: Sequence[Profile]) -> EncodedPool:
        """Encode profiles as a pool.

        Raises
        ------
        NotFittedError
            If `fit` has not been called.
        """
        check_fitted(self)
        tokens = self.reader_.read(pool)
        return self._encoded(pool, *weighed_once(tokens, self.vocabulary_, self.reader_))

    def extend(self, profiles: Sequence[Profile]) -> int:
        """Add the unknown words and themes of some profiles, at the largest weight.

        The weight of all that is known stays as it is. The vocabulary is replaced, not
        changed: who holds the old one is not disturbed.

        Returns
        -------
        n_unknown : int
            How many words of the texts were not known before.
        """
        check_fitted(self)
        tokens = self.reader_.read(profiles)
        n_unknown = self.vocabulary_.n_unknown(tokens, self.reader_)
        self.vocabulary_ = self.vocabulary_.extended(tokens, self.reader_)
        stated = frozenset[str]().union(*(p.themes for p in profiles))
        new = sorted(stated - self.themes_.keys())
        width = len(self.themes_)
        self.themes_ = self.themes_ | {theme: width + i for i, theme in enumerate(new)}
        added = np.full(len(new), self.unknown_theme_idf_)
        self.theme_idf_ = np.concatenate([self.theme_idf_, added])
        return n_unknown

    def _check_parameters(self) -> None:
        if self.min_df is not None and self.min_df < 1:
            raise ValueError(f"min_df must be at least 1, got {self.min_df!r}")
        for name in ("slope", "saturation", "pair_weight", "query_power"):
            check_share(name, getattr(self, name))

    def _encoded(self, pool: Sequence[Profile], tokens: Tokens, rows: Matrix) -> EncodedPool:
        """Give the passages of each profile their lengths and their shares of the whole."""
        rows_kept, positions, starts = _distinct_passages(tokens)
        rows = taken(rows, rows_kept)
        lengths = norms(rows)
        pivot = (1 - self.slope) * self.mean_length_
        voices = 1 / _retold(rows, lengths, starts)
        passages = scale(rows, pivot + self.slope * lengths)
        return EncodedPool(
            passages=passages,
            starts=starts,
            positions=positions,
            shares=voices
            / np.repeat(self._ceilings(passages, starts, voices), np.diff(starts)),
            themes=self._described(pool),
            has_text=np.diff(tokens.ends[tokens.texts]) > 0,
            has_themes=_state_themes(pool),
            languages=tokens.languages,
            borne_out=np.array([_borne_out(profile) for profile in pool], dtype=np.float64),
        )

    def _described(self, pool: Sequence[Profile]) -> Matrix:
        """Weigh the themes of a pool: one that is claimed and not described counts less."""
        rows = self._theme_rows(pool)
        for i, profile in enumerate(pool):
            if profile.claimed:
                claims = [self.themes_[t] for t in profile.claimed if t in self.themes_]
                own = slice(*rows.indptr[i : i + 2].tolist())
                rows.data[own][np.isin(rows.indices[own], claims)] *= CLAIMED
        return rows

    def _learn_themes(self, stated: set[tuple[str, frozenset[str]]]) -> None:
        df: dict[str, int] = {}
        for _, themes in stated:
            for theme in themes:
                df[theme] = df.get(theme, 0) + 1
        names = sorted(df)
        self.themes_ = {theme: column for column, theme in enumerate(names)}
        self.theme_idf_ = np.array(
            [inverse_frequency(len(stated), df[t]) for t in names], dtype=np.float64
        )
        self.unknown_theme_idf_ = inverse_frequency(len(stated), 0)

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
        rows = matrix(self.theme_idf_[at], at, ends, len(self.themes_))
        lengths = np.sqrt(norms(rows) ** 2 + unknown * self.unknown_theme_idf_**2)
        return scale(rows, lengths)

    def _ceilings(self, passages: Matrix, starts: NDArray[np.intp], voices: Floats) -> Floats:
        """Return what the sum of each profile's passages, by voice, is divided by."""
        n_passages = passages.shape[0]
        if n_passages == starts.size - 1:
            lengths = voices * norms(passages)
        else:
            lengths = np.empty(starts.size - 1)
            for some in slices(lengths.size, ROWS_AT_ONCE):
                ends = starts[some.start : some.stop + 1]
                mine = slice(ends[0], ends[-1])
                columns = np.arange(ends[-1] - ends[0], dtype=np.intp)
                owners = matrix(voices[mine], columns, ends - ends[0], columns.size)
                lengths[some] = norms(sparse.csr_array(owners @ passages[mine]))
        # a profile that tells nothing known has nothing to divide
        return np.where(lengths > 0, 1 - self.saturation + self.saturation * lengths, 1.0)


def _retold(rows: Matrix, lengths: Floats, starts: NDArray[np.intp]) -> Floats:
    """Count for each passage how often its profile tells the same story."""
    if starts.size - 1 == lengths.size:
        return np.ones(lengths.size)
    left, right = _pairs_within(starts)
    cosines = np.empty(left.size)
    for some in slices(left.size, _PAIRS_AT_ONCE):
        one, other = (scale(rows[of[some]], lengths[of[some]]) for of in (left, right))
        cosines[some] = one.multiply(other).sum(axis=1)
    same = np.clip((cosines - _APART) / (_SAME - _APART), 0, 1)
    n_passages = lengths.size
    n_shared = np.bincount(left, same, n_passages) + np.bincount(right, same, n_passages)
    return 1 + np.asarray(n_shared, dtype=np.float64)


def _pairs_within(starts: NDArray[np.intp]) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Pair each row with every later row of the same profile."""
    rows = np.arange(starts[-1], dtype=np.intp)
    later = np.repeat(starts[1:], np.diff(starts)) - 1 - rows
    left = np.repeat(rows, later)
    return left, runs(rows + 1, later)


def check_share(name: str, value: float) -> None:
    """Refuse a parameter that is no share of one.

    Raises
    ------
    ValueError
        If `value` is outside [0, 1].
    """
    if not 0 <= value <= 1:
        raise ValueError(f"{name} must lie in [0, 1], got {value!r}")


def _distinct_passages(
    tokens: Tokens,
) -> tuple[NDArray[np.intp], NDArray[np.intp], NDArray[np.intp]]:
    """Return the texts that are passages, their places in their profiles, and the starts.

    Of equal texts of a profile the first one is a passage; -1 stands for none at all.
    """
    hashes, cuts = tokens.told, tokens.texts.tolist()
    rows_kept: list[int] = []
    positions: list[int] = []
    starts = [0]
    for start, stop in itertools.pairwise(cuts):
        first = {hashes[t]: t for t in reversed(range(start, stop)) if hashes[t]}
        texts = sorted(first.values())
        rows_kept += texts or [-1]
        positions += [t - start for t in texts] or [-1]
        starts.append(len(rows_kept))
    return (
        np.array(rows_kept, dtype=np.intp),
        np.array(positions, dtype=np.intp),
        np.array(starts, dtype=np.intp),
    )


def _borne_out(profile: Profile) -> float:
    """Return the part of its themes that a profile describes, a claim counting as it does."""
    n, n_claimed = len(profile.themes), len(profile.claimed)
    return (n - n_claimed + CLAIMED * n_claimed) / n if n_claimed else 1.0


def _state_themes(profiles: Sequence[Profile]) -> Bools:
    return np.array([bool(p.themes) for p in profiles], dtype=np.bool_)
