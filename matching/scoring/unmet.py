"""What a query asks and nobody in a pool tells of: point by point, as the query wrote it.

The rule: a point is named only where no sentence of the whole pool says even a fifth of it, so
what is named is missing and not merely told in part.
"""

from collections.abc import Iterator, Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from matching.scoring.explanation import Place
from matching.scoring.needs import SOMETHING
from matching.scoring.pairs import Indices
from matching.scoring.points import LEAST_WORDS, Parts, points_of, weights_of
from matching.text.encoded import Floats
from matching.text.language import language_of
from matching.text.languages import UNKNOWN
from matching.text.profile import Profile
from matching.text.vocabulary import Vocabulary
from matching.text.written import Forms, Written

# Profiles that are read at once, and additions at once: arrays of some MB.
_PROFILES: Final = 1 << 12
_ADDITIONS: Final = 1 << 21

# What a word that says something adds beside its share, so that one sum tells how many there
# are and how much they tell: shares add up to 1 at most.
_ONE: Final = 4.0

Bools = NDArray[np.bool_]


def unmet(
    queries: Sequence[Profile],
    pool: Sequence[Profile],
    vocabulary: Vocabulary,
    forms: Forms | None = None,
) -> list[tuple[Place, ...]]:
    """Name the points of each query that nobody in a pool tells of, in their order.

    Where nobody in the pool writes in the language of a query nothing is named: its words
    could not be met.

    Parameters
    ----------
    queries, pool : sequences of Profile
    vocabulary : Vocabulary
        Of a matcher that was fitted on the pool.
    forms : Forms, default=None
        Share one to read no text twice.
    """
    forms, width = forms or Forms(vocabulary.stems), vocabulary.idf.size
    left = Written.of(queries, forms)
    asked = Parts.of(queries, left, width, fine=True)
    weights = weights_of(left, asked, vocabulary, width)
    points = points_of(queries, asked, weights)
    says = _says(left, forms, width)
    table = _Points(asked, weights, points, says, width)
    spoken = frozenset[str]()
    for first in range(0, len(pool), _PROFILES):
        some = pool[first : first + _PROFILES]
        spoken |= {language_of(profile) for profile in some}
        written = Written.of(some, forms)
        table.meet(Parts.of(some, written, width, fine=False))
    heard = [language_of(query) in spoken - {UNKNOWN} for query in queries]
    found = [list[Place]() for _ in queries]
    open_points = points[table.open]
    owners = asked.owners[open_points].tolist()
    for owner, place in zip(owners, asked.places(open_points), strict=True):
        if heard[owner]:
            found[owner].append(place)
    return [tuple(of_one) for of_one in found]


def _says(written: Written, forms: Forms, width: int) -> Bools:
    """Return which columns say something in a form in which a query writes them."""
    known = written.columns >= 0
    says = np.zeros(width, dtype=np.bool_)
    says[written.columns[known][~forms.says_little[written.forms[known]]]] = True
    return says


class _Points:
    """The points of queries that nobody has told of so far, as rows of weighed words.

    Attributes
    ----------
    open : int array
        Which of the points.
    """

    def __init__(
        self, asked: Parts, weights: Floats, points: Indices, says: Bools, width: int
    ) -> None:
        self.open = np.arange(points.size)
        whole = np.bincount(asked.parts, weights, minlength=asked.owners.size)
        row = np.full(asked.owners.size, -1)
        row[points] = self.open
        known = (row[asked.parts] >= 0) & (asked.terms < width)
        parts, columns = asked.parts[known], asked.terms[known]
        worth = weights[known] / whole[parts] + _ONE * says[columns]
        self._rows = sparse.csr_array(
            (worth, (row[parts], columns)), shape=(points.size, width)
        )

    def meet(self, told: Parts) -> None:
        """Close the points of which a sentence tells something."""
        width = self._rows.shape[1]
        known = told.terms < width
        words = (told.terms[known], told.parts[known])
        sentences = sparse.csr_array(
            (np.ones(words[0].size), words), shape=(width, told.owners.size)
        )
        n_sentences = np.diff(sentences.indptr)
        of_word = np.append(0, np.cumsum(n_sentences[self._rows.indices]))
        before = of_word[self._rows.indptr]
        is_open = np.ones(self.open.size, dtype=np.bool_)
        for some in _chunks(before):
            sums = self._rows[some] @ sentences
            enough = np.flatnonzero(sums.data >= LEAST_WORDS * _ONE)
            met = enough[sums.data[enough] % _ONE >= SOMETHING]
            rows = np.searchsorted(sums.indptr, met, side="right") - 1
            is_open[some.start + rows] = False
        self.open, self._rows = self.open[is_open], self._rows[np.flatnonzero(is_open)]


def _chunks(before: Indices) -> Iterator[slice]:
    """Yield runs of points that take about so many additions, at least one point."""
    start, n_points = 0, before.size - 1
    while start < n_points:
        stop = int(np.searchsorted(before, before[start] + _ADDITIONS, side="right")) - 1
        stop = max(stop, start + 1)
        yield slice(start, stop)
        start = stop
