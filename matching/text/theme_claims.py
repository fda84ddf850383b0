"""Themes that are claimed and not described: ticked by a profile whose text tells none of it.

A text describes a theme if it has a word of the theme's own key, or enough words in common
with others in its language that state the theme. It need not have much: the rule finds who
ticks themes above an empty sentence, and is lenient with those who tell a thing in words of
their own.
"""

from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from matching.text.language import stem
from matching.text.profile import Profile
from matching.text.reading import Reader, Tokens

# Of the themes that people ticked above what they tell 98 of 100 have so many words in common
# with any others that state the theme, and nearly all so many that it is not nothing. It is
# asked where so many others state it.
_SHARED: Final = 8
_NOTHING: Final = 5
_OTHERS: Final = 3

# Among fewer profiles than these it is enough to say so many different words.
_PROFILES: Final = 30
_SAID: Final = 8

# Words that so many profiles have say nothing about any theme.
_COMMON: Final = 0.25

# Who describes less than the rest of its themes claims them all.
_MOST: Final = 0.5


def claimed(
    profiles: Sequence[Profile], n_queries: int, read: Tokens, reader: Reader
) -> list[frozenset[str]]:
    """Return the themes that each profile of the pool claims without describing them.

    Parameters
    ----------
    profiles : sequence of Profile
        The queries, and behind them the pool.
    n_queries : int
    read : Tokens
        Of all profiles.
    reader : Reader
        Which read them.
    """
    themes = sorted(frozenset[str]().union(*(p.themes for p in profiles[n_queries:])))
    if not themes:
        return [frozenset() for _ in profiles[n_queries:]]
    names = [_words_of(theme, reader) for theme in themes]
    words = _words(read, len(reader.stems))
    place = {theme: i for i, theme in enumerate(themes)}
    stated = np.array(
        [(i, place[t]) for i, p in enumerate(profiles) for t in p.themes if t in place]
    )
    shared = np.zeros((words.shape[0], len(themes)), dtype=np.int64)
    # only with those who tell it in the same language can a text have words in common
    for language in np.unique(read.languages):
        own = read.languages == language
        shared[own] = _shared(
            sparse.csr_array(words[np.flatnonzero(own)]),
            _among(stated, own),
            len(themes),
        )
    for column, key in enumerate(names):
        if key:
            told = np.asarray(words[:, sorted(key)].sum(axis=1)) > 0
            shared[told, column] = _SHARED
    found = list[frozenset[str]]()
    for i, profile in enumerate(profiles[n_queries:], n_queries):
        thin = [t for t in profile.themes if shared[i, place[t]] < _SHARED]
        bare = frozenset(t for t in thin if shared[i, place[t]] < _NOTHING)
        found.append(profile.themes if len(thin) > _MOST * len(profile.themes) else bare)
    return found


def _among(stated: NDArray[np.int64], own: NDArray[np.bool_]) -> NDArray[np.int64]:
    """Return which of some profiles state which theme, with their places among them."""
    kept = stated[own[stated[:, 0]]]
    return np.column_stack([(np.cumsum(own) - 1)[kept[:, 0]], kept[:, 1]])


def _words(read: Tokens, n_stems: int) -> "sparse.csr_array[np.int32]":
    """Return which words each profile has."""
    n = read.texts.size - 1
    owners = np.repeat(np.arange(n), np.diff(read.ends[read.texts]))
    ones = np.ones(read.ids.size, dtype=np.int32)
    shape = (n, n_stems)
    words = sparse.coo_array((ones, (owners, read.ids)), shape=shape).tocsr()
    words.data[:] = 1
    return sparse.csr_array(words)


def _shared(
    words: "sparse.csr_array[np.int32]", stated: NDArray[np.int64], n_themes: int
) -> NDArray[np.int64]:
    """Count the words that profiles have in common with others that state a theme.

    Returns
    -------
    shared : int array of shape (n_profiles, n_themes)
        Of themes that a profile does not state it says nothing.
    """
    n = words.shape[0]
    ones = np.ones(len(stated), dtype=np.int32)
    stating = sparse.csr_array((ones, (stated[:, 1], stated[:, 0])), shape=(n_themes, n))
    # without the profile itself, which states the theme and has the word
    elsewhere = sparse.csr_array(stating @ words).toarray() - 1
    others: NDArray[np.int64] = np.asarray(stating.sum(axis=1))[None, :] - 1
    often: NDArray[np.int64] = np.asarray(words.sum(axis=0))[None, :]
    told: NDArray[np.int64] = np.asarray(words.sum(axis=1))[:, None]
    common = (elsewhere >= 1) & (often <= _COMMON * n)
    shared = np.asarray(words @ common.T.astype(np.int64))
    # with few to compare, a text that says something has the benefit of the doubt
    few = (others < _OTHERS) | (n < _PROFILES)
    return np.asarray(np.where(few, np.where(told >= _SAID, _SHARED, 0), shared), np.int64)


def _words_of(theme: str, reader: Reader) -> frozenset[int]:
    """Return the words of a theme's own key, such as open and source."""
    words = theme.rpartition(":")[2].replace("-", " ").replace("_", " ").split()
    stems = [stem(word, "en") for word in words if len(word) > 2]
    return frozenset(reader.numbers([name for name in stems if name]))
