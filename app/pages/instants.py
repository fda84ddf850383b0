"""Instants in the fields of forms: in the time of a zone, as people announce them."""

from datetime import UTC, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from app.core.base import zones
from app.core.base.clock import now
from app.core.base.errors import FieldError, Unprocessable
from app.core.base.messages import Message

TIME_TO_ANSWER: Final = timedelta(weeks=2)
"""How long a team has to answer, where staff choose no other date."""


def in_two_weeks(zone: str) -> str:
    """Return what a field proposes as the date of an answer: at noon in a zone."""
    there = (now() + TIME_TO_ANSWER).astimezone(ZoneInfo(zone))
    return local(there.replace(hour=12, minute=0, second=0, microsecond=0), zone)


def local(instant: datetime, zone: str) -> str:
    """Return an instant as a field shows it: in the time of a zone, to the minute if it can."""
    there = instant.astimezone(ZoneInfo(zone)).replace(tzinfo=None)
    whole = not there.second and not there.microsecond
    return there.isoformat(timespec="minutes" if whole else "auto")


def announced(written: str, zone: str) -> str:
    """Return what a field says as an instant with the offset of a zone.

    What is no date, or has an offset already, stays as it was written.

    Raises
    ------
    ValueError
        If the clocks of the zone leave this hour out.
    """
    try:
        read = datetime.fromisoformat(written)
    except ValueError:
        return written
    if read.tzinfo is not None or not zones.is_zone(zone):
        return written
    there = read.replace(tzinfo=ZoneInfo(zone))
    try:
        back = there.astimezone(UTC).astimezone(there.tzinfo)
    except OverflowError:
        return written
    if back.replace(tzinfo=None) != read:
        raise ValueError
    return there.isoformat()


def announced_at(pointer: str, written: str, zone: str) -> str:
    """Return what the field at a pointer says as an instant, as `announced` does.

    Raises
    ------
    Unprocessable
        If the clocks of the zone leave this hour out.
    """
    try:
        return announced(written, zone)
    except ValueError as gap:
        error = FieldError(pointer, no_such_hour(zone))
        raise Unprocessable("The content cannot be accepted.", errors=[error]) from gap


def no_such_hour(zone: str) -> Message:
    """Say that the clocks of a zone leave an hour out."""
    return Message(
        "The clocks go forward then: this hour does not exist in {zone}. Choose another one.",
        zone=zones.told(zone),
    )
