"""Times that are fair to both: the same for whoever asks, and in nobody's night."""

from datetime import UTC, datetime, timedelta
from itertools import product
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.conversations.fair_times import (
    DAYS,
    MOST_FAIR,
    STEP,
    Burden,
    burden_of,
    clock_of,
    fair_times,
)
from tests.matching.strategies import promise

ZONES = [
    *("UTC", "Europe/Paris", "Europe/Lisbon", "America/Sao_Paulo", "America/New_York"),
    *("America/St_Johns", "Asia/Kolkata", "Asia/Kathmandu", "Asia/Tokyo", "Australia/Adelaide"),
    *("Australia/Lord_Howe", "Pacific/Auckland", "Pacific/Chatham", "Pacific/Kiritimati"),
    *("Pacific/Honolulu", "Africa/Casablanca"),
]
MONDAY = datetime(2026, 11, 30, 8, 0, tzinfo=UTC)
zones = st.sampled_from(ZONES)
lengths = st.sampled_from([15, 30, 45, 60, 90, 120, 180, 480])
YEAR = MONDAY.replace(tzinfo=None)
instants = st.datetimes(
    YEAR - timedelta(days=300), YEAR + timedelta(days=400), timezones=st.just(UTC)
)


def on_the_clock(starts_at: datetime, zone: str) -> str:
    return starts_at.astimezone(ZoneInfo(zone)).strftime("%a %H:%M")


def at_night(starts_at: datetime, minutes: int, zone: str) -> bool:
    """Tell from five minutes to five minutes, on the clock of the place."""
    there = [
        (starts_at + timedelta(minutes=n)).astimezone(ZoneInfo(zone))
        for n in range(0, minutes, 5)
    ]
    return any(one.hour >= 22 or one.hour < 7 for one in there)


def on_a_weekend(starts_at: datetime, minutes: int, zone: str) -> bool:
    ends = starts_at + timedelta(minutes=minutes - 1)
    return any(one.astimezone(ZoneInfo(zone)).weekday() >= 5 for one in (starts_at, ends))


def test_neighbours_meet_within_the_working_hours_of_both() -> None:
    found = fair_times("Europe/Paris", "Europe/Lisbon", 60, MONDAY)

    assert [on_the_clock(one.starts_at, "Europe/Paris") for one in found[:2]] == [
        "Mon 10:00",
        "Tue 10:00",
    ]
    assert {one.burden for one in found} == {Burden(0, 0, 0, 0)}


def test_far_from_each_other_both_give_the_same() -> None:
    best = fair_times("America/Sao_Paulo", "Asia/Tokyo", 60, MONDAY)[0]

    clocks = [
        on_the_clock(best.starts_at, zone) for zone in ("America/Sao_Paulo", "Asia/Tokyo")
    ]

    # Twelve hours apart: one begins two hours before work, the other ends three after it.
    assert clocks == ["Mon 07:00", "Mon 19:00"]
    assert best.burden == Burden(0, 0, 180, 300)


def test_half_hours_and_quarters_of_a_zone_are_known() -> None:
    kolkata = fair_times("Asia/Kolkata", "Asia/Kolkata", 30, MONDAY)
    kathmandu = fair_times("Asia/Kathmandu", "Asia/Kathmandu", 30, MONDAY)

    assert on_the_clock(kolkata[0].starts_at, "Asia/Kolkata") == "Mon 13:30"
    assert on_the_clock(kolkata[1].starts_at, "Asia/Kolkata") == "Tue 09:00"
    assert on_the_clock(kathmandu[1].starts_at, "Asia/Kathmandu") == "Tue 09:15"


def test_a_change_of_the_clocks_moves_the_hour_with_them() -> None:
    before = datetime(2027, 3, 22, 0, 0, tzinfo=UTC)

    found = sorted(
        one.starts_at for one in fair_times("Europe/Paris", "Europe/Paris", 60, before)
    )

    assert {on_the_clock(one, "Europe/Paris")[4:] for one in found} == {"09:00"}
    assert {one.hour for one in found} == {8, 7}, "an hour earlier for everybody else"


def test_nothing_is_on_a_weekend_of_either() -> None:
    friday = datetime(2026, 12, 4, 12, 0, tzinfo=UTC)

    found = fair_times("Pacific/Auckland", "Pacific/Honolulu", 60, friday)

    assert found
    for one, zone in product(found, ("Pacific/Auckland", "Pacific/Honolulu")):
        assert not on_a_weekend(one.starts_at, 60, zone)


def test_a_meeting_that_is_too_long_for_both_days_takes_the_least_of_the_night() -> None:
    found = fair_times("Europe/Paris", "Pacific/Auckland", 480, MONDAY)
    least = min(
        burden_of(
            MONDAY + STEP * n, 480, (clock_of("Europe/Paris"), clock_of("Pacific/Auckland"))
        )
        for n in range(DAYS * 48)
    )

    assert found[0].burden == least
    assert least.nights > 0


@pytest.mark.parametrize(
    ("ends", "nights"), [("21:45", 0), ("22:00", 0), ("22:15", 1), ("07:30", 0)]
)
def test_what_ends_as_the_night_begins_is_not_in_it(ends: str, nights: int) -> None:
    hour, minute = map(int, ends.split(":"))
    end = datetime(2026, 12, 1, hour, minute, tzinfo=UTC)
    utc = clock_of("UTC")

    found = burden_of(end - timedelta(minutes=15), 15, (utc, utc))

    assert found.nights == nights * 2


@settings(promise, max_examples=30)
@given(first=zones, second=zones, minutes=lengths, after=instants)
def test_both_sides_get_the_same_times(
    first: str, second: str, minutes: int, after: datetime
) -> None:
    assert fair_times(first, second, minutes, after) == fair_times(
        second, first, minutes, after
    )


@settings(promise, max_examples=30)
@given(first=zones, second=zones, minutes=lengths, after=instants)
def test_nobody_is_asked_at_night_or_on_a_weekend_if_a_better_time_exists(
    first: str, second: str, minutes: int, after: datetime
) -> None:
    found = fair_times(first, second, minutes, after)

    def is_free(starts_at: datetime) -> bool:
        return not any(
            at_night(starts_at, minutes, zone) or on_a_weekend(starts_at, minutes, zone)
            for zone in (first, second)
        )

    begin = after.replace(minute=0, second=0, microsecond=0)
    starts = [begin + STEP * n for n in range(DAYS * 48)]
    exists = any(is_free(one) for one in starts if one >= after)

    assert exists == is_free(found[0].starts_at)
    assert {is_free(one.starts_at) for one in found} == {exists}


@settings(promise, max_examples=30)
@given(first=zones, second=zones, minutes=lengths, after=instants)
def test_what_is_proposed_is_to_come_in_two_weeks_ranked_and_one_of_each_day(
    first: str, second: str, minutes: int, after: datetime
) -> None:
    found = fair_times(first, second, minutes, after)

    assert 1 <= len(found) <= MOST_FAIR
    assert found == sorted(found)
    assert len({one.starts_at.date() for one in found}) == len(found)
    for one in found:
        assert after <= one.starts_at < after + timedelta(days=DAYS)
        assert one.starts_at.minute in {0, 30}
