"""Pairs that would both rather have each other."""

import itertools
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy import sparse

from matching import assign, blocking_pairs, stable_pairs
from tests.matching.assignment.oracle import Pair, Question, answers_of, questions
from tests.matching.strategies import promise

SCORES = [[9, 8], [7, 1]]


def test_the_best_total_may_leave_a_pair_that_would_rather_have_each_other() -> None:
    pairs = assign(SCORES, rows=(1, 1), columns=(0, 1), objective="total").pairs

    assert blocking_pairs(SCORES, pairs, rows=(1, 1), columns=(0, 1)) == ((0, 0),)


def test_each_side_can_have_scores_of_its_own() -> None:
    unloved = blocking_pairs(
        SCORES, [(0, 1), (1, 0)], column_scores=[[1, 1], [2, 2]], rows=(1, 1), columns=(0, 1)
    )

    assert unloved == ()


def test_a_locked_pair_is_not_given_up() -> None:
    pairs = [(0, 1), (1, 0)]

    assert blocking_pairs(SCORES, pairs, rows=(1, 1), columns=(0, 1), locked=pairs[:1]) == ()


def test_a_row_keeps_its_limits_of_diversity() -> None:
    scores, pairs = [[5, 4, 3]], [(0, 1), (0, 2)]
    conditions: dict[str, Any] = {"rows": (0, 3), "columns": (0, 1)}

    free = blocking_pairs(scores, pairs, diversity=[("ABB", 2)], **conditions)
    instead = blocking_pairs(scores, pairs, diversity=[("AAB", 1)], **conditions)
    full = blocking_pairs(
        [[5, 4, 3]], pairs, rows=(0, 2), columns=(0, 1), diversity=[("ABB", 2)]
    )
    never = blocking_pairs(scores, pairs, diversity=[("AAB", 1)], locked=[(0, 1)], **conditions)

    assert (free, instead, full, never) == (((0, 0),), ((0, 0),), ((0, 0),), ())


def test_what_is_not_open_is_no_answer() -> None:
    with pytest.raises(ValueError, match="pairs must be open"):
        blocking_pairs(SCORES, [(0, 0)], rows=(1, 1), columns=(0, 1), forbidden=[(0, 0)])


def test_both_sides_must_score_the_same_pairs() -> None:
    other = sparse.coo_array(([5], ([0], [0])), shape=(2, 2))

    with pytest.raises(ValueError, match="must have the pairs of scores"):
        stable_pairs(SCORES, column_scores=other, rows=(1, 1), columns=(0, 1))


def test_stable_pairs_know_no_diversity() -> None:
    with pytest.raises(ValueError, match="no diversity"):
        stable_pairs(SCORES, rows=(1, 1), columns=(0, 1), diversity=[("AB", 1)])


@promise
@given(question=questions(cells=12), seed=st.integers(0, 99))
def test_the_blocking_pairs_are_those_of_a_scan_one_by_one(
    question: Question, seed: int
) -> None:
    answers = answers_of(question)
    if not len(answers.masks):
        return
    rng = np.random.default_rng(seed)
    likes = rng.integers(-1, 5, question.scores.shape)
    mask = answers.masks[rng.integers(len(answers.masks))]
    pairs = [(i, j) for i, j in np.argwhere(mask).tolist()]

    found = blocking_pairs(question.scores, pairs, column_scores=likes, **question.conditions)

    open_ = question.conditions["eligible"].copy()
    open_[tuple(np.array(question.conditions["forbidden"], dtype=int).reshape(-1, 2).T)] = False
    assert found == tuple(
        (i, j)
        for i, j in np.argwhere(open_ & ~mask).tolist()
        if row_wants(question, mask, i, j) and column_wants(question, likes, mask, i, j)
    )


def row_wants(question: Question, mask: NDArray[np.bool_], i: int, j: int) -> bool:
    if question.scores[i, j] <= 0:
        return False
    gives: list[int | None] = [None]
    gives += [
        k
        for k in np.flatnonzero(mask[i]).tolist()
        if question.scores[i, k] < question.scores[i, j]
        and (i, k) not in question.conditions["locked"]
    ]
    for given_up in gives:
        row = mask[i].copy()
        row[j] = True
        if given_up is not None:
            row[given_up] = False
        kept = all(
            sum(g == group for g, held in zip(groups, row, strict=True) if held) <= n
            for groups, n in question.conditions["diversity"]
            for group in set(groups) - {None}
        )
        if kept and row.sum() <= question.conditions["rows"][i][1]:
            return True
    return False


def column_wants(
    question: Question, likes: NDArray[np.int64], mask: NDArray[np.bool_], i: int, j: int
) -> bool:
    room = mask[:, j].sum() < question.conditions["columns"][j][1]
    worse = any(
        mask[k, j] and likes[k, j] < likes[i, j] and (k, j) not in question.conditions["locked"]
        for k in range(len(mask))
    )
    return bool(likes[i, j] > 0 and (room or worse))


@promise
@given(
    st.integers(1, 4).flatmap(
        lambda n: st.tuples(
            *[st.lists(st.permutations(range(1, n + 1)), min_size=n, max_size=n)] * 2
        )
    )
)
def test_deferred_acceptance_is_stable_and_best_for_the_rows(
    likes: tuple[list[list[int]], list[list[int]]],
) -> None:
    scores, column_scores = np.array(likes[0]), np.array(likes[1]).T
    conditions: dict[str, Any] = {"rows": (0, 1), "columns": (0, 1)}

    pairs = stable_pairs(scores, column_scores=column_scores, **conditions)

    def blocking(some: tuple[Pair, ...]) -> tuple[Pair, ...]:
        return blocking_pairs(scores, some, column_scores=column_scores, **conditions)

    assert blocking(pairs) == ()
    n = len(scores)
    for order in itertools.permutations(range(n)):
        other = tuple(zip(range(n), order, strict=True))
        if not blocking(other):
            assert all(scores[p] >= scores[q] for p, q in zip(pairs, other, strict=True))


def test_deferred_acceptance_keeps_locks_and_capacities() -> None:
    scores = [[3, 1], [2, 1], [1, 2]]

    pairs = stable_pairs(scores, rows=(0, 2), columns=[[0, 2], [0, 1]], locked=[(2, 0)])

    assert pairs == ((0, 0), (2, 0), (2, 1))
