"""What a query asks for and nobody in a pool tells of: in the words of the query."""

import itertools
from collections.abc import Iterator, Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from matching.text.language import language_of
from matching.text.languages import UNKNOWN
from matching.text.profile import Profile
from matching.text.reading import Reader
from matching.text.written import Forms, Written

# What is said once may be a name or an example; what comes back, or heads the text, is meant.
_OFTEN: Final = 2

# Longer runs than this may share a number with others, which costs a look and no more.
_LONG: Final = 1 << 8

# Queries whose words are looked at together: some arrays of 8 MB.
_AT_ONCE: Final = 1 << 11


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
    told = reader.read(pool).ids
    spoken = {language_of(profile) for profile in pool} - {UNKNOWN}
    asked = [i for i, query in enumerate(queries) if language_of(query) in spoken]
    # once they are read every stem has a number
    reader.read([queries[i] for i in asked])
    known = np.zeros(len(reader.stems), dtype=np.bool_)
    known[told] = True
    forms = Forms({name: number for number, name in enumerate(reader.stems)})
    found: list[tuple[str, ...]] = [()] * len(queries)
    for first in range(0, len(asked), _AT_ONCE):
        some = asked[first : first + _AT_ONCE]
        phrases = _untold([queries[i] for i in some], forms, known, most)
        for i, named in zip(some, phrases, strict=True):
            found[i] = named
    return found


def _untold(
    queries: Sequence[Profile], forms: Forms, known: NDArray[np.bool_], most: int
) -> Iterator[tuple[str, ...]]:
    written = Written.of(queries, forms)
    texts = [text for query in queries for text in query.counted]
    firsts, lasts = _runs(written, ~known[written.columns], texts)
    text_of = np.searchsorted(written.ends, firsts, side="right") - 1
    owners = np.searchsorted(written.texts, text_of, side="right") - 1
    heads = np.array(
        [
            0 if i else len(text.partition("\n")[0])
            for query in queries
            for i, text in enumerate(query.counted)
        ],
        dtype=np.int64,
    )
    often = np.where(written.starts[firsts] < heads[text_of], _OFTEN, 1)
    # most runs are said once: of these not even first word, last word and length come back
    ends = written.columns[firsts], written.columns[lasts]
    keys = ((owners * known.size + ends[0]) * known.size + ends[1]) * _LONG + lasts - firsts
    _, group = np.unique(keys, return_inverse=True)
    maybe = np.flatnonzero(np.bincount(group, often)[group] >= _OFTEN)
    cuts = np.searchsorted(owners[maybe], np.arange(len(queries) + 1)).tolist()
    firsts, lasts, columns = firsts[maybe], lasts[maybe], written.columns.tolist()
    runs = list(
        zip(
            text_of[maybe].tolist(),
            written.starts[firsts].tolist(),
            written.stops[lasts].tolist(),
            [
                tuple(columns[first : last + 1])
                for first, last in zip(firsts.tolist(), lasts.tolist(), strict=True)
            ],
            often[maybe].tolist(),
            strict=True,
        )
    )
    for start, stop in itertools.pairwise(cuts):
        yield _named(runs[start:stop], texts, most)


def _runs(
    written: Written, untold: NDArray[np.bool_], texts: Sequence[str]
) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Return first and last word of the runs that nobody tells, with only blanks between."""
    text_of = np.repeat(np.arange(written.ends.size - 1), np.diff(written.ends))
    follows = untold[1:] & untold[:-1] & (text_of[1:] == text_of[:-1])
    behind = np.flatnonzero(follows) + 1
    between = zip(
        text_of[behind].tolist(),
        written.stops[behind - 1].tolist(),
        written.starts[behind].tolist(),
        strict=True,
    )
    joined = np.zeros(untold.size + 1, dtype=np.bool_)
    joined[behind] = [not texts[at][stop:start].strip() for at, stop, start in between]
    return np.flatnonzero(untold & ~joined[:-1]), np.flatnonzero(untold & ~joined[1:])


_Run = tuple[int, int, int, tuple[int, ...], int]
"""Text, start and end of a run, its stems, and how often it counts."""


def _named(runs: Sequence[_Run], texts: Sequence[str], most: int) -> tuple[str, ...]:
    """Name those of the runs of one query that it says often enough."""
    found: dict[tuple[int, ...], str] = {}
    often: dict[tuple[int, ...], int] = {}
    for text, start, stop, stems, n in runs:
        if stems not in found:
            found[stems] = texts[text][start:stop]
        often[stems] = often.get(stems, 0) + n
    named = [stems for stems in found if often[stems] >= _OFTEN]
    named.sort(key=lambda stems: -often[stems])
    return tuple(found[stems] for stems in named[:most])
