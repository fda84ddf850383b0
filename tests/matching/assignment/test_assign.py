from typing import Any

import numpy as np
import pytest
from scipy import sparse

from matching import (
    Assignment,
    Fairness,
    InfeasibleAssignment,
    MatchingError,
    Settings,
    assign,
    replace,
)

Pair = tuple[int, int]
SCORES = [[0.9, 0.8, 0.1], [0.7, 0.6, 0.0]]


def test_the_best_whole_may_give_up_the_best_pair() -> None:
    assignment = assign([[0.9, 0.8], [0.7, 0.1]], rows=(1, 1), columns=(0, 1))

    assert assignment == Assignment(
        pairs=((0, 1), (1, 0)),
        total=1.5,
        bound=1.5,
        fairness=Fairness(best=(0.8, 0.7), sums=(0.8, 0.7)),
        settings=Settings("leximin", ((1, 1),) * 2, ((0, 1),) * 2, (), (), ()),
        shortfall=(0, 0),
    )
    assert assignment.fairness.vector == (0.7, 0.8)
    assert assignment.fairness.weakest_sum == 0.7


def test_fairness_raises_the_worst_off_where_the_total_would_not() -> None:
    scores = [[100, 30], [40, 5]]
    bounds: dict[str, Any] = {"rows": (1, 1), "columns": (0, 1)}

    assert assign(scores, **bounds).pairs == ((0, 1), (1, 0))
    assert assign(scores, **bounds, objective="total").pairs == ((0, 0), (1, 1))
    assert assign(scores, **bounds, objective="maxmin").pairs == ((0, 1), (1, 0))


def test_the_best_provider_counts_for_leximin_and_the_sum_for_maxmin() -> None:
    scores = [[7, 6, 6, 1], [7, 1, 1, 9]]
    bounds: dict[str, Any] = {"rows": (1, 2), "columns": [[0, 1], [0, 1], [0, 1], [0, 0]]}

    assert assign(scores, **bounds).fairness == Fairness(best=(6, 7), sums=(12, 7))
    assert assign(scores, **bounds, objective="maxmin").fairness.sums == (12, 7)


def test_whole_scores_stay_whole() -> None:
    assignment = assign([[3, 1]], rows=(1, 1), columns=(0, 1))

    assert (assignment.total, type(assignment.total)) == (3, int)


def test_of_a_sparse_table_only_what_is_stored_is_a_pair() -> None:
    scores = sparse.coo_array(([0.0, -0.1], ([0, 1], [1, 0])), shape=(2, 2))

    assignment = assign(
        scores, rows=(1, 1), columns=(0, 1), eligible=np.ones((2, 2), dtype=bool)
    )

    assert assignment.pairs == ((0, 1), (1, 0))
    assert assignment.total == -0.1


def test_at_most_so_many_of_a_group_go_to_a_row() -> None:
    countries = ["NO", "NO", "FR", None]
    bounds: dict[str, Any] = {"rows": (2, 2), "columns": (0, 1)}

    one = assign([[9, 8, 1, 0]], **bounds, diversity=[(countries, 1)])
    two = assign([[9, 8, 1, 0]], **bounds, diversity=[(countries, 2)])

    assert (one.pairs, two.pairs) == (((0, 0), (0, 2)), ((0, 0), (0, 1)))
    assert one.settings.diversity == (1,)


def test_among_equals_the_fewest_pairs_and_the_first_in_order_are_chosen() -> None:
    zeros = np.zeros((2, 3), dtype=int)

    assert assign(zeros, rows=(0, 2), columns=(0, 1)).pairs == ()
    assert assign(zeros, rows=(1, 2), columns=(0, 1)).pairs == ((0, 0), (1, 1))


def test_what_was_confirmed_stays_and_what_was_declined_is_replaced() -> None:
    scores = [[9, 8, 2], [7, 6, 1]]
    bounds: dict[str, Any] = {
        "rows": (1, 1),
        "columns": (0, 1),
        "forbidden": [(1, 2)],
        "locked": [(0, 1)],
    }

    assignment = replace(scores, **bounds, confirmed=[(0, 1)], declined=[(1, 1)])

    assert assignment.pairs == ((0, 1), (1, 0))
    assert assignment.settings.locked == ((0, 1),)
    assert assignment.settings.forbidden == ((1, 1), (1, 2))


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


