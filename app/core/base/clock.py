"""What time it is: aware UTC, from one place, so that a test can hold it still."""

from datetime import MAXYEAR, MINYEAR, UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from app.core.base.messages import Message


def in_utc(instant: datetime) -> datetime:
    """Return the same instant in UTC.

    Raises
    ------
    ValueError
        If it lies outside the years that can be told.
    """
    # A day away from the end, so that any zone can tell it.
    if not MINYEAR < instant.year < MAXYEAR:
        raise ValueError(Message("the date is too far in the past or future"))
    return instant.astimezone(UTC)


def in_zone(instant: datetime, zone: ZoneInfo) -> datetime:
    """Return an instant in UTC that was announced in a zone.

    Raises
    ------
    ValueError
        If its offset is neither UTC nor that of the zone at this instant: then it would be
        announced at another hour than it was written.
    """
    in_utc(instant)
    there = instant.astimezone(zone)
    if instant.utcoffset() not in {timedelta(0), there.utcoffset()}:
        offset = there.isoformat()[-6:]
        raise ValueError(
            Message(
                "the offset {given} is not that of {zone} at this time, which is {offset}; "
                "write {as_meant} or {as_sent}",
                given=instant.isoformat()[-6:],
                zone=zone.key,
                offset=offset,
                as_meant=instant.replace(tzinfo=None).isoformat() + offset,
                as_sent=there.isoformat(),
            )
        )
    return in_utc(instant)


def now() -> datetime:
    """Return the current instant in UTC."""
    return datetime.now(UTC)
