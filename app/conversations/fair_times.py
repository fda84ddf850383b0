"""Times for a meeting that are fair to both sides: a pure function of two zones and a length.

Every half hour of two weeks is looked at, as it reads on the clocks of both sides. A time is
worse the more of the meeting lies in somebody's night (22 to 7) or weekend, then the further it
reaches beyond the working hours (9 to 17) of the side that it suits least, and then of both
together. No word of this depends on which side is which.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Final, NamedTuple
from zoneinfo import ZoneInfo

DAYS: Final = 14
"""How far ahead times are looked for."""
MOST_FAIR: Final = 10
"""How many times are proposed, of each day the best one."""
STEP: Final = timedelta(minutes=30)

DAY_BEGINS: Final = 7 * 60
DAY_ENDS: Final = 22 * 60
WORK_BEGINS: Final = 9 * 60
WORK_ENDS: Final = 17 * 60
"""Minutes of a day: outside the first two nobody is asked if there is another time."""

_QUARTER: Final = 15
"""Minutes: every zone of today is whole quarters away from UTC, and so no quarter is parted."""
_SATURDAY: Final = 5

Clock = Callable[[datetime], tuple[int, int]]


class Burden(NamedTuple):
    """What a time costs, the gravest first: compared as it stands.

    Attributes
    ----------
    nights, weekends : int
        How many quarters of an hour lie in a night, or in a weekend, of both sides together.
    worst, all : int
        By how many minutes it reaches beyond working hours: for the side that it suits least,
        and for both together.
    """

    nights: int
    weekends: int
    worst: int
    all: int


@dataclass(frozen=True, slots=True, order=True)
class FairTime:
    """A time that is proposed; the best compares lowest, and of equal ones the earlier."""

    burden: Burden
    starts_at: datetime


def fair_times(first: str, second: str, minutes: int, after: datetime) -> list[FairTime]:
    """Return the best times of the next two weeks, the best first, one of each day.

    Where some times are in nobody's night or weekend, only such times are returned; where there
    is none, those of which the least is.

    Parameters
    ----------
    first, second : str
        The zones of both sides, as IANA names.
    minutes : int
        How long it takes.
    after : datetime
        When it begins at the earliest, in UTC.
    """
    clocks = (clock_of(first), clock_of(second))
    best: dict[object, FairTime] = {}
    for starts_at in _starts(after):
        found = FairTime(burden_of(starts_at, minutes, clocks), starts_at)
        day = starts_at.date()
        best[day] = min(found, best.get(day, found))
    ranked = sorted(best.values())
    gravest = ranked[0].burden[:2]
    return [one for one in ranked if one.burden[:2] == gravest][:MOST_FAIR]


def clock_of(zone: str) -> Clock:
    """Return what tells of an instant how it reads in a zone: minute of the day, and day."""
    there = ZoneInfo(zone)

    @cache
    def read(at: datetime) -> tuple[int, int]:
        local = at.astimezone(there)
        return local.hour * 60 + local.minute, local.weekday()

    return read


def _starts(after: datetime) -> Iterator[datetime]:
    whole = after.astimezone(UTC).replace(minute=0, second=0, microsecond=0)
    ends = whole + timedelta(days=DAYS)
    while whole < ends:
        if whole >= after:
            yield whole
        whole += STEP


def burden_of(starts_at: datetime, minutes: int, clocks: tuple[Clock, Clock]) -> Burden:
    """Return what a meeting of so many minutes at an instant costs both sides."""
    sides = [_burden(starts_at, minutes, clock) for clock in clocks]
    beyond = [one[2] for one in sides]
    return Burden(
        sum(one[0] for one in sides), sum(one[1] for one in sides), max(beyond), sum(beyond)
    )


def _burden(starts_at: datetime, minutes: int, clock: Clock) -> tuple[int, int, int]:
    """Return how much is night and weekend for one side, and how far it is beyond work."""
    nights = weekends = beyond = 0
    # Each quarter by the clock of its own instant: clocks may change in between.
    for passed in range(0, minutes, _QUARTER):
        at, weekday = clock(starts_at + timedelta(minutes=passed))
        nights += not DAY_BEGINS <= at < DAY_ENDS
        weekends += weekday >= _SATURDAY
        beyond = max(beyond, WORK_BEGINS - at, at - WORK_ENDS)
    end, _ = clock(starts_at + timedelta(minutes=minutes))
    return nights, weekends, max(beyond, WORK_BEGINS - end, end - WORK_ENDS)
