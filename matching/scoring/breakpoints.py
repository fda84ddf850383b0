"""What would change the order: the weight at which two neighbours in a list are level.

A score is linear in either weight while the other stays, so the answer is exact.
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from matching.answering import Answering
from matching.scoring.score_components import (
    ListedComponents,
    ScoreComponents,
    listed_components,
)
from matching.search.ranking import Ranking
from matching.text.encoded import Floats
from matching.text.profile import Profile


class Breakpoints(NamedTuple):
    """Where each place of a ranking and the next one change their order.

    Parameters
    ----------
    text_weight, whole_weight : float64 arrays of shape (n_queries, max(0, k - 1))
        Column r: the weight at which the candidates at indices r and r + 1 are level, the
        other weight as it is; beyond it, seen from the weight of the matcher, the latter
        leads. nan where no weight in [0, 1] puts it ahead, and where a place is empty.
    text_change, whole_change : float64 arrays of the same shape
        How far that is from the weight of the matcher, with its sign.
    """

    text_weight: Floats
    whole_weight: Floats
    text_change: Floats
    whole_change: Floats


def breakpoints(
    matcher: Answering, queries: Sequence[Profile], ranking: Ranking
) -> Breakpoints:
    """Return the smallest changes of a weight that turn two neighbours round.

    Parameters
    ----------
    matcher : Matcher
        Fitted.
    queries : sequence of Profile, length n_queries
    ranking : Ranking
        As `matcher` gave it for these queries.

    Raises
    ------
    ValueError
        If `ranking` is not one of as many queries.
    NotFittedError
        If the matcher has not been fitted.

    Examples
    --------
    >>> from matching import Matcher, Profile
    >>> pool = [
    ...     Profile("a", ("Flood warnings.",), frozenset({"water"})),
    ...     Profile("b", ("Early flood warnings by phone.",)),
    ... ]
    >>> matcher = Matcher().fit(pool)
    >>> queries = [Profile("q", ("Warn of floods early, by phone",), frozenset({"water"}))]
    >>> points = breakpoints(matcher, queries, matcher.rank(queries, k=2))
    >>> points.text_weight.round(2), points.whole_weight
    (array([[0.68]]), array([[nan]]))
    """
    found = FoundBreakpoints(matcher, ranking)
    for block in listed_components(matcher, queries, ranking):
        found.add(block)
    return found.all


class FoundBreakpoints:
    """Breakpoints that are found while the components of a ranking pass by.

    Parameters
    ----------
    matcher : Matcher
    ranking : Ranking
    """

    def __init__(self, matcher: Answering, ranking: Ranking) -> None:
        n_queries, k = ranking.indices.shape
        self._matcher = matcher
        self._by_text = np.full((n_queries, max(0, k - 1)), np.nan)
        self._by_whole = self._by_text.copy()

    def add(self, block: ListedComponents) -> None:
        """Look at some queries; of several draws the first one is as it is."""
        rows, places, drawn = block
        listed = ScoreComponents(*(values[:, :1] for values in drawn))
        by_text, by_whole = self._matcher.text_weight, self._matcher.whole_weight
        # of a query's last candidate there is no next one
        here = np.flatnonzero(rows[:-1] == rows[1:])
        self._by_text[rows[here], places[here]] = _level(
            listed.score(0, by_whole), listed.score(1, by_whole)
        )[here]
        self._by_whole[rows[here], places[here]] = _level(
            listed.score(by_text, 0), listed.score(by_text, 1)
        )[here]

    @property
    def all(self) -> Breakpoints:
        """What was found."""
        by_text, by_whole = self._by_text, self._by_whole
        return Breakpoints(
            by_text,
            by_whole,
            by_text - self._matcher.text_weight,
            by_whole - self._matcher.whole_weight,
        )


def _level(at_none: Floats, at_all: Floats) -> Floats:
    """Return the weight at which neighbours are level, from their scores at 0 and at 1."""
    lead_at_none, lead_at_all = -np.diff(at_none[:, 0]), -np.diff(at_all[:, 0])
    # the first leads at the weight of the run, so it is overtaken at one end or at none
    turns = (lead_at_none < 0) != (lead_at_all < 0)
    slope = np.where(turns, lead_at_none - lead_at_all, 1)
    return np.where(turns, lead_at_none / slope, np.nan)
