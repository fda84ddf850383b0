"""What reviews say together: figures, severity taken out, and how firm the order is."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.reviews.ranking import Ranking, Score, rank


def made(
    n_submissions: int, n_reviewers: int, each: int, *, severity: float, seed: int = 1
) -> tuple[list[Score], dict[str, float], dict[str, float]]:
    """Scores of known merit and known severity, each submission with some reviewers."""
    random = np.random.default_rng(seed)
    merit = {f"s{i:03}": float(random.normal(0, 1)) for i in range(n_submissions)}
    harsh = {f"r{j:02}": float(random.normal(0, severity)) for j in range(n_reviewers)}
    scores = [
        Score(name, f"r{j:02}", 3 + merit[name] + harsh[f"r{j:02}"] + random.normal(0, 0.4))
        for name in merit
        for j in random.choice(n_reviewers, each, replace=False)
    ]
    return scores, merit, harsh


def order(ranking: Ranking) -> list[str]:
    return [one.submission for one in ranking.standings]


def agreement(found: dict[str, float], true: dict[str, float]) -> float:
    names = sorted(true)
    ranks = [np.argsort(np.argsort([side[name] for name in names])) for side in (found, true)]
    return float(np.atleast_2d(np.corrcoef(ranks))[0, 1])


@pytest.mark.parametrize("seed", range(5))
def test_without_severity_the_order_is_nearer_to_the_truth_than_the_raw_one(seed: int) -> None:
    scores, merit, harsh = made(80, 10, 3, severity=1.0, seed=seed)

    found = rank(scores, 10, draws=1)

    raw = agreement({one.submission: one.mean for one in found.standings}, merit)
    corrected = agreement({one.submission: one.corrected for one in found.standings}, merit)
    assert corrected > raw + 0.03
    assert agreement(found.severity, harsh) > 0.9


def test_where_nobody_is_severe_the_correction_costs_next_to_nothing() -> None:
    scores, merit, _ = made(80, 10, 3, severity=0.0)

    found = rank(scores, 10, draws=1)

    raw = agreement({one.submission: one.mean for one in found.standings}, merit)
    corrected = agreement({one.submission: one.corrected for one in found.standings}, merit)
    assert corrected > raw - 0.01
    assert max(abs(value) for value in found.severity.values()) < 0.15


def test_the_variances_are_those_of_restricted_maximum_likelihood() -> None:
    # A complete table has them in closed form: the mean squares of an analysis of variance.
    random = np.random.default_rng(3)
    table = random.normal(0, 1, (12, 1)) + random.normal(0, 0.7, (1, 6))
    table = table + random.normal(0, 0.5, (12, 6))
    scores = [Score(f"{i:02}", f"{j}", float(table[i, j])) for i in range(12) for j in range(6)]

    found = rank(scores, 3, draws=1)

    rows, columns = table.mean(axis=1), table.mean(axis=0)
    rest = table - rows[:, None] - columns + table.mean()
    mean_square = (rest**2).sum() / (11 * 5)
    merit = (6 * rows.var(ddof=1) - mean_square) / 6
    shrunk = merit / (merit + mean_square / 6)
    expected = table.mean() + shrunk * (rows - table.mean())
    by_name = {one.submission: one.corrected for one in found.standings}
    assert [by_name[f"{i:02}"] for i in range(12)] == pytest.approx(expected, abs=1e-3)


@settings(max_examples=25, deadline=None)
@given(st.floats(-3, 3), st.integers(0, 3), st.integers(0, 1000))
def test_a_constant_more_from_one_reviewer_of_all_changes_no_order(
    more: float, who: int, seed: int
) -> None:
    random = np.random.default_rng(seed)
    table = random.integers(1, 6, (6, 4)).astype(float)
    before, after = (
        [
            Score(f"s{i}", f"r{j}", float(table[i, j]) + (constant if j == who else 0))
            for i in range(6)
            for j in range(4)
        ]
        for constant in (0.0, more)
    )

    assert order(rank(before, 2, draws=1)) == order(rank(after, 2, draws=1))


SCORES = st.lists(
    st.builds(
        Score,
        st.sampled_from("abcdef"),
        st.sampled_from("uvwxyz"),
        st.integers(1, 5).map(float),
    ),
    unique_by=lambda one: (one.submission, one.reviewer),
    max_size=36,
)


@settings(max_examples=60, deadline=None)
@given(SCORES, st.integers(0, 8), st.randoms(use_true_random=False))
def test_all_stays_finite_and_the_order_of_what_is_given_changes_nothing(
    scores: list[Score], first: int, random: object
) -> None:
    found = rank(scores, first, draws=20)
    shuffled = scores[:]
    random.shuffle(shuffled)  # type: ignore[attr-defined]  # -- hypothesis has no type for it

    assert rank(shuffled, first, draws=20) == found
    for one in found.standings:
        numbers = (one.mean, one.median, one.spread, one.disagreement, one.corrected)
        assert all(math.isfinite(number) for number in numbers)
        assert 0 <= one.firmness <= 1
    places = min(first, len(found.standings))
    assert sum(one.firmness for one in found.standings) == pytest.approx(places)


@pytest.mark.parametrize(
    "scores",
    [
        [],
        [Score("a", "u", 3.0)],
        [Score("a", "u", 3.0), Score("b", "u", 4.0)],
        [Score("a", "u", 3.0), Score("b", "v", 4.0), Score("c", "w", 1.0)],
        [Score(s, r, 3.0) for s in "abc" for r in "uvw"],
        [Score("a", "u", 1.0), Score("a", "v", 2.0), Score("b", "w", 3.0)],
    ],
    ids=["none", "one", "one reviewer", "no overlap", "constant", "nothing left over"],
)
def test_where_severity_cannot_be_told_the_raw_mean_stands(scores: list[Score]) -> None:
    found = rank(scores, 1, draws=5)

    assert not found.is_corrected
    assert found.severity == {}
    assert all(one.corrected == one.mean for one in found.standings)


def test_the_plain_figures_are_the_plain_figures() -> None:
    scores = [Score("a", r, v) for r, v in zip("uvw", (1.0, 2.0, 4.5), strict=True)]

    (one,) = rank(scores, 1, draws=3).standings

    assert (one.reviews, one.mean, one.median, one.disagreement) == (3, 2.5, 2.0, 3.5)
    assert one.spread == pytest.approx(np.std([1.0, 2.0, 4.5], ddof=1))
    assert one.firmness == 1.0


def test_what_all_place_first_is_firm_and_what_they_disagree_about_is_not() -> None:
    table = {"a": (5, 5, 5, 5), "b": (4, 1, 4, 1), "c": (1, 4, 1, 4), "d": (1, 1, 1, 1)}
    scores = [
        Score(s, f"r{j}", float(v)) for s, row in table.items() for j, v in enumerate(row)
    ]

    firm = {one.submission: one.firmness for one in rank(scores, 2).standings}

    assert firm["a"] == 1.0
    assert 0.3 < firm["b"] < 0.7
    assert 0.3 < firm["c"] < 0.7
    assert firm["d"] == 0.0


def test_the_same_seed_draws_the_same() -> None:
    scores, _, _ = made(20, 6, 3, severity=0.5)

    assert rank(scores, 5, seed=7) == rank(scores, 5, seed=7)
    assert rank(scores, 5, seed=7) != rank(scores, 5, seed=8)
