"""What time it is: aware UTC, from one place, so that a test can hold it still."""

from datetime import UTC, datetime


def now() -> datetime:
    """Return the current instant in UTC."""
    return datetime.now(UTC)
