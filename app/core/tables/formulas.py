"""Texts that a spreadsheet would run: kept harmless in CSV, and read back as they were.

CSV knows no kinds, so a spreadsheet takes a cell that begins with certain signs for a formula;
one that separates cells at semicolons, tabs or line ends, whatever the quotation marks say,
finds such a beginning within a text. An apostrophe before the sign keeps it a text.
"""

import re
from typing import Final

SIGNS: Final = "=+-@\ufe66\ufe62\ufe63\ufe6b\uff1d\uff0b\uff0d\uff20\u207a\u207c\u208a\u208c"
"""What a formula begins with, and what becomes one of these when it is made narrow."""

_ANY: Final = re.escape(SIGNS)
_HIDDEN: Final = r"(?:[^\S\t\r\n]|['\"\u00ad\u200b-\u200f\u2060\ufeff])*"
_BEGINNING: Final = re.compile(
    rf"(?:(?<![^;\t\r\n])(?={_HIDDEN}[{_ANY}]))|(?:\A(?={_HIDDEN}[\t\r\n]))"
)
_GUARDED: Final = re.compile(
    rf"(?:(?<![^;\t\r\n])'(?={_HIDDEN}[{_ANY}]))|(?:\A'(?={_HIDDEN}[\t\r\n]))"
)


def is_formula(text: str) -> bool:
    """Tell whether a formula would begin somewhere in the text."""
    return _BEGINNING.search(text) is not None


def guarded(text: str) -> str:
    """Return the text with an apostrophe wherever a formula would begin.

    Examples
    --------
    >>> guarded("=1+1"), guarded("a;=1+1"), guarded("1-1")
    ("'=1+1", "a;'=1+1", '1-1')
    """
    return _BEGINNING.sub("'", text)


def unguarded(text: str) -> str:
    """Return the text as it was before `guarded`.

    Examples
    --------
    >>> unguarded(guarded("'=1; -x")) == "'=1; -x"
    True
    """
    return _GUARDED.sub("", text)
