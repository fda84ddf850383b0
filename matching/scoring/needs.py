"""What a query asks, point by point, and which of the points a candidate tells of.

The rule: a point is met by one sentence that says enough of it; words that stand far apart in a
text meet nothing together.
"""

import itertools
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from matching.scoring.explanation import Marks, Need
from matching.scoring.pairs import Indices
from matching.scoring.passages import Bools, Sides, Words
from matching.scoring.points import LEAST_WORDS, Parts, points_of, weights_of
from matching.text.encoded import Floats
from matching.text.positions import runs
from matching.text.vocabulary import Vocabulary
from matching.text.written import Written

ENOUGH: Final = 1 / 3
"""Share of a point, by the weight of its words, that one sentence has to tell."""

SOMETHING: Final = 1 / 5
"""Share of a part that one sentence has to tell, for a word of both to be a reason alone."""

# Meetings of parts with sentences that are held at once: some arrays of 8 MB.
_AT_ONCE: Final = 1 << 20


class Meetings(NamedTuple):
    """Where the parts of queries and the sentences of candidates meet.

    Parameters
    ----------
    asked, told : Parts
        Of the queries, and of the candidates.
    points : int array of shape (n_points,)
        The parts of the queries that are points.
    pairs, parts, sentences : int arrays of shape (n_met,)
        For each pair its points that are told of at all, ascending, and the sentence that
        tells most of each.
    shares : float64 array of shape (n_met,)
        How much of the point it tells.
    beside : bool array of shape (n_words,)
        Which of the shared words stand beside another one on both sides, in a part and in a
        sentence that tells something of it.
    """

    asked: Parts
    told: Parts
    points: Indices
    pairs: Indices
    parts: Indices
    sentences: Indices
    shares: Floats
    beside: Bools


