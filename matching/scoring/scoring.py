"""The one sum behind every answer: parts of a score, and the shares inside the parts.

The rule: parts and shares are read off the same encoded rows, so they cannot disagree.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Self

import numpy as np

from matching.scoring.explanation import Part
from matching.scoring.semantic import nearness
from matching.text.encoded import (
    Bools,
    EncodedPool,
    EncodedQueries,
    Floats,
    Matrix,
    matrix,
    one_language,
)


@dataclass(frozen=True, slots=True, eq=False)
class ScoreParts:
    """The weighted parts of each pair's score, in parallel arrays.

    Parameters
    ----------
    text, themes : float64 arrays of shape (n_queries, n_pool), or (n_pairs,) for a list
        They add up to the score; a part that cannot be computed is its stated prior.
    coverage : float64 array of the same shape
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
        self, queries: EncodedQueries, pool: EncodedPool, transposed: TurnedPool
    ) -> ScoreParts:
        """Score each pair, part by part."""
        passages = (queries.text @ transposed.passages).toarray()
        best = np.maximum.reduceat(passages, pool.starts[:-1], axis=1)
        whole = np.asarray((transposed.owners @ passages.T).T)
        near = None
        if queries.meaning is not None and pool.meaning is not None:
            near = nearness(queries.meaning, pool.meaning)
        return self.weighed(
            np.logical_and.outer(queries.has_text, pool.has_text),
            np.logical_and.outer(queries.has_themes, pool.has_themes),
            pool.borne_out,
            one_language(queries.languages[:, None], pool.languages),
            self.text(best, whole, near),
            (queries.themes @ transposed.themes).toarray(),
        )

    def text(self, best: Floats, whole: Floats, near: Floats | None) -> Floats:
        """Put the best passage, the whole and the meaning of texts together."""
        text = (1 - self.whole_weight) * best + self.whole_weight * whole
        if near is not None:
            text = (1 - self.meaning_weight) * text + self.meaning_weight * near
        return text

    def weighed(
        self,
        has_text: Bools,
        has_themes: Bools,
        borne_out: Floats,
        one_language: Bools,
        text: Floats,
        themes: Floats,
    ) -> ScoreParts:
        """Weigh text and themes, where both sides state them.

        Parameters
        ----------
        has_text, has_themes, one_language : bool arrays of any one shape
            What both sides of a pair state, and whether in one language.
        borne_out : float64 array, of that shape or of its last axis
            The part of its themes that the candidate describes.
        text, themes : float64 arrays of the same shape
        """
        weight = self.weights
        # words of two languages, or of unknown ones, meet by accident and tell next to nothing
        coverage = weight["text"] * (has_text & one_language) + weight["themes"] * (
            has_themes * borne_out
        )
        return ScoreParts(
            weight["text"] * np.where(has_text, text, self.missing_prior),
            weight["themes"] * np.where(has_themes, themes, self.missing_prior),
            np.asarray(coverage, dtype=np.float64),
        )
