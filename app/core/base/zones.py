"""Time zones: names of the IANA database."""

import zoneinfo
from datetime import UTC, datetime
from functools import cache
from typing import Annotated, Final
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, Field

from app.core.base.messages import Message


@cache
def _zones() -> frozenset[str]:
    return frozenset(zoneinfo.available_timezones())


def is_zone(name: str) -> bool:
    """Tell whether this is the name of a zone."""
    return name in _zones()


ANYWHERE: Final = "Etc/GMT+12"
"""Where a day ends last: a date there is over once it is over anywhere on Earth. The sign of
this name is that of POSIX, and says UTC minus twelve."""


def told(name: str) -> str:
    """Return a zone as people read it."""
    return Message("Anywhere on Earth") if name == ANYWHERE else name.replace("_", " ")


def of_dates() -> tuple[tuple[str, str], ...]:
    """Return the zones in which dates are announced, each with how people read it."""
    utc, *others = places()
    return tuple((name, told(name)) for name in (utc, ANYWHERE, *others))


@cache
def places() -> tuple[str, ...]:
    """Return the zones that people choose from: UTC, and those that are named by a place."""
    regions = (
        "Africa",
        "America",
        "Asia",
        "Atlantic",
        "Australia",
        "Europe",
        "Indian",
        "Pacific",
    )
    named = sorted(name for name in _zones() if name.partition("/")[0] in regions)
    return ("UTC", *named)


def _known(name: str) -> str:
    if not is_zone(name):
        raise ValueError(
            Message("{name!r} is no IANA time zone; write one such as Europe/Paris", name=name)
        )
    return name


Zone = Annotated[str, Field(max_length=100), AfterValidator(_known)]
"""The name of a time zone, such as Europe/Paris."""


_SEASONS: Final = (datetime(2026, 1, 1, tzinfo=UTC), datetime(2026, 7, 1, tzinfo=UTC))
"""In which clocks are compared."""


@cache
def of_country(code: str) -> str | None:
    """Return the zone of a country in which all of it has one time; None for any other.

    Parameters
    ----------
    code : str
        As in ISO 3166-1, two letters.
    """
    from babel.core import get_global  # noqa: PLC0415 -- when first needed

    found = sorted(
        name for name in get_global("territory_zones").get(code, ()) if is_zone(name)
    )
    clocks = {
        tuple(at.astimezone(ZoneInfo(name)).utcoffset() for at in _SEASONS) for name in found
    }
    return found[0] if len(clocks) == 1 else None
