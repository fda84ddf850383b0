"""The cheapest ways to make an impossible question possible: an elastic programme.

Every condition may give way, one step at a time, and each step costs 1: a unit of a bound,
a lock, a forbidden pair, a rule for one pair, one more of a group in a row.
"""

from collections import Counter
from collections.abc import Callable, Collection
from dataclasses import dataclass
from functools import partial
from typing import Final

import numpy as np
from scipy import sparse

from matching.assignment.filling import Filling, only_places_count
from matching.assignment.labels import LISTED, Labels
from matching.assignment.milp import Model, NoAnswer, Numbers, group_keys
from matching.assignment.problem import BY_HAND, BY_RULE, Ints, Problem
from matching.errors import Relaxation
from matching.statements import Statement

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


def _always(phrase: Statement) -> Callable[[int], Statement]:
    return lambda by: phrase


_NO_WORDS: Final = _always(Statement(""))


def relaxations_of(problem: Problem, labels: Labels) -> tuple[Relaxation, ...]:
    """Return the cheapest changes of each kind alone, and of all kinds if that is cheaper."""
    if only_places_count(problem) and problem.rows[:, 0].sum() > problem.columns[:, 1].sum():
        return _too_few_places(problem, labels)
    elastic = _Elastic(problem, labels)
    # A kind of which nothing can give way leaves the question as impossible as it is.
    kinds = [kind for kind in _KINDS if kind in elastic.kinds]
    alone = [found for kind in kinds if (found := elastic.cheapest({kind})) is not None]
    ranked = sorted(alone, key=lambda relaxation: relaxation.cost)
    mixed = elastic.cheapest(_KINDS)
    if mixed is not None and (not ranked or mixed.cost < ranked[0].cost):
        ranked.insert(0, mixed)
    return tuple(ranked)


def _too_few_places(problem: Problem, labels: Labels) -> tuple[Relaxation, ...]:
    """Return what helps where rows need more than columns can take together.

    Each missing pair costs one step, whatever gives way: one place more, or a minimum one
    lower. No lock, rule or forbidden pair helps. Both are shared out as evenly as can be.
    """
    filling, wishes, places = Filling(problem), problem.rows[:, 0], problem.columns[:, 1]
    served = filling.served
    missing = int((wishes - served).sum())
    lower = _alike(_lower, "row", wishes, served, labels)
    if (np.bincount(problem.i, minlength=problem.shape[0]) < wishes).any():
        return (Relaxation(missing, lower),)
    more = places + filling.more_places()
    higher = _alike(_raise, "column", places, more, labels)
    return Relaxation(missing, higher), Relaxation(missing, lower)


def _alike(
    change: Callable[[str, int, int], Statement],
    side: str,
    before: Ints,
    after: Ints,
    labels: Labels,
) -> tuple[Statement, ...]:
    """Say which bounds change; of many, how many change alike."""
    at = np.flatnonzero(before != after).tolist()
    if len(at) <= LISTED:
        return tuple(change(labels.one(side, k), int(before[k]), int(after[k])) for k in at)
    alike = Counter((int(before[k]), int(after[k])) for k in at)
    return tuple(
        change(labels.count(side, n), old, new) for (old, new), n in sorted(alike.items())
    )


def _lower(name: str, before: int, after: int) -> Statement:
    return Statement(
        "lower the minimum of {name} from {before} to {after}",
        name=name,
        before=before,
        after=after,
    )


def _raise(name: str, before: int, after: int) -> Statement:
    return Statement(
        "raise the maximum of {name} from {before} to {after}",
        name=name,
        before=before,
        after=after,
    )


def _mix(name: str, before: int, after: int) -> Statement:
    return Statement(
        "let {name} have more of a group: from {before} to {after}",
        name=name,
        before=before,
        after=after,
    )


@dataclass(frozen=True, slots=True)
class _Give:
    """How one column of the programme can give way.

    Parameters
    ----------
    kinds : frozenset of str
        All of them have to be allowed.
    most : int
    cost : int
        Of each step.
    phrase : callable
        Says what so many steps change.
    """

    kinds: frozenset[str]
    most: int
    cost: int
    phrase: Callable[[int], Statement]


