"""Two profiles side by side: which words stand in both, passage by passage.

The rule: what is marked is what `matching.text.near_duplicates` counts.
"""

from collections.abc import Sequence
from itertools import product
from typing import NamedTuple

import numpy as np

from matching.text.grams import grams
from matching.text.language import tokens
from matching.text.languages import all_small_words
from matching.text.near_duplicates import GRAM, NO_LANGUAGE, read_plainly
from matching.text.profile import Profile
from matching.text.reading import Reader


class Part(NamedTuple):
    """A passage with the places of what stands in another one as well.

    Parameters
    ----------
    passage : int
        Position in ``Profile.texts``.
    marks : tuple of (int, int)
        First character, and the one behind the last, of each run of words.
    """

    passage: int
    marks: tuple[tuple[int, int], ...]


class Facing(NamedTuple):
    """Two passages with words in common.

    Parameters
    ----------
    first, second : Part
    n_words : int
        How many telling words of the first stand in the second.
    """

    first: Part
    second: Part
    n_words: int


class Comparison(NamedTuple):
    """What two profiles have in common.

    Parameters
    ----------
    of_first, of_second : float
        As in `NearDuplicate`.
    passages : tuple of Facing
        Each passage of either with the one of the other that has most of its words, those
        with most first.
    """

    of_first: float
    of_second: float
    passages: tuple[Facing, ...]


def compared(
    one: Profile, other: Profile, reader: Reader | None = None, *, most: int | None = None
) -> Comparison:
    """Tell what two profiles have in common, and where it stands.

    Parameters
    ----------
    one, other : Profile
    reader : Reader, default=None
        Share one to read no text twice.
    most : int, default=None
        Pairs of passages that are told, those with most words first; None: all.
    """
    reader = reader or Reader()
    sides = [_passages(profile, reader) for profile in (one, other)]
    everything = [frozenset[int]().union(*(passage.runs for passage in side)) for side in sides]
    of_first, of_second = (
        _share(side, theirs) for side, theirs in zip(sides, everything[::-1], strict=True)
    )
    met = [
        (len(words), i, j)
        for (i, mine), (j, theirs) in product(enumerate(sides[0]), enumerate(sides[1]))
        if (words := mine.covered(theirs.runs))
    ]
    best = sorted(
        {
            max((m for m in met if m[side] == at), key=_longest)
            for side in (1, 2)
            for at in {m[side] for m in met}
        },
        key=lambda m: (-m[0], *m[1:]),
    )
    return Comparison(
        of_first,
        of_second,
        tuple(
            Facing(
                Part(i, sides[0][i].marks(sides[1][j].runs)),
                Part(j, sides[1][j].marks(sides[0][i].runs)),
                n_words,
            )
            for n_words, i, j in best[:most]
        ),
    )


def _longest(met: tuple[int, int, int]) -> tuple[int, int, int]:
    n_words, i, j = met
    return n_words, -i, -j


class _Passage(NamedTuple):
    """One passage: its text, how many telling words, its runs, and which words tell nothing."""

    text: str
    n_words: int
    hashes: tuple[int, ...]
    runs: frozenset[int]
    small: frozenset[str]

    def covered(self, known: frozenset[int]) -> list[int]:
        """Return the words of runs that are known, in their order."""
        starts = (i for i, hashed in enumerate(self.hashes) if hashed in known)
        return sorted({i + k for i in starts for k in range(GRAM)})

    def marks(self, known: frozenset[int]) -> tuple[tuple[int, int], ...]:
        """Return where words stand that are known, those in a row as one."""
        words = [w for w in tokens(self.text, NO_LANGUAGE) if w.stem not in self.small]
        found = list[tuple[int, int]]()
        before = -2
        for at in self.covered(known):
            start, stop = words[at].start, words[at].end
            if at == before + 1:
                start, stop = found.pop()[0], max(stop, words[before].end)
            found.append((start, stop))
            before = at
        return tuple(found)


def _passages(profile: Profile, reader: Reader) -> list[_Passage]:
    read = read_plainly(profile.counted, reader)
    hashes, places = grams(read.ids, read.ends, GRAM)
    at = np.searchsorted(places, read.ends)
    small = frozenset(all_small_words())
    own = [tuple(hashes[at[t] : at[t + 1]].tolist()) for t in range(len(profile.counted))]
    return [
        _Passage(text, int(n_words), runs, frozenset(runs), small)
        for text, n_words, runs in zip(profile.counted, np.diff(read.ends), own, strict=True)
    ]


def _share(passages: Sequence[_Passage], known: frozenset[int]) -> float:
    n_words = sum(passage.n_words for passage in passages if passage.hashes)
    return (
        sum(len(passage.covered(known)) for passage in passages) / n_words if n_words else 0.0
    )
