"""Meetings: one side proposes times, the other takes one; letters tell that, and not what."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from pydantic import ValidationError
from sqlmodel import Session, select

from app.access.policy import Role
from app.accounts.models import Membership
from app.conversations.lifecycle import MeetingState
from app.conversations.models import Meeting
from app.conversations.schemas import (
    MOST_MOVES,
    MOST_TIMES,
    MeetingRead,
    MeetingStepTaken,
    NewMeeting,
)
from app.conversations.service import meetings, rooms
from app.core.base.clock import now
from app.core.base.entity_tags import Expected
from app.core.base.errors import (
    Conflict,
    NotFound,
    NotPermitted,
    Stale,
    TransitionNotAllowed,
    Unprocessable,
)
from app.core.storage.audit import AuditEvent
from app.core.storage.outbox import Letter
from app.events.kinds import EventKind
from app.events.models import Event
from app.matches.lifecycle import MatchState, Side
from app.submissions.models import Submission
from tests.conversations.people import ADDRESS, Pair, letters, staff

SOON = (now() + timedelta(days=3)).replace(minute=0, second=0, microsecond=0)
LATER = SOON + timedelta(days=1)


def proposed(pair: Pair, side: str = "challenge", **fields: Any) -> Meeting:
    given = {"topic": "Sensors", "minutes": 60, "place": "Room 1", "times": [SOON, LATER]}
    new = NewMeeting.model_validate(given | fields)
    actor = pair.actor(side)
    return meetings.propose(pair.session, actor, pair.match.id, new, public_url=ADDRESS)


def take(
    pair: Pair, side: str, meeting: UUID, step: str = "choose", **said: Any
) -> MeetingRead:
    taken = MeetingStepTaken.model_validate(said)
    actor, key = pair.actor(side), pair.match.id
    return meetings.take(pair.session, actor, key, meeting, step, taken, public_url=ADDRESS)


def test_each_time_reads_on_the_clocks_of_both(pair: Pair) -> None:
    pair.user("solution").zone = "Asia/Kolkata"
    pair.session.flush()
    at = datetime(SOON.year + 1, 1, 10, 9, 0, tzinfo=UTC)
    if at > now() + meetings.FURTHEST:  # the day is within a year, whenever this runs
        at = at.replace(year=SOON.year)
    meeting = proposed(pair, times=[at])

    found = meetings.read(pair.session, pair.actor("solution"), pair.match.id, meeting.id)

    (time,) = found.times
    assert time.challenge_clock.isoformat()[11:] == "10:00:00+01:00"
    assert time.solution_clock.isoformat()[11:] == "14:30:00+05:30"
    assert found.waits_for_you
    mine = meetings.read(pair.session, pair.actor("challenge"), pair.match.id, meeting.id)
    assert not mine.waits_for_you


def test_the_other_side_takes_one_of_the_times(pair: Pair) -> None:
    meeting = proposed(pair)

    found = take(pair, "solution", meeting.id, time=LATER)

    assert found.state is MeetingState.FIXED
    assert found.fixed is not None
    assert found.fixed.starts_at == LATER
    assert not found.waits_for_you


def test_who_proposed_takes_none_of_the_times(pair: Pair) -> None:
    meeting = proposed(pair)

    with pytest.raises(Conflict, match="Your team proposed these times"):
        take(pair, "challenge", meeting.id, time=SOON)


@pytest.mark.parametrize("said", [{}, {"time": SOON + timedelta(minutes=1)}])
def test_only_a_time_that_is_proposed_is_taken(pair: Pair, said: dict[str, Any]) -> None:
    meeting = proposed(pair)

    with pytest.raises(Unprocessable) as refusal:
        take(pair, "solution", meeting.id, **said)

    assert [error.pointer for error in refusal.value.errors] == ["/time"]
    assert meeting.state is MeetingState.PROPOSED


def test_a_time_that_is_over_is_not_taken(pair: Pair) -> None:
    meeting = proposed(pair)
    past = now() - timedelta(hours=1)
    row = pair.session.get_one(Meeting, meeting.id)
    meetings._offer_times(pair.session, row, [past])

    with pytest.raises(Unprocessable, match="one more thing"):
        take(pair, "solution", meeting.id, time=past)


@pytest.mark.parametrize(
    "times",
    [
        [SOON - timedelta(days=4)],
        [SOON + timedelta(days=400)],
        [SOON, SOON],
    ],
)
def test_times_are_to_come_within_a_year_and_differ(pair: Pair, times: list[datetime]) -> None:
    with pytest.raises(Unprocessable, match="cannot be proposed"):
        proposed(pair, times=times)
    meeting = proposed(pair)
    with pytest.raises(Unprocessable):
        take(pair, "solution", meeting.id, "move", times=times)


@pytest.mark.parametrize(
    "fields",
    [
        {"times": []},
        {"times": [SOON + timedelta(hours=n) for n in range(MOST_TIMES + 1)]},
        {"minutes": 5},
        {"minutes": 481},
        {"topic": ""},
        {"topic": "two\nlines"},
        {"place": "a" * 301},
        {"times": ["2027-01-01T10:00:00"]},
    ],
)
def test_a_proposal_is_bounded(fields: dict[str, Any]) -> None:
    given = {"topic": "Sensors", "minutes": 60, "times": [SOON]}

    with pytest.raises(ValidationError):
        NewMeeting.model_validate(given | fields)


def test_a_meeting_is_moved_by_either_side_and_taken_by_the_other(pair: Pair) -> None:
    meeting = proposed(pair)
    take(pair, "solution", meeting.id, time=SOON)

    moved = take(pair, "solution", meeting.id, "move", times=[LATER])

    assert (moved.state, moved.side, moved.fixed) == (
        MeetingState.PROPOSED,
        Side.SOLUTION,
        None,
    )
    assert [one.starts_at for one in moved.times] == [LATER]
    with pytest.raises(Conflict, match="Your team proposed"):
        take(pair, "solution", meeting.id, time=LATER)
    assert take(pair, "challenge", meeting.id, time=LATER).state is MeetingState.FIXED


def test_what_is_cancelled_or_over_is_not_moved(pair: Pair) -> None:
    cancelled, over = proposed(pair), proposed(pair)
    take(pair, "solution", cancelled.id, "cancel")
    take(pair, "solution", over.id, time=SOON)
    over.starts_at = now() - timedelta(hours=2)
    pair.session.flush()

    with pytest.raises(TransitionNotAllowed):
        take(pair, "challenge", cancelled.id, "move", times=[LATER])
    for step in ("move", "cancel"):
        with pytest.raises(Conflict, match="over"):
            take(pair, "challenge", over.id, step, times=[LATER])


def test_letters_about_moves_are_bounded(pair: Pair) -> None:
    meeting = proposed(pair)
    meeting.sequence = MOST_MOVES
    pair.session.flush()

    with pytest.raises(Conflict, match="as often as it can be"):
        take(pair, "solution", meeting.id, "move", times=[LATER])
    assert take(pair, "solution", meeting.id, "cancel").state is MeetingState.CANCELLED


def test_each_side_is_told_once_and_no_letter_or_event_tells_what(pair: Pair) -> None:
    before = len(letters(pair.session))
    at = SOON.replace(minute=37)
    meeting = proposed(pair, topic="A canary", place="Canary Wharf", times=[at])
    take(pair, "solution", meeting.id, time=at)
    take(pair, "challenge", meeting.id, "cancel")

    pair.session.commit()
    written = pair.session.exec(select(Letter)).all()
    own = {side: pair.user(side).email for side in ("challenge", "solution")}
    code = pair.match.code

    assert sorted(letters(pair.session)[before:]) == sorted(
        [
            (own["solution"], f"{code}: the other team proposes a meeting"),
            (own["challenge"], f"{code}: a meeting is fixed"),
            (own["solution"], f"{code}: a meeting is fixed"),
            (own["solution"], f"{code}: a meeting is cancelled"),
        ]
    )
    told = " ".join(f"{one.subject} {one.body}" for one in written).lower()
    assert "canary" not in told
    new = [one for one in written if "meeting" in one.subject]
    assert len(new) == 4
    assert ":37" not in " ".join(one.body for one in new)
    assert f"{ADDRESS}/matches/{code}/conversation/meetings".lower() in told
    kinds = set(pair.session.exec(select(Event.kind)))
    assert kinds >= {
        EventKind.MEETING_PROPOSED,
        EventKind.MEETING_FIXED,
        EventKind.MEETING_CANCELLED,
    }
    facts = " ".join(str(one.facts) for one in pair.session.exec(select(AuditEvent)))
    assert "anary" not in facts
    assert code in facts


def test_a_fixed_meeting_is_a_file_for_calendars_and_its_later_version_replaces_it(
    pair: Pair,
) -> None:
    meeting = proposed(pair)
    actor = pair.actor("challenge")

    def file() -> str:
        key = pair.match.id
        return meetings.calendar(pair.session, actor, key, meeting.id, public_url=ADDRESS)

    with pytest.raises(Conflict, match="not fixed"):
        file()
    take(pair, "solution", meeting.id, time=SOON)
    first = file()
    take(pair, "solution", meeting.id, "cancel")
    second = file()

    assert f"UID:{meeting.id}" in first
    assert f"UID:{meeting.id}" in second
    assert ("SEQUENCE:1" in first, "SEQUENCE:2" in second) == (True, True)
    assert f"DTSTART:{SOON:%Y%m%dT%H%M%SZ}" in first
    assert f"SUMMARY:{pair.match.code}: Sensors" in first
    assert ("STATUS:CONFIRMED" in first, "STATUS:CANCELLED" in second) == (True, True)
    for user in (pair.user("challenge"), pair.user("solution")):
        assert user.email not in first
        assert user.name not in first


def test_fair_times_know_the_zones_of_both(pair: Pair) -> None:
    pair.user("solution").zone = "Asia/Tokyo"
    pair.session.flush()

    found = meetings.proposals(pair.session, pair.actor("challenge"), pair.match.id, 60)

    assert (found.challenge_zone, found.solution_zone) == ("Europe/Paris", "Asia/Tokyo")
    assert found.times
    for one in found.times:
        assert one.starts_at > now() + timedelta(hours=23)
        assert 7 <= one.challenge_clock.hour < 22
        assert 7 <= one.solution_clock.hour < 22
        assert not one.at_night


def test_strangers_and_staff_see_and_take_no_meeting(pair: Pair) -> None:
    meeting = proposed(pair)
    other = pair.of.actor(pair.of.solutions[1])
    taken = MeetingStepTaken(time=SOON)

    for actor, refusal in ((other, NotFound), (staff(pair.session), NotPermitted)):
        session, key = pair.session, pair.match.id
        with pytest.raises(refusal):
            meetings.read(session, actor, key, meeting.id)
        with pytest.raises(refusal):
            meetings.calendar(session, actor, key, meeting.id, public_url=ADDRESS)
        with pytest.raises(refusal):
            meetings.take(session, actor, key, meeting.id, "choose", taken, public_url=ADDRESS)
        with pytest.raises(refusal):
            meetings.proposals(session, actor, key, 60)


def test_nobody_takes_a_time_of_what_was_changed_meanwhile(pair: Pair) -> None:
    meeting = proposed(pair)

    with pytest.raises(Stale):
        meetings.take(
            pair.session,
            pair.actor("solution"),
            pair.match.id,
            meeting.id,
            "choose",
            MeetingStepTaken(time=SOON),
            Expected('"another state"'),
            public_url=ADDRESS,
        )


def test_in_a_room_that_is_closed_nothing_is_proposed_or_taken(pair: Pair) -> None:
    meeting = proposed(pair)
    pair.match.state = MatchState.ENDED
    pair.session.flush()

    with pytest.raises(Conflict):
        proposed(pair)
    with pytest.raises(Conflict):
        take(pair, "solution", meeting.id, time=SOON)
    found = meetings.read(pair.session, pair.actor("solution"), pair.match.id, meeting.id)
    assert not found.waits_for_you


def test_meetings_are_counted_by_side_for_the_staff(pair: Pair, session: Session) -> None:
    proposed(pair)
    proposed(pair, "solution")
    proposed(pair, "solution")

    found = rooms.read(session, staff(session), pair.match.id)

    assert (found.challenge_meetings, found.solution_meetings) == (1, 2)


def test_only_so_many_proposals_of_a_side_wait(
    pair: Pair, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(meetings, "MOST_PROPOSED", 2)
    first = proposed(pair)
    proposed(pair)

    with pytest.raises(Conflict, match="2 proposals"):
        proposed(pair)
    proposed(pair, "solution")
    take(pair, "challenge", first.id, "cancel")
    proposed(pair)


def test_who_is_of_both_sides_tells_the_one_that_was_asked(pair: Pair) -> None:
    both = pair.user("challenge")
    organisation = pair.session.get_one(Submission, pair.match.solution_id).organisation_id
    pair.session.add(
        Membership(user_id=both.id, organisation_id=organisation, role=Role.MEMBER)
    )
    pair.session.flush()
    meeting = proposed(pair)
    before = len(letters(pair.session))

    take(pair, "challenge", meeting.id, "cancel")

    told = {address for address, _ in letters(pair.session)[before:]}
    assert pair.user("solution").email in told
