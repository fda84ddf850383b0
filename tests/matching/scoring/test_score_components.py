import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.exceptions import NotFittedError

from matching import Matcher, Profile, Ranking
from matching.scoring.score_components import score_components
from tests.matching.strategies import pools, promise, queries

shares = st.sampled_from([0.0, 0.3, 0.5, 1.0])


@settings(promise, max_examples=20)
@given(pools, queries, shares, shares, shares)
def test_the_elements_add_up_to_the_scores(
    pool: list[Profile],
    asked: list[Profile],
    text_weight: float,
    whole_weight: float,
    prior: float,
) -> None:
    matcher = Matcher(
        text_weight=text_weight, whole_weight=whole_weight, missing_prior=prior
    ).fit(pool, background=asked)
    ranking = matcher.rank(asked, k=len(pool))

    told = [
        listed.score(text_weight, whole_weight)
        for listed in score_components(matcher, asked, ranking)
    ]

    together = np.array(told).reshape(ranking.scores.shape)
    assert np.abs(together - ranking.scores).max(initial=0) <= 1e-12


@settings(promise, max_examples=20)
@given(pools, queries)
def test_factors_multiply_what_a_word_or_theme_adds(
    pool: list[Profile], asked: list[Profile]
) -> None:
    matcher = Matcher().fit(pool, background=asked)
    ranking = matcher.rank(asked, k=3)

    plain = list(score_components(matcher, asked, ranking))
    turned = list(
        score_components(matcher, asked, ranking, lambda n: np.tile([1.0, 3.0], (n, 1)))
    )

    for once, thrice in zip(plain, turned, strict=True):
        for before, after in zip(once, thrice, strict=True):
            assert np.allclose(after, before * [1.0, 3.0], rtol=1e-12, atol=0)


def test_a_ranking_of_other_queries_is_refused() -> None:
    asked = [Profile("q", ("floods",))]
    matcher = Matcher().fit(asked)

    with pytest.raises(ValueError, match="got 1 rows for 2 queries"):
        list(score_components(matcher, asked * 2, matcher.rank(asked, k=1)))


def test_elements_need_a_fitted_matcher() -> None:
    with pytest.raises(NotFittedError):
        list(
            score_components(
                Matcher(), [], Ranking(np.empty((0, 1), np.intp), np.empty((0, 1)))
            )
        )


@settings(promise, max_examples=20)
@given(pools, pools, queries)
def test_those_who_arrived_later_have_elements_as_well(
    pool: list[Profile], arrived: list[Profile], asked: list[Profile]
) -> None:
    matcher = Matcher().fit(pool, background=asked).extend(arrived)
    ranking = matcher.rank(asked, k=len(pool) + len(arrived))

    told = [listed.score(0.6, 0.5) for listed in score_components(matcher, asked, ranking)]

    together = np.array(told).reshape(ranking.scores.shape)
    assert np.abs(together - ranking.scores).max(initial=0) <= 1e-12


def test_a_query_without_candidates_has_no_elements() -> None:
    asked = [Profile(name, ("floods",)) for name in "abcd"]
    matcher = Matcher().fit(asked)
    nobody = [-1, -1]
    ranking = Ranking(np.array([nobody, [2, 0], nobody, nobody]), np.ones((4, 2)))

    sizes = [listed.best.shape for listed in score_components(matcher, asked, ranking)]

    assert sizes == [(0, 1), (2, 1), (0, 1), (0, 1)]
