"""From texts to flat numbers of stems, each text read once.

The rule: counting and explaining see the same words; this is the quick half of
`matching.text.language`, which says what a word is.
"""

import hashlib
import importlib
import importlib.util
import itertools
import sys
import threading
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from sys import byteorder
from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from matching.text.characters import WORD, shaped
from matching.text.encoded import Languages, language_number
from matching.text.language import language_of, stem
from matching.text.positions import runs
from matching.text.preparing import prepared, stays_ascii
from matching.text.profile import Profile

Ids = NDArray[np.int32]
Offsets = NDArray[np.int64]

# Numbers kept for texts that may come again: 64 MB.
_REMEMBERED: Final = 1 << 24

# From so many characters on compiled code pays, and loading it for their sake.
_PAYS: Final = 1 << 18
_PAYS_TO_LOAD: Final = 1 << 24

# Keeps what is held beside the numbers themselves small.
_TEXTS_AT_ONCE: Final = 1 << 11

_NOT_COUNTED: Final = -1

_NUMBER: Final = np.dtype(np.int32).itemsize

# Lowers ASCII letters, and makes a space of all that is no part of a word: WORD, in C.
_ASCII: Final = bytes(
    ord(c.lower()) if c.isalnum() or c == "_" else ord(" ") for c in map(chr, range(128))
).ljust(256)


@dataclass(frozen=True, eq=False)
class Tokens:
    """Texts as numbers, profile after profile.

    Parameters
    ----------
    ids : int32 array of shape (n_tokens,)
        The stem of each counted word, in the order of the text.
    ends : int64 array of shape (n_texts + 1,)
        Tokens ``ends[t]`` to ``ends[t + 1]`` belong to text t.
    texts : int64 array of shape (n_profiles + 1,)
        Texts ``texts[i]`` to ``texts[i + 1]`` belong to profile i.
    languages : int64 array of shape (n_profiles,)
        In which each profile was read; see `language_number`.
    """

    ids: Ids
    ends: Offsets
    texts: Offsets
    languages: Languages

    def head(self, n_profiles: int) -> "Tokens":
        """Return the first profiles alone."""
        texts = self.texts[: n_profiles + 1]
        ends = self.ends[: texts[-1] + 1]
        return Tokens(self.ids[: ends[-1]], ends, texts, self.languages[:n_profiles])

    def only(self, profiles: Offsets) -> "Tokens":
        """Return some of the profiles, in ascending order."""
        if profiles.size == self.texts.size - 1:
            return self
        n_texts, n_words = np.diff(self.texts)[profiles], np.diff(self.ends)
        texts = runs(self.texts[profiles], n_texts)
        words = runs(self.ends[texts], n_words[texts])
        return Tokens(
            self.ids[words],
            _offsets(n_words[texts]),
            _offsets(n_texts),
            self.languages[profiles],
        )

    def without(self, some: NDArray[np.bool_]) -> "Tokens":
        """Leave some of the words out."""
        if not some.any():
            return self
        ends = np.concatenate([[0], np.cumsum(~some)])[self.ends]
        return Tokens(self.ids[~some], ends, self.texts, self.languages)

    def parts(self, n_words: int) -> Iterator["Tokens"]:
        """Yield runs of profiles of about so many words each, at least one profile."""
        ends = self.ends[self.texts]
        first, n_profiles = 0, self.texts.size - 1
        while first < n_profiles:
            wanted = int(np.searchsorted(ends, ends[first] + n_words, side="right")) - 1
            last = min(max(wanted, first + 1), n_profiles)
            texts = self.texts[first : last + 1]
            cuts = self.ends[texts[0] : texts[-1] + 1]
            yield Tokens(
                self.ids[cuts[0] : cuts[-1]],
                cuts - cuts[0],
                texts - texts[0],
                self.languages[first:last],
            )
            first = last

    @cached_property
    def told(self) -> list[bytes]:
        """For each text what it says: equal for equal sequences of stems."""
        raw = self.ids.view(np.uint8).data
        cuts = (self.ends * self.ids.itemsize).tolist()
        return [
            hashlib.blake2b(raw[a:b], digest_size=16).digest() if b > a else b""
            for a, b in itertools.pairwise(cuts)
        ]