class _Elastic:
    """A programme whose columns are pairs, and steps by which conditions give way."""

    def __init__(self, problem: Problem, labels: Labels) -> None:
        self.problem, self.labels = problem, labels
        barred = problem.barred
        known = {(i, j) for i, j, _ in barred.tolist()}
        lost = np.array([p for p in problem.stray if p not in known], dtype=np.int64)
        lost = lost.reshape(-1, 2)
        self.i = np.concatenate([problem.i, barred[:, 0], lost[:, 0]])
        self.j = np.concatenate([problem.j, barred[:, 1], lost[:, 1]])
        free = [_Give(frozenset(), 1, 0, _NO_WORDS)] * problem.n_pairs
        absent = [_Give(frozenset(), 0, 0, _NO_WORDS)] * len(lost)
        self.gives = [*free, *(self._lifted(*line) for line in barred.tolist()), *absent]
        self.model = Model(np.zeros(len(self.i)), np.ones(len(self.i)))
        self._locks()
        self._bounds("row", self.i, problem.rows)
        self._bounds("column", self.j, problem.columns)
        for groups, at_most in problem.groups:
            self._group(groups, at_most)

    @property
    def kinds(self) -> frozenset[str]:
        """The kinds of which at least one condition can give way."""
        return frozenset().union(*(give.kinds for give in self.gives if give.most))

    def cheapest(self, kinds: Collection[str]) -> Relaxation | None:
        """Return the cheapest changes of some kinds; None if they are not enough."""
        most = [give.most if give.kinds <= set(kinds) else 0 for give in self.gives]
        columns, cost = np.arange(self.model.n), np.array([give.cost for give in self.gives])
        self.model.set_bounds(columns, np.zeros(len(columns)), np.array(most))
        weights = np.where(cost > 0, cost * _STEP + columns % _STEP, 0)
        try:
            x = self.model.maximise(columns, -weights)
        except NoAnswer:
            return None
        changes = np.flatnonzero((x > 0) & (cost > 0)).tolist()
        phrases = tuple(self.gives[k].phrase(int(x[k])) for k in changes)
        return Relaxation(int((x * cost).sum()), phrases)

    def _give(self, gives: list[_Give]) -> Ints:
        self.gives += gives
        most = np.array([give.most for give in gives], dtype=np.float64)
        return self.model.add_columns(np.zeros(len(gives)), most, whole=True)

    def _lifted(self, row: int, column: int, reason: int) -> _Give:
        """Let a barred pair be chosen."""
        name = self.labels.pair(row, column)
        if reason == BY_RULE:
            lifted = Statement("lift the rule for the pair {pair}", pair=name)
            return _Give(frozenset({"rule"}), 1, 1, _always(lifted))
        if reason == BY_HAND:
            allowed = Statement("allow the pair {pair}", pair=name)
            return _Give(frozenset({"forbidden"}), 1, 1, _always(allowed))
        both = Statement("lift the rule for the forbidden pair {pair} and allow it", pair=name)
        return _Give(frozenset({"rule", "forbidden"}), 1, 2, _always(both))

    def _locks(self) -> None:
        """Let locked pairs be left."""
        stray = set(self.problem.stray)
        places = list(zip(self.i.tolist(), self.j.tolist(), strict=True))
        n = self.problem.n_pairs
        held = self.problem.locked.tolist() + [place in stray for place in places[n:]]
        locks = np.flatnonzero(held)
        names = [self.labels.pair(*places[k]) for k in locks.tolist()]
        phrases = [Statement("drop the lock of the pair {pair}", pair=name) for name in names]
        drop = self._give([_Give(frozenset({"lock"}), 1, 1, _always(p)) for p in phrases])
        ones = np.ones(len(locks))
        self._rows(np.arange(len(locks)), locks, [(drop, 1)], ones, np.full(len(locks), np.inf))

    def _bounds(self, side: str, ends: Ints, bounds: Ints) -> None:
        """Let minimums be lower and maximums higher."""
        names = [self.labels.one(side, k) for k in range(len(bounds))]
        n_pairs = np.bincount(ends, minlength=len(bounds)).tolist()
        lower, higher = [], []
        for name, (low, high), most in zip(names, bounds.tolist(), n_pairs, strict=True):
            down = partial(_changed, _lower, name, low, -1)
            lower.append(_Give(frozenset({f"{side} minimum"}), low, 1, down))
            up = partial(_changed, _raise, name, high, 1)
            higher.append(_Give(frozenset({f"{side} maximum"}), most, 1, up))
        gives = [(self._give(lower), 1), (self._give(higher), -1)]
        self._rows(ends, np.arange(len(ends)), gives, bounds[:, 0], bounds[:, 1])

    def _group(self, groups: Ints, at_most: int) -> None:
        """Let a row have more of a group."""
        at, keys, grouped = group_keys(self.i, groups[self.j], len(groups))
        gives = []
        for row in (keys // max(len(groups), 1)).tolist():
            phrase = partial(_changed, _mix, self.labels.one("row", row), at_most, 1)
            gives.append(_Give(frozenset({"diversity"}), len(groups), 1, phrase))
        n = len(keys)
        more = self._give(gives)
        self._rows(at, grouped, [(more, -1)], np.zeros(n), np.full(n, at_most))

    def _rows(
        self,
        rows: Ints,
        pairs: Ints,
        gives: list[tuple[Ints, int]],
        lower: Numbers,
        upper: Numbers,
    ) -> None:
        """Add conditions on sums of pairs, with the columns by which they give way."""
        n = len(lower)
        columns = np.concatenate([pairs, *(give for give, _ in gives)])
        weights = np.concatenate([np.ones(len(pairs)), *(np.full(n, s) for _, s in gives)])
        at = np.concatenate([rows, *(np.arange(n) for _ in gives)])
        table = sparse.csr_array((weights, (at, columns)), shape=(n, self.model.n))
        self.model.add_rows(table, lower, upper)


def _changed(
    change: Callable[[str, int, int], Statement], name: str, before: int, sign: int, by: int
) -> Statement:
    return change(name, before, before + sign * by)
