"""Text that people send: what is refused before it reaches a row.

PostgreSQL cannot store NUL, and half of a surrogate pair cannot be encoded at
all; both come from broken programs, never from a person's keyboard.
"""

import re
import unicodedata
from typing import Annotated, Final

from pydantic import AfterValidator, EmailStr, StringConstraints

# The last two are no characters at all, and no XML can hold them.
_UNWANTED = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff]")

# Embeddings, overrides and isolates (UAX 9): a name with them is read as another one.
_TURNING = re.compile(r"[\u202a-\u202e\u2066-\u2069]")


def printable(text: str) -> str:
    """Return the text, or raise ValueError if it holds what no keyboard writes."""
    if _UNWANTED.search(text):
        raise ValueError("remove the control characters; use plain text")
    return text


ALIKE: Final = frozenset({"LATIN", "CYRILLIC", "GREEK", "ARMENIAN", "CHEROKEE"})
"""Scripts with letters that look like those of another one of them."""


def unmistakable(text: str) -> str:
    """Return the text, or raise ValueError if it could pass for another one.

    Wide letters and ligatures look like plain ones, and so do some letters of one script
    like those of another (UTS 39); the parts of one address may be in different scripts.
    """
    if unicodedata.normalize("NFKC", text) != text:
        raise ValueError("use plain letters: some of these only look like other letters")
    for part in re.split(r"[.@_+-]", text):
        scripts = {unicodedata.name(c, "").partition(" ")[0] for c in part if c.isalpha()}
        if len(scripts & ALIKE) > 1:
            raise ValueError("use letters of one script: letters of another one look the same")
    return text


def _one_line(text: str) -> str:
    if "\n" in text or "\r" in text:
        raise ValueError("write it on one line")
    if _TURNING.search(text):
        raise ValueError("remove the characters that change the writing direction")
    return text


Text = Annotated[str, StringConstraints(strip_whitespace=True), AfterValidator(printable)]
"""Text of any number of lines."""

Line = Annotated[Text, AfterValidator(_one_line)]
"""Text on one line."""

Address = Annotated[EmailStr, AfterValidator(unmistakable)]
"""An email address that nobody takes for another one."""
