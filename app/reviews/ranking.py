"""What the reviews of a call say together: order, spread, severity, and how firm the order is.

Nothing here knows where scores are stored. All reviews are put into one order first, so the
order in which they are given makes no difference.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.intp]

DRAWS: Final = 400
"""How often the reviewers are drawn again."""
SEED: Final = 20240501
ROUNDS: Final = 200
RESTS: Final = 1e-5
"""By which share of the variance of all scores the estimates change when they are at rest."""
CLOSE: Final = 1e-7
"""How small a variance counts as none."""
EQUAL: Final = 9
"""Decimal places to which two scores are compared."""


@dataclass(frozen=True, slots=True)
class Score:
    """The score that one review gives: the weighted mean of its criteria.

    Attributes
    ----------
    submission, reviewer : str
        Their keys, of any kind.
    value : float
    """

    submission: str
    reviewer: str
    value: float


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a submission stands.

    Attributes
    ----------
    submission : str
    reviews : int
        How many reviews there are.
    mean, median, spread : float
        Of their scores; the spread is the standard deviation, 0 for a single review.
    disagreement : float
        The greatest distance between two of its reviews.
    corrected : float
        The mean without the severity of who reviewed it; the raw mean where it is not known.
    firmness : float in [0, 1]
        The share of draws of the reviewers in which it is among the first.
    """

    submission: str
    reviews: int
    mean: float
    median: float
    spread: float
    disagreement: float
    corrected: float
    firmness: float


@dataclass(frozen=True, slots=True)
class Ranking:
    """All submissions, the best corrected score first.

    Attributes
    ----------
    standings : sequence of Standing
    severity : mapping of str to float
        By how much each reviewer scores higher than the others do; empty where not known.
    is_corrected : bool
        Whether the severity of reviewers could be told from what they judged.
    """

    standings: Sequence[Standing]
    severity: dict[str, float]
    is_corrected: bool


@dataclass(frozen=True, slots=True)
class _Data:
    """Scores with the positions of their submissions and reviewers, sorted by both."""

    rows: Ints
    columns: Ints
    values: Floats
    n_rows: int
    n_columns: int


@dataclass(frozen=True, slots=True)
class _Effects:
    """What the model finds: mean, submissions, reviewers, and how much it shrinks."""

    mean: float
    rows: Floats
    columns: Floats
    shrinkage: float


def rank(
    scores: Sequence[Score], first: int, *, draws: int = DRAWS, seed: int = SEED
) -> Ranking:
    """Rank submissions by the scores of their reviews.

    The corrected score comes from a model of two crossed random effects, ``score = mean +
    submission + reviewer + rest``: the best linear unbiased predictors of Henderson (1975),
    with the variances estimated from the same scores (empirical Bayes) by restricted maximum
    likelihood, found by expectation and maximisation. A submission with few reviews is drawn
    to the mean more than one with many. It needs reviewers who share submissions, and more
    scores than there are submissions and reviewers to explain them; elsewhere severity cannot
    be told from merit, and the raw mean stands in its place.

    Firmness draws the reviewers again with replacement (Efron, 1979), and counts how often a
    submission is among the first; who shares the last place among them shares it out.

    Parameters
    ----------
    scores : sequence of Score
        At most one for a submission and a reviewer.
    first : int
        How many places there are.
    draws, seed : int

    Returns
    -------
    ranking : Ranking
        Equal scores by the key of the submission.

    References
    ----------
    C. R. Henderson (1975), Best linear unbiased estimation and prediction under a selection
    model, Biometrics 31. H. D. Patterson and R. Thompson (1971), Recovery of inter-block
    information when block sizes are unequal, Biometrika 58. B. Efron (1979), Bootstrap
    methods: another look at the jackknife, Annals of Statistics 7.
    """
    ordered = sorted(scores, key=lambda one: (one.submission, one.reviewer))
    if not ordered:
        return Ranking((), {}, is_corrected=False)
    names, rows = np.unique([one.submission for one in ordered], return_inverse=True)
    people, columns = np.unique([one.reviewer for one in ordered], return_inverse=True)
    values = np.array([one.value for one in ordered], dtype=np.float64)
    data = _Data(rows.ravel(), columns.ravel(), values, len(names), len(people))
    effects = _effects(data) if _is_telling(data) else None
    figures = _figures(data)
    corrected = figures["mean"] if effects is None else effects.mean + effects.rows
    firm = _firmness(data, effects, min(first, len(names)), draws, seed)
    order = np.lexsort((np.arange(len(names)), -np.round(corrected, EQUAL)))
    standings = tuple(
        Standing(
            submission=str(names[i]),
            reviews=int(figures["reviews"][i]),
            **{
                name: float(figures[name][i])
                for name in ("mean", "median", "spread", "disagreement")
            },
            corrected=float(corrected[i]),
            firmness=float(firm[i]),
        )
        for i in order.tolist()
    )
    severity = {}
    if effects is not None:
        severity = {str(one): float(effects.columns[j]) for j, one in enumerate(people)}
    return Ranking(standings, severity, is_corrected=effects is not None)


