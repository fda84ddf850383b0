"""Who reviews what: the best assignment as a whole, by the engine of the matchmaking library.

The fit of a pair is what the library scores between a submission and what a reviewer says of
themselves: themes and words. Barred are conflicts of interest, whoever was asked before, the
reviewer's own countries, and languages that a reviewer does not read.
"""

from collections import Counter
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from app.reviews.plans import Choice, Inputs, Lack, Obstacle, Plan, Proposal
from matching import PlainMatcher, Profile, assign, regret

Floats = NDArray[np.float64]
Mask = NDArray[np.bool_]

SMALL: Final = 60_000
"""Pairs up to which every cost is worked out and all pairs are looked at."""
HELPERS: Final = 3
_NEAR: Final = 20
_KEPT: Final = 2
_ROUNDS: Final = 100


class _Problem:
    """Fits and obstacles of all pairs; rows are submissions, columns reviewers."""

    def __init__(self, inputs: Inputs) -> None:
        self.inputs = inputs
        self.wanted = np.array([one.wanted for one in inputs.submissions], dtype=np.int64)
        self.room = np.array([max(one.room, 0) for one in inputs.reviewers], dtype=np.int64)
        self.fits = _fits(inputs)
        self.obstacles = _obstacles(inputs)
        self.is_open: Mask = ~np.logical_or.reduce(list(self.obstacles.values()))

    @property
    def conditions(self) -> dict[str, Any]:
        return {
            "rows": np.stack([self.wanted, self.wanted], axis=1),
            "columns": np.stack([0 * self.room, self.room], axis=1),
            "objective": "total",
            "partial": True,
        }


def _fits(inputs: Inputs) -> Floats:
    pool = [
        Profile(one.id, (one.expertise,) if one.expertise else (), one.themes)
        for one in inputs.reviewers
    ]
    queries = [
        Profile(one.id, one.texts, one.themes, language=one.language)
        for one in inputs.submissions
    ]
    return PlainMatcher().fit(pool, queries).score_pairs(queries)


def _obstacles(inputs: Inputs) -> dict[Obstacle, Mask]:
    """Return which pairs each obstacle keeps apart; rooms that are full are none of these."""
    rows = {one.id: i for i, one in enumerate(inputs.submissions)}
    columns = {one.id: j for j, one in enumerate(inputs.reviewers)}
    shape = len(rows), len(columns)
    found = {name: np.zeros(shape, dtype=np.bool_) for name in Obstacle}
    del found[Obstacle.FULL]
    for name, pairs in (
        (Obstacle.CONFLICT, inputs.barred),
        (Obstacle.ASKED, inputs.asked),
    ):
        at = [(rows[i], columns[j]) for i, j in pairs if i in rows and j in columns]
        found[name][tuple(np.array(at, dtype=np.intp).reshape(-1, 2).T)] = True
    # Few countries and few languages: a column for each reviewer is filled by kind.
    countries = np.array([one.country for one in inputs.submissions])
    languages = np.array([one.language or "" for one in inputs.submissions])
    for j, one in enumerate(inputs.reviewers):
        found[Obstacle.COUNTRY][:, j] = np.isin(countries, sorted(one.countries))
        if one.languages:
            read = np.isin(languages, ["", *sorted(one.languages)])
            found[Obstacle.LANGUAGE][:, j] = ~read
    return found


def plan(inputs: Inputs) -> Plan:
    """Return the best reviewers for all submissions together.

    As many submissions as can be have a reviewer, then as many as can be have two, and so on;
    of these assignments the one with the greatest sum of fits. Up to `SMALL` pairs that is
    exact. Beyond it, prices of the reviewers' room (a Lagrangian relaxation) choose the pairs
    that the exact solver is shown, and where those cannot meet all wishes it is shown all.
    """
    if not inputs.submissions or not inputs.reviewers:
        return Plan(
            lacks=[_bare(one.id, one.wanted) for one in inputs.submissions if one.wanted]
        )
    problem = _Problem(inputs)
    conditions = problem.conditions
    shown = problem.is_open
    is_small = shown.size <= SMALL
    if not is_small:
        shown = _priced(problem)
    answer = assign(problem.fits, eligible=shown, **conditions)
    if not is_small and any(answer.shortfall):
        answer = assign(problem.fits, eligible=problem.is_open, **conditions)
    costs = None
    if is_small and answer.pairs:
        costs = regret(problem.fits, eligible=problem.is_open, **conditions).total
    pairs = [(int(i), int(j)) for i, j in answer.pairs]
    proposals = [
        Proposal(
            inputs.submissions[i].id,
            inputs.reviewers[j].id,
            float(problem.fits[i, j]),
            None if costs is None else _cost(costs[i, j]),
        )
        for i, j in pairs
    ]
    return Plan(
        proposals,
        _lacks(problem, pairs, answer.shortfall),
        float(sum(one.fit for one in proposals)),
    )


