"""Words as people wrote them: where each stands in its text, and in which form.

The rule: the words are those of `matching.text.language.tokens`, which says what is counted;
texts in ASCII are cut all at once.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from matching.text.characters import WORD, shaped
from matching.text.language import language_of, stem, tokens
from matching.text.little_words import says_little
from matching.text.preparing import prepared
from matching.text.profile import Profile

Offsets = NDArray[np.int64]
Places = NDArray[np.int32]

# The column of a counted word whose stem is not known, and of a word that is not counted.
UNKNOWN: Final = -1
NOT_COUNTED: Final = -2

# Words kept of texts that may come again: some arrays of 16 MB.
_REMEMBERED: Final = 1 << 22

# Makes a space of all ASCII that is no part of a word, and leaves letters as they are written.
_ASCII: Final = bytes(
    ord(c) if c.isalnum() or c == "_" else ord(" ") for c in map(chr, range(128))
).ljust(256)


class _Numbers(dict[str, int]):
    """The number of each form that was met in one language."""

    def __init__(self, number: Callable[[str], int]) -> None:
        super().__init__()
        self._number = number

    def __missing__(self, form: str) -> int:
        number = self._number(form)
        self[form] = number
        return number


class Forms:
    """Every form that was met, by number.

    Parameters
    ----------
    columns : mapping of str to int
        Column of each known stem.

    Attributes
    ----------
    names : list of str
    """

    def __init__(self, columns: Mapping[str, int]) -> None:
        self.names: list[str] = []
        self._known = columns
        self._columns: list[int] = []
        self._little: list[bool] = []
        self._numbers: dict[str, _Numbers] = {}
        self._others: dict[tuple[str, str], int] = {}
        self._read: dict[tuple[str, str], tuple[Places, Places, Places]] = {}
        self._held = 0

    @property
    def columns(self) -> Places:
        """The column of the stem of each form; `UNKNOWN` or `NOT_COUNTED`."""
        return np.array(self._columns, dtype=np.int32)

    @property
    def says_little(self) -> NDArray[np.bool_]:
        """Which forms say little by themselves."""
        return np.array(self._little, dtype=np.bool_)

    def of(self, language: str) -> Mapping[str, int]:
        """Return the number of each form of a language; a new one for a new form."""
        numbers = self._numbers.get(language)
        if numbers is None:
            numbers = _Numbers(lambda form: self._new(form, _stem_of(form, language), language))
            self._numbers[language] = numbers
        return numbers

    def with_stem(self, form: str, name: str, language: str) -> int:
        """Return the number of a form whose stem is not its own, such as that of a compound."""
        if (form, name) not in self._others:
            self._others[form, name] = self._new(form, name, language)
        return self._others[form, name]

    def read(self, texts: Sequence[tuple[str, str]]) -> list[tuple[Places, Places, Places]]:
        """Return start, end and form of each counted word of texts, each read once.

        Parameters
        ----------
        texts : sequence of (str, str)
            Each with its language.
        """
        if self._held > _REMEMBERED:
            self._read.clear()
            self._held = 0
        new = [text for text in dict.fromkeys(texts) if text not in self._read]
        by_language: dict[str, list[tuple[int, str]]] = {}
        for number, (words, language) in enumerate(new):
            by_language.setdefault(language, []).append((number, words))
        found = [
            part
            for language, numbered in by_language.items()
            for part in _words(numbered, language, self)
        ]
        nothing = np.empty((4, 0), dtype=np.int32)
        owners, *places = (np.concatenate(some) for some in zip(nothing, *found, strict=True))
        counted = np.flatnonzero(self.columns[places[2]] != NOT_COUNTED)
        # texts come language after language, the words of a text in their order
        order = counted[np.argsort(owners[counted], kind="stable")]
        starts, stops, numbers = (place[order] for place in places)
        ends = np.cumsum(np.bincount(owners[order], minlength=len(new))).tolist()
        for text, first, last in zip(new, [0, *ends], ends, strict=False):
            here = slice(first, last)
            self._read[text] = starts[here], stops[here], numbers[here]
        self._held += order.size
        return [self._read[text] for text in texts]

    def _new(self, form: str, name: str | None, language: str) -> int:
        self.names.append(form)
        column = NOT_COUNTED if name is None else self._known.get(name, UNKNOWN)
        self._columns.append(column)
        self._little.append(column >= 0 and says_little(form, language))
        return len(self.names) - 1


@dataclass(frozen=True, slots=True, eq=False)
class Written:
    """The counted words of some profiles, text after text.

    Parameters
    ----------
    texts : int64 array of shape (n_profiles + 1,)
        Texts ``texts[i]`` to ``texts[i + 1]`` belong to profile i.
    ends : int64 array of shape (n_texts + 1,)
        Words ``ends[t]`` to ``ends[t + 1]`` belong to text t.
    starts, stops : int32 arrays of shape (n_words,)
        Where a word begins and ends, in characters of its text.
    forms : int32 array of shape (n_words,)
        Its number in `Forms`.
    columns : int32 array of shape (n_words,)
        Column of its stem; `UNKNOWN` for none.
    """

    texts: Offsets
    ends: Offsets
    starts: Places
    stops: Places
    forms: Places
    columns: Places

    @classmethod
    def of(cls, profiles: Sequence[Profile], forms: Forms) -> "Written":
        """Find every counted word of some profiles."""
        languages = [language_of(profile) for profile in profiles]
        texts = np.cumsum([0, *(len(profile.texts) for profile in profiles)], dtype=np.int64)
        told = [
            (text, language)
            for profile, language in zip(profiles, languages, strict=True)
            for text in profile.counted
        ]
        found = forms.read(told)
        nothing = np.empty((3, 0), dtype=np.int32)
        starts, stops, numbers = (
            np.concatenate(some) for some in zip(nothing, *found, strict=True)
        )
        sizes = np.array([one[0].size for one in found], dtype=np.int64)
        return cls(
            texts=texts,
            ends=np.concatenate([[0], np.cumsum(sizes)]).astype(np.int64),
            starts=starts,
            stops=stops,
            forms=numbers,
            columns=forms.columns[numbers],
        )


Found = tuple[Places, Places, Places, Places]


def _words(numbered: Sequence[tuple[int, str]], language: str, forms: Forms) -> list[Found]:
    """Return text, start, end and form of each word of some texts in one language."""
    plain, found = list[tuple[int, str]](), list[Found]()
    for number, text in numbered:
        ready = shaped(text) == text and prepared(text, language) == text
        if ready and text.isascii():
            plain.append((number, text))
        else:
            found.append(_walked(number, text, language, forms, ready=ready))
    return [_cut(plain, forms.of(language)), *found] if plain else found


def _cut(numbered: Sequence[tuple[int, str]], numbers: Mapping[str, int]) -> Found:
    """Cut texts in ASCII: a word is a run of letters, digits and underscores."""
    raw = "\n".join(text for _, text in numbered).encode("ascii").translate(_ASCII)
    forms = raw.decode("ascii").split()
    inside = np.zeros(len(raw) + 2, dtype=np.int8)
    inside[1:-1] = np.frombuffer(raw, dtype=np.uint8) != ord(" ")
    edges = np.flatnonzero(inside[1:] != inside[:-1])
    starts, stops = edges[::2], edges[1::2]
    lengths = np.array([len(text) + 1 for _, text in numbered], dtype=np.int64)
    firsts = np.cumsum(lengths) - lengths
    texts = np.searchsorted(firsts, starts, side="right") - 1
    names = np.array([number for number, _ in numbered], dtype=np.int32)
    return (
        names[texts],
        (starts - firsts[texts]).astype(np.int32),
        (stops - firsts[texts]).astype(np.int32),
        np.fromiter(map(numbers.__getitem__, forms), dtype=np.int32, count=len(forms)),
    )


def _walked(number: int, text: str, language: str, forms: Forms, *, ready: bool) -> Found:
    """Walk through one text in any script; one that is ready is cut as it is."""
    known = forms.of(language)
    if ready:
        walked = [(*m.span(), known[m.group()]) for m in WORD.finditer(text)]
    else:
        walked = [
            (start, end, _number(text[start:end], name, language, forms))
            for start, end, name in tokens(text, language)
        ]
    starts, stops, numbers = np.array(walked, dtype=np.int32).reshape(-1, 3).T
    return np.full(starts.size, number, dtype=np.int32), starts, stops, numbers


def _number(form: str, name: str, language: str, forms: Forms) -> int:
    """Return the number of a form, which is that of the same form in any other text."""
    if shaped(form) == form and _stem_of(form, language) == name:
        return forms.of(language)[form]
    return forms.with_stem(form, name, language)


def _stem_of(form: str, language: str) -> str | None:
    """Return the stem of a form in NFC; None for one that is not counted."""
    return stem(form, language) if len(form) > 1 else None
