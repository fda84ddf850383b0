"""What is done to a passage before it is cut: what nobody sees or means as a word goes.

* Characters that nobody sees part no word: soft hyphens, zero-width spaces, byte order marks.
* Halves of contractions are no words: *don't*, *we've*; *jusqu'à*, *aujourd'hui*.
* A compound with hyphens is also its parts joined: *cross-border* is *crossborder* as well.
* *IT* in capitals is a word in English; *it* is none.

One rule serves counting and explaining: `prepared` is quick, and `with_places` knows where
each character stood in the original.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from typing import Final

# Format characters (Unicode category Cf) but for those that are seen: Arabic and Kaithi signs
# that stand before numbers.
UNSEEN: Final = re.compile(
    "[\xad\u061c\u070f\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u206f\ufeff"
    "\ufff9-\ufffb\U00013430-\U0001343f\U0001bca0-\U0001bca3\U0001d173-\U0001d17a"
    "\U000e0001\U000e0020-\U000e007f]+"
)

_APOSTROPHE: Final = "['\u2019\u02bc]"
_CONTRACTIONS: Final[Mapping[str, re.Pattern[str]]] = {
    "en": re.compile(
        rf"\b\w+n{_APOSTROPHE}t\b|(?<=\w){_APOSTROPHE}(?:ve|ll|re)\b", re.IGNORECASE
    ),
    "fr": re.compile(
        rf"\b(?:jusqu|lorsqu|puisqu|quoiqu|quelqu|presqu|qu){_APOSTROPHE}(?=\w)"
        rf"|\baujourd{_APOSTROPHE}hui\b",
        re.IGNORECASE,
    ),
}

# A run of word characters with a hyphen among them; what is no compound is left as it is.
_COMPOUND: Final = re.compile(
    r"(?<![\w\u2010\u2011-])[^\W\d_][\w\u2010\u2011-]*[\u2010\u2011-][\w\u2010\u2011-]*"
)
_HYPHENS: Final = re.compile(r"[-\u2010\u2011]")

_IT: Final = re.compile(r"\bIT\b")
# as no text says it otherwise
_IT_WORD: Final = "it_"

Places = range | list[int]
Piece = tuple[str, bool]
"""Text that is put in, and whether it stands for all that it replaces."""


def prepared(text: str, language: str) -> str:
    """Return a text in NFC as it is cut into words; itself where there is nothing to do."""
    for pattern, pieces in _edits(text, language):
        text = pattern.sub(partial(_joined, pieces), text)
    return text


def with_places(
    text: str, starts: Places, ends: Places, language: str
) -> tuple[str, Places, Places]:
    """Return a text as `prepared` does, and where each character stood.

    Parameters
    ----------
    text : str
        In NFC.
    starts, ends : sequences of int, one for each character
        Where it begins and ends in the original.
    language : str
    """
    for pattern, pieces in _edits(text, language):
        text, starts, ends = _edited(text, starts, ends, pattern, pieces)
    return text, starts, ends


def _edits(
    text: str, language: str
) -> Iterator[tuple[re.Pattern[str], Callable[[re.Match[str]], list[Piece]]]]:
    """Yield what has to be looked for; each looks at what the one before has left."""
    if not text.isascii() and UNSEEN.search(text):
        yield UNSEEN, _nothing
    contractions = _CONTRACTIONS.get(language)
    if contractions and ("'" in text or "\u2019" in text or "\u02bc" in text):
        yield contractions, _blank
    if language == "en" and "IT" in text and not _is_in_capitals(text):
        yield _IT, _it
    if "-" in text or "\u2010" in text or "\u2011" in text:
        yield _COMPOUND, _compound


def _is_in_capitals(text: str) -> bool:
    """Tell whether a text is all in capitals, where IT is no sign of anything."""
    return text.isupper() and text.strip() != "IT"


def _nothing(match: re.Match[str]) -> list[Piece]:
    return []


def _blank(match: re.Match[str]) -> list[Piece]:
    return [(" ", True)]


def _it(match: re.Match[str]) -> list[Piece]:
    return [(_IT_WORD, True)]


def _compound(match: re.Match[str]) -> list[Piece]:
    written = match.group()
    # only letters: a hyphen between years makes no word
    if not all(part.isalpha() for part in _HYPHENS.split(written)):
        return [(written, False)]
    return [(_HYPHENS.sub("", written), True), (" ", True), (written, False)]


def _joined(pieces: Callable[[re.Match[str]], list[Piece]], match: re.Match[str]) -> str:
    return "".join(piece for piece, _ in pieces(match))


def _edited(
    text: str,
    starts: Places,
    ends: Places,
    pattern: re.Pattern[str],
    pieces: Callable[[re.Match[str]], list[Piece]],
) -> tuple[str, Places, Places]:
    parts, at = list[str](), 0
    first, last = list[int](), list[int]()
    for match in pattern.finditer(text):
        start, stop = match.span()
        parts.append(text[at:start])
        first += starts[at:start]
        last += ends[at:start]
        for piece, whole in pieces(match):
            parts.append(piece)
            first += [starts[start]] * len(piece) if whole else starts[start:stop]
            last += [ends[stop - 1]] * len(piece) if whole else ends[start:stop]
        at = stop
    parts.append(text[at:])
    first += starts[at:]
    last += ends[at:]
    return "".join(parts), first, last
