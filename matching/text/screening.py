"""What of a pool is not told by those who hand it in: copies, lists of words, bare claims.

The rule: it says what it found and where, so that people can look; a screened profile is the
same text with the places that do not count. What it takes for a copy or a list is so on
purpose: a run of ten telling words in their order, and passages without small words.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final, Literal, NamedTuple

import numpy as np

from matching.text.characters import WORD, shaped
from matching.text.encoded import language_number
from matching.text.grams import Places, grams
from matching.text.language import Token, language_of, tokens
from matching.text.languages import bare, lowered, small_words
from matching.text.profile import Profile
from matching.text.reading import Reader, Tokens
from matching.text.theme_claims import claimed

# So many telling words in a row, stop words left out, are some fifteen to twenty written ones.
# Of pairs of texts that nobody copied fewer than one in 10,000 has such a run in common.
_GRAM: Final = 8
_RUN: Final = 10

# What lies between two runs of a passage and is no longer than this was changed in copying.
_GAP: Final = 8

# Prose in these languages has a quarter to half of small words; of passages that people wrote
# one in 200 in English, and a few in a hundred in others, has less than a tenth. Where endings
# do what small words do elsewhere, as in Finnish or Turkish, their number tells nothing.
# Short passages are notes at times.
_PROSE: Final = frozenset(
    {"ca", "da", "de", "el", "en", "es", "fr", "it", "nl", "no", "pt", "ro", "sv"}
)
_SMALL: Final = 0.1
_ENOUGH: Final = 18

# Where so many words are followed by a comma or the like, no sentence is told.
_SEPARATED: Final = 0.6
_SEPARATORS: Final = re.compile(r"[,;|/\u2022\n]")


class Spot(NamedTuple):
    """A part of a passage.

    Parameters
    ----------
    side : {"query", "candidate"}
    profile : int
        Position among the queries or in the pool.
    passage : int
        Position in ``Profile.texts``.
    start, stop : int
        Characters of the passage.
    """

    side: Literal["query", "candidate"]
    profile: int
    passage: int
    start: int
    stop: int


class Copy(NamedTuple):
    """A part of a passage that stands word for word in another text.

    Parameters
    ----------
    place : Spot
        In the pool.
    source : Spot
        In a query, or in another profile of the pool. Of two in the pool nobody knows who
        wrote first: the later one is called the copy.
    """

    place: Spot
    source: Spot


@dataclass(frozen=True, slots=True)
class Screening:
    """A pool with what does not count in it.

    Parameters
    ----------
    pool : tuple of Profile
        What was copied from a query and lists of words are omitted; what was copied from
        another of the pool counts. Themes that no text bears out are claimed.
    copies : tuple of Copy
    lists : tuple of Spot
    """

    pool: tuple[Profile, ...]
    copies: tuple[Copy, ...]
    lists: tuple[Spot, ...]


def screened(
    queries: Sequence[Profile], pool: Sequence[Profile], reader: Reader | None = None
) -> Screening:
    """Find what does not count in a pool.

    Parameters
    ----------
    queries, pool : sequences of Profile
    reader : Reader, default=None
        Share one to read no text twice.
    """
    reader = reader or Reader()
    everybody = (*queries, *pool)
    read = reader.read(everybody)
    copies = tuple(_copies(everybody, len(queries), read))
    names = {language_number(name): name for name in _PROSE}
    spoken = [names.get(number) for number in read.languages[len(queries) :].tolist()]
    lists = tuple(
        spot
        for j, (profile, language) in enumerate(zip(pool, spoken, strict=True))
        for spot in _lists(profile, j, language)
    )
    omitted: dict[int, list[tuple[int, int, int]]] = {}
    for place in (*(c.place for c in copies if c.source.side == "query"), *lists):
        omitted.setdefault(place.profile, []).append(place[2:])
    told = [
        replace(profile, omitted=tuple(sorted(omitted[j]))) if j in omitted else profile
        for j, profile in enumerate(pool)
    ]
    if omitted:
        read = reader.read((*queries, *told))
    claims = claimed((*queries, *told), len(queries), read, reader)
    return Screening(
        tuple(
            replace(profile, claimed=bare) if bare else profile
            for profile, bare in zip(told, claims, strict=True)
        ),
        copies,
        lists,
    )


# --- copies ----------------------------------------------------------------------------


def _copies(everybody: Sequence[Profile], n_queries: int, read: Tokens) -> "list[Copy]":
    """Find runs of words of the pool that stand in a query or earlier in the pool."""
    at, sources = _repeated(read, n_queries)
    owners = np.searchsorted(read.texts, np.arange(read.ends.size - 1), side="right") - 1
    found = list[Copy]()
    where: dict[int, list[Token]] = {}

    def spot(text: int, first: int, last: int) -> Spot:
        owner = int(owners[text])
        passage = int(text - read.texts[owner])
        if text not in where:
            profile = everybody[owner]
            where[text] = list(tokens(profile.counted[passage], language_of(profile)))
        words, start = where[text], int(read.ends[text])
        side: Literal["query", "candidate"] = "query" if owner < n_queries else "candidate"
        position = owner - (0 if side == "query" else n_queries)
        return Spot(
            side, position, passage, words[first - start].start, words[last - start].end
        )

    texts = np.searchsorted(read.ends, at, side="right") - 1
    for text in np.unique(texts).tolist():
        here = texts == text
        for first, last, source in _runs(at[here], sources[here]):
            origin = int(np.searchsorted(read.ends, source, side="right")) - 1
            end = min(source + last - first, int(read.ends[origin + 1]) - 1)
            found.append(Copy(spot(text, first, last), spot(origin, source, end)))
    return found


def _repeated(read: Tokens, n_queries: int) -> tuple[Places, Places]:
    """Return where runs of the pool begin that another profile has before, and where."""
    nothing = np.empty(0, dtype=np.intp)
    hashes, starts = grams(read.ids, read.ends, _GRAM)
    ascending = np.sort(hashes)
    twice = np.unique(ascending[1:][ascending[1:] == ascending[:-1]])
    if not twice.size:
        return nothing, nothing
    slots = np.minimum(np.searchsorted(twice, hashes), twice.size - 1)
    repeated = twice[slots] == hashes
    at, slots = starts[repeated], slots[repeated]
    owners = np.repeat(np.arange(read.texts.size - 1), np.diff(read.ends[read.texts]))[at]
    order = np.lexsort((at, slots))
    groups, at, owners = slots[order], at[order], owners[order]
    first = np.searchsorted(groups, groups)
    later = (owners >= n_queries) & (owners != owners[first])
    places, origins = at[later], at[first][later]
    order = np.argsort(places)
    return places[order], origins[order]


def _runs(at: Places, sources: Places) -> "list[tuple[int, int, int]]":
    """Return first and last word of each run of a passage, and where its source begins."""
    cuts = np.flatnonzero(np.diff(at) > _GRAM + _GAP) + 1
    found = list[tuple[int, int, int]]()
    for places, origins in zip(np.split(at, cuts), np.split(sources, cuts), strict=True):
        first, last = int(places[0]), int(places[-1]) + _GRAM - 1
        if last - first + 1 >= _RUN:
            found.append((first, last, int(origins[0])))
    return found


# --- lists of words --------------------------------------------------------------------


def _lists(profile: Profile, position: int, language: str | None) -> "list[Spot]":
    """Return the passages that are no prose; short ones are looked at together."""
    words = [WORD.findall(shaped(text).lower()) for text in profile.texts]
    long = [i for i, found in enumerate(words) if len(found) >= _ENOUGH]
    short = [i for i, found in enumerate(words) if 0 < len(found) < _ENOUGH]
    groups = [[i] for i in long] + [short]
    return [
        Spot("candidate", position, i, 0, len(profile.texts[i]))
        for group in groups
        if _is_list(
            [word for i in group for word in words[i]],
            sum(len(_SEPARATORS.findall(profile.texts[i])) for i in group),
            language,
        )
        for i in group
    ]


def _is_list(words: Sequence[str], n_separators: int, language: str | None) -> bool:
    if len(words) < _ENOUGH:
        return False
    if n_separators >= _SEPARATED * len(words):
        return True
    # of a language that does without small words nobody can say
    if language is None:
        return False
    small, n_small = small_words(language), 0
    for word in words:
        n_small += bare(lowered(word, language), language) in small
        # prose has so many after a few words
        if n_small >= _SMALL * len(words):
            return False
    return True
