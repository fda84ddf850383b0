"""Cuts many texts into words at once: compiled, each word by a number.

The rule: what is cut has been lowered, and all that is no part of a word made a space, so
that words are those of `matching.language.WORD`.
"""

import itertools
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from matching.compiling import compiled

Bytes = NDArray[np.uint8]
Ids = NDArray[np.int32]
Offsets = NDArray[np.int64]

_SPACE: Final = 32

# Fowler, Noll and Vo's hash of 32 bits, which stays within int64 at each step.
_SEED: Final = 2166136261
_PRIME: Final = 16777619
_BITS: Final = 0xFFFFFFFF

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
        self._hashes = np.zeros(_LEAST, dtype=np.int64)
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
            table = (self._slots, self._hashes, self._ends, self._letters)
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
        self._hashes = _longer(self._hashes, wanted)
        self._ends = _longer(self._ends, self._hashes.size + 1)
        self._letters = _longer(self._letters, int(self._ends[self.n_words]) + n_letters)
        if self._slots.size < 2 * self._hashes.size:
            self._slots = np.full(
                1 << (2 * self._hashes.size - 1).bit_length(), _NOBODY, dtype=np.int32
            )
            _file(self._slots, self._hashes, self.n_words)


def _longer(array: NDArray[Any], size: int) -> NDArray[Any]:
    """Return an array with room for so many: at least twice as long, if it must grow."""
    if array.size >= size:
        return array
    grown = np.zeros(max(size, 2 * array.size), dtype=array.dtype)
    grown[: array.size] = array
    return grown


@compiled()
def _cut(
    raw: Bytes,
    ends: Offsets,
    text: int,
    table: tuple[Ids, Offsets, Offsets, Bytes],
    n_words: int,
    words: Ids,
    cuts: Offsets,
) -> tuple[int, int]:
    """Cut texts as long as there is room for their words; return how far that went."""
    slots, hashes, stored, letters = table
    n_found = cuts[text]
    while text < ends.size - 1:
        at, last = ends[text], ends[text + 1]
        full = n_words + (last - at) // 2 + 1 > hashes.size
        if full or stored[n_words] + last - at > letters.size:
            break
        while at < last:
            first, code = at, _SEED
            while at < last and raw[at] != _SPACE:
                code = ((code ^ int(raw[at])) * _PRIME) & _BITS
                at += 1
            if at - first > 1:
                slot = _slot(raw, first, at, code, table)
                if slots[slot] == _NOBODY:
                    end = stored[n_words]
                    for k in range(at - first):
                        letters[end + k] = raw[first + k]
                    stored[n_words + 1] = end + at - first
                    hashes[n_words] = code
                    slots[slot] = n_words
                    n_words += 1
                words[n_found] = slots[slot]
                n_found += 1
            at += 1
        text += 1
        cuts[text] = n_found
    return text, n_words


@compiled()
def _slot(
    raw: Bytes, first: int, last: int, code: int, table: tuple[Ids, Offsets, Offsets, Bytes]
) -> int:
    """Return where a word stands, or the free place where it belongs."""
    slots, hashes, stored, letters = table
    slot = (code ^ (code >> 15)) & (slots.size - 1)
    while slots[slot] != _NOBODY:
        known = slots[slot]
        start = stored[known]
        if hashes[known] == code and stored[known + 1] - start == last - first:
            k = 0
            while k < last - first and letters[start + k] == raw[first + k]:
                k += 1
            if k == last - first:
                break
        slot = (slot + 1) & (slots.size - 1)
    return slot


@compiled()
def _file(slots: Ids, hashes: Offsets, n_words: int) -> None:
    """Put the words into an empty table of places."""
    for word in range(n_words):
        code = hashes[word]
        slot = (code ^ (code >> 15)) & (slots.size - 1)
        while slots[slot] != _NOBODY:
            slot = (slot + 1) & (slots.size - 1)
        slots[slot] = word
