"""The cheapest ways to make an impossible question possible: an elastic programme.

Every condition may give way, one step at a time, and each step costs 1: a unit of a bound,
a lock, a forbidden pair, a rule for one pair, one more of a group in a row.
"""

from collections.abc import Callable, Collection
from typing import Final

import numpy as np
from scipy import sparse

from matching.assignment.labels import Labels
from matching.assignment.mixed import Model, NoAnswer, group_keys
from matching.assignment.problem import BY_HAND, BY_RULE, Ints, Problem
from matching.errors import Relaxation

# A step costs so much that the order of the conditions only ever breaks ties.
_STEP: Final = 1 << 20

_KINDS: Final = (
    "column maximum",
    "row minimum",
    "rule",
    "forbidden",
    "lock",
    "row maximum",
    "column minimum",
    "diversity",
)


def relaxations_of(problem: Problem, labels: Labels) -> tuple[Relaxation, ...]:
    """Return the cheapest changes of each kind alone, and of all kinds if that is cheaper."""
    elastic = _Elastic(problem, labels)
    alone = [found for kind in _KINDS if (found := elastic.cheapest({kind})) is not None]
    ranked = sorted(alone, key=lambda relaxation: relaxation.cost)
    mixed = elastic.cheapest(_KINDS)
    if mixed is not None and (not ranked or mixed.cost < ranked[0].cost):
        ranked.insert(0, mixed)
    return tuple(ranked)


class _Elastic:
    """A programme whose columns are pairs, and steps by which conditions give way."""

    def __init__(self, problem: Problem, labels: Labels) -> None:
        self.problem, self.labels = problem, labels
        barred = problem.barred
        known = {*problem.pairs(~problem.locked), *problem.pairs(problem.locked)}
        known |= {(i, j) for i, j, _ in barred.tolist()}
        lost = np.array([p for p in problem.stray if p not in known], dtype=np.int64)
        lost = lost.reshape(-1, 2)
        self.i = np.concatenate([problem.i, barred[:, 0], lost[:, 0]])
        self.j = np.concatenate([problem.j, barred[:, 1], lost[:, 1]])
        n = problem.n_pairs
        self.model = Model(np.zeros(len(self.i)), np.ones(len(self.i)))
        self.most = [1.0] * (n + len(barred)) + [0.0] * len(lost)
        self.kind: list[frozenset[str]] = [frozenset()] * len(self.i)
        self.cost = [0] * len(self.i)
        self.say: list[Callable[[int], list[str]]] = [lambda by: []] * len(self.i)
        self._pairs(n)
        self._bounds("row", self.i, problem.rows)
        self._bounds("column", self.j, problem.columns)
        self._groups()

    def cheapest(self, kinds: Collection[str]) -> Relaxation | None:
        """Return the cheapest changes of some kinds; None if they are not enough."""
        allowed = [kind <= set(kinds) for kind in self.kind]
        upper = np.where(allowed, self.most, 0)
        columns = np.arange(self.model.n)
        self.model.set_bounds(columns, np.zeros(len(columns)), upper)
        order = np.arange(len(columns)) % _STEP
        weights = np.where(np.array(self.cost) > 0, np.array(self.cost) * _STEP + order, 0)
        try:
            x = self.model.maximise(columns, -weights)
        except NoAnswer:
            return None
        said = [phrase for k in np.flatnonzero(x) for phrase in self.say[k](int(x[k]))]
        return Relaxation(int((x * self.cost).sum()), tuple(said))

    def _give(
        self, kind: str, most: Ints, say: Callable[[int, int], str], *, whole: bool = True
    ) -> Ints:
        """Add a column for each condition of a kind, by which it can give way."""
        new = self.model.add_columns(np.zeros(len(most)), most.astype(np.float64), whole=whole)
        self.most += most.tolist()
        self.kind += [frozenset({kind})] * len(most)
        self.cost += [1] * len(most)
        for k in range(len(most)):
            self.say.append(lambda by, k=k: [say(k, by)])  # type: ignore[misc]  # -- k is bound early
        return new

    def _pairs(self, n: int) -> None:
        """Let barred pairs be chosen, and locked pairs be left."""
        name = self.labels.pair
        for k, (i, j, reason) in enumerate(self.problem.barred.tolist(), n):
            words = []
            if reason & BY_RULE:
                words.append(("rule", f"lift the rule for the pair {name(i, j)}"))
            if reason & BY_HAND:
                words.append(("forbidden", f"allow the forbidden pair {name(i, j)}"))
            self.kind[k] = frozenset(kind for kind, _ in words)
            self.cost[k] = len(words)
            self.say[k] = lambda by, words=words: [phrase for _, phrase in words]  # type: ignore[misc]  # -- words are bound early
        locks = np.flatnonzero(np.concatenate([self.problem.locked, self._strays(n)]))
        drop = self._give(
            "lock",
            np.ones(len(locks), dtype=np.int64),
            lambda k, by: (
                f"drop the lock of the pair {name(int(self.i[locks[k]]), int(self.j[locks[k]]))}"
            ),
        )
        self._rows(
            np.arange(len(locks)),
            locks,
            [(drop, 1)],
            np.ones(len(locks)),
            np.full(len(locks), np.inf),
        )

    def _strays(self, n: int) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
        stray = set(self.problem.stray)
        places = zip(self.i[n:].tolist(), self.j[n:].tolist(), strict=True)
        return np.array([place in stray for place in places], dtype=np.bool_)

    def _bounds(self, side: str, ends: Ints, bounds: Ints) -> None:
        """Let minimums be lower and maximums higher."""
        one = self.labels.one
        low, high = bounds.T
        lower = self._give(
            f"{side} minimum",
            low,
            lambda k, by: f"lower the minimum of {one(side, k)} from {low[k]} to {low[k] - by}",
        )
        higher = self._give(
            f"{side} maximum",
            np.bincount(ends, minlength=len(bounds)),
            lambda k, by: (
                f"raise the maximum of {one(side, k)} from {high[k]} to {high[k] + by}"
            ),
        )
        self._rows(ends, np.arange(len(ends)), [(lower, 1), (higher, -1)], low, high)

    def _groups(self) -> None:
        """Let a row have more of a group."""
        for groups, at_most in self.problem.groups:
            at, keys, grouped = group_keys(self.i, groups[self.j], len(groups))
            rows = keys // max(len(groups), 1)
            more = self._give(
                "diversity",
                np.full(len(keys), len(self.i)),
                lambda k, by, n=at_most, rows=rows: (  # type: ignore[misc]  # -- bound early
                    f"let {self.labels.one('row', int(rows[k]))} have {n + by} of a group instead of {n}"
                ),
            )
            self._rows(
                at, grouped, [(more, -1)], np.zeros(len(keys)), np.full(len(keys), at_most)
            )

    def _rows(
        self,
        rows: Ints,
        pairs: Ints,
        gives: list[tuple[Ints, int]],
        lower: np.ndarray,
        upper: np.ndarray,
    ) -> None:
        """Add conditions on sums of pairs, with the columns by which they give way."""
        n = len(lower)
        columns = np.concatenate([pairs, *(give for give, _ in gives)])
        weights = np.concatenate([np.ones(len(pairs)), *(np.full(n, s) for _, s in gives)])
        at = np.concatenate([rows, *(np.arange(n) for _ in gives)])
        table = sparse.csr_array((weights, (at, columns)), shape=(n, self.model.n))
        self.model.add_rows(table, lower, upper)
