"""What time it is: aware UTC, from one place, so that a test can hold it still."""

from datetime import MAXYEAR, MINYEAR, UTC, datetime


def in_utc(instant: datetime) -> datetime:
    """Return the same instant in UTC.

    Raises
    ------
    ValueError
        If it lies outside the years that can be told.
    """
    # A day away from the end, so that any zone can tell it.
    if not MINYEAR < instant.year < MAXYEAR:
        raise ValueError("the date is too far in the past or future")
    return instant.astimezone(UTC)


def now() -> datetime:
    """Return the current instant in UTC."""
    return datetime.now(UTC)