class Readings(NamedTuple):
    """Texts that were read, to be kept in files.

    Parameters
    ----------
    names : uint64 array of shape (n_texts, 2)
        Sixteen bytes that name each text in its language, ascending.
    ends : int64 array of shape (n_texts + 1,)
        Numbers ``ends[t]`` to ``ends[t + 1]`` belong to text t.
    ids : int32 array
    """

    names: NDArray[np.uint64]
    ends: Offsets
    ids: Ids

    @classmethod
    def of(cls, read: Mapping[tuple[str, str], bytes]) -> "Readings":
        """Name and sort texts that were read, by text and language."""
        named = sorted((_name(*text), numbers) for text, numbers in read.items())
        return cls(
            np.array([name for name, _ in named], dtype=np.uint64).reshape(-1, 2),
            _offsets(len(numbers) // _NUMBER for _, numbers in named),
            np.frombuffer(b"".join(numbers for _, numbers in named), dtype=np.int32),
        )

    def of_text(self, text: str, language: str) -> bytes | None:
        """Return the numbers of a text, or None for one that is not here."""
        name = np.array(_name(text, language), dtype=np.uint64)
        at = int(np.searchsorted(self.names[:, 0], name[0]))
        if at == len(self.names) or (self.names[at] != name).any():
            return None
        return self.ids[self.ends[at] : self.ends[at + 1]].tobytes()


class Reader:
    """Reads texts into numbers of stems, and remembers what it has read.

    A number means the same stem as long as the reader lives, so one reader may serve many
    fits; it may be shared by threads.

    Parameters
    ----------
    remembered : int, default=16,777,216
        How many numbers are kept for texts that come again; beyond them the memory starts
        anew.
    stems : sequence of str, default=()
        The stems behind the first numbers, of a reader that was saved.
    known : Readings, default=None
        What that reader had read.
    compiled : bool, default=None
        Whether compiled code cuts texts in ASCII; None: where numba is installed and it
        pays. The answer is the same.

    Attributes
    ----------
    stems : list of str
        The stem behind each number.
    """

    def __init__(
        self,
        remembered: int = _REMEMBERED,
        *,
        stems: Sequence[str] = (),
        known: Readings | None = None,
        compiled: bool | None = None,
    ) -> None:
        self.compiled = compiled
        self.remembered = remembered
        self.stems: list[str] = []
        self._numbers: dict[str, int] = {}
        self._words: dict[str, _Words] = {}
        self._read: dict[tuple[str, str], bytes] = {}
        self._kept = 0
        self._lock = threading.RLock()
        self._known = known
        self.numbers(stems)

    def __getstate__(self) -> dict[str, object]:
        """Leave what was read behind: it can be read again, and a lock cannot travel."""
        return {
            "remembered": self.remembered,
            "stems": list(self.stems),
            "compiled": self.compiled,
        }

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__init__(**state)  # type: ignore[misc]  # -- a pickle starts bare

    def read(self, profiles: Sequence[Profile]) -> Tokens:
        """Read all texts of some profiles."""
        languages = [language_of(profile) for profile in profiles]
        known = {language: language_number(language) for language in set(languages)}
        to_read = [
            (text, language)
            for profile, language in zip(profiles, languages, strict=True)
            for text in profile.counted
        ]
        parts, sizes = list[bytes](), list[int]()
        for first in range(0, len(to_read), _TEXTS_AT_ONCE):
            some = to_read[first : first + _TEXTS_AT_ONCE]
            ahead = self._cut(some)
            pieces = [ahead.get(text) or self._text(*text) for text in some]
            parts.append(b"".join(pieces))
            sizes += [len(piece) // _NUMBER for piece in pieces]
        return Tokens(
            np.frombuffer(b"".join(parts), dtype=np.int32),
            _offsets(sizes),
            _offsets(len(profile.texts) for profile in profiles),
            np.array([known[language] for language in languages], dtype=np.int64),
        )

    def number(self, name: str) -> int:
        """Return the number of a stem; a new one for a new stem."""
        with self._lock:
            found = self._numbers.setdefault(name, len(self.stems))
            if found == len(self.stems):
                self.stems.append(name)
            return found

    def numbers(self, names: Sequence[str | None]) -> list[int]:
        """Return the number of each stem; -1 for None, what is not counted."""
        with self._lock:
            known = self._numbers
            fresh = {name: 0 for name in names if name is not None and name not in known}
            known.update(zip(fresh, itertools.count(len(self.stems)), strict=False))
            self.stems += fresh
            return [_NOT_COUNTED if name is None else known[name] for name in names]

    def readings(self) -> Readings:
        """Return what is remembered, to be kept in files."""
        with self._lock:
            return Readings.of(self._read)

    def _text(self, text: str, language: str) -> bytes:
        known = self._read.get((text, language))
        return self._remembered(text, language) if known is None else known

    def _remembered(self, text: str, language: str) -> bytes:
        numbers = self._known and self._known.of_text(text, language)
        if numbers is None:
            numbers = self._numbered(text, language)
        self._keep((text, language), numbers)
        return numbers

    def _keep(self, text: tuple[str, str], numbers: bytes) -> None:
        with self._lock:
            if self._kept > self.remembered:
                self._read.clear()
                self._kept = 0
            self._read[text] = numbers
            self._kept += 1 + len(numbers) // _NUMBER

    def _cut(self, to_read: Sequence[tuple[str, str]]) -> dict[tuple[str, str], bytes]:
        """Read what is new, in ASCII and not little by compiled code, where that is there."""
        new = [text for text in dict.fromkeys(to_read) if text not in self._read]
        if self._known:
            new = [text for text in new if self._known.of_text(*text) is None]
        new = [text for text in new if text[0].isascii() and stays_ascii(text[1])]
        if not _compiled(sum(len(text) for text, _ in new), self.compiled):
            return {}
        found = dict[tuple[str, str], bytes]()
        with self._lock:
            for language in dict.fromkeys(language for _, language in new):
                texts = [text for text, spoken in new if spoken == language]
                numbers = self._words_of(language).numbers(texts)
                found.update(zip([(text, language) for text in texts], numbers, strict=True))
            for text, numbers_of_text in found.items():
                self._keep(text, numbers_of_text)
        return found

    def _words_of(self, language: str) -> "_Words":
        words = self._words.get(language)
        if words is None:
            words = self._words.setdefault(language, _Words(self, language))
        return words

    def _numbered(self, text: str, language: str) -> bytes:
        words = self._words_of(language)
        ready = prepared(shaped(text), language)
        if ready.isascii():
            found = ready.encode().translate(_ASCII).decode().split()
        else:
            found = WORD.findall(ready)
        return b"".join(map(words.__getitem__, found))


class _Words(dict[str, bytes]):
    """The number of each word of one language as it is written; nothing for one not counted."""

    def __init__(self, reader: Reader, language: str) -> None:
        super().__init__()
        self._reader = reader
        self._language = language
        self._table: Any = None
        self._ids = np.empty(0, dtype=np.int32)

    def __missing__(self, word: str) -> bytes:
        found = stem(word, self._language) if len(word) > 1 else None
        number = b""
        if found is not None:
            number = self._reader.number(found).to_bytes(_NUMBER, byteorder)
        self[word] = number
        return number

    def numbers(self, texts: Sequence[str]) -> list[bytes]:
        """Return the numbers of each of many texts in ASCII, by compiled code."""
        if self._table is None:
            # numba costs a second to load, so whoever reads little goes without
            self._table = importlib.import_module("matching.text.tokenizing").Table()
        ready = [prepared(text, self._language) for text in texts]
        raw = "".join(ready).encode("ascii").translate(_ASCII)
        words, cuts = self._table.cut(raw, _offsets(map(len, ready)))
        new = [stem(word, self._language) for word in self._table.names(self._ids.size)]
        self._ids = np.append(self._ids, np.array(self._reader.numbers(new), dtype=np.int32))
        found = self._ids[words]
        counted = found != _NOT_COUNTED
        kept = np.concatenate([[0], np.cumsum(counted)])[cuts] * _NUMBER
        whole = found[counted].tobytes()
        return [whole[a:b] for a, b in itertools.pairwise(kept.tolist())]


def _compiled(n_characters: int, wanted: bool | None) -> bool:
    if wanted is not None:
        return wanted
    # numba costs a second to load: what it saves on twenty million characters
    least = _PAYS if "numba" in sys.modules else _PAYS_TO_LOAD
    return n_characters >= least and importlib.util.find_spec("numba") is not None


def _name(text: str, language: str) -> tuple[int, int]:
    content = f"{language}\n{text}".encode(errors="surrogatepass")
    whole = hashlib.blake2b(content, digest_size=16).digest()
    return int.from_bytes(whole[:8]), int.from_bytes(whole[8:])


def _offsets(sizes: Iterable[int]) -> Offsets:
    return np.fromiter(itertools.accumulate(sizes, initial=0), dtype=np.int64)
