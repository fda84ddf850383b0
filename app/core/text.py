"""Text that people send: what is refused before it reaches a row.

PostgreSQL cannot store NUL, and half of a surrogate pair cannot be encoded at
all; both come from broken programs, never from a person's keyboard.
"""

import re
from typing import Annotated

from pydantic import AfterValidator, StringConstraints

# The last two are no characters at all, and no XML can hold them.
_UNWANTED = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff]")


def printable(text: str) -> str:
    """Return the text, or raise ValueError if it holds what no keyboard writes."""
    if _UNWANTED.search(text):
        raise ValueError("remove the control characters; plain text is wanted")
    return text


def _one_line(text: str) -> str:
    if "\n" in text or "\r" in text:
        raise ValueError("write it on one line")
    return text


Text = Annotated[str, StringConstraints(strip_whitespace=True), AfterValidator(printable)]
"""Text of any number of lines."""

Line = Annotated[Text, AfterValidator(_one_line)]
"""Text on one line."""
