"""Points of a query that nobody in a pool tells of."""

import pytest
from hypothesis import given

from matching import PlainMatcher, Profile
from matching.scoring import unmet as module
from matching.scoring.needs import SOMETHING
from tests.matching.strategies import pools, promise, queries

ASKED = Profile(
    "q",
    ("Flood warnings for valleys", "Cheap sensors in small rivers; a network of schools."),
    language="en",
)


def said(asked: Profile, *pool: Profile) -> list[str]:
    matcher = PlainMatcher(min_df=1).fit(pool, background=[asked])
    (found,) = matcher.unmet([asked])
    return [asked.texts[passage][start:stop] for passage, start, stop in found]


def test_a_point_is_named_if_no_sentence_of_anybody_says_a_fifth_of_it() -> None:
    pool = (
        Profile("a", ("Our sensors stand in rivers.",), language="en"),
        Profile("b", ("A school. The network is down. Floods; warnings.",), language="en"),
    )

    assert said(ASKED, *pool) == ["Flood warnings for valleys", "a network of schools."]


def test_words_that_say_little_tell_of_no_point() -> None:
    asked = Profile("q", ("Several million valleys",), language="en")
    pool = (Profile("a", ("Several million euros.",), language="en"),)

    assert said(asked, *pool) == ["Several million valleys"]


def test_nothing_is_named_where_nobody_writes_in_the_language_of_the_query() -> None:
    french = Profile("a", ("Des capteurs dans les rivières.",), language="fr")
    nobody_knows = Profile("q", ASKED.texts, language="unknown")

    assert said(ASKED, french) == []
    assert said(nobody_knows, Profile("a", ("Nothing.",), language="unknown")) == []


def test_the_points_of_what_is_asked_come_before_all_others() -> None:
    problem = "; ".join(f"one{i} thing{i} of our trouble{i}" for i in range(9))
    asked = Profile(
        "q", (problem, "Warm schools; mend nets."), language="en", asks=frozenset({1})
    )

    found = said(asked, Profile("a", ("Nothing at all.",), language="en"))

    assert found[-2:] == ["Warm schools", "mend nets."]
    assert len(found) == 8


@promise
@given(pools, queries)
def test_no_point_is_named_of_which_a_pair_tells_a_fifth(
    pool: list[Profile], asked: list[Profile]
) -> None:
    matcher = PlainMatcher().fit(pool, background=asked)

    found = matcher.unmet(asked)

    for query, points in zip(asked, found, strict=True):
        told = {
            need.asked
            for i in range(len(pool))
            for need in matcher.explain(query, i).needs
            if need.share >= SOMETHING + 1e-12
        }
        assert not told & set(points)


def test_the_size_of_a_block_changes_no_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    pool = [
        Profile(f"p{i}", (text,), language="en")
        for i, text in enumerate(("Cheap sensors.", "Nothing.", "Small rivers.", "Networks"))
    ]
    whole = said(ASKED, *pool)
    monkeypatch.setattr(module, "_PROFILES", 1)
    monkeypatch.setattr(module, "_ADDITIONS", 1)

    assert said(ASKED, *pool) == whole == [ASKED.texts[0], "a network of schools."]
