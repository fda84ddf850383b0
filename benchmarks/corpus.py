"""Texts that behave like those of an edition, as many as wanted, the same for the same seed.

Content words follow Zipf's law with Mandelbrot's shift; half of those of a text come from its
two topics. Three words each share a stem, and function words make up about 45 % of a text.
Text i is the same whatever the number of texts, and no more than one block is ever held.

References
----------
B. Mandelbrot (1953), An informational theory of the statistical structure of language:
frequency of rank r proportional to 1 / (r + b) ** s.
"""

import itertools
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from sklearn.feature_extraction.text import ENGLISH_STOP_WORDS

from matching import Profile

Ints = NDArray[np.int64]
Matrix = sparse.csr_array[np.float64]

N_WORDS: Final = 60_000
N_TOPICS: Final = 200
N_TOPIC_WORDS: Final = 300
FUNCTION_SHARE: Final = 0.45
TOPIC_SHARE: Final = 0.5
MEAN_LENGTH: Final = 100

_BLOCK: Final = 2048
_ENDINGS: Final = ("", "s", "ing")
_CONSONANTS: Final = (
    "b",
    "c",
    "d",
    "f",
    "g",
    "k",
    "l",
    "m",
    "n",
    "p",
    "r",
    "st",
    "t",
    "tr",
    "v",
)
_VOWELS: Final = ("a", "e", "i", "o", "u")
_FREQUENT: Final = (
    *("the", "of", "and", "to", "in", "is", "for", "that", "it", "on", "with", "as", "was"),
    *("be", "by", "are", "this", "from", "or", "have", "an", "which", "not", "we", "at"),
)


@dataclass(frozen=True, slots=True, eq=False)
class Block:
    """Some texts as numbers of words, one after the other.

    Parameters
    ----------
    words : int array
        Numbers below `N_WORDS` are content words, those above are function words.
    ends : int array of shape (n_texts,)
        Where each text ends in `words`.
    topics : int array of shape (n_texts, 2)
    """

    words: Ints
    ends: Ints
    topics: Ints


