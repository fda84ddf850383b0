"""Large tables: candidates, prices, the compiled solver and its plain twin agree."""

import os
import subprocess
import sys
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from numpy.typing import NDArray

from matching import InfeasibleAssignment, assign
from matching.assignment import max_total, warm_start
from matching.assignment.milp import Model, NoAnswer
from matching.assignment.optimal_face import OptimalFace, totals
from matching.assignment.problem import Problem
from tests.matching.assignment import twin
from tests.matching.assignment.oracle import Question, answers_of, questions
from tests.matching.strategies import promise
from tests.processes import ROOT


def contended(n: int, seed: int) -> NDArray[np.int64]:
    """Scores that are mostly the popularity of a column, so that all want the same."""
    rng = np.random.default_rng(seed)
    return np.rint(6500 * rng.random(n) + 3500 * rng.random((n, n))).astype(np.int64)


def total_of(problem: Problem, *, compiled: bool) -> int:
    """The total that is proved from the proposal, on the pairs that it looks at."""
    proposal = warm_start.propose(problem, compiled=compiled)
    near = problem.only(proposal.pairs)
    face = OptimalFace.of(near, proposal.chosen)
    bound = -face.optimise(totals(near.units), proposal.potentials)
    assert int(near.units[face.chosen].sum()) == bound
    assert len(near.units) < problem.n_pairs / 4
    return bound


@pytest.mark.slow
@pytest.mark.parametrize("bounds", [((2, 2), (0, 2)), ((0, 3), (1, 2)), ((1, 1), (0, 9))])
def test_candidates_and_prices_find_what_the_whole_table_holds(
    bounds: tuple[tuple[int, int], tuple[int, int]], monkeypatch: pytest.MonkeyPatch
) -> None:
    scores = contended(80, 1)
    problem = Problem.of(scores, rows=bounds[0], columns=bounds[1], locked=[(0, 79), (5, 5)])
    whole = warm_start.propose(problem)
    face = OptimalFace.of(problem, whole.chosen)
    best = -face.optimise(totals(problem.units))

    monkeypatch.setattr(warm_start, "_FEW", 1000)
    monkeypatch.setattr(warm_start, "_CANDIDATES", 2)
    monkeypatch.setattr(warm_start, "_ADDED", 1)

    assert total_of(problem, compiled=False) == total_of(problem, compiled=True) == best


@pytest.mark.parametrize("shape", [(120, 120), (60, 240), (240, 60)])
def test_equal_scores_have_candidates_all_over_the_table(shape: tuple[int, int]) -> None:
    problem = Problem.of(np.full(shape, 3), rows=(1, 1), columns=(0, 4))

    pairs = warm_start.candidates(problem)

    assert np.bincount(problem.i[pairs], minlength=shape[0]).min() > 0
    assert np.bincount(problem.j[pairs], minlength=shape[1]).min() > 0
    assert np.bincount(problem.i[pairs]).max() < shape[1]
    assert np.bincount(problem.j[pairs]).max() < shape[0]


