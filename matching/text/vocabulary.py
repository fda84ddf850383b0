"""Which terms there are, what each weighs, and how texts become rows of weighed terms.

The rule: a term is a stem or a pair of neighbouring stems; its column never changes, so
rows made before and after words were added can be multiplied.
"""

import itertools
import math
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from matching.text.encoded import Floats, Matrix, stacked
from matching.text.reading import Reader, Tokens

Columns = NDArray[np.int32]

# Below so many distinct texts a word that stands in one profile may be the telling one.
_FEW_TEXTS: Final = 30

# Keeps the memory of large pools flat, and arrays at 4 MB: of larger ones the system hands the
# memory out anew each time, which took a fifth of fitting 10,000 texts. Where so many terms are
# known that looking them up costs more, four words for each of them, up to arrays of 16 MB.
_WORDS_AT_ONCE: Final = 1 << 19
_MOST_WORDS_AT_ONCE: Final = 1 << 21
_WORDS_FOR_A_TERM: Final = 4

# A pair of stems as one number: the first one times this, plus the second one.
_FIRST: Final = 1 << 32

_UNKNOWN: Final = -1

# Odd, with no order in their bits: the golden ratio of 64 bits, and its square.
_MULTIPLIERS: Final = (np.uint64(0x9E3779B97F4A7C15), np.uint64(0x9E3779B97F4A7C15**2 % 2**64))


