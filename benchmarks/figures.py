"""From units to figures: intervals, paired differences, halves, and what pasting brings."""

from dataclasses import dataclass, replace

import numpy as np

from benchmarks.tasks import Floats, Scorer, Task
from matching import Profile


@dataclass(frozen=True, slots=True)
class Difference:
    """How much better one is than another, on the same units; above 0 is better.

    Parameters
    ----------
    value, low, high : float
        The difference, and the ends of its 95 % interval by a paired bootstrap.
    not_worse : float in [0, 1]
        Share of random halves of the units in which it is at least 0.
    """

    value: float
    low: float
    high: float
    not_worse: float

    @property
    def mark(self) -> str:
        """Tell by + or - that the interval excludes 0."""
        return "+" if self.low > 0 else "-" if self.high < 0 else ""


def figure(units: Floats) -> float:
    """Return worth over weight, all units together."""
    worth, weight = units.sum(axis=0)
    return float(worth / weight)


def interval(units: Floats, *, draws: int, seed: int) -> tuple[float, float]:
    """Return the 95 % interval of a figure, by the bootstrap of its units.

    References
    ----------
    B. Efron and R. Tibshirani (1993), An Introduction to the Bootstrap, ch. 13.
    """
    low, high = np.percentile(_drawn(units, _chosen(len(units), draws, seed)), (2.5, 97.5))
    return float(low), float(high)


def difference(
    units: Floats, rival: Floats, *, draws: int, seed: int, lower_is_better: bool
) -> Difference:
    """Compare two on the same units.

    Parameters
    ----------
    units, rival : float64 arrays of shape (n_units, 2)
    draws : int
        Of the bootstrap; a fifth as many halves.
    seed : int
    lower_is_better : bool
    """
    sign = -1 if lower_is_better else 1
    chosen = _chosen(len(units), draws, seed)
    drawn = sign * (_drawn(units, chosen) - _drawn(rival, chosen))
    low, high = np.percentile(drawn, (2.5, 97.5))
    rng = np.random.default_rng(seed)
    half = max(1, len(units) // 2)
    parts = np.array([rng.permutation(len(units))[:half] for _ in range(max(1, draws // 5))])
    halves = sign * (_drawn(units, parts) - _drawn(rival, parts))
    return Difference(
        sign * (figure(units) - figure(rival)),
        float(low),
        float(high),
        float((halves >= 0).mean()),
    )


def lift_by_pasting(
    task: Task,
    score: Scorer,
    *,
    changed: float,
    seed: int,
    top: int = 10,
    inside: int = 0,
) -> float:
    """Return by how much pasting lifts those who paste.

    Half of the pool, drawn by chance, get two near-copies of one of their texts: in the
    share `changed` of places another word of the pool stands, and half as many words are
    left out. The lift is that of their share of all places up to `top`, as a share of what
    it was.

    Parameters
    ----------
    inside : int, default=0
        Instead of two more passages, put so many near-copies behind the text itself.
    """
    rng = np.random.default_rng(seed)
    queries, pool = task.cases[0]
    words = sorted({word for p in pool for text in p.texts for word in text.split()})
    pasting = rng.permutation(len(pool))[: len(pool) // 2]
    pasted = list(pool)
    for j in pasting.tolist():
        pasted[j] = _with_copies(pool[j], words, changed, rng, inside)
    share = []
    for who in (pool, pasted):
        order = np.argsort(-score(queries, who), axis=1, kind="stable")[:, :top]
        share.append(np.isin(order, pasting).mean())
    return float(share[1] / share[0] - 1)


def _with_copies(
    profile: Profile, words: list[str], changed: float, rng: np.random.Generator, inside: int
) -> Profile:
    if not profile.texts:
        return profile
    at = int(rng.integers(len(profile.texts)))
    told = profile.texts[at].split()
    copies = []
    for _ in range(inside or 2):
        other = rng.random(len(told)) < changed
        kept = rng.random(len(told)) >= changed / 2
        drawn = rng.integers(len(words), size=len(told))
        copies.append(
            " ".join(
                words[drawn[i]] if other[i] else word for i, word in enumerate(told) if kept[i]
            )
        )
    texts = (*profile.texts, *copies)
    if inside:
        longer = " ".join((profile.texts[at], *copies))
        texts = (*profile.texts[:at], longer, *profile.texts[at + 1 :])
    return replace(profile, texts=texts)


def _chosen(
    n_units: int, draws: int, seed: int
) -> np.ndarray[tuple[int, ...], np.dtype[np.int64]]:
    return np.random.default_rng(seed).integers(0, n_units, (draws, n_units))


def _drawn(units: Floats, chosen: np.ndarray[tuple[int, ...], np.dtype[np.int64]]) -> Floats:
    sums = units[chosen].sum(axis=1)
    return np.asarray(sums[:, 0] / sums[:, 1])
