"""What verdicts teach: how well a ranking agrees with people, and which weight does better."""

from collections.abc import Sequence
from typing import Final

import numpy as np

from app.matchmaking.judging import Agreement, Figure, JudgedPair, Judgements, Proposal
from matching import (
    Interval,
    Judged,
    mean_interval,
    ndcg_at_k,
    precision_at_k,
    propose_weight,
    r_precision,
)
from matching.learning import LEAST_QUERIES

LEAST_FOR_INTERVAL: Final = 8
"""Challenges below which a share has no interval."""


def agreement(judgements: Judgements) -> Agreement:
    """Return how well the ranking of one run agrees with what people chose."""
    chosen = [pairs for pairs in judgements.values() if any(pair.gain for pair in pairs)]
    if not chosen:
        return Agreement(0)
    shape = len(chosen), max(map(len, chosen))
    gains, scores = np.zeros(shape), np.full(shape, np.nan)
    for row, pairs in enumerate(chosen):
        for place, pair in enumerate(pairs):
            gains[row, place] = pair.gain or 0.0
            if pair.rank is not None:
                scores[row, place] = -pair.rank
    return Agreement(
        len(chosen),
        *(
            _share(mean_interval(figures), len(chosen))
            for figures in (
                precision_at_k(gains, scores, 1),
                r_precision(gains, scores),
                ndcg_at_k(gains, scores, 10),
            )
        ),
    )


def proposal(judgements: Judgements, stated: float) -> Proposal:
    """Return which weight of the texts agrees best with what people chose and rejected."""
    judged = [_judged(pairs) for pairs in judgements.values()]
    found = propose_weight([one for one in judged if one is not None], stated)
    return Proposal(
        n_challenges=found.n_queries,
        needed=LEAST_QUERIES,
        stated=stated,
        agreement=found.agreement,
        weight=_figure(found.weight),
        gain=_figure(found.gain),
        speaks=found.speaks,
    )


def _judged(pairs: Sequence[JudgedPair]) -> Judged | None:
    told = [
        (pair.text, pair.themes, pair.gain > 0)
        for pair in pairs
        if pair.gain is not None and pair.text is not None and pair.themes is not None
    ]
    if not told:
        return None
    text, themes, chosen = zip(*told, strict=True)
    return Judged(np.array(text), np.array(themes), np.array(chosen))


def _share(found: Interval | None, n: int) -> Figure | None:
    """Return a share with its interval, where there is one that says something.

    Draws of few challenges are all alike, and of equal ones more so: their interval would
    look sure of what nobody knows.
    """
    if found is None or (n >= LEAST_FOR_INTERVAL and found.low < found.high):
        return _figure(found)
    return found.value, None, None


def _figure(found: Interval | None) -> Figure | None:
    return found and (found.value, found.low, found.high)