def _figures(data: _Data) -> dict[str, NDArray[Any]]:
    """Return the plain figures of each submission; its scores stand one behind the other."""
    count = np.bincount(data.rows, minlength=data.n_rows)
    ends = np.cumsum(count)
    parts = np.split(data.values, ends[:-1])
    return {
        "reviews": count,
        "mean": np.array([part.mean() for part in parts]),
        "median": np.array([np.median(part) for part in parts]),
        "spread": np.array([part.std(ddof=1) if len(part) > 1 else 0.0 for part in parts]),
        "disagreement": np.array([np.ptp(part) for part in parts]),
    }


def _is_telling(data: _Data) -> bool:
    """Tell whether severity can be told from merit: something is left over to compare."""
    free = len(data.values) - data.n_rows - data.n_columns + _components(data)
    return data.n_columns > 1 and free > 0 and float(np.ptp(data.values)) > CLOSE


def _components(data: _Data) -> int:
    """Return how many groups there are whose reviewers share no submission with others."""
    group = np.arange(data.n_columns)
    while True:
        lowest = np.full(data.n_rows, data.n_columns)
        np.minimum.at(lowest, data.rows, group[data.columns])
        after = group.copy()
        np.minimum.at(after, data.columns, lowest[data.rows])
        if (after == group).all():
            return len(np.unique(group))
        group = after


