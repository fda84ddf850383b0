"""Minimums as wishes: the best partial answer, against every answer that there is."""

import numpy as np
import pytest
from hypothesis import given
from scipy import sparse

from matching import (
    InfeasibleAssignment,
    assign,
    blocking_pairs,
    diagnose,
    frontier,
    regret,
    replace,
)
from tests.matching.assignment.oracle import (
    OBJECTIVES,
    Question,
    answers_of,
    partial_answers_of,
    questions,
)
from tests.matching.strategies import promise


@pytest.mark.parametrize("objective", OBJECTIVES)
@promise
@given(question=questions())
def test_as_many_wishes_as_can_be_are_met_and_then_the_objective_counts(
    objective: str, question: Question
) -> None:
    answers = partial_answers_of(question)

    if not len(answers.masks):
        with pytest.raises(InfeasibleAssignment):
            assign(question.scores, objective=objective, partial=True, **question.conditions)
        return
    assignment = assign(
        question.scores, objective=objective, partial=True, **question.conditions
    )

    best = int(answers.ranked(objective)[0])
    assert assignment.pairs == answers.pairs(best)
    assert assignment.total == assignment.bound == answers.totals[best]
    wishes = np.array(question.conditions["rows"])[:, 0]
    missing = np.maximum(wishes - answers.masks[best].sum(axis=1), 0)
    assert assignment.shortfall == tuple(missing.tolist())
    assert assignment.fairness.vector == tuple(answers.fairness("leximin")[best])
    assert assignment.fairness.weakest_sum == answers.fairness("maxmin")[best, 0]
    assert assignment.fairness.left_out == tuple(np.flatnonzero(answers.left_out[best]))


@pytest.mark.parametrize("objective", OBJECTIVES)
@promise
@given(question=questions())
def test_where_all_minimums_can_be_met_the_answer_is_the_one_that_asks_for_them(
    objective: str, question: Question
) -> None:
    if len(answers_of(question).masks):
        hard, soft = (
            assign(question.scores, objective=objective, partial=wished, **question.conditions)
            for wished in (False, True)
        )

        assert soft == hard
        assert not any(hard.shortfall)


@pytest.mark.parametrize("objective", OBJECTIVES)
@promise
@given(question=questions(cells=9))
def test_going_against_a_partial_answer_costs_what_the_next_best_one_loses(
    objective: str, question: Question
) -> None:
    answers = partial_answers_of(question)
    if not len(answers.masks):
        return
    costs = regret(question.scores, objective=objective, partial=True, **question.conditions)
    ranked = answers.ranked(objective)
    best = answers.masks[ranked[0]]

    assert costs.total.shape == question.scores.shape
    for i, j in np.argwhere(~np.isnan(costs.total)).tolist():
        others = [at for at in ranked.tolist() if answers.masks[at, i, j] != best[i, j]]
        lost = answers.totals[ranked[0]] - answers.totals[others[0]] if others else np.inf
        assert costs.total[i, j] == lost


def test_seventy_two_challenges_share_fifty_two_places_one_each() -> None:
    scores = np.random.default_rng(0).random((72, 26))

    answer = assign(scores, rows=(2, 2), columns=(0, 2), partial=True)

    assert len(answer.pairs) == 52
    assert sorted(answer.shortfall) == [1] * 52 + [2] * 20
    assert len(answer.fairness.left_out) == 20


def test_floors_are_under_the_rows_that_are_served() -> None:
    steps = frontier([[9, 2], [8, 1], [7, 3]], rows=(1, 1), columns=(0, 1), partial=True)

    assert [(step.floor, step.total, step.cost) for step in steps] == [(3, 12, 0)]


def test_where_no_row_can_be_served_nothing_is_chosen() -> None:
    conditions = {"rows": (1, 2), "columns": (0, 0), "partial": True}

    answers = [assign([[9, 2]], objective=name, **conditions) for name in OBJECTIVES]  # type: ignore[arg-type]  # -- one mapping for all

    assert [(a.pairs, a.total, a.shortfall) for a in answers] == [((), 0, (1,))] * 3
    assert [s.total for s in frontier([[9, 2]], **conditions)] == [0]  # type: ignore[arg-type]  # -- one mapping for all


def test_a_lock_stays_a_condition() -> None:
    with pytest.raises(InfeasibleAssignment, match=r"\(0, 1\) is locked but not eligible"):
        assign(
            [[9, 2]],
            rows=(1, 1),
            columns=(0, 1),
            locked=[(0, 1)],
            eligible=[[True, False]],
            partial=True,
        )


def test_what_cannot_be_wished_for_away_is_diagnosed() -> None:
    found = diagnose([[9, 2]], rows=(0, 1), columns=(1, 1), partial=True)

    assert found is not None
    assert found.sentence == "1 row can take 1 place; 2 columns need 2"


def test_replacement_serves_as_many_as_can_be() -> None:
    answer = replace(
        [[9, 8], [7, 1], [5, 4]],
        confirmed=[(0, 0)],
        declined=[(2, 1)],
        rows=(1, 1),
        columns=(0, 1),
        partial=True,
    )

    assert answer.pairs == ((0, 0), (1, 1))
    assert answer.shortfall == (0, 0, 1)


def test_stability_asks_for_no_minimum() -> None:
    assert blocking_pairs([[9], [7]], [(1, 0)], rows=(1, 1), columns=(0, 1), partial=True) == (
        (0, 0),
    )


def test_a_sparse_table_is_served_as_far_as_its_pairs_go() -> None:
    scores = sparse.csr_array(([3, 2], ([0, 1], [1, 1])), shape=(3, 2))

    answer = assign(scores, rows=(1, 1), columns=(0, 1), partial=True)

    assert (answer.pairs, answer.shortfall) == (((0, 1),), (0, 1, 1))
