"""What people see of listed pairs: the written forms of shared words, and marked passages.

The rule: people see words as they were written, never stems.
"""

import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from matching.scoring.explanation import Passage
from matching.scoring.pairs import Indices, Pairs
from matching.text.encoded import Floats
from matching.text.positions import runs
from matching.text.profile import Profile
from matching.text.written import Forms, Written

Bools = NDArray[np.bool_]


@dataclass(frozen=True, slots=True, eq=False)
class Words:
    """The shared words of some pairs, ascending by pair and column.

    Parameters
    ----------
    pairs, columns : int arrays of shape (n_words,)
    shares : float64 array of shape (n_words,)
        What each word adds to the score of its pair.
    width : int
        Columns there are.
    """

    pairs: Indices
    columns: Indices
    shares: Floats
    width: int

    def among(self, pairs: Indices, columns: NDArray[np.integer], n_pairs: int) -> Bools:
        """Tell which of other words of the pairs are among these; -1 is no column."""
        used, places = np.unique(self.columns, return_inverse=True)
        # the last column is that of all words that nobody shares
        near = np.full(self.width + 1, used.size, dtype=np.int32)
        near[used] = np.arange(used.size, dtype=np.int32)
        there = np.zeros((n_pairs, used.size + 1), dtype=np.bool_)
        there[self.pairs, places] = True
        return np.asarray(there[pairs, near[columns]])

    def share_of(self, pairs: Indices, columns: NDArray[np.integer]) -> Floats:
        """Return the shares of words that are among these."""
        keys = self.pairs * self.width + self.columns
        return self.shares[np.searchsorted(keys, pairs * self.width + columns)]


@dataclass(frozen=True, slots=True, eq=False)
class Sides:
    """The profiles of some pairs, each once, and their words.

    Parameters
    ----------
    queries, candidates : sequences of Profile
    rows, columns : int arrays of shape (n_pairs,)
        Which query and which candidate each pair has.
    left, right : Written
        The words of the queries and of the candidates.
    """

    queries: Sequence[Profile]
    candidates: Sequence[Profile]
    rows: Indices
    columns: Indices
    left: Written
    right: Written

    @classmethod
    def of(
        cls,
        queries: Sequence[Profile],
        pool: Sequence[Profile],
        rows: Indices,
        columns: Indices,
        forms: Forms,
    ) -> "Sides":
        """Read the profiles of pairs of positions among all queries and in the whole pool."""
        one, row = np.unique(rows, return_inverse=True)
        other, column = np.unique(columns, return_inverse=True)
        asked = [queries[position] for position in one.tolist()]
        told = [pool[position] for position in other.tolist()]
        left, right = Written.of(asked, forms), Written.of(told, forms)
        return cls(asked, told, row, column, left, right)


class Shown(NamedTuple):
    """What people see of some pairs.

    Parameters
    ----------
    words : list of tuple of str
        For each shared word how both sides wrote it.
    queries, candidates : list of Passage or None
        For each pair.
    """

    words: list[tuple[str, ...]]
    queries: list[Passage | None]
    candidates: list[Passage | None]


def shown(
    sides: Sides,
    pairs: Pairs,
    best: Indices,
    words: Words,
    usual: Indices,
    named: Bools,
    forms: Forms,
) -> Shown:
    """Put to each shared word how it was written, and mark the best passages.

    Parameters
    ----------
    sides : Sides
    pairs : Pairs
    best : int array of shape (n_pairs,)
        Where the best passage of each pair stands among the passages of all.
    words : Words
    usual : int array of shape (n_words,)
        The number of the usual form of each word in its query; see `usual_forms`.
    named : bool array of shape (n_words,)
        Which of them are marked.
    forms : Forms
        What the words of the profiles are numbered by.
    """
    left, right, row, column = sides.left, sides.right, sides.rows, sides.columns
    best_of_pool = pairs.pool.positions[pairs.passages[best]]
    marked = Words(words.pairs[named], words.columns[named], words.shares[named], words.width)
    return Shown(
        _as_written(usual, usual_forms(right, column, words), forms),
        _passages(left, sides.queries, row, _heaviest(left, row, words), marked),
        _passages(right, sides.candidates, column, best_of_pool, marked),
    )


