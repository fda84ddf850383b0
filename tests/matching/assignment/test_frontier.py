"""What fairness costs."""

import pytest
from hypothesis import given

from matching import InfeasibleAssignment, Step, frontier
from tests.matching.assignment.oracle import Question, answers_of, questions
from tests.matching.strategies import promise

SCORES = [[90, 30], [40, 10]]


def test_each_step_has_a_higher_floor_and_a_lower_total() -> None:
    steps = frontier([[90, 60, 0], [80, 20, 30]], rows=(1, 1), columns=(0, 1))

    assert steps == (Step(60, 140, 0),)


def test_the_steps_lead_from_the_greatest_total_to_the_fairest_answer() -> None:
    steps = frontier([[100, 30], [40, 5]], rows=(1, 1), columns=(0, 1))

    assert steps == (Step(5, 105, 0), Step(30, 70, 35))


def test_a_floor_under_sums_counts_all_pairs_of_a_row() -> None:
    steps = frontier([[5, 5, 4], [5, 5, 1]], rows=(1, 2), columns=(0, 1), objective="maxmin")

    assert steps == (Step(5, 14, 0),)


def test_where_nothing_may_be_chosen_there_is_one_step() -> None:
    assert frontier([[1]], rows=(0, 1), columns=(0, 1), forbidden=[(0, 0)]) == (Step(0, 0, 0),)


def test_a_total_has_no_floor() -> None:
    with pytest.raises(ValueError, match="a total has no floor"):
        frontier(SCORES, rows=(1, 1), columns=(0, 1), objective="total")


def test_without_an_answer_there_is_no_frontier() -> None:
    with pytest.raises(InfeasibleAssignment, match="1 column can take 1 place; 2 rows need 2"):
        frontier([[1], [1]], rows=(1, 1), columns=(0, 1))


@pytest.mark.parametrize("objective", ["leximin", "maxmin"])
@promise
@given(question=questions(cells=12))
def test_the_steps_are_all_that_no_answer_betters(objective: str, question: Question) -> None:
    answers = answers_of(question)
    if not len(answers.masks):
        return

    steps = frontier(question.scores, objective=objective, **question.conditions)

    floors = answers.fairness(objective)[:, 0].tolist()
    points = set(zip(floors, answers.totals.tolist(), strict=True))
    best = [
        p for p in points if not any(q != p and q[0] >= p[0] and q[1] >= p[1] for q in points)
    ]
    assert [(step.floor, step.total) for step in steps] == sorted(best)
    assert [step.cost for step in steps] == [steps[0].total - step.total for step in steps]