@dataclass(frozen=True, eq=False)
class Vocabulary:
    """The known terms.

    Parameters
    ----------
    stems : dict of str to int
        Column of each stem: those that were learned in alphabetical order, then those that
        were added.
    pairs : int64 array of shape (n_pairs,)
        Each pair as ``first * 2**32 + second`` of the columns of its stems, ascending.
    pair_columns : int32 array of shape (n_pairs,)
    idf : float64 array of shape (n_terms,)
        Weight of each column; that of a pair includes `pair_weight`.
    unknown_idf : float
        Weight of a stem that stands in no profile: the largest of all.
    pair_weight : float
    """

    stems: dict[str, int]
    pairs: NDArray[np.int64]
    pair_columns: Columns
    idf: Floats
    unknown_idf: float
    pair_weight: float

    @classmethod
    def learn(
        cls, tokens: Tokens, reader: Reader, *, min_df: int | None, pair_weight: float
    ) -> "Vocabulary":
        """Learn the terms of all texts, each counted for the profiles that tell it.

        Profiles that tell the same texts count once.

        Parameters
        ----------
        tokens : Tokens
        reader : Reader
            Which read them.
        min_df : int or None
            Terms of fewer profiles are left out; None: 2, or 1 below 30 distinct texts.
        pair_weight : float in [0, 1]
            0 leaves pairs out.
        """
        tokens, n_texts = _different(tokens)
        n = tokens.texts.size - 1
        least = min_df or (1 if n_texts < _FEW_TEXTS else 2)
        known, columns = _alphabetical(tokens, reader)
        df = np.zeros(len(known), dtype=np.int64)
        for part in tokens.parts(_WORDS_AT_ONCE):
            df += _profiles_with(columns[part.ids], _owners(part), df.size)
        kept = df >= least
        learned = [name for name, keep in zip(known, kept.tolist(), strict=True) if keep]
        # the last one answers for the stems that nobody uses here
        renamed = np.append(np.where(kept, np.cumsum(kept) - 1, _UNKNOWN), _UNKNOWN)
        columns = renamed[columns].astype(np.int32)
        pairs, pair_df = np.empty(0, dtype=np.int64), np.empty(0, dtype=np.int64)
        if pair_weight > 0:
            pairs, pair_df = _frequent_pairs(tokens, columns, least)
        weight = np.concatenate([_idf(n, df[kept]), pair_weight * _idf(n, pair_df)])
        return cls(
            stems={name: column for column, name in enumerate(learned)},
            pairs=pairs,
            pair_columns=np.arange(len(learned), weight.size, dtype=np.int32),
            idf=weight,
            unknown_idf=inverse_frequency(n, 0),
            pair_weight=pair_weight,
        )

    def extended(self, tokens: Tokens, reader: Reader) -> "Vocabulary":
        """Add the unknown terms of some texts, at the largest weight.

        The weight of the terms that are known stays as it is.
        """
        used = _used(tokens).tolist()
        new = sorted({reader.stems[i] for i in used} - self.stems.keys())
        width = self.idf.size
        stems = self.stems | {name: width + i for i, name in enumerate(new)}
        pairs, columns = self.pairs, self.pair_columns
        added = np.full(len(new), self.unknown_idf)
        if self.pair_weight > 0:
            keys, _ = _pairs(_columns_of(stems, tokens, reader), tokens)
            unknown = np.setdiff1d(keys, pairs)
            places = np.searchsorted(pairs, unknown)
            width += len(new)
            named = np.arange(width, width + unknown.size, dtype=np.int32)
            pairs = np.insert(pairs, places, unknown)
            columns = np.insert(columns, places, named)
            heavy = np.full(unknown.size, self.pair_weight * self.unknown_idf)
            added = np.concatenate([added, heavy])
        return replace(
            self,
            stems=stems,
            pairs=pairs,
            pair_columns=columns,
            idf=np.concatenate([self.idf, added]),
        )

    def rows(self, tokens: Tokens, reader: Reader, *, joined: bool = False) -> Matrix:
        """Weigh the known terms: ``(1 + ln tf) * idf``.

        Returns
        -------
        rows : csr_array of shape (n_texts, n_terms), float64
            One row for each text, or with `joined` one for each profile; sorted columns.
        """
        parts = (
            self._rows(part, reader, joined)
            for part in tokens.parts(_words_at_once(self.pairs.size))
        )
        # each word is a term, and so is each but the first with the one before
        return stacked(parts, self.idf.size, 2 * tokens.ids.size)

    def _rows(self, tokens: Tokens, reader: Reader, joined: bool) -> Matrix:
        flat = _columns_of(self.stems, tokens, reader)
        known = np.flatnonzero(flat != _UNKNOWN)
        keys, at = _pairs(flat, tokens)
        hit, places = _among(self.pairs, keys)
        columns = np.concatenate([flat[known], self.pair_columns[places]])
        ends = tokens.ends[tokens.texts] if joined else tokens.ends
        owners = np.repeat(np.arange(ends.size - 1, dtype=np.int32), np.diff(ends))
        where = owners[np.concatenate([known, at[hit]])]
        ones = np.ones(columns.size)
        shape = (ends.size - 1, self.idf.size)
        # the conversion adds up what stands twice and leaves the columns of a row sorted
        counts = sparse.coo_array((ones, (where, columns)), shape=shape).tocsr()
        counts.sort_indices()
        return sparse.csr_array(
            (
                (1 + np.log(counts.data)) * self.idf[counts.indices],
                counts.indices,
                counts.indptr,
            ),
            shape=shape,
        )

    def names(self) -> list[str]:
        """Return the name of each column; a pair is its two stems with a space between."""
        return [self.stem_at.get(c) or self._pair_at(c) for c in range(self.idf.size)]

    @cached_property
    def stem_at(self) -> dict[int, str]:
        """The name of each stem, by its column."""
        return {column: name for name, column in self.stems.items()}

    @cached_property
    def _places(self) -> NDArray[np.intp]:
        """The place among the pairs of each column that is a pair."""
        places = np.zeros(self.idf.size, dtype=np.intp)
        places[self.pair_columns] = np.arange(self.pairs.size)
        return places

    @cached_property
    def stems_of(self) -> Columns:
        """The columns of the one or two stems of each term, shape (n_terms, 2); -1 for none."""
        stems = np.full((self.idf.size, 2), _UNKNOWN, dtype=np.int32)
        stems[:, 0] = np.arange(self.idf.size)
        stems[self.pair_columns, 0], stems[self.pair_columns, 1] = divmod(self.pairs, _FIRST)
        return stems

    @cached_property
    def alphabetical(self) -> NDArray[np.intp]:
        """The place of each stem in the alphabet, by its column; 0 for a pair."""
        places = np.zeros(self.idf.size, dtype=np.intp)
        places[[self.stems[name] for name in sorted(self.stems)]] = np.arange(len(self.stems))
        return places

    def _pair_at(self, column: int) -> str:
        first, second = divmod(int(self.pairs[self._places[column]]), _FIRST)
        return f"{self.stem_at[first]} {self.stem_at[second]}"

    def n_unknown(self, tokens: Tokens, reader: Reader) -> int:
        """Count the words whose stem is not known."""
        return int((_columns_of(self.stems, tokens, reader) == _UNKNOWN).sum())