@cache
def words() -> tuple[str, ...]:
    """Return every word by its number: content words, then function words, frequent first."""
    syllables = [consonant + vowel for consonant in _CONSONANTS for vowel in _VOWELS]
    made = map("".join, itertools.product(syllables, syllables, _CONSONANTS))
    short = [
        stem for stem in made if ENGLISH_STOP_WORDS.isdisjoint(map(stem.__add__, _ENDINGS))
    ]
    stems = np.random.default_rng(0).permutation(short)[: N_WORDS // len(_ENDINGS)].tolist()
    rare = sorted(
        word for word in ENGLISH_STOP_WORDS if len(word) > 1 and word not in _FREQUENT
    )
    return (*(stem + ending for stem in stems for ending in _ENDINGS), *_FREQUENT, *rare)


def texts(n: int, seed: int = 0) -> Iterator[str]:
    """Yield n texts, with function words, in sentences."""
    forms = np.array(words(), dtype=object)
    for block in _blocks(n, seed):
        start = 0
        for end in block.ends.tolist():
            yield _written(forms[block.words[start:end]].tolist())
            start = end


def profiles(n: int, seed: int = 0, language: str = "en") -> Iterator[Profile]:
    """Yield n profiles of one text each, with themes of their topics and a country."""
    rng = np.random.default_rng([seed, n])
    countries = rng.integers(40, size=n).tolist()
    told = texts(n, seed)
    topics = (pair for block in _blocks(n, seed) for pair in block.topics.tolist())
    for i, (text, pair, country) in enumerate(zip(told, topics, countries, strict=True)):
        themes = frozenset(f"topic:{topic % 50}" for topic in pair)
        attributes = {"country": frozenset({f"C{country}"})}
        yield Profile(f"{seed}-{i}", (text,), themes, attributes, language)


def counts(n: int, seed: int = 0, *, function_words: bool = True) -> Matrix:
    """Count the words of the same n texts without writing them.

    Parameters
    ----------
    n, seed : int
        As in `texts`.
    function_words : bool, default=True
        False: without those that a stop list takes out.

    Returns
    -------
    counts : csr_array of shape (n, n_words), float64
    """
    n_columns = len(words()) if function_words else N_WORDS
    parts = []
    for block in _blocks(n, seed):
        rows = np.repeat(np.arange(len(block.ends)), np.diff(block.ends, prepend=0))
        kept = block.words < n_columns
        at = (rows[kept], block.words[kept])
        ones = np.ones(at[0].size)
        shape = (len(block.ends), n_columns)
        parts.append(sparse.csr_array(sparse.coo_array((ones, at), shape=shape)))
    return sparse.csr_array(sparse.vstack(parts, format="csr"))


def weighed(counted: Matrix, idf: NDArray[np.float64]) -> Matrix:
    """Turn counts into unit rows of (1 + ln tf) idf."""
    rows = counted.copy()
    rows.data = (1 + np.log(rows.data)) * idf[rows.indices]
    lengths = np.sqrt(np.asarray(rows.multiply(rows).sum(axis=1))).ravel()
    rows.data /= np.repeat(lengths, np.diff(rows.indptr))
    return rows


def idf_of(counted: Matrix) -> NDArray[np.float64]:
    """Return 1 + ln((1 + n) / (1 + df)) of each column."""
    df = np.bincount(counted.indices, minlength=counted.shape[1])
    return np.asarray(1 + np.log((1 + counted.shape[0]) / (1 + df)), dtype=np.float64)


def _blocks(n: int, seed: int) -> Iterator[Block]:
    for number, start in enumerate(range(0, n, _BLOCK)):
        block = _block(np.random.default_rng([seed, number]))
        size = min(_BLOCK, n - start)
        yield Block(block.words[: block.ends[size - 1]], block.ends[:size], block.topics[:size])


def _block(rng: np.random.Generator) -> Block:
    lengths = np.exp(rng.normal(np.log(MEAN_LENGTH) - 0.08, 0.4, _BLOCK)).astype(np.int64) + 8
    n = int(lengths.sum())
    topics = rng.integers(N_TOPICS, size=(_BLOCK, 2))
    mine = np.repeat(topics, lengths, axis=0)[np.arange(n), rng.integers(2, size=n)]
    found = _drawn(rng, _zipf(N_WORDS, 1.05, 20.0), n)
    of_topic = rng.random(n) < TOPIC_SHARE
    places = _drawn(rng, _zipf(N_TOPIC_WORDS, 1.0, 2.0), n)
    found[of_topic] = _topic_words()[mine[of_topic], places[of_topic]]
    small = rng.random(n) < FUNCTION_SHARE
    n_small = len(words()) - N_WORDS
    found[small] = N_WORDS + _drawn(rng, _zipf(n_small, 1.0, 1.0), int(small.sum()))
    return Block(found, np.cumsum(lengths), topics)


@cache
def _zipf(n: int, exponent: float, shift: float) -> NDArray[np.float64]:
    frequencies = (np.arange(n) + 1 + shift) ** -exponent
    return np.asarray(np.cumsum(frequencies) / frequencies.sum())


def _drawn(rng: np.random.Generator, cumulated: NDArray[np.float64], n: int) -> Ints:
    found = np.searchsorted(cumulated, rng.random(n), side="right")
    return np.minimum(found, cumulated.size - 1).astype(np.int64)


@cache
def _topic_words() -> Ints:
    """Give each topic its words: none of the most frequent, which belong to all."""
    rng = np.random.default_rng(1)
    rows = [rng.choice(N_WORDS - 300, N_TOPIC_WORDS, replace=False) for _ in range(N_TOPICS)]
    return np.array(rows, dtype=np.int64) + 300


def _written(tokens: list[str]) -> str:
    """Put words into sentences of 14."""
    sentences = (tokens[i : i + 14] for i in range(0, len(tokens), 14))
    return " ".join(" ".join((some[0].capitalize(), *some[1:])) + "." for some in sentences)
