"""What a profile has told before: repeated runs of words, within a passage and in later ones.

The rule: it looks at one profile alone and at nothing that was learned, so a profile has the
same words in any pool. It works on stems in their order, and finds a repetition although
some words in it were changed or left out.
"""

import itertools
from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from matching.text.reading import Tokens

Places = NDArray[np.intp]
Bools = NDArray[np.bool_]

# Two words so near to one another, in their order, are a pair that can be met again.
_NEAR: Final = 3

# A run is told again where, of the pairs of so many words before and behind, this part was met
# before and at about the same distance. Of copies in which a third of the words was changed a
# quarter is left; prose that returns to its topic does so at ever other distances.
_AROUND: Final = 12
_AGAIN: Final = 0.16
_BAND: Final = 8

# How many earlier places of a pair are looked at.
_BACK: Final = 8

# Shorter runs are names and set phrases, which people do repeat.
_RUN: Final = 8

# So much of a text, and it is made of copies: what stands between them is none of its own.
_COPY: Final = 0.55
_FAR: Final = 30

# Before anything else is looked at: neighbours of a text that its profile has told before.
_SUSPECT: Final = 0.08

# Words that are looked at together: the place of one of them fits into so many bits.
_BITS: Final = 20
_PLACE: Final = np.uint64((1 << _BITS) - 1)

_FACTORS: Final = (
    np.uint64(0x9E3779B97F4A7C15),
    np.uint64(0xC2B2AE3D27D4EB4F),
    np.uint64(0x165667B19E3779F9),
)


class Retold(NamedTuple):
    """Which words only repeat what their profile has told before.

    Parameters
    ----------
    within, across : bool arrays of shape (n_tokens,)
        What stands earlier in the same text, and what stands in an earlier one.
    """

    within: Bools
    across: Bools


def retold(tokens: "Tokens") -> Retold:
    """Find what profiles tell again."""
    n = tokens.ids.size
    found = Retold(np.zeros(n, dtype=np.bool_), np.zeros(n, dtype=np.bool_))
    texts = np.repeat(np.arange(tokens.ends.size - 1), np.diff(tokens.ends))
    before = 0
    for part in tokens.parts(1 << _BITS):
        for profile in _suspects(part).tolist():
            start, stop = part.ends[part.texts[profile : profile + 2]].tolist()
            here = slice(before + start, before + stop)
            found.within[here], found.across[here] = _again(part.ids[start:stop], texts[here])
        before += part.ids.size
    # what is left between the runs of a copy is not what its author has to tell
    found.across[mostly(found.across, tokens.ends)[texts]] = True
    for text in np.flatnonzero(mostly(found.within, tokens.ends)).tolist():
        _fill(found.within[slice(*tokens.ends[text : text + 2])])
    return found


def mostly(flags: Bools, ends: NDArray[np.int64]) -> Bools:
    """Tell of each text whether most of it has a flag."""
    sums = np.concatenate([[0], np.cumsum(flags)])[ends]
    return np.asarray((np.diff(sums) >= _COPY * np.diff(ends)) & (np.diff(sums) > 0))


def _fill(flags: Bools) -> None:
    """Set the flags between two that are not far from one another, and behind the last."""
    at = np.append(np.flatnonzero(flags), flags.size)
    for before, after in itertools.pairwise(at.tolist()):
        if after - before <= _FAR:
            flags[before:after] = True


def _suspects(tokens: "Tokens") -> Places:
    """Return the profiles with a text of which many neighbours were told before."""
    n_texts = tokens.ends.size - 1
    owners = np.repeat(np.arange(tokens.texts.size - 1), np.diff(tokens.ends[tokens.texts]))
    keys = _keys(tokens.ids[:-1], tokens.ids[1:], owners[:-1])
    # one sort for all: the key in the high bits, the place in the low ones
    packed = np.sort((keys & ~_PLACE) | np.arange(keys.size, dtype=np.uint64) & _PLACE)
    same = (packed[1:] | _PLACE) == (packed[:-1] | _PLACE)
    places = (packed[1:][same] & _PLACE).astype(np.intp)
    texts = np.repeat(np.arange(n_texts), np.diff(tokens.ends))
    n_again = np.bincount(texts[places], minlength=n_texts)
    suspect = n_again > np.maximum(_NEAR, _SUSPECT * np.diff(tokens.ends))
    of_profile = np.repeat(np.arange(tokens.texts.size - 1), np.diff(tokens.texts))
    return np.unique(of_profile[suspect])


