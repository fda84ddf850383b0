"""The phrases of a query that a candidate tells as well, as the query wrote them.

The rule: words that stand side by side on both sides are one phrase; a phrase says something if
one of its words does. People read phrases, the score counts words: a phrase adds what its words
add, and each word belongs to one phrase at most.
"""

import math
from collections.abc import Iterator
from typing import Final

import numpy as np
from numpy.typing import NDArray

from matching.scoring.pairs import Indices
from matching.scoring.passages import Bools, Sides, Words
from matching.scoring.points import Parts
from matching.text.positions import runs
from matching.text.vocabulary import Vocabulary

# What a quarter of all tell is no reason by itself, where there are enough to tell.
_COMMON: Final = 1 / 4
_FEW: Final = 30

# Two stems as one number.
_FIRST: Final = 1 << 32


def tells(words: Words, vocabulary: Vocabulary, says: Bools) -> Bools:
    """Tell which shared words say something, and not what so many tell, shape (n_words,).

    Parameters
    ----------
    words : Words
    vocabulary : Vocabulary
    says : bool array of shape (n_words,)
        Which are not empty by themselves.
    """
    # the weight of what stands in no profile tells how many there are
    n = math.exp(vocabulary.unknown_idf - 1) - 1
    if n < _FEW:
        return says
    common = 1 + math.log((1 + n) / (1 + _COMMON * n))
    return says & (vocabulary.idf[words.columns] > common)


def phrases(
    sides: Sides,
    words: Words,
    asked: Parts,
    terms: tuple[Indices, NDArray[np.integer]],
    vocabulary: Vocabulary,
    says: Bools,
) -> list[str]:
    """Return for each shared word the phrase in which it stands; "" for none.

    Parameters
    ----------
    sides : Sides
    words : Words
    asked : Parts
        Of the queries; no phrase goes beyond one.
    terms : (int array, int array), each of shape (n_terms,)
        Pair and column of each shared term.
    vocabulary : Vocabulary
    says : bool array of shape (n_words,)
    """
    found = [""] * words.columns.size
    pairs, first = _neighbours(sides, asked, terms, vocabulary)
    if not first.size:
        return found
    # where two neighbours end with the word with which the next begin, they are one phrase
    new = np.append(True, (np.diff(pairs) > 0) | (np.diff(first) > 1))
    starts = first[new]
    sizes = first[np.append(new[1:], True)] - starts + 2
    member = np.repeat(np.arange(starts.size), sizes)
    written = runs(starts, sizes)
    columns = sides.left.columns[written]
    at = np.searchsorted(
        words.pairs * words.width + words.columns, pairs[new][member] * words.width + columns
    )
    telling = np.bincount(member, says[at]) > 0
    weight = np.bincount(member, words.shares[at])
    # of several phrases the one that adds most, of equals the first
    order = np.lexsort((member, -weight[member], at))
    order = order[telling[member[order]]]
    order = order[np.diff(at[order], prepend=-1) > 0]
    # a compound may reach beyond the words within it
    ends = np.maximum.reduceat(sides.left.stops[written], np.cumsum(sizes) - sizes)
    texts = list(_texts(sides, asked, starts, ends))
    for word, phrase in zip(at[order].tolist(), member[order].tolist(), strict=True):
        found[word] = texts[phrase]
    return found


def _neighbours(
    sides: Sides,
    asked: Parts,
    terms: tuple[Indices, NDArray[np.integer]],
    vocabulary: Vocabulary,
) -> tuple[Indices, Indices]:
    """Return where two words first stand side by side in a query that do so in the candidate.

    Returns
    -------
    pairs, first : int arrays of shape (n_found,)
        The pair, and the number of the first of the two written words; ascending.
    """
    stems = vocabulary.stems_of[terms[1]].astype(np.int64)
    two = stems[:, 1] >= 0
    wanted = stems[two, 0] * _FIRST + stems[two, 1]
    columns = sides.left.columns.astype(np.int64)
    beside = np.diff(asked.of_words) == 0
    at = np.flatnonzero(beside & (columns[:-1] >= 0) & (columns[1:] >= 0))
    codes = columns[at] * _FIRST + columns[at + 1]
    known = np.unique(wanted)
    owners = asked.owners[asked.of_words[at]]
    place = np.searchsorted(known, codes)
    hit = np.append(known, -1)[place] == codes
    keys, where = np.unique(owners[hit] * known.size + place[hit], return_index=True)
    sought = sides.rows[terms[0][two]] * known.size + np.searchsorted(known, wanted)
    place = np.searchsorted(keys, sought)
    # what stands side by side across the end of a part only is no phrase
    there = np.append(keys, -1)[place] == sought
    pairs, first = terms[0][two][there], at[hit][where[place[there]]]
    order = np.lexsort((first, pairs))
    return pairs[order], first[order]


def _texts(
    sides: Sides, asked: Parts, first: Indices, ends: NDArray[np.integer]
) -> Iterator[str]:
    """Yield what stands from a written word to an end, as people wrote it."""
    part = asked.of_words[first]
    known = dict[tuple[int, int, int, int], str]()
    columns = (
        *(asked.owners[part], asked.passages[part]),
        *(sides.left.starts[first], ends),
    )
    for key in zip(*(column.tolist() for column in columns), strict=True):
        if key not in known:
            owner, passage, start, stop = key
            text = sides.queries[owner].texts[passage][start:stop]
            known[key] = " ".join(text.split())
        yield known[key]
