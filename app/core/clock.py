"""What time it is: aware UTC, from one place, so that a test can hold it still."""

from datetime import UTC, datetime


def in_utc(instant: datetime) -> datetime:
    """Return the same instant in UTC.

    Raises
    ------
    ValueError
        If it lies outside the years that can be told.
    """
    try:
        return instant.astimezone(UTC)
    except OverflowError as error:
        raise ValueError("the instant lies too far away") from error


def now() -> datetime:
    """Return the current instant in UTC."""
    return datetime.now(UTC)
