"""What people read of shared words: phrases as the query wrote them, and what each adds."""

import numpy as np
from hypothesis import given

from matching import PlainMatcher, Profile
from tests.matching.strategies import pools, promise, queries


def phrases(asked: str, *told: str, others: int = 0) -> list[dict[str, str]]:
    """Return for each candidate the phrase of each shared word, by its stem."""
    query = Profile("q", (asked,), language="en")
    pool = [Profile(f"p{i}", (text,), language="en") for i, text in enumerate(told)]
    pool += [
        Profile(f"o{i}", (f"Filler{i} of services number{i}.",), language="en")
        for i in range(others)
    ]
    matcher = PlainMatcher(min_df=1).fit(pool, background=[query])
    explained = matcher.explain_pairs([query], [0] * len(told), range(len(told)))
    return [
        {c.feature: c.phrase for c in one.contributions if c.kind == "word"}
        for one in explained
    ]


def test_neighbours_on_both_sides_are_one_phrase_as_the_query_wrote_it() -> None:
    (found,) = phrases(
        "Online   participation of people. Sirens in harbours.",
        "The people participate online: online participation by people. Sirens.",
    )

    assert found == {
        "onlin": "Online participation of people",
        "particip": "Online participation of people",
        "peopl": "Online participation of people",
        "siren": "",
    }


def test_a_compound_is_a_phrase_from_its_beginning_to_its_end() -> None:
    found = phrases("Reach low-income households.", "Low-income families.", "Of low income.")

    assert [set(of_one.values()) for of_one in found] == [{"low-income"}, {"low-income"}]


def test_no_phrase_goes_beyond_a_sentence_or_a_point() -> None:
    (found,) = phrases("We want sensors. Rivers rise.", "Sensors rivers; nothing else.")

    assert found == {"sensor": "", "river": ""}


def test_a_word_alone_is_named_where_the_two_share_others_around_it() -> None:
    near, far = phrases(
        "Cheap sensors that schools repair.",
        "Schools have sensors.",
        "Schools are open. Nobody likes sensors.",
    )

    assert near == {"sensor": "sensors", "school": "schools"}
    assert far == {"sensor": "", "school": ""}


def test_what_says_little_is_named_within_a_phrase_only() -> None:
    alone, within = phrases(
        "Nearby million sensors; open data.",
        "Nearby sensors, nearly a million of them.",
        "We open data.",
    )

    assert alone == {"nearbi": "", "million": "", "sensor": ""}
    assert within == {"open": "open data", "data": "open data"}


def test_words_that_say_little_are_no_phrase_among_themselves() -> None:
    (found,) = phrases("Nearly million valleys.", "Nearly million harbours.")

    assert set(found.values()) == {""}


def test_what_a_quarter_of_all_tell_is_no_reason_by_itself() -> None:
    asked, told = "Services by sensors for towns.", "Sensors help towns, services help too."

    (few,) = phrases(asked, told)
    (many,) = phrases(asked, told, others=40)

    assert few["servic"] == "Services"
    assert many == {"servic": "", "sensor": "sensors", "town": "towns"}


def test_each_word_belongs_to_the_phrase_that_adds_most() -> None:
    (found,) = phrases(
        "Flood data. Data of rare harbour seals.",
        "Flood data is here, and data of rare harbour seals.",
    )

    assert found["data"] == found["seal"] == "Data of rare harbour seals"
    assert found["flood"] == "Flood data"


@promise
@given(pools, queries)
def test_a_phrase_stands_in_the_query_and_a_pair_has_the_same_whatever_stands_beside_it(
    pool: list[Profile], asked: list[Profile]
) -> None:
    matcher = PlainMatcher().fit(pool, background=asked)
    rows, columns = (at.ravel() for at in np.indices((len(asked), len(pool))))

    together = matcher.explain_pairs(asked, rows, columns)

    for explanation, row, column in zip(together, rows.tolist(), columns.tolist(), strict=True):
        assert explanation == matcher.explain(asked[row], column)
        texts = [" ".join(text.split()) for text in asked[row].texts]
        for one in explanation.contributions:
            assert not one.phrase or any(one.phrase in text for text in texts)
            assert one.kind == "word" or not one.phrase