def inverse_frequency(n: int, df: int) -> float:
    """Return ``1 + ln((1 + n) / (1 + df))``, the weight of what df of n state."""
    return 1 + math.log((1 + n) / (1 + df))


def _idf(n: int, df: NDArray[np.int64]) -> Floats:
    counts, which = np.unique(df, return_inverse=True)
    weights = [inverse_frequency(n, count) for count in counts.tolist()]
    return np.array(weights, dtype=np.float64)[which]


def _alphabetical(tokens: Tokens, reader: Reader) -> tuple[list[str], Columns]:
    """Return the stems that are used, sorted, and the place of each number among them."""
    used = _used(tokens)
    names = [reader.stems[i] for i in used.tolist()]
    order = sorted(range(len(names)), key=names.__getitem__)
    places = np.full(len(reader.stems), _UNKNOWN, dtype=np.int32)
    places[used[order]] = np.arange(len(names), dtype=np.int32)
    return [names[i] for i in order], places


def _columns_of(stems: dict[str, int], tokens: Tokens, reader: Reader) -> Columns:
    """Return the column of each token; -1 for an unknown stem."""
    places = np.full(len(reader.stems) + 1, _UNKNOWN, dtype=np.int32)
    used = _used(tokens)
    places[used] = [stems.get(reader.stems[i], _UNKNOWN) for i in used.tolist()]
    return places[tokens.ids]


def _different(tokens: Tokens) -> tuple[Tokens, int]:
    """Return the profiles that tell what no earlier one does, and how many texts."""
    hashes = tokens.told
    stories = (
        frozenset(hashes[a:b]) - {b""} for a, b in itertools.pairwise(tokens.texts.tolist())
    )
    first = dict[frozenset[bytes], int]()
    for i, story in enumerate(stories):
        if story:
            first.setdefault(story, i)
    n_texts = len(frozenset[bytes]().union(*first))
    return tokens.only(np.fromiter(first.values(), np.int64, len(first))), n_texts


