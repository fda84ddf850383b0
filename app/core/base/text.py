"""Text that people send: in one form, refused where it cannot be kept, and compared as read.

PostgreSQL cannot store NUL, and half of a surrogate pair cannot be encoded at
all; both come from broken programs, never from a person's keyboard.
"""

import re
import unicodedata
from collections.abc import Iterator
from typing import Annotated, Final

from pydantic import AfterValidator, EmailStr, StringConstraints

from app.core.base.messages import Message

# The last two are no characters at all, and no XML can hold them.
_UNWANTED = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff]")

# Embeddings, overrides and isolates (UAX 9): a name with them is read as another one.
_TURNING = re.compile(r"[\u202a-\u202e\u2066-\u2069]")


# What word processors, teleprinters and other systems write for the end of a line.
_BREAKS: Final = re.compile(r"[\x0b\x0c\x85\u2028\u2029]")

# Letters, marks and a sign that show nothing, beside what Unicode calls control and format.
_FILLERS: Final = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0") | frozenset(
    map(chr, (*range(0x180B, 0x1810), *range(0xFE00, 0xFE10), *range(0xE0100, 0xE01F0)))
)

_BLANKS: Final = re.compile(r"\s+")
# Apostrophes, hyphens, and the small i of Turkish, whose capital is the I of all others.
_SIGNS: Final = str.maketrans(
    dict.fromkeys("\u2018\u2019\u02bc\u02b9\u00b4`\u2032", "'")
    | dict.fromkeys("\u2010\u2011\u2012\u2013\u2212", "-")
    | {"\u0131": "i"}
)

# What of both is to be done in ASCII: most of what is compared is.
_IN_ASCII: Final = str.maketrans(
    {"`": "'"} | {c: "" for c in map(chr, range(128)) if not (c.isprintable() or c.isspace())}
)


_UNSTORABLE = re.compile(r"[\x00\ud800-\udfff]")


Place = tuple[int | str, ...]


def unstorable(value: object, place: Place = ()) -> Iterator[tuple[Place, str]]:
    """Yield what no database takes of a value as JSON has it: its place, and the text.

    The name of a member is a text too, of the object that has it.
    """
    if isinstance(value, str):
        if _UNSTORABLE.search(value):
            yield place, value
    elif isinstance(value, dict):
        for name, part in value.items():
            yield from unstorable(name, place)
            yield from unstorable(part, (*place, name))
    elif isinstance(value, list):
        for number, part in enumerate(value):
            yield from unstorable(part, (*place, number))


def printable(text: str) -> str:
    """Return the text, or raise ValueError if it holds what no keyboard writes."""
    if found := _UNWANTED.search(text):
        raise ValueError(
            Message(
                "remove the control characters; use plain text "
                "(the first is U+{code:04X}, character {place})",
                code=ord(found[0]),
                place=found.start() + 1,
            )
        )
    return text


def in_one_form(text: str) -> str:
    """Return the text with its accents composed (NFC) and its lines ended by line feeds.

    The same text has the same form afterwards, whichever keyboard or program it came from.
    """
    return unicodedata.normalize("NFC", _BREAKS.sub("\n", text))


def comparable(text: str) -> str:
    """Return the text as it is compared and searched: equal where people read the same.

    Case, composed or separate accents, width, kinds of blanks, apostrophes and hyphens, and
    characters that nobody sees make no difference; accents do.

    Examples
    --------
    >>> comparable("E\u0301COLE  d\u2019\uff21") == comparable("École d'A")
    True
    """
    if text.isascii():
        return " ".join(text.casefold().translate(_IN_ASCII).split())
    # First the signs: a spacing accent, which people type as an apostrophe, would be split.
    narrow = unicodedata.normalize("NFKC", text.translate(_SIGNS))
    folded = unicodedata.normalize("NFKC", narrow.casefold()).replace("i\u0307", "i")
    seen = "".join(c for c in folded.translate(_SIGNS) if not _is_unseen(c))
    return _BLANKS.sub(" ", seen).strip()


def _is_unseen(character: str) -> bool:
    if character in _FILLERS:
        return True
    kind = unicodedata.category(character)
    return kind in {"Cf", "Cc"} and not character.isspace()


def legible(text: str) -> str:
    """Return the text, or an empty one where nothing of it can be seen.

    Else a name of such characters would stand for one that is required.
    """
    unseen = all(c.isspace() or _is_unseen(c) for c in text)
    return "" if unseen else text


ALIKE: Final = frozenset({"LATIN", "CYRILLIC", "GREEK", "ARMENIAN", "CHEROKEE"})
"""Scripts with letters that look like those of another one of them."""


def unmistakable(text: str) -> str:
    """Return the text, or raise ValueError if it could pass for another one.

    Wide letters and ligatures look like plain ones, and so do some letters of one script
    like those of another (UTS 39); the parts of one address may be in different scripts.
    """
    if unicodedata.normalize("NFKC", text) != text:
        raise ValueError(
            Message("use plain letters: some of these only look like other letters")
        )
    for part in re.split(r"[.@_+-]", text):
        scripts = {unicodedata.name(c, "").partition(" ")[0] for c in part if c.isalpha()}
        if len(scripts & ALIKE) > 1:
            raise ValueError(
                Message("use letters of one script: letters of another one look the same")
            )
    return text


def _one_line(text: str) -> str:
    if "\n" in text or "\r" in text:
        raise ValueError(Message("write it on one line"))
    if _TURNING.search(text):
        raise ValueError(Message("remove the characters that change the writing direction"))
    return text


Text = Annotated[
    str,
    StringConstraints(strip_whitespace=True),
    AfterValidator(in_one_form),
    AfterValidator(printable),
    AfterValidator(legible),
]
"""Text of any number of lines."""

Line = Annotated[Text, AfterValidator(_one_line)]
"""Text on one line."""

Address = Annotated[EmailStr, AfterValidator(unmistakable)]
"""An email address that nobody takes for another one."""
