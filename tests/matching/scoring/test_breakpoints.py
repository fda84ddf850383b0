import math

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from matching import Matcher, Profile, Ranking
from matching.scoring.breakpoints import breakpoints
from tests.matching.strategies import pools, promise, queries

weights = st.sampled_from([0.0, 0.2, 0.6, 1.0])
GRID = np.linspace(0, 1, 11)
ALIKE = 1e-9


@settings(promise, max_examples=20)  # each fits the engine once for each weight
@given(pools, queries, weights, weights)
def test_no_weight_before_the_turning_point_turns_two_neighbours_and_those_beyond_it_do(
    pool: list[Profile], asked: list[Profile], text_weight: float, whole_weight: float
) -> None:
    matcher = Matcher(text_weight=text_weight, whole_weight=whole_weight)
    matcher.fit(pool, background=asked)
    ranking = matcher.rank(asked, k=3)

    points = breakpoints(matcher, asked, ranking)

    text, whole = leads(matcher, pool, asked, ranking)
    assert_turned(text, points.text_weight, text_weight)
    assert_turned(whole, points.whole_weight, whole_weight)
    assert np.array_equal(points.text_change, points.text_weight - text_weight, equal_nan=True)
    assert np.array_equal(
        points.whole_change, points.whole_weight - whole_weight, equal_nan=True
    )


def leads(
    matcher: Matcher, pool: list[Profile], asked: list[Profile], ranking: Ranking
) -> list[np.ndarray[tuple[int, ...], np.dtype[np.float64]]]:
    """By brute force: fit once more at each weight, and see by how much each place leads."""
    found = []
    for name in ("text_weight", "whole_weight"):
        scores = [
            Matcher(**(matcher.get_params() | {name: float(weight)}))
            .fit(pool, background=asked)
            .score_pairs(asked)
            for weight in GRID
        ]
        listed = np.array(
            [np.take_along_axis(s, np.maximum(ranking.indices, 0), axis=1) for s in scores]
        ).reshape(len(GRID), *ranking.indices.shape)
        lead = listed[:, :, :-1] - listed[:, :, 1:]
        found.append(np.where(ranking.indices[None, :, 1:] < 0, math.inf, lead))
    return found


def assert_turned(
    lead: np.ndarray[tuple[int, ...], np.dtype[np.float64]],
    turning: np.ndarray[tuple[int, ...], np.dtype[np.float64]],
    weight: float,
) -> None:
    for (i, place), at in np.ndenumerate(turning):
        turned = lead[:, i, place] < -ALIKE
        if math.isnan(at):
            assert not turned.any()
            continue
        assert 0 <= at <= 1
        towards = at - weight
        if abs(towards) < ALIKE:  # level already: one way or the other
            continue
        beyond = (GRID - at) * towards > 0
        assert not turned[~beyond].any()
        assert (lead[beyond, i, place] < ALIKE).all()


def test_a_theme_that_one_of_two_has_leads_until_the_text_weighs_enough() -> None:
    pool = [
        Profile("a", ("Flood warnings.",), frozenset({"water"})),
        Profile("b", ("Early flood warnings by phone.",)),
    ]
    asked = [Profile("q", ("Warn of floods early, by phone",), frozenset({"water"}))]
    matcher = Matcher().fit(pool)

    points = breakpoints(matcher, asked, matcher.rank(asked, k=3))

    level = Matcher(text_weight=float(points.text_weight[0, 0])).fit(pool).score_pairs(asked)
    assert math.isclose(level[0, 0], level[0, 1], abs_tol=1e-12)
    assert points.text_change[0, 0] > 0
    assert np.isnan(points.whole_weight).all()
    assert np.isnan(points.text_weight[0, 1])


def test_a_list_of_one_has_no_neighbours() -> None:
    asked = [Profile("q", ("floods",))]
    matcher = Matcher().fit(asked)

    points = breakpoints(matcher, asked, matcher.rank(asked, k=1))

    assert all(values.shape == (1, 0) for values in points)