def _frequent_pairs(
    tokens: Tokens, columns: Columns, least: int
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return the pairs of known stems that enough profiles have, ascending, and how many."""
    keys, n = np.empty(tokens.ids.size, dtype=np.int64), 0
    for part in tokens.parts(_WORDS_AT_ONCE):
        some, _ = _pairs(columns[part.ids], part)
        keys[n : n + some.size] = some
        n += some.size
    found, often = _distinct(keys[:n])
    # most pairs occur once: they are out before anybody counts profiles
    found = found[often >= least]
    df = np.zeros(found.size, dtype=np.int64)
    for part in tokens.parts(_words_at_once(found.size)):
        some, at = _pairs(columns[part.ids], part)
        hit, places = _among(found, some)
        df += _profiles_with(places, _owners(part)[at[hit]], df.size)
    return found[df >= least], df[df >= least]


def _words_at_once(n_terms: int) -> int:
    """Return how many words are looked up together among so many terms."""
    return min(max(_WORDS_AT_ONCE, _WORDS_FOR_A_TERM * n_terms), _MOST_WORDS_AT_ONCE)


def _among(
    ascending: NDArray[np.int64], keys: NDArray[np.int64]
) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Return which keys are among those, and the place of each of them.

    Many are hashed twice, and what has met others both times is searched for: that takes a
    third to two thirds of searching for all, where a table does not cost more than it saves.
    """
    if keys.size < ascending.size or not ascending.size:
        return _searched(ascending, keys)
    places = np.full(keys.size, _UNKNOWN, dtype=np.intp)
    left, at = np.arange(ascending.size), np.arange(keys.size)
    n_bits = ascending.size.bit_length() + 1
    for multiplier in _MULTIPLIERS:
        table = np.full(1 << n_bits, _UNKNOWN, dtype=np.int32)
        slots = _slots(ascending[left], multiplier, n_bits)
        table[slots] = left
        displaced = table[slots] != left
        crowded = np.zeros(table.size, dtype=np.bool_)
        crowded[slots[displaced]] = True
        slots = _slots(keys[at], multiplier, n_bits)
        there = table[slots]
        # nobody's slot reads the last one, which is no key of that slot
        same = ascending[there] == keys[at]
        places[at[same]] = there[same]
        at, left = at[crowded[slots] & ~same], left[displaced]
    hit, searched = _searched(ascending[left], keys[at])
    places[at[hit]] = left[searched]
    hit = np.flatnonzero(places != _UNKNOWN)
    return hit, places[hit]


def _searched(
    ascending: NDArray[np.int64], keys: NDArray[np.int64]
) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Do the same by bisection, for fewer keys."""
    # one after the other they are found two to five times as quickly: the memory is near
    order = np.argsort(keys)
    places = np.empty(keys.size, dtype=np.intp)
    places[order] = np.searchsorted(ascending, keys[order])
    places[places == ascending.size] = 0
    hit = np.flatnonzero(ascending[places] == keys) if ascending.size else places[:0]
    return hit, places[hit]


def _slots(keys: NDArray[np.int64], multiplier: np.uint64, n_bits: int) -> NDArray[np.intp]:
    """Return a slot of 2**n_bits for each key: the first bits of a product (Knuth 6.4)."""
    product = keys.view(np.uint64) * multiplier
    product >>= np.uint64(64 - n_bits)
    return product.view(np.intp)


def _owners(tokens: Tokens) -> Columns:
    """Return the profile of each token."""
    sizes = np.diff(tokens.ends[tokens.texts])
    return np.repeat(np.arange(sizes.size, dtype=np.int32), sizes)


def _pairs(columns: Columns, tokens: Tokens) -> tuple[NDArray[np.int64], NDArray[np.intp]]:
    """Return each pair of known neighbours in a text, and where its first word stands."""
    inside = np.ones(max(columns.size - 1, 0), dtype=np.bool_)
    cuts = tokens.ends[1:-1] - 1
    inside[cuts[(cuts >= 0) & (cuts < inside.size)]] = False
    inside &= (columns[:-1] != _UNKNOWN) & (columns[1:] != _UNKNOWN)
    at = np.flatnonzero(inside)
    return columns[at].astype(np.int64) * _FIRST + columns[at + 1], at


def _profiles_with(
    terms: NDArray[np.integer], owners: Columns, width: int
) -> NDArray[np.int64]:
    """Count for each term the profiles that have it."""
    keys, _ = _distinct(terms.astype(np.int64) * _FIRST + owners)
    return np.bincount(keys // _FIRST, minlength=width)


def _distinct(keys: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return each key once, ascending, and how often it occurs; sorts the keys themselves.

    Sorting is several times as quick as the hash table behind `numpy.unique`.
    """
    keys.sort()
    new = np.ones(keys.size, dtype=np.bool_)
    np.not_equal(keys[1:], keys[:-1], out=new[1:])
    first = np.flatnonzero(new)
    return keys[first], np.diff(first, append=keys.size)


def _used(tokens: Tokens) -> NDArray[np.intp]:
    """Return the numbers of all stems that occur, ascending."""
    return np.flatnonzero(np.bincount(tokens.ids))