def test_scores_are_rounded_to_four_decimals_and_closer_ones_are_a_tie() -> None:
    assignment = assign([[0.50001, 0.500049]], rows=(1, 1), columns=(0, 1))

    assert (assignment.pairs, assignment.total) == (((0, 0),), 0.5)


@pytest.mark.parametrize("objective", ["leximin", "total", "maxmin"])
@pytest.mark.parametrize("shape", [(0, 0), (0, 3), (2, 0)])
def test_nothing_to_choose_from_is_an_empty_answer(shape: Pair, objective: str) -> None:
    assignment = assign(np.zeros(shape), rows=(0, 1), columns=(0, 1), objective=objective)

    assert (assignment.pairs, assignment.total, assignment.bound) == ((), 0, 0)
    assert assignment.fairness.weakest_sum == 0


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
            "3 columns can take 3 places; 2 rows need 4",
        ),
        (
            {"columns": (1, 1)},
            "2 rows can take 2 places; 3 columns need 3",
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


def test_scores_too_large_for_so_many_rows_are_refused() -> None:
    scores = sparse.coo_array(([100_000.0], ([0], [0])), shape=(50_000, 50_000))

    with pytest.raises(ValueError, match="1000000000 steps cannot be added up exactly"):
        assign(scores, rows=(0, 1), columns=(0, 1))


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
        ({"objective": "fair"}, "objective must be one of"),
        ({"diversity": [(["NO"], 1)]}, "diversity must be a group for each of the 3 columns"),
        ({"diversity": [(["NO"] * 3, -1)]}, "diversity must be"),
        ({"scores": [0.1, 0.2]}, "scores must have two dimensions, got 1"),
        ({"scores": [[np.nan]]}, "scores must be finite"),
        ({"scores": [[-np.inf]]}, "scores must be finite"),
        ({"scores": [[200_000.0]]}, r"scores must lie within \+-100000"),
        ({"eligible": [[True]]}, r"eligible must have the shape \(2, 3\)"),
        ({"eligible": [[np.nan] * 3] * 2}, "eligible must hold True and False only"),
        ({"eligible": [["yes"] * 3] * 2}, "eligible must hold True and False only"),
        ({"rows": (1, 2, 3)}, "rows must be whole numbers"),
        ({"rows": (0.5, 1)}, "rows must be whole numbers"),
        ({"columns": (2, 1)}, "columns must keep 0 <= minimum <= maximum"),
        ({"columns": (-1, 1)}, "columns must keep 0 <= minimum <= maximum"),
        ({"scores": [[1j]]}, "scores must be numbers, got complex128"),
        ({"scores": [["1"]]}, "scores must be numbers, got <U1"),
        ({"forbidden": [(0, 1.5)]}, r"forbidden must hold pairs of positions, got \(0, 1.5\)"),
        ({"forbidden": [(0, np.nan)]}, "forbidden must hold pairs of positions"),
        ({"forbidden": ["01"]}, "forbidden must hold pairs of positions, got '01'"),
        ({"locked": [(0, 1, 2)]}, "locked must hold pairs of positions"),
        ({"locked": [0]}, "locked must hold pairs of positions, got 0"),
        ({"locked": [(0, 3)]}, r"locked must hold positions below \(2, 3\), got \(0, 3\)"),
        ({"forbidden": [(-1, 0)]}, r"forbidden must hold positions below \(2, 3\)"),
    ],
)
def test_a_question_that_makes_no_sense_is_refused(wrong: dict[str, Any], refusal: str) -> None:
    question = {"scores": SCORES, "rows": (0, 1), "columns": (0, 1), **wrong}

    with pytest.raises(ValueError, match=refusal) as error:
        assign(question.pop("scores"), **question)

    assert not isinstance(error.value, MatchingError)


@pytest.mark.parametrize("nothing", [np.nan, -np.inf, np.inf])
@pytest.mark.parametrize("bar", [{"eligible": [[1, 0]]}, {"forbidden": [(0, 1)]}])
def test_what_a_barred_pair_scores_is_not_looked_at(
    nothing: float, bar: dict[str, Any]
) -> None:
    for scores in ([[1.0, nothing]], sparse.csr_array([[1.0, nothing]])):
        assert assign(scores, rows=(1, 1), columns=(0, 1), **bar).pairs == ((0, 0),)
