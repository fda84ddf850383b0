import numpy as np
import pytest
from hypothesis import given

from matching import Need, Place, PlainMatcher, Profile
from matching.scoring import needs as module
from matching.scoring.points import MOST
from tests.matching.strategies import pools, promise, queries

ASKED = Profile(
    "q",
    (
        "Flood warnings for valleys",
        "Wanted: cheap sensors in small rivers; a network of schools. We have a budget.",
    ),
    language="en",
)


def points(*pool: Profile, asked: Profile = ASKED) -> list[tuple[Need, ...]]:
    matcher = PlainMatcher().fit(pool, background=[asked])
    return [matcher.explain(asked, i).needs for i in range(len(pool))]


def said(profile: Profile, place: Place | None) -> str | None:
    return place and profile.texts[place.passage][place.start : place.stop]


def test_the_points_of_a_query_are_its_clauses_and_each_has_the_sentence_that_tells_of_it() -> (
    None
):
    offer = Profile(
        "p",
        (
            "We know budgets.",
            "Our sensors stand in forty rivers. They are cheap; schools run the network.",
        ),
        language="en",
    )

    (found,) = points(offer)

    assert [(said(ASKED, need.asked), said(offer, need.told)) for need in found] == [
        ("Flood warnings for valleys", None),
        ("cheap sensors in small rivers", "Our sensors stand in forty rivers."),
        ("a network of schools.", "schools run the network."),
    ]
    assert [need.share for need in found] == pytest.approx([0.0, 0.5, 1.0], abs=0.1)


def test_one_word_in_common_tells_of_nothing_and_words_far_apart_do_not_meet() -> None:
    scattered = "Rivers are long. Sensors are dear. Schools are small. A network is down."

    (found,) = points(Profile("p", (scattered,), language="en"))

    assert [need.told for need in found] == [None, None, None]
    assert [need.share for need in found] == [0.0, 0.0, 0.0]


def test_the_heaviest_points_are_kept_in_the_order_in_which_they_stand() -> None:
    things = ("sea walls", "old bridges", "bird nests", "oil lamps", "ice roads", "tin mines")
    others = ("wood fires", "milk carts", "salt wells", "kite shops")
    text = "; ".join((*things, *others))
    common = Profile("p", ("sea walls, old bridges and bird nests",), language="en")
    asked = Profile("q", (text,), language="en")

    (found, _) = points(common, Profile("r", ("sea walls",), language="en"), asked=asked)

    kept = [said(asked, need.asked) for need in found]
    assert len(kept) == MOST
    assert kept == [things[1], *things[3:], *others]


def test_the_first_of_sentences_that_tell_as_much_is_named() -> None:
    twice = Profile("p", ("Schools run a network.", "A network of schools!"), language="en")

    (found,) = points(twice)

    assert found[-1].told == Place(0, 0, 22)


@pytest.mark.parametrize(
    "other",
    [
        Profile("p", ("Un r\u00e9seau de schools: network, sensors, rivers",), language="fr"),
        Profile("p", ()),
        Profile("p", ("...",)),
    ],
)
def test_where_two_cannot_be_compared_there_are_no_points(other: Profile) -> None:
    beside = Profile("r", ("A network of schools",), language="en")

    none, some = points(other, beside)

    assert none == ()
    assert len(some) == 3


def test_what_does_not_count_asks_for_nothing() -> None:
    left_out = Profile("q", ("A network of schools. Sea walls.",), omitted=((0, 0, 21),))

    (found,) = points(Profile("p", ("A network of schools",)), asked=left_out)

    assert [said(left_out, need.asked) for need in found] == ["Sea walls."]


def test_many_sentences_of_the_same_words_are_met_some_at_a_time(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    text = "A network of schools. Schools have one network of sensors. Rivers and a network."
    pool = [Profile(f"p{i}", (text,), language="en") for i in range(4)]
    at_once = points(*pool)
    monkeypatch.setattr(module, "_AT_ONCE", 1)

    assert points(*pool) == at_once
    assert [found[-1].share for found in at_once] == pytest.approx([1.0] * 4)


@promise
@given(pools, queries)
def test_a_pair_has_the_same_points_whatever_stands_beside_it(
    pool: list[Profile], asked: list[Profile]
) -> None:
    matcher = PlainMatcher().fit(pool, background=asked)
    rows, columns = (at.ravel() for at in np.indices((len(asked), len(pool))))

    together = list(matcher.explain_pairs(asked, rows, columns))

    for explanation, row, column in zip(together, rows.tolist(), columns.tolist(), strict=True):
        alone = matcher.explain(asked[row], column)
        assert explanation.needs == alone.needs
        for need in alone.needs:
            assert 0 <= need.share <= 1 + 1e-12
            assert (need.told is not None) == (need.share >= module.ENOUGH)
            assert said(asked[row], need.asked)


@promise
@given(pools)
def test_who_says_all_of_it_tells_of_every_point(pool: list[Profile]) -> None:
    matcher = PlainMatcher().fit(pool, background=[ASKED]).extend([ASKED])

    found = matcher.explain(ASKED, len(pool)).needs

    assert [need.share for need in found] == pytest.approx([1.0] * 3)
