import itertools
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from matching import Assignment, InfeasibleAssignment, MatchingError, assign
from tests.matching.strategies import promise

Pair = tuple[int, int]
SCORES = [[0.9, 0.8, 0.1], [0.7, 0.6, 0.0]]


def test_the_best_whole_may_give_up_the_best_pair() -> None:
    assignment = assign([[0.9, 0.8], [0.7, 0.1]], rows=(1, 1), columns=(0, 1))

    assert assignment == Assignment(((0, 1), (1, 0)), 0.8 + 0.7, "total")


def test_bounds_can_differ_from_one_to_another() -> None:
    assignment = assign(SCORES, rows=[[2, 2], [1, 1]], columns=[[0, 1], [1, 2], [0, 0]])

    assert assignment.pairs == ((0, 0), (0, 1), (1, 1))


def test_a_minimum_is_kept_although_it_costs() -> None:
    assert assign([[-0.5, 0.4]], rows=(2, 2), columns=(0, 1)).total == pytest.approx(-0.1)


def test_without_a_minimum_no_pair_is_taken_at_a_loss() -> None:
    assert assign([[-0.5, 0.4]], rows=(0, 2), columns=(0, 1)).pairs == ((0, 1),)


def test_locked_pairs_are_taken_and_forbidden_ones_are_not() -> None:
    locked = assign(SCORES, rows=(1, 1), columns=(0, 1), locked=[(0, 2)])
    forbidden = assign(SCORES, rows=(1, 1), columns=(0, 1), forbidden=[(0, 1)])

    assert locked.pairs == ((0, 2), (1, 0))
    assert forbidden.pairs == ((0, 0), (1, 1))


def test_a_pair_that_is_not_eligible_is_no_choice() -> None:
    eligible = [[False, True, True], [True, True, True]]

    assert assign(SCORES, rows=(1, 1), columns=(0, 1), eligible=eligible).pairs == (
        (0, 1),
        (1, 0),
    )


def test_no_pair_is_taken_twice() -> None:
    assert assign([[1.0, 0.1]], rows=(2, 2), columns=(0, 2)).pairs == ((0, 0), (0, 1))


def test_scores_closer_than_four_decimals_are_a_tie_and_the_total_keeps_them() -> None:
    assignment = assign([[0.500049]], rows=(1, 1), columns=(0, 1))

    assert assignment.total == 0.500049


@pytest.mark.parametrize("shape", [(0, 0), (0, 3), (2, 0)])
def test_nothing_to_choose_from_is_an_empty_answer(shape: Pair) -> None:
    assert assign(np.zeros(shape), rows=(0, 1), columns=(0, 1)) == Assignment((), 0.0, "total")


@pytest.mark.parametrize(
    ("conditions", "refusal"),
    [
        ({"rows": (4, 4)}, "row 0 needs at least 4 pairs, but only 3 may be chosen"),
        (
            {"eligible": [[True] * 3, [False] * 3]},
            "row 1 needs at least 1 pair, but only 0 may be chosen",
        ),
        (
            {"columns": (2, 2), "forbidden": [(0, 2)]},
            "column 2 needs at least 2 pairs, but only 1 may be chosen",
        ),
        (
            {"locked": [(1, 0), (1, 1)], "rows": (1, 1)},
            "row 1 takes at most 1 pair, but 2 are locked",
        ),
        (
            {"locked": [(0, 2), (1, 2)]},
            "column 2 takes at most 1 pair, but 2 are locked",
        ),
        (
            {"rows": (2, 2)},
            "the rows need at least 4 pairs together, but the columns can take part in 3 only",
        ),
        (
            {"columns": (1, 1)},
            "the columns need at least 3 pairs together, but the rows can take part in 2 only",
        ),
        (
            {"locked": [(0, 0)], "forbidden": [(0, 0)]},
            r"the pair \(0, 0\) is both locked and forbidden",
        ),
        (
            {"locked": [(0, 1)], "eligible": [[True, False, True], [True] * 3]},
            r"the pair \(0, 1\) is locked but not eligible",
        ),
    ],
)
def test_conditions_that_contradict_each_other_are_named(
    conditions: dict[str, Any], refusal: str
) -> None:
    conditions = {"rows": (1, 1), "columns": (0, 1), **conditions}

    with pytest.raises(InfeasibleAssignment, match=refusal):
        assign(SCORES, **conditions)


def test_a_contradiction_that_no_single_bound_shows_is_refused_all_the_same() -> None:
    only_the_first = [True, False, False]
    eligible = [only_the_first, only_the_first, [True] * 3]

    with pytest.raises(InfeasibleAssignment, match="although each can be met alone"):
        assign(np.ones((3, 3)), rows=(1, 1), columns=(0, 1), eligible=eligible)


def test_a_refusal_gives_positions_for_the_caller_to_name() -> None:
    with pytest.raises(MatchingError) as row:
        assign(SCORES, rows=(4, 4), columns=(0, 2))
    with pytest.raises(MatchingError) as column:
        assign(SCORES, rows=(0, 3), columns=(3, 3))

    assert isinstance(row.value, InfeasibleAssignment)
    assert isinstance(column.value, InfeasibleAssignment)
    assert (row.value.rows, row.value.columns) == ((0,), ())
    assert (column.value.rows, column.value.columns) == ((), (0,))


