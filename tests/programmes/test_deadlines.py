"""The last instant at which a call takes something in is one, wherever it is told."""

import zoneinfo
from datetime import UTC, datetime, timedelta
from itertools import product
from typing import Any
from uuid import uuid4

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from icalendar import Calendar
from sqlmodel import Session
from starlette.testclient import TestClient

from app.access.policy import OPERATOR, Role
from app.core.base.translations import LANGUAGES, language
from app.core.base.zones import ANYWHERE, of_dates
from app.programmes import feed, service
from app.programmes.lifecycle import CallKind, CallState, takes, too_late
from app.programmes.models import Call
from tests.conftest import SignIn
from tests.factories import a_call, a_programme, a_user

NEW_YEAR = datetime(2024, 1, 1, tzinfo=UTC)
HOUR = timedelta(hours=1)
TICK = timedelta(microseconds=1)
OPENS = datetime(2026, 3, 1, tzinfo=UTC)
CLOSES = datetime(2026, 4, 1, tzinfo=UTC)
ENDS = CLOSES + timedelta(minutes=30)
BEFORE, AFTER = CLOSES - timedelta(days=1), CLOSES + timedelta(minutes=1)


def a_made_call(closes: datetime, zone: str, grace: int) -> Call:
    return Call(
        programme_id=uuid4(),
        kind=CallKind.CHALLENGES,
        code="made-up",
        title="Call for challenges",
        opens_at=closes - timedelta(days=30),
        closes_at=closes,
        ends_at=closes + timedelta(minutes=grace),
        zone=zone,
        state=CallState.PUBLISHED,
    )


@pytest.mark.parametrize(
    ("begun_at", "first_too_late"),
    [(None, CLOSES), (BEFORE, ENDS), (CLOSES - TICK, ENDS), (CLOSES, CLOSES), (AFTER, CLOSES)],
)
def test_grace_is_for_what_was_begun_before_the_call_closed(
    session: Session, begun_at: datetime | None, first_too_late: datetime
) -> None:
    call = a_call(session, opens_at=OPENS, closes_at=CLOSES, ends_at=ENDS)

    assert too_late(call, begun_at) == first_too_late
    assert takes(call, first_too_late - TICK, first_too_late)
    assert not takes(call, first_too_late, first_too_late)


@pytest.mark.parametrize(
    ("state", "at"),
    [(state, at) for state, at in product(CallState, (OPENS - TICK, BEFORE, ENDS))],
)
def test_grace_opens_no_call_that_is_not_published_or_not_open_yet(
    session: Session, state: CallState, at: datetime
) -> None:
    call = a_call(session, opens_at=OPENS, closes_at=CLOSES, ends_at=ENDS, state=state)

    is_on = takes(call, at, too_late(call, OPENS))
    assert is_on is (state is CallState.PUBLISHED and at == BEFORE)


# a call whose grace ends in the hour that the clocks of Canberra pass twice
@example(
    zone="Australia/ACT",
    closes=datetime(2024, 4, 5, 15, tzinfo=UTC),
    grace=24 * 60,
    tag="en",
)
@given(
    zone=st.sampled_from([zone for zone, _ in of_dates()]),
    # around each hour of some years, those at which clocks change among them
    closes=st.integers(0, 8 * 365 * 24).map(lambda hours: NEW_YEAR + timedelta(hours=hours)),
    grace=st.sampled_from([0, 15, 24 * 60]),
    tag=st.sampled_from(sorted(LANGUAGES)),
)
def test_page_calendar_and_interface_name_the_same_instant_in_every_zone(
    zone: str, closes: datetime, grace: int, tag: str
) -> None:
    call = a_made_call(closes, zone, grace)

    read = service.describe(OPERATOR, call)
    events = Calendar.from_ical(feed.calendar([call], origin="https://x", spoken=tag)).walk(
        "VEVENT"
    )

    ends = closes + timedelta(minutes=grace)
    # in UTC: an hour that a clock passes twice equals no time of another zone (PEP 495)
    told = [
        each.astimezone(UTC) for each in (read.closes_at, read.closes_local, read.ends_local)
    ]
    assert told == [closes, closes, ends]
    assert (
        read.closes_local.utcoffset() == closes.astimezone(zoneinfo.ZoneInfo(zone)).utcoffset()
    )
    dated = [event.decoded("dtstart") for event in events]
    assert dated == [call.opens_at, closes, *([ends] if grace else [])]
    assert f"{closes.astimezone(zoneinfo.ZoneInfo(zone)):%H:%M}" in language(tag).moment(
        closes, zone
    )
    assert too_late(call, None) == dated[1]
    assert too_late(call, call.opens_at) == dated[-1]


