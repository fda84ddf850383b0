"""The one sum behind every answer: parts of a score, and the shares inside the parts.

The rule: parts and shares are read off the same encoded rows, so they cannot disagree.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from matching.scoring.explanation import Missing, Part
from matching.scoring.semantic import nearness
from matching.text.encoded import EncodedPool, EncodedQueries, Floats, Matrix, matrix


@dataclass(frozen=True, slots=True, eq=False)
class ScoreParts:
    """The weighted parts of each pair's score, in parallel arrays.

    Parameters
    ----------
    text, themes : float64 arrays of shape (n_queries, n_pool)
        They add up to the score; a part that cannot be computed is its stated prior.
    coverage : float64 array of shape (n_queries, n_pool)
        Share of the weight that could be computed, in [0, 1]; that of the text counts only
        where both sides tell it in one language.
    """

    text: Floats
    themes: Floats
    coverage: Floats

    @classmethod
    def unknown(cls, n_queries: int, n_pool: int) -> Self:
        """Return arrays of that shape, to be filled by `put`."""
        return cls(*(np.empty((n_queries, n_pool)) for _ in range(3)))

    def put(self, rows: slice, columns: slice, block: "ScoreParts") -> None:
        """Fill in a block of pairs."""
        self.text[rows, columns] = block.text
        self.themes[rows, columns] = block.themes
        self.coverage[rows, columns] = block.coverage

    @property
    def score(self) -> Floats:
        """The score of each pair, as `Matcher.score_pairs` gives it."""
        return self.text + self.themes


@dataclass(frozen=True, slots=True, eq=False)
class TurnedPool:
    """The rows of an encoded pool as columns, ready for products with queries.

    `owners`, of shape (n_pool, n_passages), adds the passages of a profile up to its whole.
    """

    passages: Matrix
    owners: Matrix
    themes: Matrix

    @classmethod
    def of(cls, pool: EncodedPool) -> Self:
        """Turn a pool on its side."""
        n_passages = pool.shares.size
        owners = matrix(pool.shares, np.arange(n_passages), pool.starts, n_passages)
        return cls(pool.passages.T.tocsr(), owners, pool.themes.T.tocsr())


@dataclass(frozen=True, slots=True)
class Scorer:
    """Add text and themes up.

    Parameters
    ----------
    text_weight, whole_weight, missing_prior : float in [0, 1]
        As in `Matcher`.
    meaning_weight : float in [0, 1], default=0.0
        As in `Matcher`; 0 without an encoder.
    """

    text_weight: float
    whole_weight: float
    missing_prior: float
    meaning_weight: float = 0.0

    @property
    def weights(self) -> Mapping[Part, float]:
        """The weight of each part; together 1."""
        return {"text": self.text_weight, "themes": 1 - self.text_weight}

    def parts(
        self, queries: EncodedQueries, pool: EncodedPool, turned: TurnedPool
    ) -> ScoreParts:
        """Score each pair, part by part."""
        passages = (queries.text @ turned.passages).toarray()
        best = np.maximum.reduceat(passages, pool.starts[:-1], axis=1)
        whole = (turned.owners @ passages.T).T
        text = (1 - self.whole_weight) * best + self.whole_weight * whole
        if queries.meaning is not None and pool.meaning is not None:
            near = nearness(queries.meaning, pool.meaning)
            text = (1 - self.meaning_weight) * text + self.meaning_weight * near
        themes = (queries.themes @ turned.themes).toarray()
        text_known = np.logical_and.outer(queries.has_text, pool.has_text)
        themes_known = np.logical_and.outer(queries.has_themes, pool.has_themes)
        # words of two languages meet by accident, so they tell next to nothing
        one_language = np.equal.outer(queries.languages, pool.languages)
        weight = self.weights
        return ScoreParts(
            weight["text"] * np.where(text_known, text, self.missing_prior),
            weight["themes"] * np.where(themes_known, themes, self.missing_prior),
            weight["text"] * (text_known & one_language) + weight["themes"] * themes_known,
        )

    def best_passage(self, query: EncodedQueries, candidate: EncodedPool) -> int:
        """Return the row of the candidate's best passage for one query."""
        return int((candidate.passages @ query.text.T).toarray().argmax())

    def word_shares(
        self, query: EncodedQueries, candidate: EncodedPool
    ) -> Iterator[tuple[int, float]]:
        """Yield column and share of each word of one pair, with the best passage fixed."""
        shares = self.whole_weight * candidate.shares
        shares[self.best_passage(query, candidate)] += 1 - self.whole_weight
        told = sparse.csr_array(sparse.csr_array([shares]) @ candidate.passages)
        weight = self.weights["text"] * (1 - self.meaning_weight)
        return _shares(weight, query.text * told)

    def meaning_share(self, query: EncodedQueries, candidate: EncodedPool) -> float:
        """Return the share of the sentence encoder in one pair; 0 without one."""
        told = query.has_text[0] and candidate.has_text[0]
        if query.meaning is None or candidate.meaning is None or not told:
            return 0.0
        near = nearness(query.meaning, candidate.meaning)
        return float(self.weights["text"] * self.meaning_weight * near[0, 0])

    def theme_shares(
        self, query: EncodedQueries, candidate: EncodedPool
    ) -> Iterator[tuple[int, float]]:
        """Yield column and share of each theme of one pair."""
        return _shares(self.weights["themes"], query.themes * candidate.themes)

    def missing(self, query: EncodedQueries, candidate: EncodedPool) -> tuple[Missing, ...]:
        """Name what one pair did not state, in the parts that have a weight."""
        told = query.has_text & candidate.has_text
        stated: tuple[tuple[Missing, NDArray[np.bool_]], ...] = (
            (Missing("text", "query"), query.has_text),
            (Missing("text", "candidate"), candidate.has_text),
            (Missing("text", "both"), ~told | (query.languages == candidate.languages)),
            (Missing("themes", "query"), query.has_themes),
            (Missing("themes", "candidate"), candidate.has_themes),
        )
        return tuple(m for m, has in stated if not has[0] and self.weights[m.part] > 0)


def _shares(weight: float, products: Matrix) -> Iterator[tuple[int, float]]:
    found = products.tocoo()
    for column, share in zip(found.coords[1].tolist(), found.data.tolist(), strict=True):
        if weight * share > 0:
            yield column, weight * share
