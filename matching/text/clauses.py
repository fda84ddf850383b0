"""Where a text may be cut into the things that it says: at the ends of sentences and of points.

The rule: signs alone are looked at, never words, so that a text in any language is cut in the
same way.
"""

import functools
import re
from typing import Final

# The end of a sentence, a point of a list, a colon, a line. Nothing here begins with any number
# of blanks: each of a long row of them would be the start of another try. All begin with one of
# few signs, so that what has none of them is passed over quickly.
_STOPS: Final = ".!?\u2026\u3002"
_ENDS: Final = re.compile(
    r"[.!?\u2026\u3002;:\n\-\u2013\u2014\u2022*]"
    r"(?:(?<=[.!?\u2026\u3002;:])\s+|(?<=\n)|(?<=\s[-\u2013\u2014\u2022*])\s+)"
)
_COMMA: Final = re.compile(r",\s+")
_EDGES: Final = " \t\r\n,;:-\u2013\u2014\u2022*"

# Longer ones say several things, and are cut at commas; what is shorter says nothing by itself.
_LONG: Final = 120
_SHORT: Final = 30


def clauses(text: str) -> list[tuple[int, int]]:
    """Cut a text at the ends of sentences and of points, long ones at commas as well.

    Returns
    -------
    places : list of (int, int)
        Start and end of each, in characters, in their order; nothing of them is blank.

    Examples
    --------
    >>> text = "We warn valleys. Wanted: sensors; a network of schools."
    >>> [text[start:stop] for start, stop in clauses(text)]
    ['We warn valleys.', 'Wanted', 'sensors', 'a network of schools.']
    """
    found = list[tuple[int, int]]()
    for start, stop in sentences(text):
        at = start
        if stop - start > _LONG:
            for comma in _COMMA.finditer(text, start, stop):
                if comma.start() - at >= _SHORT and stop - comma.end() >= _SHORT:
                    found.append((at, comma.start()))
                    at = comma.end()
        found.append((at, stop))
    return found


@functools.lru_cache(maxsize=1 << 13)
def sentences(text: str) -> list[tuple[int, int]]:
    """Cut a text at the ends of sentences and of points; see `clauses`."""
    # the sign at the end of a sentence belongs to it
    ends = [
        (match.start() + (text[match.start()] in _STOPS), match.end())
        for match in _ENDS.finditer(text)
    ]
    starts = [0, *(stop for _, stop in ends)]
    stops = [*(start for start, _ in ends), len(text)]
    found = list[tuple[int, int]]()
    for start, stop in zip(starts, stops, strict=True):
        part = text[start:stop]
        inner = part.strip(_EDGES)
        if inner:
            first = start + part.index(inner)
            found.append((first, first + len(inner)))
    return found
