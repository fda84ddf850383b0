"""Every answer of a small question, one by one: the measure of all that is exact here."""

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from hypothesis import strategies as st
from numpy.typing import NDArray

Pair = tuple[int, int]
OBJECTIVES = ("leximin", "total", "maxmin")


@dataclass(frozen=True)
class Question:
    """Scores and the conditions of `assign`, of at most 4 x 4 pairs."""

    scores: NDArray[np.int64]
    conditions: dict[str, Any]


@dataclass(frozen=True)
class Answers:
    """All answers that keep the conditions, in order: the first pair weighs most."""

    question: Question
    masks: NDArray[np.bool_]
    partial: bool = False

    @property
    def left_out(self) -> NDArray[np.bool_]:
        """Rows that wish for a pair and have none, one line for each answer."""
        wishes = np.array(self.question.conditions["rows"])[:, 0] > 0
        return np.asarray(wishes & ~self.masks.any(axis=2) & self.partial)

    @property
    def totals(self) -> NDArray[np.int64]:
        return np.asarray((self.masks * self.question.scores).sum(axis=(1, 2)))

    def fairness(self, objective: str) -> NDArray[np.int64]:
        """What counts before the total, one line for each answer, the worst-off first."""
        values = self.masks * self.question.scores
        if objective == "leximin":
            return np.sort(values.max(axis=2, initial=0), axis=1)
        if objective == "maxmin":
            sums = np.where(self.left_out, np.iinfo(np.int64).max, values.sum(axis=2))
            weakest = sums.min(axis=1, keepdims=True)
            return np.asarray(np.where(self.left_out.all(axis=1, keepdims=True), 0, weakest))
        return np.zeros((len(self.masks), 0), dtype=np.int64)

    def ranked(self, objective: str) -> NDArray[np.int64]:
        """Positions of the answers, the best first."""
        fairness = self.fairness(objective)
        # the masks count up, so that of two the later one holds the earlier pairs
        later = np.arange(len(self.masks))
        keys = (-later, self.masks.sum(axis=(1, 2)), -self.totals, *-fairness.T[::-1])
        return np.lexsort(keys)

    def pairs(self, position: int) -> tuple[Pair, ...]:
        return tuple((i, j) for i, j in np.argwhere(self.masks[position]).tolist())


def answers_of(question: Question) -> Answers:
    masks = all_masks(question.scores.shape)
    return Answers(question, masks[steps_needed(question, masks) == 0])


def partial_answers_of(question: Question) -> Answers:
    """All answers that meet as many first wishes of rows as can be, then second ones..."""
    conditions = question.conditions
    low, high = np.array(conditions["rows"]).T
    wishless = replace(
        question, conditions=conditions | {"rows": np.column_stack([0 * low, high])}
    )
    masks = answers_of(wishless).masks
    counts = masks.sum(axis=2)
    for unit in range(1, int(low.max()) + 1):
        met = ((counts >= unit) & (low >= unit)).sum(axis=1)
        best = met == met.max(initial=0)
        masks, counts = masks[best], counts[best]
    return Answers(question, masks, partial=True)


def all_masks(shape: tuple[int, ...]) -> NDArray[np.bool_]:
    n = shape[0] * shape[1]
    bits = np.arange(1 << n)[:, None] >> np.arange(n)[::-1] & 1
    return bits.astype(np.bool_).reshape(-1, *shape)


def steps_needed(question: Question, masks: NDArray[np.bool_]) -> NDArray[np.int64]:
    """By how many steps the conditions have to give way for each choice."""
    conditions = question.conditions
    steps = (masks & ~conditions["eligible"]).sum(axis=(1, 2))
    for i, j in set(conditions["locked"]):
        steps += ~masks[:, i, j]
    for i, j in set(conditions["forbidden"]):
        steps += masks[:, i, j]
    for side, axis in (("rows", 2), ("columns", 1)):
        counts, (low, high) = masks.sum(axis=axis), np.array(conditions[side]).T
        steps += np.maximum(low - counts, 0).sum(axis=1)
        steps += np.maximum(counts - high, 0).sum(axis=1)
    for groups, at_most in conditions["diversity"]:
        for group in set(groups) - {None}:
            counts = masks[:, :, [g == group for g in groups]].sum(axis=2)
            steps += np.maximum(counts - at_most, 0).sum(axis=1)
    return np.asarray(steps)


def bounds(n: int) -> st.SearchStrategy[list[list[int]]]:
    pair = st.lists(st.integers(0, 3), min_size=2, max_size=2).map(sorted)
    loose = st.tuples(st.integers(0, 1), st.integers(1, 4)).map(list)
    return st.lists(st.one_of(loose, pair), min_size=n, max_size=n)


def diversities(n: int) -> st.SearchStrategy[list[tuple[list[str | None], int]]]:
    groups = st.lists(st.sampled_from(["NO", "FR", None]), min_size=n, max_size=n)
    return st.lists(st.tuples(groups, st.integers(0, 2)), max_size=2)


@st.composite
def questions(draw: st.DrawFn, cells: int = 16) -> Question:
    """All features together; scores that tie often, or hardly ever."""
    n_rows = draw(st.integers(1, 4))
    n_columns = draw(st.integers(1, min(4, cells // n_rows)))
    n = n_rows * n_columns
    score = draw(st.sampled_from([st.integers(0, 2), st.integers(-2, 4), st.integers(1, 9999)]))
    open_ = st.sampled_from([True, True, True, True, False])
    places = st.tuples(st.integers(0, n_rows - 1), st.integers(0, n_columns - 1))
    few: st.SearchStrategy[list[Pair]] = st.one_of(st.just([]), st.lists(places, max_size=2))
    return Question(
        np.array(draw(st.lists(score, min_size=n, max_size=n))).reshape(n_rows, n_columns),
        {
            "rows": draw(bounds(n_rows)),
            "columns": draw(bounds(n_columns)),
            "eligible": np.array(draw(st.lists(open_, min_size=n, max_size=n))).reshape(
                n_rows, n_columns
            ),
            "locked": draw(few),
            "forbidden": draw(few),
            "diversity": draw(st.one_of(st.just([]), diversities(n_columns))),
        },
    )