def meetings(
    sides: Sides, words: Words, vocabulary: Vocabulary, says: Bools, telling: Bools
) -> Meetings:
    """Find what stands together on both sides.

    Parameters
    ----------
    sides : Sides
    words : Words
        What the pairs have in common.
    vocabulary : Vocabulary
    says, telling : bool arrays of shape (n_words,)
        Which of them say something, and which of these not what so many tell. Two that say
        something make a meeting, if one of them is telling.
    """
    asked = Parts.of(sides.queries, sides.left, words.width, fine=True)
    told = Parts.of(sides.candidates, sides.right, words.width, fine=False)
    weights = weights_of(sides.left, asked, vocabulary, words.width)
    points = points_of(sides.queries, asked, weights)
    whole = np.bincount(asked.parts, weights, minlength=asked.owners.size)
    is_point = np.zeros(asked.owners.size, dtype=np.bool_)
    is_point[points] = True
    left, right = _Entries.of(asked, words.width), _Entries.of(told, words.width)
    here = left.of_words(sides.rows[words.pairs], words.columns)
    there = right.of_words(sides.columns[words.pairs], words.columns)
    n = (here[1] - here[0]) * (there[1] - there[0])
    beside = np.zeros(says.size, dtype=np.bool_)
    nothing = np.empty(0, dtype=np.intp)
    found = [(nothing, nothing, nothing, np.empty(0))]
    for some in _chunks(words.pairs, n):
        sizes = n[some]
        row = np.repeat(np.arange(some.start, some.stop), sizes)
        within = runs(np.zeros(sizes.size, dtype=np.intp), sizes)
        breadth = (there[1] - there[0])[row]
        one = left.at[here[0][row] + within // breadth]
        other = right.at[there[0][row] + within % breadth]
        part, sentence = asked.parts[one], told.parts[other]
        keys = (words.pairs[row] * asked.owners.size + part) * told.owners.size + sentence
        together, first, group = np.unique(keys, return_index=True, return_inverse=True)
        enough = np.bincount(group, says[row], minlength=together.size) >= LEAST_WORDS
        enough &= np.bincount(group, telling[row], minlength=together.size) > 0
        shared = np.bincount(group, weights[one], minlength=together.size)
        share = shared / whole[part[first]]
        beside[row[(enough & (share >= SOMETHING))[group]]] = True
        at = np.flatnonzero(enough & is_point[part[first]])
        point_of = together // told.owners.size
        # the greatest share of each point, of equals the first sentence
        at = at[np.lexsort((together[at], -share[at], point_of[at]))]
        at = at[np.diff(point_of[at], prepend=-1) > 0]
        owners, met = np.divmod(point_of[at], asked.owners.size)
        found.append((owners, met, together[at] % told.owners.size, share[at]))
    pairs, parts, sentences, shares = map(np.concatenate, zip(*found, strict=True))
    return Meetings(asked, told, points, pairs, parts, sentences, shares, beside)


def needs(sides: Sides, met: Meetings, comparable: Bools) -> Iterator[tuple[Need, ...]]:
    """Yield for each pair the points of its query, in the order in which they stand.

    Parameters
    ----------
    sides : Sides
    met : Meetings
    comparable : bool array of shape (n_pairs,)
        Whether both sides of a pair tell something, in one language; the others have no points.
    """
    asked, told, points = met.asked, met.told, met.points
    here, there = asked.places(points), told.places(np.arange(told.owners.size))
    nothing = [Need(place, None, 0.0) for place in here]
    firsts = np.searchsorted(asked.owners[points], np.arange(len(sides.queries) + 1)).tolist()
    enough = met.shares >= ENOUGH
    marks = zip(*_marks(sides, met, np.flatnonzero(enough)), strict=True)
    columns = (met.pairs, np.searchsorted(points, met.parts), met.sentences, met.shares)
    of_pair = np.searchsorted(met.pairs, np.arange(sides.rows.size + 1)).tolist()
    found = list(zip(*(column.tolist() for column in columns), strict=True))
    for pair, query in enumerate(sides.rows.tolist()):
        first, last = firsts[query], firsts[query + 1]
        of_one = nothing[first:last]
        for _, point, sentence, share in found[of_pair[pair] : of_pair[pair + 1]]:
            of_one[point - first] = (
                Need(here[point], there[sentence], share, *next(marks))
                if share >= ENOUGH
                else Need(here[point], None, share)
            )
        yield tuple(of_one) if comparable[pair] else ()


def _marks(sides: Sides, met: Meetings, at: Indices) -> tuple[list[Marks], list[Marks]]:
    """Return where the words stand that a point and the sentence that tells of it share."""
    left = _Found.of(met.asked, sides.left, met.parts[at])
    right = _Found.of(met.told, sides.right, met.sentences[at])
    return left.shared_with(right, at.size), right.shared_with(left, at.size)


class _Found(NamedTuple):
    """The words of some parts: number of the part, column, start and stop within it."""

    numbers: Indices
    columns: NDArray[np.integer]
    starts: NDArray[np.integer]
    stops: NDArray[np.integer]

    @classmethod
    def of(cls, parts: Parts, written: Written, some: Indices) -> "_Found":
        firsts, sizes = parts.cuts[some], parts.cuts[some + 1] - parts.cuts[some]
        words, number = runs(firsts, sizes), np.repeat(np.arange(some.size), sizes)
        begun = parts.starts[some][number]
        starts, stops = written.starts[words] - begun, written.stops[words] - begun
        return cls(number, written.columns[words], starts, stops)

    def shared_with(self, other: "_Found", n: int) -> list[Marks]:
        """Return where the words stand that the other side has too; neighbours as one."""
        beyond = int(max(self.columns.max(initial=0), other.columns.max(initial=0))) + 1
        there = (other.numbers * beyond + other.columns)[other.columns >= 0]
        both = self.columns >= 0
        both &= np.isin(self.numbers * beyond + self.columns, there)
        at = np.flatnonzero(both)
        new = np.append(True, (np.diff(at) > 1) | (np.diff(self.numbers[at]) > 0))[: at.size]
        first = np.flatnonzero(new)
        # a compound reaches beyond the words within it
        ends = np.maximum.reduceat(self.stops[at], first) if first.size else first
        marks = list(zip(self.starts[at[first]].tolist(), ends.tolist(), strict=True))
        cuts = np.searchsorted(self.numbers[at[first]], np.arange(n + 1)).tolist()
        return [tuple(marks[a:b]) for a, b in itertools.pairwise(cuts)]


@dataclass(frozen=True, slots=True, eq=False)
class _Entries:
    """The known words of parts, found by profile and column.

    Parameters
    ----------
    keys : int array of shape (n_entries,)
        Profile times width plus column, ascending.
    at : int array of shape (n_entries,)
        Where each stands in `Parts.terms`.
    """

    keys: Indices
    at: Indices
    width: int

    @classmethod
    def of(cls, parts: Parts, width: int) -> "_Entries":
        """File the words of parts."""
        at = np.flatnonzero(parts.terms < width)
        keys = parts.owners[parts.parts[at]] * width + parts.terms[at]
        order = np.argsort(keys, kind="stable")
        return cls(keys[order], at[order], width)

    def of_words(
        self, profiles: Indices, columns: NDArray[np.integer]
    ) -> tuple[Indices, Indices]:
        """Return from where to where the entries of each word of a profile stand."""
        wanted = profiles * self.width + columns
        return np.searchsorted(self.keys, wanted), np.searchsorted(
            self.keys, wanted, side="right"
        )


def _chunks(pairs: Indices, n: Indices) -> Iterator[slice]:
    """Yield runs of words, those of a pair together, whose meetings can be held at once."""
    if not pairs.size:
        return
    ends = np.flatnonzero(np.diff(pairs, append=-1))
    before = np.cumsum(n)[ends]
    start, held = 0, 0
    for end, size in zip(ends.tolist(), before.tolist(), strict=True):
        if size - held >= _AT_ONCE:
            yield slice(start, end + 1)
            start, held = end + 1, size
    if start < pairs.size:
        yield slice(start, pairs.size)