@pytest.mark.parametrize(
    ("wrong", "refusal"),
    [
        ({"objective": "leximin"}, 'objective must be "total", the only one known'),
        ({"scores": [0.1, 0.2]}, "scores must have two dimensions, got 1"),
        ({"scores": [[np.nan]]}, "scores must be finite"),
        ({"scores": [[-np.inf]]}, "scores must be finite"),
        ({"scores": [[200_000.0]]}, r"scores must lie within \+-100000"),
        ({"eligible": [[True]]}, r"eligible must have the shape \(2, 3\)"),
        ({"rows": (1, 2, 3)}, "rows must be whole numbers"),
        ({"rows": (0.5, 1)}, "rows must be whole numbers"),
        ({"columns": (2, 1)}, "columns must keep 0 <= minimum <= maximum"),
        ({"columns": (-1, 1)}, "columns must keep 0 <= minimum <= maximum"),
        ({"locked": [(0, 3)]}, r"locked must hold positions below \(2, 3\), got \(0, 3\)"),
        ({"forbidden": [(-1, 0)]}, r"forbidden must hold positions below \(2, 3\)"),
    ],
)
def test_a_question_that_makes_no_sense_is_refused(wrong: dict[str, Any], refusal: str) -> None:
    question = {"scores": SCORES, "rows": (0, 1), "columns": (0, 1), **wrong}

    with pytest.raises(ValueError, match=refusal) as error:
        assign(question.pop("scores"), **question)

    assert not isinstance(error.value, MatchingError)


@st.composite
def instances(draw: st.DrawFn) -> tuple[NDArray[np.float64], dict[str, Any]]:
    n_rows, n_columns = draw(st.integers(1, 4)), draw(st.integers(1, 4))
    cells = n_rows * n_columns
    steps = draw(st.lists(st.integers(-3000, 9000), min_size=cells, max_size=cells))
    open_cells = st.sampled_from([True, True, True, False])
    eligible = draw(st.lists(open_cells, min_size=cells, max_size=cells))
    pairs = st.sampled_from(list(itertools.product(range(n_rows), range(n_columns))))
    return np.array(steps).reshape(n_rows, n_columns) / 10_000, {
        "rows": draw(bounds(n_rows)),
        "columns": draw(bounds(n_columns)),
        "eligible": np.array(eligible).reshape(n_rows, n_columns),
        "locked": draw(st.lists(pairs, max_size=2)),
        "forbidden": draw(st.lists(pairs, max_size=2)),
    }


def bounds(n: int) -> st.SearchStrategy[list[list[int]]]:
    pair = st.lists(st.integers(0, 3), min_size=2, max_size=2).map(sorted)
    loose = st.tuples(st.integers(0, 1), st.integers(1, 4)).map(list)
    return st.lists(st.one_of(loose, pair), min_size=n, max_size=n)


@promise
@given(instances())
def test_the_total_is_that_of_full_enumeration(
    instance: tuple[NDArray[np.float64], dict[str, Any]],
) -> None:
    scores, conditions = instance
    best = enumerate_all(scores, **conditions)

    if best is None:
        with pytest.raises(InfeasibleAssignment):
            assign(scores, **conditions)
        return
    assignment = assign(scores, **conditions)

    assert assignment.total == pytest.approx(best, abs=1e-9)
    assert assignment.pairs == tuple(sorted(set(assignment.pairs)))
    assert keeps(chosen(assignment.pairs, scores), **conditions)


def chosen(pairs: tuple[Pair, ...], scores: NDArray[np.float64]) -> NDArray[np.bool_]:
    mask = np.zeros(scores.shape, dtype=np.bool_)
    mask[tuple(np.array(pairs, dtype=int).reshape(-1, 2).T)] = True
    return mask


def keeps(masks: NDArray[np.bool_], **conditions: Any) -> NDArray[np.bool_]:
    """Tell for each choice (the last two axes) whether it keeps every condition."""
    kept = ~(masks & ~conditions["eligible"]).any(axis=(-2, -1))
    for side, axis in (("rows", -1), ("columns", -2)):
        counts, (low, high) = masks.sum(axis=axis), np.array(conditions[side]).T
        kept &= ((counts >= low) & (counts <= high)).all(axis=-1)
    for i, j in conditions["locked"]:
        kept &= masks[..., i, j]
    for i, j in conditions["forbidden"]:
        kept &= ~masks[..., i, j]
    return np.asarray(kept)


def enumerate_all(scores: NDArray[np.float64], **conditions: Any) -> float | None:
    choices = np.arange(1 << scores.size)[:, None] >> np.arange(scores.size) & 1
    masks = choices.astype(np.bool_).reshape(-1, *scores.shape)
    totals = (masks * scores).sum(axis=(1, 2))[keeps(masks, **conditions)]
    return float(totals.max()) if totals.size else None
