"""All features together, against every answer that there is."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given

from matching import InfeasibleAssignment, assign
from matching.assignment.answer import fairness_of
from matching.assignment.leximin import fairness_face
from matching.assignment.optimal_face import BEST
from matching.assignment.problem import Problem
from matching.assignment.warm_start import start
from tests.matching.assignment.oracle import OBJECTIVES, Question, answers_of, questions
from tests.matching.strategies import promise


@pytest.mark.parametrize("objective", OBJECTIVES)
@promise
@given(question=questions())
def test_the_answer_is_the_first_of_the_best_and_proved(
    objective: str, question: Question
) -> None:
    answers = answers_of(question)

    if not len(answers.masks):
        with pytest.raises(InfeasibleAssignment):
            assign(question.scores, objective=objective, **question.conditions)
        return
    assignment = assign(question.scores, objective=objective, **question.conditions)

    best = int(answers.ranked(objective)[0])
    assert assignment.pairs == answers.pairs(best)
    assert assignment.total == assignment.bound == answers.totals[best]
    assert assignment.fairness.vector == tuple(answers.fairness("leximin")[best])
    assert assignment.fairness.weakest_sum == answers.fairness("maxmin")[best, 0]


@pytest.mark.slow
@promise
@given(question=questions(cells=9))
def test_scores_of_any_size_are_added_up_exactly(question: Question) -> None:
    large = replace(question, scores=question.scores * 24_999_983 % 1_000_000_007)
    answers = answers_of(large)

    for objective in OBJECTIVES if len(answers.masks) else ():
        assignment = assign(large.scores, objective=objective, **large.conditions)

        assert assignment.pairs == answers.pairs(int(answers.ranked(objective)[0]))


def random_question(rng: np.random.Generator) -> Question:
    """Quicker to make than the ones of hypothesis, without a smaller example."""
    shape = rng.integers(1, 4, 2)
    high = rng.integers(0, 4, shape.sum())
    low = np.minimum(rng.integers(0, 3, shape.sum()) * rng.integers(0, 2, shape.sum()), high)
    rows, columns = np.split(np.column_stack([low, high]), shape[:1])
    some = [[tuple(rng.integers(0, shape).tolist())] * int(rng.random() < 0.3) for _ in "lf"]
    return Question(
        rng.integers(0, rng.choice([3, 9999]), shape),
        {
            "rows": rows,
            "columns": columns,
            "eligible": rng.random(shape) < 0.85,
            "locked": some[0],
            "forbidden": some[1],
            "diversity": [],
        },
    )


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(4))
def test_no_lock_is_lost_no_pair_reused_and_no_answer_overlooked(seed: int) -> None:
    rng = np.random.default_rng(seed)

    for _ in range(500):
        question = random_question(rng)
        n_answers = len(answers_of(question).masks)
        try:
            pairs = assign(question.scores, objective="total", **question.conditions).pairs
        except InfeasibleAssignment:
            assert n_answers == 0, question
            continue

        assert len(set(pairs)) == len(pairs), question
        assert set(question.conditions["locked"]) <= set(pairs), question
        assert n_answers > 0, question


def one_level_at_a_time(problem: Problem) -> tuple[float, ...]:
    """Raise the worst-off as the definition says: each level before the next one."""
    face, level = fairness_face(problem, start(problem)), 0
    while True:
        costs = np.zeros((3, problem.n_pairs), dtype=np.int64)
        costs[BEST] = -(problem.shape[0] + 1) * (problem.units >= level) - (
            problem.units > level
        )
        face.close(costs, face.settle(costs))
        reached = problem.units[(face.state == BEST) & (problem.units > level)]
        if not len(reached):
            return fairness_of(problem, face.chosen).vector
        level = int(reached.min())


@pytest.mark.parametrize("seed", range(20))
def test_many_levels_at_once_are_as_fair_as_one_after_the_other(seed: int) -> None:
    rng = np.random.default_rng(seed)
    scores = rng.integers(0, rng.choice([30, 10_000]), rng.integers(2, 25, 2))
    rows, columns = (0, int(rng.integers(1, 4))), (0, int(rng.integers(1, 4)))

    problem = Problem.of(scores, rows=rows, columns=columns)
    answer = assign(scores, rows=rows, columns=columns)

    assert answer.fairness.vector == one_level_at_a_time(problem)
