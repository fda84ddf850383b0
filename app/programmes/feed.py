"""When calls open and close, for calendars (RFC 5545) and feed readers."""

from collections.abc import Iterable
from datetime import date, timedelta
from typing import TYPE_CHECKING, Final

from app.core.base.atom import Entry
from app.core.base.messages import Message
from app.core.base.translations import language
from app.programmes.lifecycle import CallState
from app.programmes.models import Call

if TYPE_CHECKING:
    from icalendar import Event

CALENDAR: Final = "text/calendar"
_PRODUCT: Final = "-//Counterpart//Calls//EN"


def calendar(calls: Iterable[Call], *, origin: str, spoken: str) -> bytes:
    """Return a calendar with when each call opens and closes.

    Instants stand in it in UTC: a calendar shows them in the time of its reader, and no rule
    of a zone can be read in two ways. A cancelled call is told as cancelled, so that it
    leaves the calendars in which it stands.

    Parameters
    ----------
    origin : str
        Where people reach the service.
    spoken : str
        The tag of the language in which it is told.
    """
    from icalendar import Calendar  # noqa: PLC0415 -- few ask for a calendar

    found = Calendar()
    found.add("prodid", _PRODUCT)
    found.add("version", "2.0")
    for call in calls:
        for event in _events(call, origin, spoken):
            found.add_component(event)
    written: bytes = found.to_ical()
    return written


def _events(call: Call, origin: str, spoken: str) -> Iterable["Event"]:
    from icalendar import Event  # noqa: PLC0415 -- as above

    say = language(spoken).say
    dates = [
        ("opens", call.opens_at, Message("{title}: opens", title=call.title)),
        ("closes", call.closes_at, Message("{title}: closes", title=call.title)),
    ]
    if call.ends_at > call.closes_at:
        told = Message("{title}: the time of grace ends", title=call.title)
        dates.append(("ends", call.ends_at, told))
    for name, instant, told in dates:
        event = Event()
        event.add("uid", f"{call.id}-{name}@counterpart")
        event.add("dtstamp", call.updated_at)
        event.add("sequence", call.version)
        event.add("dtstart", instant)
        event.add("duration", timedelta(0))
        event.add("summary", say(told))
        event.add("description", _described(call, spoken))
        event.add("url", f"{origin}/calls/{call.id}")
        if call.state is CallState.CANCELLED:
            event.add("status", "CANCELLED")
        yield event
    for number, one in enumerate(call.promised):
        event = Event()
        event.add("uid", f"{call.id}-promised-{number}@counterpart")
        event.add("dtstamp", call.updated_at)
        event.add("sequence", call.version)
        # A day and no instant: it is the same day for everybody.
        event.add("dtstart", date.fromisoformat(one["on"]))
        event.add("summary", f"{call.title}: {one['label']}")
        event.add("url", f"{origin}/calls/{call.id}")
        if call.state is CallState.CANCELLED:
            event.add("status", "CANCELLED")
        yield event


def _described(call: Call, spoken: str) -> str:
    """Say until when it is open, in the zone in which that was announced."""
    tell = language(spoken)
    return tell.say(
        Message(
            "Open from {opens} until before {closes}.",
            opens=tell.moment(call.opens_at, call.zone),
            closes=tell.moment(call.closes_at, call.zone),
        )
    )


def entry_of(call: Call, *, origin: str, spoken: str) -> Entry:
    """Return what a feed tells of a call.

    Parameters
    ----------
    origin, spoken
        As for `calendar`.
    """
    return Entry(
        key=call.id,
        title=call.title,
        summary=_described(call, spoken),
        address=f"{origin}/calls/{call.id}",
        language=spoken,
        updated=call.updated_at,
        published=call.opens_at,
    )
