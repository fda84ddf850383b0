"""What a query asks, point by point, and which of the points a candidate tells of.

The rule: a point is a clause as the query wrote it, and it is met by one sentence that says
enough of it; words that stand far apart in a text meet nothing together.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from matching.scoring.explanation import Need, Place
from matching.scoring.pairs import Indices
from matching.scoring.passages import Sides, Words
from matching.text.clauses import clauses, sentences
from matching.text.encoded import Floats
from matching.text.positions import runs
from matching.text.profile import Profile
from matching.text.vocabulary import Vocabulary
from matching.text.written import Written

MOST: Final = 8
"""Points of a query that are looked at: those that weigh most."""

ENOUGH: Final = 1 / 3
"""Share of a point, by the weight of its words, that one sentence has to tell."""

# One word in common may be a false friend, whatever its weight.
_WORDS: Final = 2

# Meetings of points with sentences that are held at once: some arrays of 8 MB.
_AT_ONCE: Final = 1 << 20


@dataclass(frozen=True, slots=True, eq=False)
class _Parts:
    """The parts of some profiles, and the distinct words of each.

    Parameters
    ----------
    owners : int array of shape (n_parts,)
        Profile of each part, ascending.
    passages, starts, stops : int arrays of shape (n_parts,)
    parts, terms : int arrays of shape (n_words,)
        Each word once a part, ascending by part; terms from ``width`` on are unknown.
    """

    owners: Indices
    passages: Indices
    starts: Indices
    stops: Indices
    parts: Indices
    terms: Indices

    def places(self, parts: Indices) -> list[Place]:
        """Return where parts stand."""
        columns = (self.passages[parts], self.starts[parts], self.stops[parts])
        return list(map(Place, *(column.tolist() for column in columns)))


def needs(
    sides: Sides, words: Words, vocabulary: Vocabulary, comparable: NDArray[np.bool_]
) -> Iterator[tuple[Need, ...]]:
    """Yield for each pair the points of its query, in the order in which they stand.

    The weight of a word in a query is that of the score: (1 + ln tf) idf. A point weighs the
    sum of the squares of its words, and a sentence tells as much of it as the words that both
    have weigh.

    Parameters
    ----------
    sides : Sides
    words : Words
        What the pairs have in common.
    vocabulary : Vocabulary
    comparable : bool array of shape (n_pairs,)
        Whether both sides of a pair tell something, in one language; the others have no points.
    """
    asked = _parts(sides.queries, sides.left, words.width, fine=True)
    told = _parts(sides.candidates, sides.right, words.width, fine=False)
    weights = _weights(sides.left, asked, vocabulary, words.width)
    points = _heaviest(asked, weights)
    met = _met(asked, told, weights, points, (sides.rows, sides.columns), words)
    here, there = asked.places(points), told.places(np.arange(told.owners.size))
    nothing = [Need(place, None, 0.0) for place in here]
    firsts = np.searchsorted(asked.owners[points], np.arange(len(sides.queries) + 1)).tolist()
    place_of = {point: at for at, point in enumerate(points.tolist())}
    for pair, query in enumerate(sides.rows.tolist()):
        if not comparable[pair]:
            yield ()
            continue
        first, last = firsts[query], firsts[query + 1]
        found = nothing[first:last]
        for point, part, share in met.get(pair, ()):
            at = place_of[point]
            place = there[part] if share >= ENOUGH else None
            found[at - first] = Need(here[at], place, share)
        yield tuple(found)


def _parts(profiles: Sequence[Profile], written: Written, width: int, *, fine: bool) -> _Parts:
    """Cut the texts of profiles, and put each word to its part."""
    cut = clauses if fine else sentences
    owners, passages, texts, places = [], [], [], []
    for number, (profile, first) in enumerate(
        zip(profiles, written.texts[:-1].tolist(), strict=True)
    ):
        for passage, text in enumerate(profile.counted):
            for place in cut(text):
                owners.append(number)
                passages.append(passage)
                texts.append(first + passage)
                places.append(place)
    where = np.array(places, dtype=np.int64).reshape(-1, 2)
    beyond = int(max(written.stops.max(initial=0), where.max(initial=0))) + 1
    keys = np.array(texts, dtype=np.int64) * beyond + where[:, 0]
    of_word = np.repeat(np.arange(written.ends.size - 1), np.diff(written.ends))
    parts = np.searchsorted(keys, of_word * beyond + written.starts, side="right") - 1
    terms = np.where(written.columns >= 0, written.columns, width + written.forms)
    limit = width + int(written.forms.max(initial=0)) + 1
    distinct = np.unique(parts[parts >= 0] * limit + terms[parts >= 0])
    return _Parts(
        np.array(owners, dtype=np.intp),
        np.array(passages, dtype=np.intp),
        where[:, 0],
        where[:, 1],
        distinct // limit,
        distinct % limit,
    )


def _weights(written: Written, asked: _Parts, vocabulary: Vocabulary, width: int) -> Floats:
    """Return the square of what each word of each part weighs in its query."""
    texts = np.repeat(np.arange(written.ends.size - 1), np.diff(written.ends))
    owners = np.searchsorted(written.texts, texts, side="right") - 1
    terms = np.where(written.columns >= 0, written.columns, width + written.forms)
    limit = int(max(terms.max(initial=0), asked.terms.max(initial=0))) + 1
    keys, n = np.unique(owners * limit + terms, return_counts=True)
    here = np.searchsorted(keys, asked.owners[asked.parts] * limit + asked.terms)
    known = asked.terms < width
    idf = np.full(asked.terms.size, vocabulary.unknown_idf)
    idf[known] = vocabulary.idf[asked.terms[known]]
    return np.asarray(((1 + np.log(n[here])) * idf) ** 2)


def _heaviest(asked: _Parts, weights: Floats) -> Indices:
    """Return the parts that are points: the heaviest of each query, in their order."""
    n_parts = asked.owners.size
    n_words = np.bincount(asked.parts, minlength=n_parts)
    weight = np.bincount(asked.parts, weights, minlength=n_parts)
    some = np.flatnonzero(n_words >= _WORDS)
    order = some[np.lexsort((some, -weight[some], asked.owners[some]))]
    firsts = np.searchsorted(asked.owners[order], asked.owners[order])
    return np.sort(order[np.arange(order.size) - firsts < MOST])


def _met(
    asked: _Parts,
    told: _Parts,
    weights: Floats,
    points: Indices,
    pairs: tuple[Indices, Indices],
    words: Words,
) -> dict[int, list[tuple[int, int, float]]]:
    """Return for each pair its points, with the part that tells most of each and how much."""
    whole = np.bincount(asked.parts, weights, minlength=asked.owners.size)
    is_point = np.zeros(asked.owners.size, dtype=np.bool_)
    is_point[points] = True
    left = _Entries.of(asked, words.width, is_point[asked.parts])
    right = _Entries.of(told, words.width, np.ones(told.parts.size, dtype=np.bool_))
    queries, candidates = pairs
    here = left.of_words(queries[words.pairs], words.columns)
    there = right.of_words(candidates[words.pairs], words.columns)
    n = (here[1] - here[0]) * (there[1] - there[0])
    found = dict[int, list[tuple[int, int, float]]]()
    for some in _chunks(words.pairs, n):
        sizes = n[some]
        row = np.repeat(np.arange(some.start, some.stop), sizes)
        within = runs(np.zeros(sizes.size, dtype=np.intp), sizes)
        breadth = (there[1] - there[0])[row]
        one = left.at[here[0][row] + within // breadth]
        other = right.at[there[0][row] + within % breadth]
        part, sentence = asked.parts[one], told.parts[other]
        keys = (words.pairs[row] * asked.owners.size + part) * told.owners.size + sentence
        meetings, first, group = np.unique(keys, return_index=True, return_inverse=True)
        shared = np.bincount(group, weights[one], minlength=meetings.size)
        share = shared / whole[part[first]]
        at = np.flatnonzero(np.bincount(group, minlength=meetings.size) >= _WORDS)
        point_of = meetings // told.owners.size
        # the greatest share of each point, of equals the first sentence
        at = at[np.lexsort((meetings[at], -share[at], point_of[at]))]
        at = at[np.diff(point_of[at], prepend=-1) > 0]
        owners, points_met = np.divmod(point_of[at], asked.owners.size)
        columns = (owners, points_met, meetings[at] % told.owners.size, share[at])
        for pair, *one in zip(*(column.tolist() for column in columns), strict=True):
            found.setdefault(pair, []).append(tuple(one))
    return found


@dataclass(frozen=True, slots=True, eq=False)
class _Entries:
    """The known words of parts, found by profile and column.

    Parameters
    ----------
    keys : int array of shape (n_entries,)
        Profile times width plus column, ascending.
    at : int array of shape (n_entries,)
        Where each stands in `_Parts.terms`.
    """

    keys: Indices
    at: Indices
    width: int

    @classmethod
    def of(cls, parts: _Parts, width: int, wanted: NDArray[np.bool_]) -> "_Entries":
        """File the words of some parts."""
        at = np.flatnonzero(wanted & (parts.terms < width))
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
