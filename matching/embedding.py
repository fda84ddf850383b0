"""Meaning beside words: how near two profiles are in the vectors of a sentence encoder.

Off unless an encoder is handed in. Nobody can say which word a vector stands for, so what
it adds to a score is one share of its own.
"""

from collections.abc import Sequence
from dataclasses import replace
from typing import Final, Protocol

import numpy as np

from matching.encoding import EmbeddedPool, EncodedPool, Floats
from matching.profile import Profile
from matching.vectorizer import check_share

# Vectors are kept in such steps, which is as fine as single precision near 1. Products of two
# are then whole multiples of its square, and sums of them up to 16 are exact in double
# precision: whatever the order in which BLAS adds up, no slice changes a digit.
_STEP: Final = 2.0**-24


class Encoder(Protocol):
    """Whatever turns texts into unit vectors, each text the same way whatever the others."""

    @property
    def name(self) -> str:
        """What tells it from every other encoder, such as the hash of its model."""
        ...

    def encode(self, texts: Sequence[str]) -> Floats:
        """Return unit rows of shape (n_texts, n_dimensions), float64."""
        ...


class Remembered:
    """An encoder that reads no text twice, for as long as it lives.

    Parameters
    ----------
    encoder : Encoder
    """

    def __init__(self, encoder: Encoder) -> None:
        self._encoder = encoder
        self._known: dict[str, Floats] = {}

    @property
    def name(self) -> str:
        """The name of the encoder: the vectors are the same."""
        return self._encoder.name

    def encode(self, texts: Sequence[str]) -> Floats:
        """Return unit rows of shape (n_texts, n_dimensions), float64."""
        new = [text for text in dict.fromkeys(texts) if text not in self._known]
        vectors = self._encoder.encode(new)
        self._known.update(zip(new, vectors, strict=True))
        rows = [self._known[text] for text in texts]
        return np.array(rows).reshape(len(texts), vectors.shape[1])


def embed_queries(encoder: Encoder, queries: Sequence[Profile]) -> Floats:
    """Return the mean of the passages of each query as a unit row; 0 without a passage.

    Returns
    -------
    vectors : float64 array of shape (n_queries, n_dimensions)
    """
    return embed_pool(encoder, queries).whole


def embed_pool(encoder: Encoder, pool: Sequence[Profile]) -> EmbeddedPool:
    """Encode the distinct passages of each profile."""
    told = [tuple(dict.fromkeys(t for t in p.texts if t.strip())) for p in pool]
    vectors = encoder.encode([text for texts in told for text in texts])
    lengths = np.array([max(1, len(texts)) for texts in told], dtype=np.intp)
    starts = np.append(np.intp(0), np.cumsum(lengths))
    silent = np.array([not texts for texts in told], dtype=np.bool_)
    passages = np.zeros((starts[-1], vectors.shape[1]))
    passages[~np.repeat(silent, lengths)] = _in_steps(vectors)
    sums = np.add.reduceat(passages, starts[:-1], axis=0) if told else passages
    return EmbeddedPool(passages, starts, _in_steps(unit_rows(sums)))


def with_meaning(
    encoder: Encoder | None,
    encoded: EncodedPool,
    profiles: Sequence[Profile],
    before: EmbeddedPool | None = None,
) -> EncodedPool:
    """Put the vectors of profiles to the rows of a pool; nothing without an encoder.

    Parameters
    ----------
    before : EmbeddedPool, default=None
        Vectors of the first profiles of `encoded`, which are not made again.
    """
    if encoder is None:
        return encoded
    new = embed_pool(encoder, profiles)
    return replace(encoded, meaning=before.followed_by(new) if before else new)


def embedding_part(queries: Floats, pool: EmbeddedPool, whole_weight: float) -> Floats:
    """Return how near each pair is: best passage and whole, weighed as in the text part.

    Parameters
    ----------
    queries : float64 array of shape (n_queries, n_dimensions)
        Of `embed_queries`.
    pool : EmbeddedPool
    whole_weight : float in [0, 1]
        As in `Matcher`.

    Returns
    -------
    part : float64 array of shape (n_queries, n_pool), in [0, 1]
        As the cosines of `nearness`, so it is linear in `whole_weight`.

    Raises
    ------
    ValueError
        If `whole_weight` is outside [0, 1].
    """
    check_share("whole_weight", whole_weight)
    best, whole = nearness(queries, pool)
    return (1 - whole_weight) * best + whole_weight * whole


def nearness(queries: Floats, pool: EmbeddedPool) -> tuple[Floats, Floats]:
    """Return the cosines of each query with the best passage and with the whole of each.

    Returns
    -------
    best, whole : float64 arrays of shape (n_queries, n_pool), in [0, 1]
        Cosines below 0 count as 0, so that no share of a score is negative.
    """
    if not pool.whole.size:
        nothing = np.zeros((len(queries), len(pool.whole)))
        return nothing, nothing
    best = np.maximum.reduceat(queries @ pool.passages.T, pool.starts[:-1], axis=1)
    return np.clip(best, 0, 1), np.clip(queries @ pool.whole.T, 0, 1)


def unit_rows(rows: Floats) -> Floats:
    """Divide each row by its length; a row of length 0 stays."""
    lengths = np.linalg.norm(rows, axis=1, keepdims=True)
    return np.asarray(rows / np.where(lengths > 0, lengths, 1), dtype=np.float64)


def _in_steps(rows: Floats) -> Floats:
    return np.rint(rows / _STEP) * _STEP
