"""A meeting as a file for calendars (iCalendar, RFC 5545).

Instants are in UTC, so that no calendar has to know a zone. Nobody is named in it.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final
from uuid import UUID

MEDIA_TYPE: Final = "text/calendar; charset=utf-8"
LONGEST: Final = 75
"""Bytes of a line, its end not counted."""


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
    lines = [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//Counterpart//Conversations//EN",
        "METHOD:PUBLISH",
        "BEGIN:VEVENT",
        f"UID:{entry.key}",
        f"SEQUENCE:{entry.sequence}",
        f"DTSTAMP:{_instant(entry.changed_at)}",
        f"DTSTART:{_instant(entry.starts_at)}",
        f"DTEND:{_instant(entry.starts_at + timedelta(minutes=entry.minutes))}",
        f"SUMMARY:{_text(entry.title)}",
        *([f"LOCATION:{_text(entry.place)}"] if entry.place else []),
        f"URL:{entry.url}",
        f"STATUS:{'CANCELLED' if entry.is_cancelled else 'CONFIRMED'}",
        "END:VEVENT",
        "END:VCALENDAR",
    ]
    return "".join(f"{_folded(line)}\r\n" for line in lines)


def _instant(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y%m%dT%H%M%SZ")


def _text(words: str) -> str:
    """Return words as a value: what means something in the format is marked, no line ends."""
    marked = words.replace("\\", "\\\\").replace(";", "\\;").replace(",", "\\,")
    return "\\n".join(marked.splitlines())


def _folded(line: str) -> str:
    """Return a line in pieces that are short enough, none of which parts a character."""
    pieces, length = [""], 0
    for character in line:
        size = len(character.encode())
        if length + size > LONGEST:
            pieces.append("")
            length = 1  # the blank with which a further piece begins
        pieces[-1] += character
        length += size
    return "\r\n ".join(pieces)
