"""Profiles cut into parts, and which parts of a query are its points.

The rule: a point is a clause as the query wrote it. It weighs the sum of the squares of what
its words weigh in the score, (1 + ln tf) idf.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Final

import numpy as np

from matching.scoring.explanation import Place
from matching.scoring.pairs import Indices
from matching.text.clauses import clauses, sentences
from matching.text.encoded import Floats
from matching.text.profile import Profile
from matching.text.vocabulary import Vocabulary
from matching.text.written import Written

MOST: Final = 8
"""Points of a query that are looked at."""

LEAST_WORDS: Final = 2
"""Different words of a point, and that a sentence has to tell of it.

One word in common may be a false friend, whatever its weight.
"""


@dataclass(frozen=True, eq=False)
class Parts:
    """The parts of some profiles, and the distinct words of each.

    Parameters
    ----------
    owners : int array of shape (n_parts,)
        Profile of each part, ascending.
    passages, starts, stops : int arrays of shape (n_parts,)
    parts, terms : int arrays of shape (n_terms,)
        Each word once a part, ascending by part; terms from ``width`` on are unknown.
    of_words : int array of shape (n_words,)
        The part of each written word, ascending.
    """

    owners: Indices
    passages: Indices
    starts: Indices
    stops: Indices
    parts: Indices
    terms: Indices
    of_words: Indices

    @classmethod
    def of(
        cls, profiles: Sequence[Profile], written: Written, width: int, *, fine: bool
    ) -> "Parts":
        """Cut the texts of profiles, `fine` at commas too, and put each word to its part."""
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
        texts_of = np.repeat(np.arange(written.ends.size - 1), np.diff(written.ends))
        of_words = np.searchsorted(keys, texts_of * beyond + written.starts, side="right") - 1
        terms = _terms(written, width)
        limit = int(terms.max(initial=0)) + 1
        distinct = np.unique(of_words * limit + terms)
        return cls(
            np.array(owners, dtype=np.intp),
            np.array(passages, dtype=np.intp),
            where[:, 0],
            where[:, 1],
            distinct // limit,
            distinct % limit,
            of_words,
        )

    @cached_property
    def cuts(self) -> Indices:
        """Words ``cuts[p]`` to ``cuts[p + 1]`` belong to part p, shape (n_parts + 1,)."""
        return np.searchsorted(self.of_words, np.arange(self.owners.size + 1))

    def places(self, parts: Indices) -> list[Place]:
        """Return where parts stand."""
        columns = (self.passages[parts], self.starts[parts], self.stops[parts])
        return list(map(Place, *(column.tolist() for column in columns)))


def weights_of(written: Written, asked: Parts, vocabulary: Vocabulary, width: int) -> Floats:
    """Return the square of what each word of each part weighs in its query, (n_terms,)."""
    texts = np.repeat(np.arange(written.ends.size - 1), np.diff(written.ends))
    owners = np.searchsorted(written.texts, texts, side="right") - 1
    terms = _terms(written, width)
    limit = int(terms.max(initial=0)) + 1
    keys, n = np.unique(owners * limit + terms, return_counts=True)
    here = np.searchsorted(keys, asked.owners[asked.parts] * limit + asked.terms)
    known = asked.terms < width
    idf = np.full(asked.terms.size, vocabulary.unknown_idf)
    idf[known] = vocabulary.idf[asked.terms[known]]
    return np.asarray(((1 + np.log(n[here])) * idf) ** 2)


def points_of(queries: Sequence[Profile], asked: Parts, weights: Floats) -> Indices:
    """Return the parts that are points, in their order.

    The heaviest of each query; first those of the texts that say what is asked.
    """
    n_parts = asked.owners.size
    n_words = np.bincount(asked.parts, minlength=n_parts)
    weight = np.bincount(asked.parts, weights, minlength=n_parts)
    some = np.flatnonzero(n_words >= LEAST_WORDS)
    owners = asked.owners[some]
    besides = np.array(
        [
            passage not in queries[owner].asks
            for owner, passage in zip(
                owners.tolist(), asked.passages[some].tolist(), strict=True
            )
        ],
        dtype=np.bool_,
    )
    order = some[np.lexsort((some, -weight[some], besides, owners))]
    firsts = np.searchsorted(asked.owners[order], asked.owners[order])
    return np.sort(order[np.arange(order.size) - firsts < MOST])


def _terms(written: Written, width: int) -> Indices:
    """Return a number for each word: its column, or one behind all of them."""
    return np.where(written.columns >= 0, written.columns, width + written.forms)