@pytest.mark.parametrize("compiled", [False, True])
def test_a_large_table_of_equal_scores_has_the_first_answer_in_order(
    compiled: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    propose = warm_start.propose
    monkeypatch.setattr(max_total, "propose", lambda given: propose(given, compiled=compiled))
    scores = np.full((150, 150), 3)

    one = assign(scores, rows=(1, 1), columns=(0, 1))
    two = assign(scores, rows=(1, 2), columns=(0, 2))

    assert one.pairs == tuple((i, i) for i in range(150))
    assert two.pairs == tuple((i, i - i % 2 + j) for i in range(150) for j in range(2))


def test_a_large_table_has_the_answer_that_it_has_without_the_compiled_solver(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    scores = contended(150, 2) // 100
    compiled = assign(scores, rows=(1, 2), columns=(0, 2), objective="total")

    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)

    assert assign(scores, rows=(1, 2), columns=(0, 2), objective="total") == compiled


def test_a_table_with_gaps_is_a_table_all_the_same() -> None:
    scores = contended(150, 3)
    eligible = np.random.default_rng(3).random(scores.shape) < 0.9
    masked = np.where(eligible, scores, -100_000)

    gaps = assign(scores, rows=(2, 2), columns=(0, 2), eligible=eligible, objective="total")

    assert gaps.pairs == assign(masked, rows=(2, 2), columns=(0, 2), objective="total").pairs


@pytest.mark.parametrize("compiled", [False, True])
def test_candidates_without_an_answer_give_way_to_all_pairs(
    *, compiled: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    scores = np.tile(np.arange(60), (60, 1))
    problem = Problem.of(scores, rows=(1, 1), columns=(1, 1), forbidden=[(0, 0)])
    monkeypatch.setattr(warm_start, "_FEW", 0)
    monkeypatch.setattr(warm_start, "candidates", lambda problem: np.arange(0, 600))

    proposal = warm_start.propose(problem, compiled=compiled)

    assert int(problem.units[proposal.pairs][proposal.chosen].sum()) == 59 * 30


@pytest.mark.parametrize("compiled", [False, True])
def test_a_large_table_without_an_answer_is_refused(
    *, compiled: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    few = np.zeros((160, 160), dtype=bool)
    few[:, 100:] = few[100:] = True
    found = "numba" if compiled else None
    monkeypatch.setattr("importlib.util.find_spec", lambda name: found)
    scores = contended(160, 4)
    bounds: dict[str, Any] = {"rows": (1, 1), "columns": (0, 1)}

    with pytest.raises(
        InfeasibleAssignment, match="need at least 61 pairs together, but can have 60"
    ):
        assign(scores, **bounds, eligible=few, objective="total")
    with pytest.raises(InfeasibleAssignment, match="column 0 takes at most 1 pair, but 2"):
        assign(scores, **bounds, locked=[(0, 0), (1, 0)], objective="total")


@promise
@given(question=questions(cells=12))
def test_the_compiled_solver_finds_the_best_total(question: Question) -> None:
    conditions = {**question.conditions, "diversity": []}
    problem = Problem.of(question.scores, **conditions)
    answers = answers_of(Question(question.scores, conditions))
    if problem.stray or not problem.n_pairs:
        return

    if not len(answers.masks):
        with pytest.raises(NoAnswer):
            warm_start.propose(problem, compiled=True)
        return
    proposal = warm_start.propose(problem, compiled=True)

    assert problem.units[proposal.pairs][proposal.chosen].sum() == answers.totals.max()


@pytest.mark.server
def test_the_compiled_solver_is_plain_python_as_well() -> None:
    plain = subprocess.run(
        [sys.executable, "-m", "tests.matching.assignment.twin"],
        env=os.environ | {"NUMBA_DISABLE_JIT": "1"},
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    ).stdout

    assert plain.strip() == str(twin.totals())


def test_a_solver_that_stops_early_is_no_answer_and_no_refusal() -> None:
    model = Model(np.zeros(1), np.full(1, np.inf), whole=False)
    model.highs.setOptionValue("presolve", "off")

    with pytest.raises(RuntimeError, match="HiGHS stopped with Unbounded"):
        model.maximise(np.zeros(1, dtype=np.int64), np.ones(1))


@pytest.mark.parametrize("objective", ["leximin", "total"])
@pytest.mark.parametrize("need", [(0, 2), (1, 2), (2, 2)])
@pytest.mark.parametrize("seed", range(4))
def test_a_narrow_table_starts_from_few_pairs_and_ends_where_the_whole_does(
    objective: str, need: tuple[int, int], seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    rng = np.random.default_rng(seed)
    popular, strong = rng.random(4), rng.random((40, 1))
    scores = 0.4 * rng.random((40, 4)) + 0.3 * popular + 0.3 * strong
    conditions: dict[str, Any] = {"rows": need, "columns": (0, 20), "objective": objective}
    whole = assign(scores, **conditions)

    monkeypatch.setattr(warm_start, "_FEW", 100)
    monkeypatch.setattr(warm_start, "_CANDIDATES", 2)
    monkeypatch.setattr(warm_start, "_ROUNDS", 1)

    assert assign(scores, **conditions) == whole
    partial = conditions | {"columns": (0, 4), "partial": True}
    assert len(assign(scores, **partial).pairs) == 16


def test_without_compiled_code_a_large_table_starts_elsewhere_and_ends_there_too(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    scores = np.random.default_rng(0).random((40, 4))
    conditions: dict[str, Any] = {"rows": (1, 2), "columns": (0, 20)}
    whole = assign(scores, **conditions)

    monkeypatch.setattr(warm_start, "_FEW", 100)
    monkeypatch.setattr(warm_start, "_is_compiled", lambda problem: False)

    assert assign(scores, **conditions) == whole


def test_where_the_first_pairs_are_too_few_others_are_added(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    scores = np.random.default_rng(0).random((12, 12))
    conditions: dict[str, Any] = {"rows": (2, 2), "columns": (0, 3)}
    whole = assign(scores, **conditions)

    monkeypatch.setattr(warm_start, "_FEW", 100)
    monkeypatch.setattr(warm_start, "_CANDIDATES", 0)

    assert assign(scores, **conditions) == whole
