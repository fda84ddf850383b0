"""Many pairs at once get the numbers that each of them gets alone."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from matching import Matcher, Profile, breakpoints, rank_stability
from matching.scoring import explaining, pairs, score_components
from matching.scoring.rank_stability import _in_place
from tests.matching.strategies import pools, profiles, promise, queries

shares = st.sampled_from([0.0, 0.3, 0.6, 1.0])
more = st.lists(profiles, max_size=2)


def every(n_queries: int, n_pool: int) -> tuple[list[int], list[int]]:
    rows, columns = np.indices((n_queries, n_pool)).reshape(2, -1)
    return rows.tolist(), columns.tolist()


@promise
@given(pools, more, queries, shares, shares, shares, st.randoms(use_true_random=False))
def test_many_explanations_are_each_one_and_add_up_to_the_score(
    pool: list[Profile],
    arrived: list[Profile],
    asked: list[Profile],
    text_weight: float,
    whole_weight: float,
    prior: float,
    shuffle: object,
) -> None:
    matcher = Matcher(text_weight=text_weight, whole_weight=whole_weight, missing_prior=prior)
    matcher.fit(pool, background=asked).extend(arrived)
    listed = list(zip(*every(len(asked), len(matcher.pool_)), strict=True))
    shuffle.shuffle(listed)  # type: ignore[attr-defined]  # -- a Random, which has no type here
    rows, columns = [i for i, _ in listed], [j for _, j in listed]

    together = list(matcher.explain_pairs(asked, rows, columns))

    assert together == [matcher.explain(asked[i], j) for i, j in listed]
    parts = matcher.score_listed(asked, rows, columns)
    assert [found.score for found in together] == parts.score.tolist()
    assert [found.text_part for found in together] == parts.text.tolist()
    assert [found.theme_part for found in together] == parts.themes.tolist()
    assert [found.coverage for found in together] == parts.coverage.tolist()
    for (i, j), found in zip(listed, together, strict=True):
        assert abs(sum(c.share for c in found.contributions) - found.score) <= 1e-12
        assert abs(matcher.score_pairs([asked[i]])[0, j] - found.score) <= 1e-12


@settings(promise, max_examples=20)
@given(pools, queries, st.integers(1, 4))
def test_the_size_of_a_block_changes_no_answer(
    pool: list[Profile], asked: list[Profile], size: int
) -> None:
    matcher = Matcher().fit(pool, background=asked)
    ranking = matcher.rank(asked, k=len(pool))

    def answers() -> tuple[object, ...]:
        return (
            list(matcher.explain_pairs(asked, *every(len(asked), len(pool)))),
            rank_stability(matcher, asked, ranking, draws=7).tolist(),
            [
                np.nan_to_num(values, nan=-9).tolist()
                for values in breakpoints(matcher, asked, ranking)
            ],
        )

    large = answers()
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(explaining, "_PAIRS", size)
        patched.setattr(score_components, "_VALUES", size)
        patched.setattr(pairs, "_VALUES", 10 * size)
        small = answers()

    assert repr(small) == repr(large)


@pytest.mark.parametrize("n_listed", [1, 2, 5, 60])
def test_a_place_is_kept_where_as_many_stand_before_it(n_listed: int) -> None:
    scores = np.random.default_rng(0).integers(0, 9, (3, n_listed, 40)).astype(np.float64)

    expected = np.argsort(-scores, axis=1, kind="stable") == np.arange(n_listed)[:, None]

    assert np.array_equal(_in_place(scores), expected)


@pytest.mark.parametrize(
    ("rows", "columns", "refusal"),
    [
        ([1], [0], r"row must lie in \[0, 1\), got 1"),
        ([-1], [0], r"row must lie in \[0, 1\), got -1"),
        ([0, 0], [0, 2], r"index must lie in \[0, 2\), got 2"),
        ([0], [-1], r"index must lie in \[0, 2\), got -1"),
    ],
)
def test_pairs_that_are_not_there_are_refused(
    rows: list[int], columns: list[int], refusal: str
) -> None:
    pool = [Profile("a", ("Floods",)), Profile("b", ("Budgets",))]
    matcher = Matcher().fit(pool)

    with pytest.raises(ValueError, match=refusal):
        matcher.explain_pairs(pool[:1], rows, columns)
    with pytest.raises(ValueError, match=refusal):
        matcher.score_listed(pool[:1], rows, columns)


def test_no_pairs_have_no_explanations() -> None:
    matcher = Matcher().fit([Profile("a", ("Floods",))])

    assert list(matcher.explain_pairs([], [], [])) == []
    assert matcher.score_listed([], [], []).score.tolist() == []
