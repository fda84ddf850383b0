"""Which conditions contradict each other, as one sentence.

Looked for from the plainest to the most hidden: a lock against a rule, one row or column
alone, everybody together, some rows that share too few columns, and diversity.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy import sparse

from matching.assignment.labels import Labels, listed, pairs
from matching.assignment.milp import NoAnswer, model_of
from matching.assignment.problem import BY_HAND, BY_RULE, Ints, Mask, Problem
from matching.statements import Statement


@dataclass(frozen=True, slots=True)
class Conflict:
    """A sentence, and the positions that it speaks of."""

    sentence: Statement
    rows: tuple[int, ...] = ()
    columns: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True, eq=False)
class _Side:
    """A problem seen from the rows, or from the columns as if they were rows."""

    name: str
    other: str
    ends: Ints
    others: Ints
    bounds: Ints
    other_bounds: Ints
    locked: Mask
    barred: Ints

    @classmethod
    def both(cls, problem: Problem) -> "tuple[_Side, _Side]":
        """Return both views."""
        i, j = problem.i.astype(np.int64), problem.j.astype(np.int64)
        rows, columns, locked = problem.rows, problem.columns, problem.locked
        barred = problem.barred
        return (
            cls("row", "column", i, j, rows, columns, locked, barred),
            cls("column", "row", j, i, columns, rows, locked, barred[:, [1, 0, 2]]),
        )

    @property
    def n_open(self) -> Ints:
        """Return how many pairs are open to each."""
        return np.bincount(self.ends, minlength=len(self.bounds))

    def conflict(self, sentence: Statement, these: list[int], others: list[int]) -> Conflict:
        """Return a conflict with the positions on the right sides."""
        if self.name == "row":
            return Conflict(sentence, tuple(these), tuple(others))
        return Conflict(sentence, tuple(others), tuple(these))


def conflict_of(problem: Problem, labels: Labels) -> Conflict | None:
    """Return the plainest conflict; None if there is an answer."""
    return next((c for c in _looks(problem, labels) if c is not None), None)


def _looks(problem: Problem, labels: Labels) -> Iterator[Conflict | None]:
    sides = _Side.both(problem)
    yield _stray(problem, labels)
    for look in (_alone, _together, _shared):
        for side in sides:
            yield look(side, labels)
    yield _diverse(problem, labels)


def _stray(problem: Problem, labels: Labels) -> Conflict | None:
    """Name a locked pair that is not open."""
    for row, column in problem.stray[:1]:
        barred = problem.barred
        at = (barred[:, 0] == row) & (barred[:, 1] == column)
        reason = int(barred[at, 2].sum())
        pair = labels.pair(row, column)
        sentence = Statement("the pair {pair} is locked but has no score", pair=pair)
        if reason & BY_RULE:
            sentence = Statement("the pair {pair} is locked but not eligible", pair=pair)
        if reason & BY_HAND:
            sentence = Statement("the pair {pair} is both locked and forbidden", pair=pair)
        return Conflict(sentence, (row,), (column,))
    return None


def _alone(side: _Side, labels: Labels) -> Conflict | None:
    """Name one row or column with too few open pairs, or too many locks."""
    n_locked = np.bincount(side.ends[side.locked], minlength=len(side.bounds))
    low, high = side.bounds.T
    for at in np.flatnonzero(side.n_open < low)[:1].tolist():
        sentence = Statement(
            "{one} needs at least {least}, but only {n} may be chosen",
            one=labels.one(side.name, at),
            least=pairs(int(low[at])),
            n=int(side.n_open[at]),
        )
        return side.conflict(_with_bars(sentence, side, [at], []), [at], [])
    for at in np.flatnonzero(n_locked > high)[:1].tolist():
        sentence = Statement(
            "{one} takes at most {most}, but {n} are locked",
            one=labels.one(side.name, at),
            most=pairs(int(high[at])),
            n=int(n_locked[at]),
        )
        return side.conflict(sentence, [at], [])
    return None


def _together(side: _Side, labels: Labels) -> Conflict | None:
    """Say that one side needs more than the other one can take part in."""
    needed, offered = int(side.bounds[:, 0].sum()), int(side.other_bounds[:, 1].sum())
    if needed <= offered:
        return None
    return Conflict(
        Statement(
            "{taking} can take {places}; {asking} needs {n:,}"
            if len(side.bounds) == 1
            else "{taking} can take {places}; {asking} need {n:,}",
            taking=labels.count(side.other, len(side.other_bounds)),
            places=_places(offered),
            asking=labels.count(side.name, len(side.bounds)),
            n=needed,
        )
    )


def _places(n: int) -> Statement:
    return Statement("1 place") if n == 1 else Statement("{n:,} places", n=n)


def _shared(side: _Side, labels: Labels) -> Conflict | None:
    """Name some of one side that share too few of the other one.

    A greatest flow fills as much of the minimums as can be; what a unit that is still
    missing can reach by changing it is a set with too little room (P. Hall, 1935).
    """
    free = ~side.locked
    taken = [np.bincount(e[side.locked], minlength=len(b)) for e, b in _ends(side)]
    need = np.maximum(side.bounds[:, 0] - taken[0], 0)
    room = side.other_bounds[:, 1] - taken[1]
    these, others = _tight_set(side.ends[free], side.others[free], need, room)
    if not len(these):
        return None
    outside = int((free & np.isin(side.ends, these) & ~np.isin(side.others, others)).sum())
    needed, offered = int(need[these].sum()), int(room[others].sum())
    sentence = _lacking(
        len(these),
        locked=bool(taken[0][these].any()),
        these=labels.many(side.name, these),
        needed=pairs(needed),
        n=offered + outside,
    )
    sentence = Statement(
        "{lacking}: {others} takes {n}" if len(others) == 1 else "{lacking}: {others} take {n}",
        lacking=sentence,
        others=labels.many(side.other, others),
        n=offered,
    )
    locks = _locks(side, these, others, labels)
    if locks:
        sentence = Statement(
            "{sentence} besides the locked {pairs}", sentence=sentence, pairs=locks
        )
    if outside:
        sentence = Statement(
            "{sentence} and {pairs} with others may be chosen",
            sentence=sentence,
            pairs=pairs(outside),
        )
    return side.conflict(_with_bars(sentence, side, these, others), these, others)


def _lacking(n_these: int, *, locked: bool, **values: Any) -> Statement:
    """Say what some of one side need together, and what they can have."""
    if n_these == 1:
        return Statement(
            "{these} needs at least {needed} besides the locked ones, but can have {n} only"
            if locked
            else "{these} needs at least {needed}, but can have {n} only",
            **values,
        )
    return Statement(
        "{these} need at least {needed} together besides the locked ones, but can have {n} only"
        if locked
        else "{these} need at least {needed} together, but can have {n} only",
        **values,
    )


def _ends(side: _Side) -> tuple[tuple[Ints, Ints], ...]:
    return (side.ends, side.bounds), (side.others, side.other_bounds)


def _tight_set(i: Ints, j: Ints, need: Ints, room: Ints) -> tuple[list[int], list[int]]:
    """Return rows that need more than there is room for, and the columns they share."""
    from scipy.sparse import csgraph  # noqa: PLC0415 -- 40 ms that ranking does not wait for

    n_rows, n_columns = len(need), len(room)
    source, sink = n_rows + n_columns, n_rows + n_columns + 1
    tail = np.concatenate([np.full(n_rows, source), i, n_rows + np.arange(n_columns)])
    head = np.concatenate([np.arange(n_rows), n_rows + j, np.full(n_columns, sink)])
    most = np.concatenate([need, np.ones(len(i), dtype=np.int64), room]).astype(np.int32)
    graph = sparse.csr_array((most, (tail, head)), shape=(sink + 1, sink + 1))
    flow = sparse.csr_array(csgraph.maximum_flow(graph, source, sink).flow)
    missing = np.flatnonzero(need - flow[[source], :n_rows].toarray()[0])
    if not len(missing):
        return [], []
    left = sparse.coo_array(graph - flow)
    tail, head = left.coords
    onward = (left.data > 0) & (tail < source) & (head < source)
    residual = sparse.csr_array(
        (left.data[onward], (tail[onward], head[onward])), shape=(source, source)
    )
    reached = np.sort(csgraph.breadth_first_order(residual, missing[0])[0])
    return reached[reached < n_rows].tolist(), (reached[reached >= n_rows] - n_rows).tolist()


def _with_bars(
    sentence: Statement, side: _Side, these: list[int], others: list[int]
) -> Statement:
    """Say after a sentence how many pairs of these with other ones are barred, and by what."""
    barred = side.barred
    at = np.isin(barred[:, 0], these) & ~np.isin(barred[:, 1], others)
    by_rule = int((barred[at, 2] & BY_RULE > 0).sum())
    by_hand = int((barred[at, 2] == BY_HAND).sum())
    parts = []
    if by_rule:
        parts.append(Statement("the rules bar {pairs} of theirs", pairs=pairs(by_rule)))
    if by_hand:
        parts.append(
            Statement("1 pair is forbidden")
            if by_hand == 1
            else Statement("{n} pairs are forbidden", n=by_hand)
        )
    return (
        Statement("{sentence} ({parts})", sentence=sentence, parts=listed(parts))
        if parts
        else sentence
    )


def _locks(side: _Side, these: list[int], others: list[int], labels: Labels) -> str:
    """Name the locked pairs that take room from these."""
    held = side.locked & np.isin(side.others, others) & ~np.isin(side.ends, these)
    locked = zip(side.ends[held].tolist(), side.others[held].tolist(), strict=True)
    names = [labels.pair(*(p if side.name == "row" else p[::-1])) for p in locked]
    return listed(names) if names else ""


def _diverse(problem: Problem, labels: Labels) -> Conflict | None:
    """Name the rows for which diversity leaves too little, once everything else is met."""
    if not problem.groups or _has_answer(problem):
        return None
    kept = np.ones(problem.shape[0], dtype=np.bool_)
    for row in range(problem.shape[0]):
        kept[row] = False
        if _has_answer(problem, kept):
            kept[row] = True
    rows = np.flatnonzero(kept).tolist()
    limits = listed(str(n) for n in sorted({n for _, n in problem.groups}))
    sentence = Statement(
        "bounds, locks and rules can be met, "
        "but not with at most {limits} of a group for {rows}",
        limits=limits,
        rows=labels.many("row", rows),
    )
    return Conflict(sentence, tuple(rows))


def _has_answer(problem: Problem, diverse: Mask | None = None) -> bool:
    try:
        model_of(problem, diverse=diverse).maximise(np.zeros(0, dtype=np.int64), np.zeros(0))
    except NoAnswer:
        return False
    return True