def _keys(
    left: NDArray[np.int32], right: NDArray[np.int32], owners: Places
) -> NDArray[np.uint64]:
    """Return a number for each pair of words of a profile, equal for equal pairs."""
    keys = left.astype(np.uint64) * _FACTORS[0]
    keys ^= right.astype(np.uint64) * _FACTORS[1]
    keys ^= keys >> np.uint64(29)
    keys *= _FACTORS[2]
    keys ^= owners.astype(np.uint64) * _FACTORS[0]
    keys ^= keys >> np.uint64(32)
    return keys * _FACTORS[1]


def _again(ids: NDArray[np.int32], texts: Places) -> tuple[Bools, Bools]:
    """Tell the same of the words of one profile."""
    at, there = _links(ids)
    one = texts[at] == texts[there]
    return _aligned(at[one], there[one], texts), _aligned(at[~one], there[~one], texts)


def _links(ids: NDArray[np.int32]) -> tuple[Places, Places]:
    """Return where pairs of near words stand that were told before, and where that was."""
    steps = range(1, min(_NEAR, ids.size - 1) + 1)
    pairs = np.concatenate([ids[:-d].astype(np.int64) << 32 | ids[d:] for d in steps])
    starts = np.concatenate([np.arange(ids.size - d) for d in steps])
    # a word beside itself says nothing about where it was met before
    other = pairs >> 32 != pairs & 0xFFFFFFFF
    pairs, starts = pairs[other], starts[other]
    order = np.lexsort((starts, pairs))
    pairs, starts = pairs[order], starts[order]
    at, there = [starts[:0]], [starts[:0]]
    for back in range(1, _BACK + 1):
        same = np.flatnonzero(pairs[back:] == pairs[:-back])
        apart = same[starts[same + back] - starts[same] > _NEAR]
        at.append(starts[apart + back])
        there.append(starts[apart])
    return np.concatenate(at), np.concatenate(there)


def _aligned(at: Places, there: Places, texts: Places) -> Bools:
    """Keep the words in runs that repeat an earlier run, place after place."""
    n = texts.size
    first, last = (np.searchsorted(texts, texts, side=side) for side in ("left", "right"))
    edges = np.zeros(n + 1, dtype=np.intp)
    around = np.arange(n)
    around = np.minimum(around + _AROUND + 1, n) - np.maximum(around - _AROUND, 0)
    for shift in (0, _BAND // 2):
        # links of about one distance, one behind the other
        keys = np.sort((at - there + shift) // _BAND * (2 * n) + at)
        near = np.searchsorted(keys, keys + _AROUND, side="right")
        near -= np.searchsorted(keys, keys - _AROUND, side="left")
        places = keys % (2 * n)
        here = places[near >= _AGAIN * _NEAR * around[places]]
        np.add.at(edges, np.maximum(here - _NEAR, first[here]), 1)
        np.add.at(edges, np.minimum(here + 2 * _NEAR, last[here]), -1)
    return _long(np.cumsum(edges)[:-1] > 0)


def _long(flags: Bools) -> Bools:
    """Keep the runs that are long enough."""
    turns = np.flatnonzero(np.diff(flags, prepend=False, append=False))
    starts, stops = turns[::2], turns[1::2]
    kept = np.zeros(flags.size, dtype=np.bool_)
    for start, stop in zip(starts.tolist(), stops.tolist(), strict=True):
        kept[start:stop] = stop - start >= _RUN
    return kept
