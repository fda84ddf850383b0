"""What a ranking is asked to do, and how well it does: one figure for each unit.

The rule: every figure is a ratio of two sums over units, ``worth / weight``, so that one
paired bootstrap serves all. A unit is a query, or for gold a participant.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from matching import Profile, ndcg_at_k, recall_at_k, reciprocal_rank

Floats = NDArray[np.float64]
Scorer = Callable[[Sequence[Profile], Sequence[Profile]], Floats]
Units = dict[str, Floats]


@dataclass(frozen=True, slots=True)
class Retrieval:
    """Find what people judged right, or the one provider that the query was made from.

    Parameters
    ----------
    name : str
    queries, pool : tuple of Profile
    gains : float64 array of shape (n_queries, n_pool)
    without : mapping of (int, int) to Profile, default={}
        Pairs of which the query is itself a passage of the candidate, with the candidate
        that is left; one without texts is not ranked.
    one_right : bool, default=False
        Then the mean reciprocal rank is told first.
    """

    name: str
    queries: tuple[Profile, ...]
    pool: tuple[Profile, ...]
    gains: Floats
    without: Mapping[tuple[int, int], Profile] = field(default_factory=dict)
    one_right: bool = False

    @property
    def cases(self) -> tuple[tuple[tuple[Profile, ...], tuple[Profile, ...]], ...]:
        """The queries and the pool, as often as the set has another pool."""
        return ((self.queries, self.pool),)

    def units(self, score: Scorer) -> Units:
        """Return worth and weight of each query, shape (n_queries, 2), by measure."""
        scores = np.array(score(self.queries, self.pool), dtype=np.float64)
        if self.without:
            left = tuple(self.without.values())
            again = score(self.queries, (*self.pool, *left))[:, len(self.pool) :]
            for column, (pair, profile) in enumerate(self.without.items()):
                scores[pair] = again[pair[0], column] if profile.texts else np.nan
        found = {
            "nDCG@10": ndcg_at_k(self.gains, scores),
            "MRR": reciprocal_rank(self.gains, scores),
            "recall@10": recall_at_k(self.gains, scores),
        }
        order = sorted(found, key=lambda name: name != "MRR") if self.one_right else found
        return {name: np.column_stack([found[name], np.ones(len(scores))]) for name in order}


@dataclass(frozen=True, slots=True)
class Expertise:
    """Order papers as participants rate their own expertise on them.

    Parameters
    ----------
    name : str
    queries : tuple of Profile
        The papers.
    pools : tuple of tuple of Profile
        Profiles of the participants, several draws of their papers.
    ratings : tuple of mapping of int to float
        For each participant: position of a paper, and the rating from 1 to 5.

    References
    ----------
    I. Stelmakh, J. Wieting, G. Neubig and N. Shah (2023), A gold standard dataset for the
    reviewer assignment problem, arXiv 2303.16750, section 4: loss, easy and hard triples.
    """

    name: str
    queries: tuple[Profile, ...]
    pools: tuple[tuple[Profile, ...], ...]
    ratings: tuple[Mapping[int, float], ...]
    one_right = False

    @property
    def cases(self) -> tuple[tuple[tuple[Profile, ...], tuple[Profile, ...]], ...]:
        """The queries and the pool, as often as the set has another pool."""
        return tuple((self.queries, pool) for pool in self.pools)

    def units(self, score: Scorer) -> Units:
        """Return worth and weight of each participant, shape (n, 2), by measure."""
        found = {name: np.zeros((len(self.ratings), 2)) for name in ("loss", "hard", "easy")}
        for queries, pool in self.cases:
            scores = score(queries, pool)
            for person, ratings in enumerate(self.ratings):
                for a, b in combinations(sorted(ratings, key=lambda p: -ratings[p]), 2):
                    lead = scores[a, person] - scores[b, person]
                    self._judge(found, person, (ratings[a], ratings[b]), lead)
        return found

    @staticmethod
    def _judge(found: Units, person: int, rated: tuple[float, float], lead: float) -> None:
        """Count one pair of papers; the first is rated at least as high as the second."""
        high, low = rated
        if high == low:
            return
        wrong = 0.5 if lead == 0 else float(lead < 0)
        found["loss"][person] += (high - low) * wrong, high - low
        if high >= 4 >= 2 >= low:
            found["easy"][person] += lead > 0, 1
        if low >= 4:
            found["hard"][person] += lead > 0, 1


Task = Retrieval | Expertise


def profiles(
    name: str, texts: Sequence[Sequence[str]], language: str | None = None
) -> tuple[Profile, ...]:
    """Make profiles of texts."""
    return tuple(
        Profile(f"{name}{i}", tuple(passages), language=language)
        for i, passages in enumerate(texts)
    )


def known_item(
    name: str,
    asked: Sequence[Sequence[str]],
    offered: Sequence[Sequence[str]],
    language: str | None = None,
) -> Retrieval:
    """Make a set in which the provider at the position of the query is the one right."""
    return Retrieval(
        name,
        profiles("q", asked, language),
        profiles("p", offered, language),
        np.eye(len(asked)),
        one_right=True,
    )
