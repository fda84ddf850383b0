"""Meaning beside words: how near two profiles are in the vectors of a sentence encoder.

Off unless an encoder is handed in. Nobody can say which word a vector stands for, so what
it adds to a score is one share of its own.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from matching.encoding import Floats
from matching.profile import Profile
from matching.vectorizer import check_share


class Encoder(Protocol):
    """Whatever turns texts into unit vectors, each text the same way whatever the others."""

    def encode(self, texts: Sequence[str]) -> Floats:
        """Return unit rows of shape (n_texts, n_dimensions), float64."""
        ...


@dataclass(frozen=True, slots=True, eq=False)
class EmbeddedPool:
    """The pool as vectors.

    Parameters
    ----------
    passages : float64 array of shape (n_passages, n_dimensions)
        Unit rows of the distinct passages, profile after profile; one zero row for a
        profile without any.
    starts : intp array of shape (n_pool + 1,)
        Rows ``starts[i]`` to ``starts[i + 1]`` of `passages` belong to profile i.
    whole : float64 array of shape (n_pool, n_dimensions)
        The mean of the passages of each profile as a unit row.
    """

    passages: Floats
    starts: NDArray[np.intp]
    whole: Floats


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
    passages[~np.repeat(silent, lengths)] = vectors
    sums = np.add.reduceat(passages, starts[:-1], axis=0) if told else passages
    return EmbeddedPool(passages, starts, unit_rows(sums))


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
        Cosines below 0 count as 0, so that no share of a score is negative.

    Raises
    ------
    ValueError
        If `whole_weight` is outside [0, 1].
    """
    check_share("whole_weight", whole_weight)
    if not pool.whole.size:
        return np.zeros((len(queries), len(pool.whole)))
    best = np.maximum.reduceat(queries @ pool.passages.T, pool.starts[:-1], axis=1)
    near = (1 - whole_weight) * best + whole_weight * (queries @ pool.whole.T)
    return np.clip(near, 0, 1)


def unit_rows(rows: Floats) -> Floats:
    """Divide each row by its length; a row of length 0 stays."""
    lengths = np.linalg.norm(rows, axis=1, keepdims=True)
    return np.asarray(rows / np.where(lengths > 0, lengths, 1), dtype=np.float64)
