"""The cost of going against the answer, for every pair."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given

from matching import Cost, InfeasibleAssignment, assign, regret
from tests.matching.assignment.oracle import (
    OBJECTIVES,
    Answers,
    Question,
    answers_of,
    questions,
)
from tests.matching.strategies import promise


def test_a_cost_is_what_the_next_best_answer_loses() -> None:
    regrets = regret([[9, 8], [7, 1]], rows=(1, 1), columns=(0, 1), objective="total")

    assert regrets.total.tolist() == [[5, 5], [5, 5]]
    assert regrets.chosen.tolist() == [[False, True], [True, False]]
    assert regrets.cost(0, 0) == Cost((), 5)


def test_under_leximin_less_fairness_may_bring_a_greater_total() -> None:
    regrets = regret([[90, 30], [40, 10]], rows=(1, 1), columns=(0, 1))

    assert regrets.cost(0, 0) == Cost((20, -50), -30)


def test_scores_with_four_decimals_have_costs_with_four_decimals() -> None:
    regrets = regret([[0.5, 0.25004]], rows=(1, 1), columns=(0, 1))

    assert regrets.cost(0, 1) == Cost((0.25,), 0.25)


def test_a_pair_that_cannot_be_otherwise_has_no_cost_and_a_barred_one_neither() -> None:
    regrets = regret(
        [[3, 2, 1]], rows=(1, 1), columns=(0, 1), locked=[(0, 0)], forbidden=[(0, 2)]
    )

    np.testing.assert_equal(regrets.total, [[np.inf, np.inf, np.nan]])
    assert [regrets.cost(0, j) for j in range(3)] == [None, None, None]


def test_solving_again_tells_how_far_it_is() -> None:
    told: list[tuple[int, int]] = []

    regret(
        [[3, 2]],
        rows=(1, 1),
        columns=(0, 1),
        objective="maxmin",
        progress=lambda done, n: told.append((done, n)),
    )

    assert told == [(1, 2), (2, 2)]


@pytest.mark.parametrize("objective", OBJECTIVES)
def test_where_no_pair_is_eligible_nothing_has_a_cost(objective: str) -> None:
    found = regret(
        [[1, 2], [3, 4]],
        rows=(0, 1),
        columns=(0, 1),
        eligible=np.zeros((2, 2), dtype=bool),
        objective=objective,
    )

    assert np.isnan(found.total).all()
    assert not found.chosen.any()
    assert (found.cost(0, 0), dict(found.fairness)) == (None, {})


def test_without_an_answer_there_is_no_regret() -> None:
    with pytest.raises(InfeasibleAssignment, match="row 0 needs at least 2 pairs"):
        regret([[1]], rows=(2, 2), columns=(0, 1))


@pytest.mark.parametrize("objective", OBJECTIVES)
@promise
@given(question=questions(cells=9))
def test_every_cost_is_that_of_full_enumeration(objective: str, question: Question) -> None:
    answers = answers_of(question)
    if not len(answers.masks):
        return

    regrets = regret(question.scores, objective=objective, **question.conditions)

    ranked = answers.ranked(objective)
    open_ = question.conditions["eligible"].copy()
    open_[tuple(np.array(question.conditions["forbidden"], dtype=int).reshape(-1, 2).T)] = False
    assert (regrets.chosen == answers.masks[ranked[0]]).all()
    assert (np.isnan(regrets.total) == ~open_).all()
    for i, j in np.argwhere(open_).tolist():
        assert regrets.cost(i, j) == next_best(answers, objective, ranked, i, j), (i, j)


def table_of(kind: str) -> np.ndarray:
    """Scores of 7 x 13, wider than the best pairs of a row that are looked at first."""
    rng, shape = np.random.default_rng(11), (7, 13)
    tables = {
        "distinct": rng.random(shape),
        "contended": 0.65 * rng.random(shape[1]) + 0.35 * rng.random(shape),
        "tied": rng.integers(-1, 6, shape),
        "equal": np.full(shape, 7),
    }
    return tables[kind]


@pytest.mark.parametrize("kind", ["distinct", "contended", "tied", "equal"])
@pytest.mark.parametrize("rows", [(1, 1), (0, 2)])
def test_every_cost_under_leximin_is_that_of_solving_again(
    kind: str, rows: tuple[int, int]
) -> None:
    scores = table_of(kind)
    conditions: dict[str, Any] = {"rows": rows, "columns": (0, 1)}
    best = assign(scores, **conditions)

    regrets = regret(scores, **conditions)

    for i, j in np.ndindex(scores.shape):
        against = "forbidden" if regrets.chosen[i, j] else "locked"
        other = assign(scores, **(conditions | {against: [(i, j)]}))
        vectors = zip(best.fairness.vector, other.fairness.vector, strict=True)
        cost = regrets.cost(i, j)
        assert cost is not None
        assert cost.fairness == pytest.approx([a - b for a, b in vectors], abs=1e-9), (i, j)
        assert cost.total == pytest.approx(best.total - other.total, abs=1e-9), (i, j)


def test_many_rows_at_one_level_have_room_in_its_field() -> None:
    scores = np.full((140, 3), 5)
    scores[0] = 9

    regrets = regret(scores, rows=(1, 1), columns=(0, 140))

    assert regrets.chosen[:, 0].all()
    assert regrets.cost(0, 1) == Cost((0,) * 140, 0)
    assert regrets.cost(139, 2) == Cost((0,) * 140, 0)


def test_costs_of_fairness_are_a_mapping_of_all_pairs_that_can_be_otherwise() -> None:
    regrets = regret([[9, 8], [7, 1]], rows=(1, 1), columns=(0, 1))

    assert len(regrets.fairness) == 4
    assert regrets.fairness == dict.fromkeys([(0, 0), (0, 1), (1, 0), (1, 1)], (6, -1))


def next_best(
    answers: Answers, objective: str, ranked: np.ndarray, i: int, j: int
) -> Cost | None:
    """What the best answer loses that treats the pair otherwise."""
    best, fairness = ranked[0], answers.fairness(objective)
    for other in ranked:
        if answers.masks[other, i, j] != answers.masks[best, i, j]:
            lost = answers.totals[best] - answers.totals[other]
            return Cost(tuple(fairness[best] - fairness[other]), lost)
    return None
