"""What is done to a passage before it is cut: what nobody sees or means as a word goes.

* Characters that nobody sees part no word: soft hyphens, zero-width spaces, byte order marks.
* Halves of contractions are no words: *don't*, *we've*; *jusqu'à*; *quest'anno*; *AB'nin*.
* Endings that say women and men are no words: *citoyen·ne·s*.
* A compound with hyphens is also its parts joined: *cross-border* is *crossborder* as well,
  also where a line ends behind the hyphen.
* *R&D* is a word, and in English so are *IT*, *US* and *WHO* in capitals; *it* is none.

One rule serves counting and explaining: `prepared` is quick, and `with_places` knows where
each character stood in the original.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from typing import Final

from matching.text.characters import UNSEEN, Places
from matching.text.languages import cut_as

# A grave accent where an apostrophe is meant stands in texts in ASCII as well.
_APOSTROPHE: Final = "['`]"
_CONTRACTIONS: Final[Mapping[str, re.Pattern[str]]] = {
    "en": re.compile(
        rf"\b\w+n{_APOSTROPHE}t\b|(?<=\w){_APOSTROPHE}(?:ve|ll|re)\b", re.IGNORECASE
    ),
    "fr": re.compile(
        rf"\b(?:jusqu|lorsqu|puisqu|quoiqu|quelqu|presqu|qu){_APOSTROPHE}(?=\w)"
        rf"|\baujourd{_APOSTROPHE}hui\b",
        re.IGNORECASE,
    ),
    "it": re.compile(
        r"\b(?:all|anch|bell|buon|ciascun|coll|com|cos|dall|dell|dev|dov|gl|grand|mezz|nell"
        r"|nessun|pell|qualcun|quand|quant|quell|quest|sant|senz|sott|sull|tant|tutt|un)"
        rf"{_APOSTROPHE}(?=\w)|\bpo{_APOSTROPHE}",
        re.IGNORECASE,
    ),
    # an ending behind a name, and not the word that it would be
    "tr": re.compile(rf"(?<=\w){_APOSTROPHE}\w+"),
}

# Endings behind an abbreviation.
_ENDINGS: Final = re.compile(r"(?<=[A-ZÅÄÖ]):[a-zåäö]+\b")

_MIDDLE: Final = "\u00b7"
_GEMINATE: Final = re.compile(rf"(?<=l){_MIDDLE}(?=l)", re.IGNORECASE)
_BOTH_SEXES: Final = re.compile(rf"(?<=\w){_MIDDLE}\w+(?:{_MIDDLE}\w+)?")

# A run of word characters with a hyphen among them, behind which a line may end; what is no
# compound is left as it is.
_LINE_END: Final = "[ \\t]{0,8}\\r?[\\n\\v\\f\\x85\u2028\u2029][ \\t]{0,8}"
_COMPOUND: Final = re.compile(rf"(?<![\w-])[^\W\d_]\w*(?:-(?:{_LINE_END})?\w*)+")
_HYPHENS: Final = re.compile(r"-\s*")

_ACRONYM: Final = re.compile(r"\b(?:IT|US|WHO)\b")
# The i behind it is innovation in Spanish.
_AND: Final = re.compile(r"(?<![\w&+])([A-Z])(?:[ \t]?&[ \t]?|\+)([A-Z])(?:\+i)?(?![\w&+])")

_TURKISH: Final = re.compile("[I\u0130]")

Piece = tuple[str, bool]
"""Text that is put in, and whether it stands for all that it replaces."""


def prepared(text: str, language: str) -> str:
    """Return a text that is `shaped` as it is cut into words; itself if nothing is to do."""
    for pattern, pieces in _edits(text, language):
        text = pattern.sub(partial(_joined, pieces), text)
    return text


def stays_ascii(language: str) -> bool:
    """Tell whether a text in ASCII is in ASCII when it is prepared."""
    return language != "tr"


def with_places(
    text: str, starts: Places, ends: Places, language: str
) -> tuple[str, Places, Places]:
    """Return a text as `prepared` does, and where each character stood.

    Parameters
    ----------
    text : str
        In the form of `shaped`.
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
    language = cut_as(language)
    if not text.isascii():
        yield from _edits_beyond_ascii(text, language)
    contractions = _CONTRACTIONS.get(language)
    if contractions and ("'" in text or "`" in text):
        yield contractions, _blank
    if language in {"fi", "sv"} and ":" in text:
        yield _ENDINGS, _blank
    if "&" in text or "+" in text:
        yield _AND, _and
    if language == "en" and _may_hold_acronyms(text):
        yield _ACRONYM, _acronym
    if "-" in text:
        yield _COMPOUND, _compound
    if language == "tr":
        # its small letters are not those of other languages
        yield _TURKISH, _small


def _edits_beyond_ascii(
    text: str, language: str
) -> Iterator[tuple[re.Pattern[str], Callable[[re.Match[str]], list[Piece]]]]:
    if UNSEEN.search(text):
        yield UNSEEN, _nothing
    if _MIDDLE in text:
        yield _GEMINATE, _nothing
        if language == "fr":
            yield _BOTH_SEXES, _blank


def _may_hold_acronyms(text: str) -> bool:
    """Tell whether to look for IT: where all is in capitals it is no sign of anything."""
    if not ("IT" in text or "US" in text or "WHO" in text):
        return False
    return not text.isupper() or _ACRONYM.fullmatch(text.strip()) is not None


def _nothing(match: re.Match[str]) -> list[Piece]:
    return []


def _blank(match: re.Match[str]) -> list[Piece]:
    return [(" ", True)]


def _acronym(match: re.Match[str]) -> list[Piece]:
    # as no text says it otherwise
    return [(f"{match.group().lower()}_", True)]


def _and(match: re.Match[str]) -> list[Piece]:
    return [(f"{match.group(1)}_{match.group(2)}".lower(), True)]


def _small(match: re.Match[str]) -> list[Piece]:
    return [("\u0131" if match.group() == "I" else "i", True)]


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
