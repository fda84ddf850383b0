import re
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings

from matching import Matcher, Profile, Ranking, Rule
from matching.scoring.rank_stability import rank_stability
from tests.matching.strategies import pools, profiles, promise, queries

APART = Rule("country", shared=False, reason="Both are in the same country.")


@settings(promise, max_examples=20)
@given(pools, queries)
def test_a_share_is_told_for_each_place_and_for_no_empty_one(
    pool: list[Profile], asked: list[Profile]
) -> None:
    matcher = Matcher().fit(pool, background=asked)
    ranking = matcher.rank(asked, k=4, rules=[APART])

    kept = rank_stability(matcher, asked, ranking, draws=20)

    assert np.array_equal(np.isnan(kept), ranking.indices < 0)
    told = kept[~np.isnan(kept)]
    assert ((told >= 0) & (told <= 1)).all()


@settings(promise, max_examples=20)
@given(pools, queries)
def test_what_is_not_turned_keeps_its_place(pool: list[Profile], asked: list[Profile]) -> None:
    matcher = Matcher().fit(pool * 2, background=asked)
    ranking = matcher.rank(asked, k=9)

    kept = rank_stability(matcher, asked, ranking, draws=3, shift=0, spread=0)

    assert (kept[ranking.indices >= 0] == 1).all()


@settings(promise, max_examples=20)
@given(profiles, queries)
def test_equal_members_of_the_pool_keep_their_order(
    member: Profile, asked: list[Profile]
) -> None:
    matcher = Matcher().fit([member] * 5, background=asked)

    kept = rank_stability(matcher, asked, matcher.rank(asked, k=5), draws=10)

    assert (kept == 1).all()


@settings(promise, max_examples=20)
@given(pools, queries)
def test_the_share_for_a_query_depends_on_no_other_query(
    pool: list[Profile], asked: list[Profile]
) -> None:
    matcher = Matcher().fit(pool, background=asked)
    ranking = matcher.rank(asked, k=4)

    together = rank_stability(matcher, asked, ranking, draws=10)

    for i, query in enumerate(asked):
        alone = rank_stability(matcher, [query], matcher.rank([query], k=4), draws=10)
        assert np.array_equal(alone[0], together[i], equal_nan=True)


def test_the_same_seed_draws_the_same_and_another_one_others() -> None:
    matcher, asked, ranking = a_close_race()

    first = rank_stability(matcher, asked, ranking, seed=1)

    assert np.array_equal(first, rank_stability(matcher, asked, ranking, seed=1))
    assert not np.array_equal(first, rank_stability(matcher, asked, ranking, seed=2))


def test_a_close_race_is_less_sure_than_a_clear_one_and_the_weights_alone_can_turn_it() -> None:
    matcher, asked, ranking = a_close_race()

    by_words = rank_stability(matcher, asked, ranking, shift=0)
    by_weights = rank_stability(matcher, asked, ranking, spread=0)

    for kept in (by_words, by_weights):
        assert 0.2 < kept[0, 0] == kept[0, 1] < 0.9
        assert kept[0, 2] == 1


def a_close_race() -> tuple[Matcher, list[Profile], Ranking]:
    """One has the words, one has a few of them and the theme, one has next to nothing."""
    asked = [Profile("q", ("Early flood warnings by phone", "Rivers"), frozenset({"water"}))]
    pool = [
        Profile("a", ("Early flood warnings by phone, on all rivers",)),
        Profile("b", ("Early warnings", "Rivers"), frozenset({"water", "sdg"})),
        Profile("c", ("A phone book of the government",)),
    ]
    matcher = Matcher().fit(pool, background=asked)
    return matcher, asked, matcher.rank(asked, k=3)


@pytest.mark.parametrize(
    ("wrong", "refusal"),
    [
        ({"draws": 0}, "draws must be at least 1, got 0"),
        ({"shift": 2}, "shift must lie in [0, 1], got 2"),
        ({"spread": -1}, "spread must lie in [0, 1], got -1"),
    ],
)
def test_a_parameter_out_of_its_range_is_refused(wrong: dict[str, Any], refusal: str) -> None:
    matcher, asked, ranking = a_close_race()

    with pytest.raises(ValueError, match=re.escape(refusal)):
        rank_stability(matcher, asked, ranking, **wrong)
