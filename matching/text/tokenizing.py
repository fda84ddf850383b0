"""Cuts many texts into words at once: compiled, each word by a number.

The rule: what is cut has been lowered, and all that is no part of a word made a space, so
that words are those of `matching.text.language.WORD`.
"""

import itertools
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from matching.compiling import compiled

Bytes = NDArray[np.uint8]
Ids = NDArray[np.int32]
Offsets = NDArray[np.int64]
Keys = NDArray[np.uint64]

_SPACE: Final = 32

# A word of up to 16 letters is its own key: two numbers of eight letters each. ASCII leaves the
# highest bit free, which marks the key of a longer word: a hash and its length; the letters are
# compared as well then.
_SHORT: Final = 16
_LONG: Final = np.uint64(1 << 63)

# numba takes a plain number beside an unsigned one for a float.
_LETTER: Final = np.uint64(8)
_SEVENTH: Final = np.uint64(56)
_HALF: Final = np.uint64(32)
_LOWER: Final = np.uint64(0xFFFFFFFF)

# Fowler, Noll and Vo's hash of 32 bits; no step leaves 64.
_SEED: Final = np.uint64(2166136261)
_PRIME: Final = np.uint64(16777619)

# Odd numbers of 31 bits with no order in them, so that no product leaves 64 bits.
_FACTORS: Final = (
    np.uint64(0x6A09E667),
    np.uint64(0x3C6EF373),
    np.uint64(0x510E527F),
    np.uint64(0x1F83D9AB),
)

_NOBODY: Final = -1

_LEAST: Final = 1 << 12


