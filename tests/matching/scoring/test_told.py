import numpy as np
import pytest
from hypothesis import given

from matching import Bands, PlainMatcher, Profile, band
from tests.matching.strategies import pools, promise, queries


def test_the_share_told_is_that_of_the_squared_weights_of_the_words_that_are_there() -> None:
    pool = [
        Profile("all", ("Flood warnings", "by phone"), language="en"),
        Profile("half", ("Flood flood flood",), language="en"),
        Profile("none", ("Budgets",), language="en"),
        Profile("french", ("Flood",), language="fr"),
        Profile("silent", ()),
    ]
    query = [Profile("q", ("Phone flood",), language="en")]

    told = PlainMatcher(pair_weight=0).fit(pool).told(query)[0]

    assert told[0] == pytest.approx(1)
    assert 0 < told[1] < 0.5
    assert told[2] == 0
    assert np.isnan(told[3:]).all()


@promise
@given(pools, queries)
def test_listed_pairs_tell_the_same_as_all_pairs(
    pool: list[Profile], asked: list[Profile]
) -> None:
    matcher = PlainMatcher().fit(pool[:1], background=asked).extend(pool[1:])
    rows, columns = (at.ravel() for at in np.indices((len(asked), len(pool))))

    told = matcher.told(asked)

    listed = matcher.told_listed(asked, rows, columns).reshape(told.shape)
    np.testing.assert_allclose(listed, told, rtol=0, atol=1e-12)


@pytest.mark.parametrize(
    ("score", "told", "among", "expected"),
    [
        (0.5, 0.5, None, "strong"),
        (0.5, 0.05, None, "fair"),
        (0.5, 0.01, None, "weak"),
        (0.5, float("nan"), None, "fair"),
        (0.5, 0.5, Bands(0.2, 0.4), "strong"),
        (0.3, 0.5, Bands(0.2, 0.4), "fair"),
        (0.1, 0.5, Bands(0.2, 0.4), "weak"),
        (0.5, 0.01, Bands(0.2, 0.4), "weak"),
    ],
)
def test_a_band_is_the_lower_of_what_is_told_and_of_the_place_in_the_run(
    score: float, told: float, among: Bands | None, expected: str
) -> None:
    assert band(score, told, among) == expected
