"""Meaning beside words: how near two profiles are in the vectors of a sentence encoder.

Off unless an encoder is handed in. Nobody can say which word a vector stands for, so what
it adds to a score is one share of its own.
"""

from collections.abc import Sequence
from dataclasses import replace
from typing import Final, Protocol

import numpy as np

from matching.text.encoded import EncodedPool, Floats, unit_rows
from matching.text.profile import Profile

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


def embedded(encoder: Encoder, profiles: Sequence[Profile]) -> Floats:
    """Return the mean of the distinct passages of each profile as a unit row.

    Passages are not compared one by one: on gold, and with providers of several passages,
    the whole alone serves better (docs/matching/quality.md).

    Returns
    -------
    vectors : float64 array of shape (n_profiles, n_dimensions)
        Zeros for a profile without a passage.
    """
    distinct_texts = [tuple(dict.fromkeys(t for t in p.counted if t.strip())) for p in profiles]
    vectors = encoder.encode([text for texts in distinct_texts for text in texts])
    sizes = np.array([len(texts) for texts in distinct_texts], dtype=np.intp)
    owners = np.repeat(np.arange(sizes.size), sizes)
    sums = np.zeros((len(distinct_texts), vectors.shape[1]))
    np.add.at(sums, owners, _in_steps(vectors))
    return _in_steps(unit_rows(sums))


def with_meaning(
    encoder: Encoder | None,
    encoded: EncodedPool,
    profiles: Sequence[Profile],
    before: Floats | None = None,
) -> EncodedPool:
    """Put the vectors of profiles to the rows of a pool; nothing without an encoder.

    Parameters
    ----------
    before : float64 array of shape (n_before, n_dimensions), default=None
        Vectors of the first profiles of `encoded`, which are not made again.
    """
    if encoder is None:
        return encoded
    new = embedded(encoder, profiles)
    return replace(encoded, meaning=new if before is None else np.vstack([before, new]))


def nearness(queries: Floats, pool: Floats) -> Floats:
    """Return the cosines of queries and pool.

    Parameters
    ----------
    queries, pool : float64 arrays of shape (n, n_dimensions)
        Of `embedded`.

    Returns
    -------
    near : float64 array of shape (n_queries, n_pool), in [0, 1]
        Cosines below 0 count as 0, so that no share of a score is negative.
    """
    return np.clip(queries @ pool.T, 0, 1)


def _in_steps(rows: Floats) -> Floats:
    return np.rint(rows / _STEP) * _STEP