class Table:
    """The words that were met, in the order in which they were.

    Attributes
    ----------
    n_words : int
    """

    def __init__(self) -> None:
        self.n_words = 0
        self._slots = np.full(2 * _LEAST, _NOBODY, dtype=np.int32)
        self._keys = np.zeros((_LEAST, 2), dtype=np.uint64)
        self._ends = np.zeros(_LEAST + 1, dtype=np.int64)
        self._letters = np.zeros(8 * _LEAST, dtype=np.uint8)

    def cut(self, raw: bytes, ends: Offsets) -> tuple[Ids, Offsets]:
        """Cut texts into words of two characters and more.

        Parameters
        ----------
        raw : bytes
            The texts, one behind the other.
        ends : int64 array of shape (n_texts + 1,)
            Bytes ``ends[t]`` to ``ends[t + 1]`` are text t.

        Returns
        -------
        words : int32 array of shape (n_found,)
        cuts : int64 array of shape (n_texts + 1,)
            Words ``cuts[t]`` to ``cuts[t + 1]`` are those of text t.
        """
        words = np.empty(len(raw) // 2 + 1, dtype=np.int32)
        cuts = np.zeros(ends.size, dtype=np.int64)
        read, texts = np.frombuffer(raw, dtype=np.uint8), 0
        while texts < ends.size - 1:
            self._make_room(int(ends[texts + 1] - ends[texts]))
            table = (self._slots, self._keys, self._ends, self._letters)
            texts, self.n_words = _cut(read, ends, texts, table, self.n_words, words, cuts)
        return words[: cuts[-1]].copy(), cuts

    def names(self, first: int) -> list[str]:
        """Return the words from a number on."""
        start = int(self._ends[first])
        whole = self._letters[start : self._ends[self.n_words]].tobytes().decode("ascii")
        cuts = (self._ends[first : self.n_words + 1] - start).tolist()
        return [whole[a:b] for a, b in itertools.pairwise(cuts)]

    def _make_room(self, n_letters: int) -> None:
        """Make room for all words that a text of so many letters may hold."""
        wanted = self.n_words + n_letters // 2 + 1
        self._keys = _longer(self._keys, wanted)
        self._ends = _longer(self._ends, len(self._keys) + 1)
        self._letters = _longer(self._letters, int(self._ends[self.n_words]) + n_letters)
        if self._slots.size < 2 * len(self._keys):
            self._slots = np.full(
                1 << (2 * len(self._keys) - 1).bit_length(), _NOBODY, dtype=np.int32
            )
            _file(self._slots, self._keys, self.n_words)


def _longer(array: NDArray[Any], size: int) -> NDArray[Any]:
    """Return an array with room for so many: at least twice as long, if it must grow."""
    if len(array) >= size:
        return array
    grown = np.zeros((max(size, 2 * len(array)), *array.shape[1:]), dtype=array.dtype)
    grown[: len(array)] = array
    return grown


@compiled()
def _cut(
    raw: Bytes,
    ends: Offsets,
    text: int,
    table: tuple[Ids, Keys, Offsets, Bytes],
    n_words: int,
    words: Ids,
    cuts: Offsets,
) -> tuple[int, int]:
    """Cut texts as long as there is room for their words; return how far that went."""
    slots, keys, stored, letters = table
    n_found = cuts[text]
    while text < ends.size - 1:
        at, last = ends[text], ends[text + 1]
        full = n_words + (last - at) // 2 + 1 > len(keys)
        if full or stored[n_words] + last - at > letters.size:
            break
        while at < last:
            first = at
            at, low, high = _word(raw, at, last)
            if at - first > 1:
                # here, and not in a function of its own, the search takes half the time
                slot = _place(low, high, slots.size)
                known = slots[slot]
                while known != _NOBODY:
                    same = keys[known, 0] == low and keys[known, 1] == high
                    if same and (high < _LONG or _is(raw, first, at, known, table)):
                        break
                    slot = (slot + 1) & (slots.size - 1)
                    known = slots[slot]
                if known == _NOBODY:
                    _store(raw, first, at, n_words, table)
                    keys[n_words, 0], keys[n_words, 1] = low, high
                    slots[slot] = n_words
                    n_words += 1
                words[n_found] = slots[slot]
                n_found += 1
            at += 1
        text += 1
        cuts[text] = n_found
    return text, n_words


@compiled()
def _word(raw: Bytes, at: int, last: int) -> tuple[int, np.uint64, np.uint64]:
    """Read on to the end of a word; return where that is, and the key of the word."""
    first, low, high = at, np.uint64(0), np.uint64(0)
    while at < last and raw[at] != _SPACE:
        high = (high << _LETTER) | (low >> _SEVENTH)
        low = (low << _LETTER) | np.uint64(raw[at])
        at += 1
    if at - first > _SHORT:
        low, high = _code(raw, first, at), _LONG | np.uint64(at - first)
    return at, low, high


@compiled()
def _store(
    raw: Bytes, first: int, last: int, word: int, table: tuple[Ids, Keys, Offsets, Bytes]
) -> None:
    """Put the letters of a new word behind those of the others."""
    _, _, stored, letters = table
    start = stored[word]
    for k in range(last - first):
        letters[start + k] = raw[first + k]
    stored[word + 1] = start + last - first


@compiled()
def _is(
    raw: Bytes, first: int, last: int, known: int, table: tuple[Ids, Keys, Offsets, Bytes]
) -> bool:
    """Tell whether a word is a known one of the same length, by all of its letters."""
    _, _, stored, letters = table
    start, k = stored[known], 0
    while k < last - first and letters[start + k] == raw[first + k]:
        k += 1
    return k == last - first


@compiled()
def _code(raw: Bytes, first: int, last: int) -> np.uint64:
    """Return what a long word is told from others by, before its letters are compared."""
    code = _SEED
    for k in range(first, last):
        code = ((code ^ np.uint64(raw[k])) * _PRIME) & _LOWER
    return code


@compiled()
def _place(low: np.uint64, high: np.uint64, size: int) -> np.int64:
    """Return where the search for a key begins."""
    code = (low & _LOWER) * _FACTORS[0] ^ (low >> _HALF) * _FACTORS[1]
    code ^= (high & _LOWER) * _FACTORS[2] ^ (high >> _HALF) * _FACTORS[3]
    return np.int64((code ^ (code >> _HALF)) & np.uint64(size - 1))


@compiled()
def _file(slots: Ids, keys: Keys, n_words: int) -> None:
    """Put the words into an empty table of places."""
    for word in range(n_words):
        slot = _place(keys[word, 0], keys[word, 1], slots.size)
        while slots[slot] != _NOBODY:
            slot = (slot + 1) & (slots.size - 1)
        slots[slot] = word