def test_anywhere_on_earth_is_told_in_words_and_is_the_last_place_where_a_day_ends() -> None:
    midnight = datetime(2026, 3, 1, tzinfo=zoneinfo.ZoneInfo(ANYWHERE))

    assert all(
        datetime(2026, 3, 1, tzinfo=zoneinfo.ZoneInfo(zone)) <= midnight
        for zone, _ in of_dates()
    )
    assert language("en").moment(midnight, ANYWHERE) == (
        "1 March 2026 at 00:00 (Anywhere on Earth, UTC\N{MINUS SIGN}12)"
    )


def test_grace_is_told_in_minutes_and_moves_with_the_closing_date(
    session: Session, as_user: SignIn
) -> None:
    staff = as_user(a_user(session, Role.STAFF))
    draft = {
        "programme_id": a_programme(session).code,
        "kind": "challenges",
        "code": "spring",
        "title": "Call for challenges",
        "opens_at": "2026-03-01T00:00:00Z",
        "closes_at": "2026-04-01T00:00:00Z",
        "grace_minutes": 30,
    }
    session.commit()

    made = staff.post("/api/v1/calls", json=draft)
    later = staff.patch(
        f"/api/v1/calls/{made.json()['id']}",
        json={"closes_at": "2026-05-01T00:00:00Z"},
        headers={"If-Match": made.headers["etag"]},
    )
    without = staff.patch(
        f"/api/v1/calls/{made.json()['id']}",
        json={"grace_minutes": None},
        headers={"If-Match": later.headers["etag"]},
    )

    ends = [answer.json()["ends_at"] for answer in (made, later, without)]
    assert ends == ["2026-04-01T00:30:00Z", "2026-05-01T00:30:00Z", "2026-05-01T00:00:00Z"]


# --- calendars and feeds -----------------------------------------------------------------


@pytest.fixture
def calls(session: Session) -> dict[str, Call]:
    far = datetime(2100, 1, 1, tzinfo=UTC)
    made = {
        "open": a_call(session, title="Call that is open", closes_at=far - HOUR, ends_at=far),
        "later": a_call(
            session, title="Call to come", opens_at=datetime(2099, 1, 1, tzinfo=UTC)
        ),
        "draft": a_call(session, title="Call that nobody knows", state=CallState.DRAFT),
        "over": a_call(session, title="Call that is over", opens_at=OPENS, closes_at=CLOSES),
        "cancelled": a_call(session, title="Call that is off", state=CallState.CANCELLED),
    }
    session.commit()
    return made


def summaries(body: bytes) -> list[Any]:
    return [str(event["summary"]) for event in Calendar.from_ical(body).walk("VEVENT")]


def test_a_calendar_tells_everybody_when_calls_open_and_close(
    client: TestClient, calls: dict[str, Call]
) -> None:
    answer = client.get("/public/v1/calls.ics?language=fr")

    assert answer.headers["content-type"].startswith("text/calendar")
    assert answer.headers["cache-control"] == "public, max-age=300"
    assert summaries(answer.content) == [
        "Call that is open\u202f: ouverture",
        "Call that is open\u202f: clôture",
        "Call that is open\u202f: fin du délai de grâce",
        "Call to come\u202f: ouverture",
        "Call to come\u202f: clôture",
    ]


def test_a_calendar_that_says_the_same_is_not_sent_again(
    client: TestClient, calls: dict[str, Call]
) -> None:
    first = client.get("/public/v1/calls.ics")

    again = client.get("/public/v1/calls.ics", headers={"If-None-Match": first.headers["etag"]})

    assert (first.status_code, again.status_code) == (200, 304)


def test_a_cancelled_call_leaves_the_calendars_in_which_it_stands(
    client: TestClient, calls: dict[str, Call]
) -> None:
    off = client.get(f"/public/v1/calls/{calls['cancelled'].id}/calendar.ics")
    draft = client.get(f"/public/v1/calls/{calls['draft'].id}/calendar.ics")
    absent = client.get(f"/public/v1/calls/{calls['draft'].programme_id}/calendar.ics")

    events = Calendar.from_ical(off.content).walk("VEVENT")
    assert [str(event["status"]) for event in events] == ["CANCELLED", "CANCELLED"]
    assert (draft.status_code, absent.status_code) == (404, 404)


def test_a_feed_tells_of_calls_that_come_or_are_open(
    client: TestClient, calls: dict[str, Call]
) -> None:
    text = client.get("/public/v1/calls.atom").text

    assert text.count("<entry") == 2
    assert "Call that is open" in text
    assert "Call to come" in text


def test_a_title_breaks_out_of_neither(session: Session, client: TestClient) -> None:
    title = "Call, with; a\\ <b>line</b> END:VEVENT"
    a_call(session, title=title)
    session.commit()

    calendar = client.get("/public/v1/calls.ics").content
    feed = client.get("/public/v1/calls.atom").text

    assert summaries(calendar) == [f"{title}: opens", f"{title}: closes"]
    assert "&lt;b&gt;line&lt;/b&gt;" in feed
