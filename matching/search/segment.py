"""A run of the pool that was encoded together: the fitted part, or what arrived since."""

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Final

import numpy as np
from numpy.typing import NDArray

from matching.scoring.scoring import ScoreParts, Scorer, TurnedPool
from matching.scoring.told import told
from matching.search import topk
from matching.search.eligibility import Admission
from matching.search.topk import plain
from matching.search.topk.index import Bounds
from matching.text.encoded import EncodedPool, EncodedQueries, Floats

# Bytes of the widest dense block, whatever the number of queries. Blocks of eight times as many
# take a third more time at 5,000 x 5,000, and 250 MB in all.
_BLOCK_BYTES: Final = 1 << 22

# What a call of the compiled search costs by itself is nothing beside so many queries.
_MOST_QUERIES: Final = 1 << 12


@dataclass(frozen=True, eq=False)
class Segment:
    """Profiles of the pool, from position `first` on.

    Parameters
    ----------
    first : int
        Position in the pool of the first profile.
    encoded : EncodedPool
    scorer : Scorer
    compiled : bool or None
        As in `Matcher`.
    known_bounds : Bounds, default=None
        What a saved model brings along; None: found when it is asked for.
    """

    first: int
    encoded: EncodedPool
    scorer: Scorer
    compiled: bool | None
    known_bounds: Bounds | None = None

    @property
    def size(self) -> int:
        """The number of profiles."""
        return int(self.encoded.starts.size - 1)

    @property
    def rows(self) -> slice:
        """The positions in the pool."""
        return slice(self.first, self.first + self.size)

    @cached_property
    def turned(self) -> TurnedPool:
        """The profiles as columns."""
        return TurnedPool.of(self.encoded)

    @cached_property
    def bounds(self) -> Bounds:
        """By how much each word can raise the scores."""
        return self.known_bounds or Bounds.of(self.encoded, self.scorer)

    @cached_property
    def index(self) -> topk.Index:
        """The profiles as the compiled search reads them."""
        return topk.Index.of(self.encoded, self.scorer, self.bounds)

    @property
    def bounds_in_use(self) -> Bounds | None:
        """The bounds, where the compiled search needs them."""
        return self.bounds if self.searched_compiled else None

    @property
    def searched_compiled(self) -> bool:
        """Whether the compiled search answers; priors and meaning are the plain one's alone."""
        by_words = self.scorer.missing_prior == 0 and self.scorer.meaning_weight == 0
        return by_words and topk.compiled(self.size, self.compiled)

    def parts(self, queries: EncodedQueries) -> ScoreParts:
        """Score each pair, part by part."""
        narrowed = queries.narrowed(
            self.encoded.passages.shape[1], self.encoded.themes.shape[1]
        )
        return self.scorer.parts(narrowed, self.encoded, self.turned)

    def told(self, queries: EncodedQueries) -> Floats:
        """Return how much of what each query asks each profile tells."""
        narrowed = queries.narrowed(
            self.encoded.passages.shape[1], self.encoded.themes.shape[1]
        )
        return told(narrowed, self.encoded)

    def best(
        self, queries: EncodedQueries, allowed: Admission, k: int
    ) -> tuple[NDArray[np.int64], Floats]:
        """Return the k best for each query, as positions in the pool; see `plain.search`."""
        here = allowed.within(self.first, self.first + self.size)
        if self.searched_compiled:
            indices, scores = topk.search(self.index, queries, here, k)
        else:
            indices, scores = plain.search(self.parts(queries).score, here, k)
        return np.where(indices < 0, -1, indices + self.first), scores


def in_a_row(
    parts: Sequence[tuple[EncodedPool, Bounds | None]], scorer: Scorer, compiled: bool | None
) -> tuple[Segment, ...]:
    """Put encoded parts of a pool, with their bounds where known, one after the other."""
    sizes = itertools.accumulate((e.starts.size - 1 for e, _ in parts), initial=0)
    return tuple(
        Segment(first, encoded, scorer, compiled, bounds)
        for first, (encoded, bounds) in zip(sizes, parts, strict=False)
    )


def blocks(
    segments: Sequence[Segment], n_queries: int, n_classes: int | None = None
) -> Iterator[slice]:
    """Yield so many queries at a time that no array of a block is wide.

    Parameters
    ----------
    segments : sequence of Segment
    n_queries : int
    n_classes : int, default=None
        Of the pool, for a ranking: the compiled search makes no dense block, and its widest
        array tells which classes may meet. None: every pair is scored.
    """
    dense = [s for s in segments if n_classes is None or not s.searched_compiled]
    # scores are numbers of eight bytes, admissions of one
    widest = max((8 * s.encoded.passages.shape[0] for s in dense), default=n_classes or 1)
    size = max(1, min(_MOST_QUERIES, _BLOCK_BYTES // widest))
    for start in range(0, n_queries, size):
        yield slice(start, min(start + size, n_queries))
