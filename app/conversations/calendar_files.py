"""A meeting as a file for calendars (iCalendar, RFC 5545).

Instants are in UTC, so that no calendar has to know a zone. Nobody is named in it.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

MEDIA_TYPE: Final = "text/calendar; charset=utf-8"
_PRODUCT: Final = "-//Counterpart//Conversations//EN"


@dataclass(frozen=True, slots=True)
class Entry:
    """What a calendar shows of a meeting.

    Attributes
    ----------
    key : UUID
        The same for every version of it, so that a later one replaces the earlier one.
    sequence : int
        Grows with each version.
    changed_at, starts_at : datetime
    minutes : int
    title, place, url : str
    is_cancelled : bool
    """

    key: UUID
    sequence: int
    changed_at: datetime
    starts_at: datetime
    minutes: int
    title: str
    place: str
    url: str
    is_cancelled: bool


def calendar_file(entry: Entry) -> str:
    """Return the file of one meeting."""
    from icalendar import Calendar, Event  # noqa: PLC0415 -- few ask for a calendar

    found, event = Calendar(), Event()
    found.add("prodid", _PRODUCT)
    found.add("version", "2.0")
    found.add("method", "PUBLISH")
    event.add("uid", f"{entry.key}@counterpart")
    event.add("sequence", entry.sequence)
    event.add("dtstamp", entry.changed_at)
    event.add("dtstart", entry.starts_at)
    event.add("dtend", entry.starts_at + timedelta(minutes=entry.minutes))
    event.add("summary", _in_lines(entry.title))
    if entry.place:
        event.add("location", _in_lines(entry.place))
    event.add("url", entry.url)
    event.add("status", "CANCELLED" if entry.is_cancelled else "CONFIRMED")
    found.add_component(event)
    written: bytes = found.to_ical()
    return written.decode()


def _in_lines(words: str) -> str:
    """Return words with every kind of line break as the one that the format knows."""
    return "\n".join(words.splitlines())
