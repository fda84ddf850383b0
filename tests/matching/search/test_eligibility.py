import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from matching import Profile, Rule, eligible, obstacles
from tests.matching.strategies import pools, promise, queries

APART = Rule("country", shared=False, reason="Both are in the same country.")
SAME_TONGUE = Rule("language", shared=True, reason="They have no language in common.")
RULES = st.lists(
    st.sampled_from([APART, SAME_TONGUE, Rule("country", shared=True, reason="Far apart.")]),
    max_size=3,
)


def a_profile(**attributes: str) -> Profile:
    return Profile("p", (), attributes={k: frozenset(v.split()) for k, v in attributes.items()})


@pytest.mark.parametrize(
    ("query", "candidate", "admitted"),
    [
        (a_profile(country="NO"), a_profile(country="FR"), True),
        (a_profile(country="NO"), a_profile(country="NO"), False),
        (a_profile(country="NO FR"), a_profile(country="FR BR"), False),
        (a_profile(), a_profile(country="NO"), True),
        (a_profile(), a_profile(), True),
    ],
)
def test_what_must_not_be_shared_admits_all_who_have_nothing_in_common(
    query: Profile, candidate: Profile, admitted: bool
) -> None:
    assert APART.admits([query], [candidate]).tolist() == [[admitted]]


@pytest.mark.parametrize(
    ("query", "candidate", "admitted"),
    [
        (a_profile(language="en"), a_profile(language="fr en"), True),
        (a_profile(language="en"), a_profile(language="fr"), False),
        (a_profile(), a_profile(language="fr"), True),
        (a_profile(language="en"), a_profile(language=""), True),
    ],
)
def test_what_must_be_shared_admits_the_silent_too(
    query: Profile, candidate: Profile, admitted: bool
) -> None:
    assert SAME_TONGUE.admits([query], [candidate]).tolist() == [[admitted]]


def test_obstacles_are_the_reasons_of_the_broken_rules_in_their_order() -> None:
    query = a_profile(country="NO", language="no")
    candidate = a_profile(country="NO", language="fr")

    reasons = obstacles([APART, SAME_TONGUE], query, candidate)

    assert reasons == (APART.reason, SAME_TONGUE.reason)


def test_without_rules_every_pair_is_eligible() -> None:
    assert eligible([], [a_profile()], [a_profile(), a_profile()]).tolist() == [[True, True]]


def test_no_queries_or_no_pool_make_an_empty_answer() -> None:
    assert eligible([APART], [], [a_profile()]).shape == (0, 1)
    assert eligible([APART], [a_profile()], []).shape == (1, 0)


@promise
@given(RULES, queries, pools)
def test_a_pair_is_eligible_just_when_it_has_no_obstacle(
    rules: list[Rule], asked: list[Profile], pool: list[Profile]
) -> None:
    admitted = eligible(rules, asked, pool)

    expected = [[not obstacles(rules, q, p) for p in pool] for q in asked]
    assert np.array_equal(admitted, np.array(expected, dtype=bool).reshape(admitted.shape))