def _as_written(left: Indices, right: Indices, forms: Forms) -> list[tuple[str, ...]]:
    """Return both forms of each word; one where both sides wrote the same."""
    names, known = forms.names, dict[tuple[int, int], tuple[str, ...]]()
    found = []
    for both in zip(left.tolist(), right.tolist(), strict=True):
        written = known.get(both)
        if written is None:
            one, other = names[both[0]], names[both[1]]
            written = (one,) if one.casefold() == other.casefold() else (one, other)
            known[both] = written
        found.append(written)
    return found


def usual_forms(written: Written, profiles: Indices, words: Words) -> Indices:
    """Return the number of the most frequent form of each word, the first of equals.

    Parameters
    ----------
    profiles : int array of shape (n_pairs,)
        The profile of each pair in `written`.
    """
    wanted = np.unique(profiles[words.pairs] * words.width + words.columns)
    owners = np.repeat(np.arange(written.texts.size - 1), np.diff(written.ends[written.texts]))
    keys = owners * words.width + written.columns
    keys[written.columns < 0] = -1
    at = np.searchsorted(wanted, keys)
    counted = np.flatnonzero(np.append(wanted, -2)[at] == keys)
    n_forms = int(written.forms.max(initial=0)) + 1
    groups, first, often = np.unique(
        at[counted] * n_forms + written.forms[counted], return_index=True, return_counts=True
    )
    of_word = groups // n_forms
    order = np.lexsort((first, -often, of_word))
    usual = (groups % n_forms)[order[np.diff(of_word[order], prepend=-1) > 0]]
    places = np.searchsorted(wanted, profiles[words.pairs] * words.width + words.columns)
    return np.asarray(usual[places])


def _heaviest(written: Written, profiles: Indices, words: Words) -> Indices:
    """Return the passage of each pair's query whose distinct words carry most; -1 for none."""
    n_texts = np.diff(written.texts)[profiles]
    texts = runs(written.texts[profiles], n_texts)
    of_text = np.repeat(np.arange(profiles.size), n_texts)
    sizes = np.diff(written.ends)[texts]
    at = runs(written.ends[texts], sizes)
    columns = written.columns[at]
    place = np.repeat(np.arange(texts.size), sizes)
    some = words.among(of_text[place], columns, profiles.size)
    # each word once a passage, in the order of the columns, which is that of the alphabet
    keys = np.unique(place[some] * words.width + columns[some])
    owners = keys // words.width
    shares = words.share_of(of_text[owners], keys % words.width)
    weights = np.bincount(owners, weights=shares, minlength=texts.size)
    weights[sizes == 0] = -1.0
    best = np.full(profiles.size, -1.0)
    np.maximum.at(best, of_text, weights)
    first = np.flatnonzero((weights == best[of_text]) & (weights >= 0))
    first = first[np.diff(of_text[first], prepend=-1) > 0]
    found = np.full(profiles.size, -1, dtype=np.intp)
    found[of_text[first]] = texts[first] - written.texts[profiles[of_text[first]]]
    return found


def _passages(
    written: Written,
    profiles: Sequence[Profile],
    owners: Indices,
    indices: Indices,
    words: Words,
) -> list[Passage | None]:
    """Mark the matching words of one passage of each pair; None for -1."""
    chosen = indices >= 0
    texts = np.where(chosen, written.texts[owners] + indices, 0)
    sizes = np.where(chosen, np.append(np.diff(written.ends), 0)[texts], 0)
    at = runs(written.ends[texts], sizes)
    pairs = np.repeat(np.arange(owners.size), sizes)
    some = words.among(pairs, written.columns[at], owners.size)
    at, pairs = _apart(written, at[some], pairs[some])
    marks = list(zip(written.starts[at].tolist(), written.stops[at].tolist(), strict=True))
    cuts = np.searchsorted(pairs, np.arange(owners.size + 1)).tolist()
    return [
        None
        if index < 0
        else Passage(index, profiles[owner].texts[index], tuple(marks[start:stop]))
        for owner, index, (start, stop) in zip(
            owners.tolist(), indices.tolist(), itertools.pairwise(cuts), strict=True
        )
    ]


def _apart(written: Written, at: Indices, pairs: Indices) -> tuple[Indices, Indices]:
    """Leave out the words that lie within a compound which is marked as a whole."""
    if not at.size:
        return at, pairs
    # places of one pair lie behind those of the pair before it
    beyond = pairs.astype(np.int64) * (int(written.stops.max()) + 1)
    starts, stops = written.starts[at] + beyond, written.stops[at] + beyond
    before = np.concatenate([[-1], np.maximum.accumulate(stops)[:-1]])
    free = starts >= before
    return at[free], pairs[free]