class _Equations:
    """Henderson's mixed model equations, with the submissions absorbed into the reviewers.

    Submissions are many and stand alone once the reviewers are known; so what is solved has
    one line for each reviewer, and one for the mean.
    """

    def __init__(self, data: _Data) -> None:
        self.data = data
        self.per_row = np.bincount(data.rows, minlength=data.n_rows).astype(np.float64)
        self.per_column = np.bincount(data.columns, minlength=data.n_columns).astype(np.float64)
        # Pairs of reviewers of one submission; the mean counts as a reviewer of all of them.
        starts = np.searchsorted(data.rows, np.arange(data.n_rows))
        one, other, at = [], [], []
        for i, begin in enumerate(starts.tolist()):
            here = data.columns[begin : begin + int(self.per_row[i])]
            one.append(np.repeat(here, len(here)))
            other.append(np.tile(here, len(here)))
            at.append(np.full(len(here) ** 2, i))
        self.pairs = np.concatenate(one) * (data.n_columns + 1) + np.concatenate(other)
        self.at = np.concatenate(at)

    def _shared(self, weights: Floats) -> Floats:
        """Return N' W N, where N counts reviews, with a last column of all of a submission."""
        size = self.data.n_columns + 1
        counts = np.bincount(self.pairs, weights=weights[self.at], minlength=size * size)
        table: Floats = counts.astype(np.float64).reshape(size, size)
        border = np.bincount(
            self.data.columns,
            weights=(weights * self.per_row)[self.data.rows],
            minlength=self.data.n_columns,
        )
        table[-1, :-1] = table[:-1, -1] = border
        table[-1, -1] = float((weights * self.per_row**2).sum())
        return table

    def solve(self, rest: float, merit: float, severity: float) -> tuple[_Effects, Floats]:
        """Return the effects under these variances, and the next estimate of all three."""
        data, n = self.data, len(self.data.values)
        ridge_row, ridge_column = rest / merit, rest / severity
        inner = 1.0 / (self.per_row + ridge_row)
        full = np.diag(np.append(self.per_column, float(n)))
        full[-1, :-1] = full[:-1, -1] = self.per_column
        full[np.arange(data.n_columns), np.arange(data.n_columns)] += ridge_column
        left = full - self._shared(inner)
        sums_row = np.bincount(data.rows, weights=data.values, minlength=data.n_rows)
        sums_column = np.bincount(data.columns, weights=data.values, minlength=data.n_columns)
        taken = np.bincount(
            data.columns, weights=(inner * sums_row)[data.rows], minlength=data.n_columns
        )
        right = np.append(
            sums_column - taken, sums_row.sum() - (inner * sums_row * self.per_row).sum()
        )
        inverse = np.linalg.inv(left)
        found = inverse @ right
        columns, mean = found[:-1], float(found[-1])
        told = np.bincount(data.rows, weights=columns[data.columns], minlength=data.n_rows)
        rows = inner * (sums_row - told - mean * self.per_row)
        trace_row = inner.sum() + float((inverse * self._shared(inner**2)).sum())
        trace_column = float(np.trace(inverse[:-1, :-1]))
        effects = _Effects(mean, rows, columns, ridge_row)
        after = np.array(
            [
                float(
                    data.values @ (data.values - mean - rows[data.rows] - columns[data.columns])
                )
                / (n - 1),
                (float(rows @ rows) + rest * trace_row) / data.n_rows,
                (float(columns @ columns) + rest * trace_column) / data.n_columns,
            ]
        )
        return effects, after


def _effects(data: _Data) -> _Effects:
    """Return what the model finds, with the variances that make the scores most likely."""
    centre = float(data.values.mean())
    shifted = _Data(data.rows, data.columns, data.values - centre, data.n_rows, data.n_columns)
    equations = _Equations(shifted)
    whole = float(np.var(shifted.values))
    least = CLOSE * whole
    variances = np.full(3, whole / 3)
    for _ in range(ROUNDS):
        effects, after = equations.solve(*variances)
        after = np.maximum(after, least)
        done = np.abs(after - variances).max() <= RESTS * whole
        variances = after
        if done:
            break
    effects, _ = equations.solve(*variances)
    return _Effects(effects.mean + centre, effects.rows, effects.columns, effects.shrinkage)


def _firmness(
    data: _Data, effects: _Effects | None, first: int, draws: int, seed: int
) -> Floats:
    """Return in which share of draws of the reviewers each submission is among the first."""
    if first <= 0:
        return np.zeros(data.n_rows)
    severity = np.zeros(data.n_columns) if effects is None else effects.columns
    ridge = 0.0 if effects is None else effects.shrinkage
    centre = float(data.values.mean()) if effects is None else effects.mean
    rest = data.values - centre - severity[data.columns]
    random = np.random.default_rng(seed)
    total = np.zeros(data.n_rows)
    for _ in range(draws):
        drawn = random.integers(data.n_columns, size=data.n_columns)
        times = np.bincount(drawn, minlength=data.n_columns).astype(np.float64)[data.columns]
        weight = np.bincount(data.rows, weights=times, minlength=data.n_rows)
        sums = np.bincount(data.rows, weights=times * rest, minlength=data.n_rows)
        # Of whom no reviewer was drawn, nothing is known: the mean.
        heights = np.round(sums / np.maximum(weight + ridge, CLOSE), EQUAL)
        total += _among_the_first(heights, first)
    return total / draws


def _among_the_first(heights: Floats, first: int) -> Floats:
    last = np.partition(heights, -first)[-first]
    above = heights > last
    level = heights == last
    share = (first - int(above.sum())) / int(level.sum())
    return np.where(above, 1.0, np.where(level, share, 0.0))
