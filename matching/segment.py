"""A run of the pool that was encoded together: the fitted part, or what arrived since."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from matching import topk
from matching.eligibility import Admission
from matching.encoding import EncodedPool, EncodedQueries, Floats
from matching.scoring import ScoreParts, Scorer, TurnedPool
from matching.topk import plain
from matching.topk.index import Bounds


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
        """Whether the compiled search answers; a prior for blanks is the plain one's alone."""
        return self.scorer.missing_prior == 0 and topk.compiled(self.size, self.compiled)

    def parts(self, queries: EncodedQueries) -> ScoreParts:
        """Score each pair, part by part."""
        asked = queries.narrowed(self.encoded.passages.shape[1], self.encoded.themes.shape[1])
        return self.scorer.parts(asked, self.encoded, self.turned)

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
