"""A meeting as a file for calendars: whole, and nothing that a person wrote adds to it."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest

from app.conversations.calendar_files import Entry, calendar_file

LONGEST = 75
"""Bytes of a line (RFC 5545), its end not counted."""
KEY = UUID("00000000-0000-4000-8000-000000000001")


def an_entry(**fields: Any) -> Entry:
    given: dict[str, Any] = {
        "key": KEY,
        "sequence": 2,
        "changed_at": datetime(2026, 11, 30, 12, 0, tzinfo=UTC),
        "starts_at": datetime(2026, 12, 3, 23, 30, tzinfo=UTC),
        "minutes": 60,
        "title": "Sensors",
        "place": "",
        "url": "https://incubator.example/matches/MA-2026-001",
        "is_cancelled": False,
    }
    return Entry(**given | fields)


def unfolded(text: str) -> list[str]:
    return text.replace("\r\n ", "").split("\r\n")


def test_a_meeting_stands_in_it_with_its_instants_in_utc() -> None:
    text = calendar_file(an_entry())

    assert sorted(unfolded(text)) == sorted(
        [
            "BEGIN:VCALENDAR",
            "VERSION:2.0",
            "PRODID:-//Counterpart//Conversations//EN",
            "METHOD:PUBLISH",
            "BEGIN:VEVENT",
            f"UID:{KEY}@counterpart",
            "SEQUENCE:2",
            "DTSTAMP:20261130T120000Z",
            "DTSTART:20261203T233000Z",
            "DTEND:20261204T003000Z",
            "SUMMARY:Sensors",
            "URL:https://incubator.example/matches/MA-2026-001",
            "STATUS:CONFIRMED",
            "END:VEVENT",
            "END:VCALENDAR",
            "",
        ]
    )


def test_what_is_cancelled_says_so() -> None:
    assert "STATUS:CANCELLED" in unfolded(calendar_file(an_entry(is_cancelled=True)))


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r", "\x0b", "\x85", "\u2028"])
def test_no_text_begins_a_line_of_its_own(end: str) -> None:
    text = calendar_file(an_entry(title=f"A{end}ATTENDEE:mailto:eve@example.org"))

    assert "SUMMARY:A\\nATTENDEE:mailto:eve@example.org" in unfolded(text)
    assert not any(line.startswith("ATTENDEE") for line in unfolded(text))


def test_signs_of_the_format_are_marked() -> None:
    lines = unfolded(calendar_file(an_entry(title="a;b,c\\d", place="Room 1, left")))

    assert "SUMMARY:a\\;b\\,c\\\\d" in lines
    assert "LOCATION:Room 1\\, left" in lines


@pytest.mark.parametrize("character", ["a", "é", "水", "🌊"])
def test_long_lines_are_folded_between_characters(character: str) -> None:
    text = calendar_file(an_entry(title=character * 120))

    assert f"SUMMARY:{character * 120}" in unfolded(text)
    assert all(len(line.encode()) <= LONGEST for line in text.split("\r\n"))
