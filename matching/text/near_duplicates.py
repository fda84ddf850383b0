"""Which of many tell nearly the same, and where: runs of words that stand in both.

The rule: a word is in common where it stands, with its neighbours, in a run of three telling
words that the other has too, in whatever passage. So a text is found again although some of its
words were changed or its passages moved, and a short one within a long one. All languages are
read in one way, words as they are written, so nothing depends on which one a text is taken for.
"""

from collections.abc import Iterator, Sequence
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from matching.text.grams import Hashes, Places, grams
from matching.text.languages import all_small_words
from matching.text.positions import runs, slices
from matching.text.profile import Profile
from matching.text.reading import Reader, Tokens

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]

LEAST: Final = 0.3
"""Share of one of two from which on they are near-duplicates (docs/matching/duplicates.md)."""

GRAM: Final = 3
"""Telling words of a run. Of copies in which three of ten words were changed, half of the words
stand in such a run, and of runs of four a third. Shorter ones are set phrases."""

NO_LANGUAGE: Final = "und"
"""Stands for no language: its words are neither stemmed nor left out."""

# Fewer words in common are names and set phrases, in whatever share of a short text.
_WORDS: Final = 12
_FEWEST: Final = -(-_WORDS // GRAM)

# Where more have a run in common, each is paired with so many before it and behind it.
_NEIGHBOURS: Final = 16

# What is held at once: runs that are met, and pairs that are looked at.
_RUNS_AT_ONCE: Final = 1 << 16
_PAIRS_AT_ONCE: Final = 1 << 12


class Fingerprint(NamedTuple):
    """What is compared of one profile.

    Only those of one `Reader` can be compared with one another.

    Parameters
    ----------
    id : str
        Of the profile.
    hashes : uint64 array of shape (n_runs,)
        Every run of three telling words.
    places : int32 array of shape (n_runs,)
        The first word of each, counted through all texts.
    n_words : int
        Telling words, those of texts left out that are shorter than a run.
    """

    id: str
    hashes: Hashes
    places: NDArray[np.int32]
    n_words: int


class NearDuplicate(NamedTuple):
    """Two of many that tell nearly the same.

    Parameters
    ----------
    first, second : int
        Positions among those that were compared, the smaller one first.
    of_first, of_second : float
        Share of the telling words of one that stand in the other as well, 0 to 1.
    """

    first: int
    second: int
    of_first: float
    of_second: float


def near_duplicates(
    profiles: Sequence[Profile],
    reader: Reader | None = None,
    *,
    of: int | None = None,
    least: float = LEAST,
) -> list[NearDuplicate]:
    """Find which of many tell nearly the same.

    Of a text that stands in more than some thirty profiles, each is paired with some thirty of
    the others alone; with `of`, no other is left out.

    Parameters
    ----------
    profiles : sequence of Profile
    reader : Reader, default=None
        Share one to read no text twice.
    of : int, default=None
        Position of the one that is compared with all others; None: all pairs.
    least : float in (0, 1], default=0.3
        Share of the telling words of one of two that stand in the other as well.

    Returns
    -------
    pairs : list of NearDuplicate
        The greatest share first.

    Examples
    --------
    >>> text = "Sensors warn remote valleys of landslides after heavy rain, day and night, and"
    >>> text += " send short messages to schools, farms, roads and rescue services."
    >>> near_duplicates([Profile("a", (text,)), Profile("b", ("In short.", text))])
    [NearDuplicate(first=0, second=1, of_first=1.0, of_second=1.0)]
    """
    return alike(fingerprints(profiles, reader or Reader()), of=of, least=least)


def fingerprints(profiles: Sequence[Profile], reader: Reader) -> list[Fingerprint]:
    """Return what is compared of each profile, to be kept for the next question."""
    read = read_plainly([text for profile in profiles for text in profile.counted], reader)
    hashes, places = grams(read.ids, read.ends, GRAM)
    sizes = np.diff(read.ends)
    counted = np.concatenate([[0], np.cumsum(np.where(sizes < GRAM, 0, sizes))])
    cuts = np.cumsum([0, *(len(profile.texts) for profile in profiles)])
    ends = read.ends[cuts]
    at = np.searchsorted(places, ends)
    return [
        Fingerprint(
            profile.id,
            hashes[at[i] : at[i + 1]].copy(),
            (places[at[i] : at[i + 1]] - ends[i]).astype(np.int32),
            int(counted[cuts[i + 1]] - counted[cuts[i]]),
        )
        for i, profile in enumerate(profiles)
    ]


def read_plainly(texts: Sequence[str], reader: Reader) -> Tokens:
    """Read texts, each by itself, without the small words of any language."""
    read = reader.read([Profile("", (text,), language=NO_LANGUAGE) for text in texts])
    return read.without(np.isin(read.ids, reader.numbers(all_small_words())))


def alike(
    told: Sequence[Fingerprint], *, of: int | None = None, least: float = LEAST
) -> list[NearDuplicate]:
    """Find which of many are alike; see `near_duplicates`."""
    # in the order of ids, so that whom a frequent text is paired with depends on nothing else
    order = sorted(range(len(told)), key=lambda i: told[i].id)
    held = _Held.of([told[i] for i in order], None if of is None else order.index(of))
    n_words = np.array([told[i].n_words for i in order], dtype=np.int64)
    pairs = held.pairs() if of is None else held.pairs_of(order.index(of))
    found = list[NearDuplicate]()
    for some in slices(len(pairs), _PAIRS_AT_ONCE):
        one, other = pairs[some].T
        covered = np.stack([held.covered(one, other), held.covered(other, one)])
        shares = covered / n_words[pairs[some].T]
        kept = (shares.max(axis=0) >= least) & (covered.min(axis=0) >= _WORDS)
        for i in np.flatnonzero(kept).tolist():
            both = zip(pairs[some][i].tolist(), shares[:, i].tolist(), strict=True)
            (first, of_first), (second, of_second) = sorted((order[p], s) for p, s in both)
            found.append(NearDuplicate(first, second, of_first, of_second))
    return sorted(found, key=_most_first)


def _most_first(pair: NearDuplicate) -> tuple[float, float, int, int]:
    shares = sorted((-pair.of_first, -pair.of_second))
    return (shares[0], shares[1], pair.first, pair.second)


class _Held(NamedTuple):
    """The runs of words that more than one has, one after the other.

    Parameters
    ----------
    kinds : int64 array of shape (n_runs,)
        Equal for equal runs.
    places : int64 array of shape (n_runs,)
        The first word of each.
    ends : int64 array of shape (n_profiles + 1,)
        Runs ``ends[i]`` to ``ends[i + 1]`` belong to profile i.
    """

    kinds: Ints
    places: Ints
    ends: Ints

    @classmethod
    def of(cls, told: Sequence[Fingerprint], one: int | None) -> "_Held":
        nothing = np.empty(0, dtype=np.uint64)
        hashes = np.concatenate([nothing, *(each.hashes for each in told)])
        places = np.concatenate([nothing.astype(np.int64), *(each.places for each in told)])
        owners = np.repeat(np.arange(len(told)), [each.hashes.size for each in told])
        if one is None:
            ascending = np.sort(hashes)
            wanted = np.unique(ascending[1:][ascending[1:] == ascending[:-1]])
        else:
            wanted = np.unique(told[one].hashes)
        kinds = np.searchsorted(wanted, hashes)
        kept = np.zeros(hashes.size, dtype=np.bool_)
        if wanted.size:
            kept = wanted[np.minimum(kinds, wanted.size - 1)] == hashes
        ends = np.searchsorted(owners[kept], np.arange(len(told) + 1))
        return cls(kinds[kept], places[kept], ends)

    @property
    def owners(self) -> Places:
        """Whose each run is."""
        return np.repeat(np.arange(self.ends.size - 1), np.diff(self.ends))

    def pairs_of(self, one: int) -> Ints:
        """Return one with each other that has enough of its runs."""
        n = self.ends.size - 1
        mine = np.unique(self.kinds[self.ends[one] : self.ends[one + 1]])
        theirs = np.unique(self.owners * max(mine.size, 1) + self.kinds)
        n_common = np.bincount(theirs // max(mine.size, 1), minlength=n)
        n_common[one] = 0
        others = np.flatnonzero(n_common >= _FEWEST)
        return np.stack([np.full_like(others, one), others], axis=1)

    def pairs(self) -> Ints:
        """Return all pairs that have enough runs in common."""
        n = self.ends.size - 1
        holders = np.unique(self.kinds * n + self.owners)
        found = [np.empty((0, 2), dtype=np.int64)]
        for keys in self._met(holders, n):
            pairs, n_common = np.unique(keys, return_counts=True)
            pairs = pairs[n_common >= _FEWEST]
            found.append(np.stack([pairs // n, pairs % n], axis=1))
        return np.concatenate(found)

    def _met(self, holders: Ints, n: int) -> Iterator[Ints]:
        """Yield every pair once for each run that both have; those of a first at once."""
        kinds, owners = np.divmod(holders, max(n, 1))
        order = np.argsort(owners, kind="stable")
        starts = np.searchsorted(owners[order], np.arange(n + 1))
        first = 0
        while first < n:
            wanted = np.searchsorted(starts, starts[first] + _RUNS_AT_ONCE, side="right") - 1
            last = min(max(int(wanted), first + 1), n)
            here = order[starts[first] : starts[last]]
            behind = np.minimum(here[:, None] + np.arange(1, _NEIGHBOURS + 1), kinds.size - 1)
            same = (kinds[behind] == kinds[here][:, None]) & (behind > here[:, None])
            same &= owners[behind] > owners[here][:, None]
            rows = np.broadcast_to(owners[here][:, None], same.shape)
            yield rows[same] * n + owners[behind][same]
            first = last

    def covered(self, one: Ints, other: Ints) -> Ints:
        """Return, pair by pair, how many words of one stand in runs that the other has."""
        width = int(self.kinds.max(initial=0)) + 1
        mine, owners = self._runs_of(one)
        theirs, others = self._runs_of(other)
        known = np.unique(others * width + self.kinds[theirs])
        asked = owners * width + self.kinds[mine]
        at = np.minimum(np.searchsorted(known, asked), max(known.size - 1, 0))
        common = known[at] == asked
        return _n_words(owners[common], self.places[mine[common]], one.size)

    def _runs_of(self, profiles: Ints) -> tuple[Places, Places]:
        sizes = np.diff(self.ends)[profiles]
        at = runs(self.ends[profiles], sizes)
        return at, np.repeat(np.arange(profiles.size), sizes)


def _n_words(owners: Places, places: Ints, n: int) -> Ints:
    """Count the words of runs that may overlap; a run never reaches into the next text."""
    steps = np.full(places.size, GRAM, dtype=np.int64)
    together = owners[1:] == owners[:-1]
    steps[:-1][together] = np.minimum(np.diff(places)[together], GRAM)
    return np.bincount(owners, steps, minlength=n).astype(np.int64)
