"""What is expected by the deadline follows from what has come, or nothing is said."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.gaps.forecasting import (
    INTERVAL,
    LEAST_ARRIVED,
    LEAST_CALLS,
    LEAST_IN_CALL,
    LEAST_SHARE,
    LEAST_SUPPOSED,
    MOST_FORECAST,
    Come,
    Forecast,
    Silence,
    come_by,
    forecast,
    silence,
)
from tests.matching.strategies import promise

CALL = [at / 20 for at in range(20)]
"""An earlier call that filled evenly."""

comes = st.builds(
    Come, share=st.floats(0.34, 1.0), weight=st.floats(4.0, 500.0), calls=st.integers(0, 9)
)
counts = st.integers(0, 40)


@promise
@given(counts, comes)
def test_the_interval_holds_what_is_expected_and_begins_with_what_is_there(
    good: int, come: Come
) -> None:
    found = forecast(good, max(good, LEAST_ARRIVED), come)

    if found is not None:
        assert good <= found.low <= found.expected <= found.high <= MOST_FORECAST


@promise
@given(counts, comes)
def test_one_more_that_has_come_never_lowers_what_is_expected(good: int, come: Come) -> None:
    before, after = (forecast(n, 50, come) for n in (good, good + 1))

    if before is not None and after is not None:
        assert before.low < after.low
        assert before.expected < after.expected
        assert before.high < after.high


@promise
@given(counts, st.floats(4.0, 500.0))
def test_the_later_it_is_the_less_is_still_to_come(good: int, weight: float) -> None:
    found = [forecast(good, 50, Come(share, weight, 3)) for share in (0.4, 0.6, 0.8, 0.95)]

    heights = [one.high for one in found if one is not None]
    assert all(later <= earlier for earlier, later in pairwise(heights))


@promise
@given(counts, st.integers(0, 10))
def test_at_the_deadline_what_is_expected_is_what_is_there(good: int, other: int) -> None:
    come = come_by(1.0, [])

    assert forecast(good, 50, come, other=other) == Forecast(*(good + other,) * 3)


def test_what_staff_have_imported_is_there_and_tells_of_no_rate() -> None:
    come = come_by(0.75, [])

    alone, beside = (forecast(3, 26, come, other=n) for n in (0, 10))

    assert alone is not None
    assert beside == Forecast(alone.expected + 10, alone.low + 10, alone.high + 10)


@pytest.mark.parametrize(
    ("arrived", "come", "why"),
    [
        (0, come_by(0.9, []), Silence.TOO_FEW),
        (LEAST_ARRIVED - 1, come_by(0.9, []), Silence.TOO_FEW),
        (LEAST_ARRIVED, come_by(0.3, []), Silence.TOO_EARLY),
        (LEAST_ARRIVED, Come(LEAST_SUPPOSED - 0.01, 4.0, 0), Silence.TOO_EARLY),
        (LEAST_ARRIVED, Come(LEAST_SHARE - 0.01, 4.0, 3), Silence.TOO_EARLY),
        (LEAST_ARRIVED, Come(LEAST_SUPPOSED, 4.0, 0), None),
        (LEAST_ARRIVED, Come(LEAST_SHARE, 4.0, 3), None),
    ],
)
def test_nothing_is_said_of_few_or_early_in_a_call(
    arrived: int, come: Come, why: Silence | None
) -> None:
    assert silence(arrived, come) is why
    assert (forecast(2, arrived, come) is None) is (why is not None)


def test_nothing_is_said_where_the_interval_reaches_beyond_all_bounds() -> None:
    assert forecast(200, 400, Come(0.34, 4.0, 0)) is None


def test_the_quantiles_are_those_of_draws_from_the_model() -> None:
    random = np.random.default_rng(3)
    come = Come(0.6, 9.0, 3)
    share = random.beta(0.6 * 9, 0.4 * 9, 400_000)
    drawn = 4 + random.negative_binomial(4.5, share)

    found = forecast(4, 30, come)

    tail = 50 * (1 - INTERVAL)
    quantiles = np.percentile(drawn, [50, tail, 100 - tail], method="inverted_cdf")
    assert found == Forecast(*(int(one) for one in quantiles))


def test_the_curve_is_that_of_earlier_calls_once_there_are_enough() -> None:
    late = [0.5 + at / 40 for at in range(20)]

    few = come_by(0.5, [late] * (LEAST_CALLS - 1))
    enough = come_by(0.5, [late] * LEAST_CALLS)

    assert few == come_by(0.5, [])
    assert enough.share == pytest.approx(0.05, abs=0.01)
    assert enough.calls == LEAST_CALLS


def test_an_earlier_call_with_few_arrivals_tells_nothing_of_the_curve() -> None:
    small = CALL[: LEAST_IN_CALL - 1]

    assert come_by(0.5, [small] * 5) == come_by(0.5, [])
    assert come_by(0.5, [CALL] * 3 + [small]).calls == 3


def test_calls_that_differ_leave_it_less_sure() -> None:
    other = [at**0.25 for at in CALL]

    alike, unlike = come_by(0.5, [CALL] * 4), come_by(0.5, [CALL, CALL, other, other])

    assert alike.weight > unlike.weight


def test_more_calls_make_it_surer() -> None:
    assert come_by(0.5, [CALL] * 8).weight > come_by(0.5, [CALL] * 3).weight


def test_a_call_of_which_nothing_was_there_at_this_time_leaves_it_silent() -> None:
    come = come_by(0.1, [[0.5 + at / 40 for at in range(20)]] * 3)

    assert 0 < come.share < 0.01
    assert silence(50, come) is Silence.TOO_EARLY


def test_where_all_had_come_by_now_the_call_still_may_bring_something() -> None:
    come = come_by(0.9, [[at / 2 for at in CALL]] * 3)

    found = forecast(60, 80, come)

    assert come.share < 1
    assert found is not None
    assert found.high > 60
