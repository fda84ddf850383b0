"""What a query asks for and nobody in a pool tells of: in the words of the query."""

from collections.abc import Sequence
from typing import Final

import numpy as np

from matching.text.language import Token, language_of, tokens
from matching.text.languages import UNKNOWN
from matching.text.profile import Profile
from matching.text.reading import Reader

# What is said once may be a name or an example; what comes back, or heads the text, is meant.
_OFTEN: Final = 2


def untold(
    queries: Sequence[Profile],
    pool: Sequence[Profile],
    reader: Reader | None = None,
    most: int = 5,
) -> list[tuple[str, ...]]:
    """Name what each query asks for and no text of the pool tells of.

    A phrase is a run of words of which none stands in the pool, as the query wrote it first.
    It is named if the query says it twice, or in its first line. Where nobody in the pool
    writes in the language of a query nothing is named: its words could not be met.

    Parameters
    ----------
    queries, pool : sequences of Profile
    reader : Reader, default=None
        Share one to read no text twice.
    most : int, default=5
        Of more phrases the most frequent are named, of equals the first.

    Examples
    --------
    >>> asked = Profile("q", ("Ethics of machine learning",), language="en")
    >>> untold([asked], [Profile("p", ("We teach ethics.",), language="en")])
    [('machine learning',)]
    """
    reader = reader or Reader()
    read = reader.read(pool)
    known = frozenset(reader.stems[i] for i in np.unique(read.ids).tolist())
    spoken = {language_of(profile) for profile in pool} - {UNKNOWN}
    return [
        _untold(query, known, most) if language_of(query) in spoken else () for query in queries
    ]


def _untold(query: Profile, known: frozenset[str], most: int) -> tuple[str, ...]:
    found: dict[tuple[str, ...], str] = {}
    often: dict[tuple[str, ...], int] = {}
    for i, text in enumerate(query.counted):
        first_line = len(text.partition("\n")[0]) if i == 0 else 0
        for run in _runs(text, list(tokens(text, language_of(query))), known):
            stems = tuple(token.stem for token in run)
            found.setdefault(stems, text[run[0].start : run[-1].end])
            n = _OFTEN if run[0].start < first_line else 1
            often[stems] = often.get(stems, 0) + n
    named = [stems for stems in found if often[stems] >= _OFTEN]
    named.sort(key=lambda stems: -often[stems])
    return tuple(found[stems] for stems in named[:most])


def _runs(text: str, words: Sequence[Token], known: frozenset[str]) -> "list[list[Token]]":
    """Return the runs of words that nobody knows, with nothing but blanks between them."""
    runs = list[list[Token]]()
    before: Token | None = None
    for word in words:
        if word.stem in known:
            before = None
            continue
        if before is not None and not text[before.end : word.start].strip():
            runs[-1].append(word)
        else:
            runs.append([word])
        before = word
    return runs
