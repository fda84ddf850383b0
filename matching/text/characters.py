"""One text for whatever keyboards, word processors and documents make of it.

* Composed and decomposed letters, ligatures, wide and raised ones are one (NFKC).
* Apostrophes, hyphens and blanks of all kinds are one kind each.
* What nobody sees parts no word, nor do vowel points that some write and others do not.
* A mark belongs to the letter before it, so that no word of any script is cut at its vowels.

`shaped` is quick; `shaped_with_places` knows where each character stood in the original.
"""

import re
import unicodedata
from collections.abc import Iterator
from typing import Final

Places = range | list[int]

_FORM: Final = "NFKC"

# Marks (Unicode categories Mn and Mc) of scripts that are written with them. What stands
# between the marks of one script is letters and digits, but for full stops.
_MARKS: Final = (
    "\u0300-\u036f\u0483-\u0487\u0591-\u05bd\u05bf\u05c1\u05c2\u05c4\u05c5\u05c7\u0610-\u061a"
    "\u064b-\u065f\u0670\u06d6-\u06dc\u06df-\u06e4\u06e7\u06e8\u06ea-\u06ed\u0711\u0730-\u074a"
    "\u07a6-\u07b0\u07eb-\u07f3\u07fd\u0816-\u082d\u0859-\u085b\u0898-\u089f\u08ca-\u08e1"
    "\u08e3-\u0963\u0971-\u0df3\u0e31\u0e34-\u0e3a\u0e47-\u0e4e\u0eb1\u0eb4-\u0ebc\u0ec8-\u0ece"
    "\u0f18\u0f19\u0f35\u0f37\u0f39\u0f3e\u0f3f\u0f71-\u0f84\u0f86\u0f87\u0f8d-\u0fbc\u0fc6"
    "\u102b-\u103e\u1056-\u109d\u135d-\u135f\u1712-\u1715\u1732-\u1734\u1752\u1753\u1772\u1773"
    "\u17b4-\u17d3\u17dd\u1885\u1886\u18a9\u1920-\u193b\u1a17-\u1a1b\u1a55-\u1a7f\u1ab0-\u1aff"
    "\u1b00-\u1b4c\u1b6b-\u1b73\u1b80-\u1bad\u1be6-\u1bf3\u1c24-\u1c37\u1cd0-\u1cf9\u1dc0-\u1dff"
    "\u20d0-\u20f0\u2cef-\u2cf1\u2d7f\u2de0-\u2dff\u302a-\u302f\u3099\u309a\ua66f-\ua672"
    "\ua674-\ua67d\ua69e\ua69f\ua6f0\ua6f1\ua802-\ua827\ua82c\ua880-\ua8c5\ua8e0-\ua8f1\ua8ff"
    "\ua926-\ua92d\ua947-\ua953\ua980-\ua9c0\ua9e5\uaa29-\uaa4d\uaa7b-\uaa7d\uaab0-\uaac1"
    "\uaaeb-\uaaef\uaaf5\uaaf6\uabe3-\uabea\uabec\uabed\ufb1e\ufe20-\ufe2f"
)

WORD: Final = re.compile(rf"\w[\w{_MARKS}]+")

# Format characters (Unicode category Cf) but for those that are seen (Arabic and Kaithi signs
# that stand before numbers), selectors of variants, the points of Hebrew and Arabic vowels, and
# the line that makes Arabic words longer.
UNSEEN: Final = re.compile(
    "[\xad\u061c\u070f\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u206f\ufeff"
    "\ufff9-\ufffb\U00013430-\U0001343f\U0001bca0-\U0001bca3\U0001d173-\U0001d17a"
    "\U000e0001\U000e0020-\U000e007f"
    "\u034f\u180b-\u180d\u180f\ufe00-\ufe0f\U000e0100-\U000e01ef"
    "\u0591-\u05bd\u05bf\u05c1\u05c2\u05c4\u05c5\u05c7\u0640\u064b-\u0652\u0656-\u065f\u0670]+"
)

# One character for one, so that places stay. The sign of a trade mark is no part of its word.
_ONE: Final = str.maketrans(
    {
        **dict.fromkeys("\u2018\u2019\u201b\u02bc\u02b9\u2032\u00b4\uff07", "'"),
        **dict.fromkeys("\u2010\u2011\ufe63\uff0d", "-"),
        **dict.fromkeys("\u2027\u2219\u22c5\u30fb\uff65", "\u00b7"),
        **dict.fromkeys("\u00a0\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008", " "),
        **dict.fromkeys("\u2009\u200a\u202f\u205f\u3000\u2026\u2122\u2120", " "),
        # accents that stand alone, which NFKC would make a blank and a mark of
        **dict.fromkeys("\u00a8\u00af\u00b8\u02d8\u02d9\u02da\u02db\u02dc\u02dd", " "),
    }
)


def shaped(text: str) -> str:
    r"""Return a text in one form; itself where it has that already.

    Examples
    --------
    >>> shaped("the \ufb01rst team\u2019s \uff29\uff34\u2011office")
    "the first team's IT-office"
    """
    if text.isascii():
        return text
    return unicodedata.normalize(_FORM, text.translate(_ONE))


def shaped_with_places(text: str) -> tuple[str, Places, Places]:
    """Return a text as `shaped` does, and where each character began and ended."""
    text = text if text.isascii() else text.translate(_ONE)
    if unicodedata.is_normalized(_FORM, text):
        return text, range(len(text)), range(1, len(text) + 1)
    parts, starts, ends = list[str](), list[int](), list[int]()
    position = 0
    for cluster in _clusters(text):
        normal = unicodedata.normalize(_FORM, cluster)
        parts.append(normal)
        starts += [position] * len(normal)
        position += len(cluster)
        ends += [position] * len(normal)
    return "".join(parts), starts, ends


def _clusters(text: str) -> Iterator[str]:
    """Split a text where composing cannot reach across."""
    cluster = text[:1]
    for character in text[1:]:
        if _joins(cluster, character):
            cluster += character
        else:
            yield cluster
            cluster = character
    yield cluster


def _joins(cluster: str, character: str) -> bool:
    if character.isascii():
        return False
    if unicodedata.combining(character):
        return True
    apart = unicodedata.normalize(_FORM, cluster) + unicodedata.normalize(_FORM, character)
    # some vowel signs and Hangul letters compose although their combining class is 0
    return unicodedata.normalize(_FORM, cluster + character) != apart
