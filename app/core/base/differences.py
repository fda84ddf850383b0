"""How two texts differ, word by word: the one place that compares them.

The rule: what stands in both in the same order stays, of whole words and the signs between
them; everything else was removed or added. Of two texts so long that this would take seconds
the words that stand everywhere are no landmarks (`autojunk` of `difflib`).
"""

import re
from difflib import SequenceMatcher
from enum import StrEnum
from itertools import groupby
from typing import Final


class Change(StrEnum):
    """What was done with a run of words."""

    SAME = "same"
    REMOVED = "removed"
    ADDED = "added"


Run = tuple[Change, str]

_PIECE: Final = re.compile(r"\s+|\w+|[^\w\s]")
_EXACT: Final = 1_000_000
"""Pairs of words up to which all are landmarks: below half a second."""


def words_changed(before: str, after: str) -> list[Run]:
    """Return a text as it became, with what was removed from it where it stood.

    Parameters
    ----------
    before, after : str

    Returns
    -------
    runs : list of pair of Change and str
        No two neighbours of one kind; those that are the same or added make `after`, those
        that are the same or removed make `before`.

    Examples
    --------
    >>> [(str(change), text) for change, text in words_changed("Rain in May.", "Rain in June.")]
    [('same', 'Rain in '), ('removed', 'May'), ('added', 'June'), ('same', '.')]
    """
    old, new = _PIECE.findall(before), _PIECE.findall(after)
    matcher = SequenceMatcher(None, old, new, autojunk=len(old) * len(new) > _EXACT)
    codes = matcher.get_opcodes()
    pieces = [
        ("".join(old[start:stop]), "".join(new[first:last]), tag == "equal")
        for tag, start, stop, first, last in codes
    ]
    runs = list[Run]()
    inner = range(1, len(pieces) - 1)
    # A space alone between two changes is no landmark: it belongs to them.
    kept = [
        same and not (i in inner and was.isspace()) for i, (was, _, same) in enumerate(pieces)
    ]
    for is_kept, group in groupby(zip(kept, pieces, strict=True), key=lambda one: one[0]):
        some = [piece for _, piece in group]
        removed = "".join(was for was, _, _ in some)
        added = "".join(became for _, became, _ in some)
        found = (
            [(Change.SAME, removed)]
            if is_kept
            else [(Change.REMOVED, removed), (Change.ADDED, added)]
        )
        runs += [run for run in found if run[1]]
    return runs
