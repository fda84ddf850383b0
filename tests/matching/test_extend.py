import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.exceptions import NotFittedError

from matching import Matcher, Profile
from tests.matching.strategies import pools, profiles, promise


def told(*texts: str, themes: str = "") -> Profile:
    """Words of a language that has no stemmer here stay as they are."""
    return Profile("p", texts, frozenset(themes.split()), language="xx")


def test_arrivals_take_the_next_positions_and_can_be_found() -> None:
    matcher = Matcher().fit([told("fluss damm"), told("haus dach")])

    matcher.extend([told("see ufer")]).extend([told("berg tal", "see wald")])

    ranking = matcher.rank([told("see")], k=4)
    assert ranking.indices[0].tolist() == [2, 3, 0, 1]
    assert [p.texts for p in matcher.pool_[2:]] == [("see ufer",), ("berg tal", "see wald")]


def test_known_words_keep_their_weight_and_unknown_ones_get_the_largest() -> None:
    matcher = Matcher(pair_weight=0.4).fit([told("fluss damm"), told("fluss")])
    before = matcher.vectorizer_.vocabulary_

    matcher.extend([told("fluss wald damm")])

    after = matcher.vectorizer_.vocabulary_
    assert (after.idf[: before.idf.size] == before.idf).all()
    named = dict(zip(after.names(), after.idf.tolist(), strict=True))
    new = {name: weight for name, weight in named.items() if name not in before.names()}
    largest = before.unknown_idf
    assert new == {
        "wald": largest,
        "fluss wald": 0.4 * largest,
        "wald damm": 0.4 * largest,
    }


def test_without_pairs_arrivals_bring_words_alone() -> None:
    matcher = Matcher(pair_weight=0).fit([told("fluss damm"), told("fluss")])

    matcher.extend([told("fluss wald damm")])

    assert matcher.vectorizer_.vocabulary_.names() == ["damm", "fluss", "wald"]


def test_unknown_themes_get_the_largest_weight() -> None:
    matcher = Matcher().fit([told(themes="a b"), told(themes="a")])
    known = matcher.vectorizer_.theme_idf_

    matcher.extend([told(themes="z a")])

    assert list(matcher.vectorizer_.themes_) == ["a", "b", "z"]
    assert matcher.vectorizer_.theme_idf_.tolist() == [
        *known.tolist(),
        matcher.vectorizer_.unknown_theme_idf_,
    ]
    assert matcher.explain(told(themes="z"), 2).theme_part > 0


def test_nothing_arrives_and_nothing_changes() -> None:
    matcher = Matcher().fit([told("fluss")])
    version = matcher.version_

    matcher.extend([])

    assert (matcher.version_, len(matcher.segments_)) == (version, 1)


def test_a_matcher_that_was_not_fitted_cannot_be_extended() -> None:
    with pytest.raises(NotFittedError):
        Matcher().extend([told("fluss")])


@pytest.mark.parametrize(("arrived", "again"), [(1, False), (2, True)])
def test_a_tenth_more_profiles_ask_for_a_new_fit(arrived: int, again: bool) -> None:
    pool = [told(f"fluss damm tal wort{i}") for i in range(20)]
    matcher = Matcher().fit(pool)

    matcher.extend([told("fluss damm")] * arrived)

    assert matcher.needs_refit_ is again


@pytest.mark.parametrize(("unknown", "again"), [(0, False), (4, False), (5, True)])
def test_many_unknown_words_ask_for_a_new_fit(unknown: int, again: bool) -> None:
    pool = [told(" ".join(["fluss"] * 50)) for _ in range(20)]
    matcher = Matcher().fit(pool)

    matcher.extend([told(" ".join(f"neu{i}" for i in range(unknown)))])

    assert matcher.needs_refit_ is again


@pytest.mark.slow
@promise
@given(pools, pools, st.lists(profiles, min_size=1, max_size=3), st.booleans())
def test_every_path_agrees_on_an_extended_pool(
    pool: list[Profile], arrived: list[Profile], queries: list[Profile], compiled: bool
) -> None:
    matcher = Matcher(compiled=compiled).fit(pool).extend(arrived)

    scores = matcher.score_pairs(queries)
    ranking = matcher.rank(queries, k=len(pool) + len(arrived) + 1)

    order = np.argsort(-scores, axis=1, kind="stable")
    assert ranking.indices[:, :-1].tolist() == order.tolist()
    assert (ranking.indices[:, -1] == -1).all()
    for i, query in enumerate(queries):
        for j in range(scores.shape[1]):
            explained = matcher.explain(query, j)
            assert explained.score == scores[i, j]
            shares = sum(c.share for c in explained.contributions)
            assert shares == pytest.approx(explained.score, abs=1e-12)


@promise
@given(pools, st.lists(profiles, min_size=1, max_size=3))
def test_one_by_one_or_together_arrivals_are_found_alike(
    pool: list[Profile], arrived: list[Profile]
) -> None:
    together = Matcher().fit(pool).extend(arrived)
    one_by_one = Matcher().fit(pool)
    for profile in arrived:
        one_by_one.extend([profile])

    assert one_by_one.score_pairs(arrived) == pytest.approx(together.score_pairs(arrived))