def _cost(loss: float) -> float | None:
    """Return a loss; None where the pair cannot be replaced at all."""
    return float(loss) if np.isfinite(loss) else None


def _bare(submission: str, missing: int) -> Lack:
    return Lack(submission, missing, {}, ())


def _priced(problem: _Problem) -> Mask:
    """Return the pairs that are worth most under prices at which the reviewers' room is shared.

    Each submission takes the reviewers who are worth most to it after their price; the price of
    those who are wanted too often rises, that of the others falls.
    """
    fits = np.where(problem.is_open, problem.fits, -np.inf)
    n_columns = fits.shape[1]
    near = min(_NEAR, n_columns)
    at = np.argpartition(-fits, near - 1, axis=1)[:, :near]
    value = np.take_along_axis(fits, at, axis=1)
    ranks = np.arange(near)
    takes = ranks[None, :] < problem.wanted[:, None]
    price, step = np.zeros(n_columns), 0.1
    scale = np.maximum(problem.room, 1)
    for _ in range(_ROUNDS):
        order = np.argsort(-(value - price[at]), axis=1)
        taken = np.take_along_axis(at, order, axis=1)[takes]
        load = np.bincount(taken, minlength=n_columns)
        price = np.maximum(0, price + step * (load - problem.room) / scale)
        step *= 0.97
    kept = min(int(problem.wanted.max(initial=1)) + _KEPT, n_columns)
    best = np.argpartition(-(fits - price), kept - 1, axis=1)[:, :kept]
    shown = np.zeros(fits.shape, dtype=np.bool_)
    np.put_along_axis(shown, best, values=True, axis=1)
    return np.logical_and(shown, problem.is_open)


def _lacks(problem: _Problem, pairs: list[tuple[int, int]], shortfall: Any) -> list[Lack]:
    inputs = problem.inputs
    load = Counter(j for _, j in pairs)
    chosen = {*pairs}
    full = np.array([load[j] >= room for j, room in enumerate(problem.room.tolist())])
    found = []
    for i, missing in enumerate(np.asarray(shortfall).tolist()):
        if not missing:
            continue
        counts = {
            name: int(mask[i].sum())
            for name, mask in problem.obstacles.items()
            if mask[i].any()
        }
        waiting = [
            j
            for j in np.argsort(-problem.fits[i], kind="stable").tolist()
            if problem.is_open[i, j] and full[j] and (i, j) not in chosen
        ]
        if waiting:
            counts[Obstacle.FULL] = len(waiting)
        helpers = tuple(inputs.reviewers[j].id for j in waiting[:HELPERS])
        found.append(Lack(inputs.submissions[i].id, int(missing), counts, helpers))
    return found


def choices(inputs: Inputs) -> list[Choice]:
    """Return every reviewer for the one submission of the inputs, the best fit first.

    Those whose room is full are told as such; who is not open is shown with what is in the way.
    """
    if not inputs.reviewers:
        return []
    problem = _Problem(inputs)
    fits = problem.fits[0]
    is_open = problem.is_open[0] & (problem.room > 0)
    best = float(fits[is_open].max(initial=0.0))
    found = []
    for j in np.argsort(-fits, kind="stable").tolist():
        obstacles = [name for name, mask in problem.obstacles.items() if mask[0, j]]
        if not problem.room[j]:
            obstacles.append(Obstacle.FULL)
        fit = float(fits[j])
        found.append(
            Choice(inputs.reviewers[j].id, fit, tuple(obstacles), max(best - fit, 0.0))
        )
    return found
