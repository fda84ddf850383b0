"""Why there is no answer, and what would help."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from scipy import sparse

from matching import Diagnosis, InfeasibleAssignment, Names, Relaxation, assign, diagnose
from tests.matching.assignment.oracle import (
    Question,
    all_masks,
    answers_of,
    questions,
    steps_needed,
)
from tests.matching.strategies import promise

ONES = np.ones((3, 3), dtype=int)
ONLY_THE_FIRST = [[True, False, False], [True, False, False], [True, True, True]]


def test_where_there_is_an_answer_there_is_nothing_to_diagnose() -> None:
    assert diagnose(ONES, rows=(1, 1), columns=(0, 1)) is None


def test_rows_that_share_too_few_columns_are_named_with_the_ways_out() -> None:
    found = diagnose(ONES, rows=(1, 1), columns=(0, 1), eligible=ONLY_THE_FIRST)

    assert found == Diagnosis(
        "rows 0 and 1 need at least 2 pairs together, but can have 1 only: column 0 takes 1"
        " (the rules bar 4 pairs of theirs)",
        (0, 1),
        (0,),
        (
            Relaxation(1, ("raise the maximum of column 0 from 1 to 2",)),
            Relaxation(1, ("lower the minimum of row 0 from 1 to 0",)),
            Relaxation(1, ("lift the rule for the pair (0, 1)",)),
        ),
    )


def test_the_names_of_the_caller_take_the_place_of_positions() -> None:
    names = (["AGESIC", "INPS", "Tampere"], ["Digdir", "Barcelona", "GovTech Lab"])

    with pytest.raises(InfeasibleAssignment) as refused:
        assign(ONES, rows=(1, 1), columns=(0, 1), eligible=ONLY_THE_FIRST, names=names)

    assert str(refused.value) == (
        "AGESIC and INPS need at least 2 pairs together, but can have 1 only: Digdir takes 1"
        " (the rules bar 4 pairs of theirs)"
    )
    assert (refused.value.rows, refused.value.columns) == ((0, 1), (0,))
    assert refused.value.diagnosis.relaxations[2].changes == (
        "lift the rule for the pair (AGESIC, Barcelona)",
    )


@pytest.mark.parametrize(
    ("conditions", "sentence"),
    [
        (
            {"columns": (0, 1), "eligible": ONLY_THE_FIRST, "locked": [(2, 0)]},
            "row 0 needs at least 1 pair, but can have 0 only: column 0 takes 0 besides the"
            " locked (2, 0) (the rules bar 2 pairs of theirs)",
        ),
        (
            {"rows": (2, 2), "columns": [[0, 1], [0, 0], [0, 9]]},
            "rows 0 and 1 need at least 4 pairs together, but can have 3 only: columns 0 and 1"
            " take 1 and 2 pairs with others may be chosen",
        ),
        (
            {"rows": [[2, 2], [2, 2], [0, 2]], "columns": [[0, 1], [0, 0], [0, 9]]},
            "rows 0 and 1 need at least 4 pairs together, but can have 3 only: columns 0 and 1"
            " take 1 and 2 pairs with others may be chosen",
        ),
        (
            {"rows": [[0, 1], [0, 1], [0, 9]], "columns": (1, 1), "forbidden": [(2, 0), (2, 1)]}
            | {"locked": [(0, 2)]},
            "columns 0 and 1 need at least 2 pairs together, but can have 1 only: rows 0 and 1"
            " take 1 besides the locked (0, 2) (2 pairs are forbidden)",
        ),
        (
            {
                "rows": [[2, 2], [1, 1], [0, 1]],
                "columns": [[0, 1], [0, 1], [0, 9]],
                "locked": [(0, 0)],
                "forbidden": [(0, 2), (1, 2)],
            },
            "rows 0 and 1 need at least 2 pairs together besides the locked ones, but can have"
            " 1 only: columns 0 and 1 take 1 (2 pairs are forbidden)",
        ),
        (
            {"rows": (2, 2), "columns": (0, 9), "diversity": [(["NO", "NO", "FR"], 1)]}
            | {"forbidden": [(1, 2)]},
            "bounds, locks and rules can be met, but not with at most 1 of a group for row 1",
        ),
    ],
)
def test_the_sentence_names_what_contradicts_each_other(
    conditions: dict[str, Any], sentence: str
) -> None:
    found = diagnose(ONES, **{"rows": (1, 1), "columns": (0, 1), **conditions})

    assert found is not None
    assert found.sentence == sentence


def test_a_lock_without_a_score_can_only_be_dropped() -> None:
    scores = sparse.coo_array(([5], ([0], [0])), shape=(1, 2))

    found = diagnose(scores, rows=(0, 2), columns=(0, 1), locked=[(0, 1)])

    assert found == Diagnosis(
        "the pair (0, 1) is locked but has no score",
        (0,),
        (1,),
        (Relaxation(1, ("drop the lock of the pair (0, 1)",)),),
    )


def test_a_pair_that_two_conditions_bar_takes_two_steps() -> None:
    found = diagnose(
        [[1]],
        rows=(1, 1),
        columns=(0, 1),
        eligible=[[False]],
        forbidden=[(0, 0)],
        locked=[(0, 0)],
    )

    assert found is not None
    assert found.sentence == "the pair (0, 0) is both locked and forbidden"
    assert found.relaxations == (
        Relaxation(2, ("lift the rule for the forbidden pair (0, 0) and allow it",)),
    )


def test_too_few_places_are_told_in_the_words_of_the_caller_and_shared_out_evenly() -> None:
    names = Names(
        [f"C{i}" for i in range(72)], [f"P{j}" for j in range(26)], "challenge", "provider"
    )

    found = diagnose(np.ones((72, 26), dtype=int), rows=(2, 2), columns=(0, 2), names=names)

    assert found == Diagnosis(
        "26 providers can take 52 places; 72 challenges need 144",
        (),
        (),
        (
            Relaxation(
                92,
                (
                    "raise the maximum of 12 providers from 2 to 5",
                    "raise the maximum of 14 providers from 2 to 6",
                ),
            ),
            Relaxation(
                92,
                (
                    "lower the minimum of 20 challenges from 2 to 0",
                    "lower the minimum of 52 challenges from 2 to 1",
                ),
            ),
        ),
    )


def test_a_row_with_too_few_open_pairs_cannot_be_helped_by_places() -> None:
    found = diagnose(ONES[:2], rows=(2, 2), columns=(0, 1), eligible=[[1, 0, 0], [1, 1, 1]])

    assert found is not None
    assert found.relaxations[0].cost == 1


def test_a_long_list_is_cut() -> None:
    rows = [[1, 1]] * 12 + [[0, 12]]

    found = diagnose(np.ones((13, 2), dtype=int), rows=rows, columns=[[0, 9], [0, 2]])

    assert found is not None
    assert found.sentence == "2 columns can take 11 places; 13 rows need 12"
    found = diagnose(
        np.ones((13, 3), dtype=int),
        rows=rows,
        columns=[[0, 9], [0, 2], [0, 9]],
        eligible=[[True, True, False]] * 12 + [[True] * 3],
    )
    assert found is not None
    assert "rows 0, 1, 2, 3, 4, 5, 6 and 5 more need" in found.sentence


@promise
@given(question=questions(cells=12))
def test_a_sentence_comes_where_there_is_no_answer_and_the_cheapest_way_out_is_found(
    question: Question,
) -> None:
    found = diagnose(question.scores, **question.conditions)

    assert (found is None) == (len(answers_of(question).masks) > 0)
    if found is not None:
        needed = steps_needed(question, all_masks(question.scores.shape))
        costs = [relaxation.cost for relaxation in found.relaxations]
        assert costs == sorted(costs)
        assert costs[0] == needed.min()


@pytest.mark.parametrize("n", [1, 2, 3, 4, 5])
def test_places_are_added_where_none_was(n: int) -> None:
    found = diagnose([[1]] * n, rows=(1, 1), columns=(0, 0))

    assert found is not None
    assert found.relaxations[0].changes == (f"raise the maximum of column 0 from 0 to {n}",)
