"""Meetings of both sides: one proposes times, the other takes one; moved, or cancelled."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlmodel import Session, col, delete, func, select

from app.access.lifecycle import Offer
from app.access.policy import Actor
from app.conversations import queries
from app.conversations.calendar_files import Entry, calendar_file
from app.conversations.fair_times import fair_times
from app.conversations.lifecycle import MEETING_LIFE, MeetingFacts, MeetingState
from app.conversations.models import Meeting, MeetingTime
from app.conversations.queries import Room
from app.conversations.schemas import (
    MOST_MEETINGS,
    MOST_MOVES,
    FairTimeRead,
    FairTimesRead,
    LocalTimeRead,
    MeetingRead,
    MeetingsRead,
    MeetingStepTaken,
    NewMeeting,
)
from app.conversations.service import rooms, writing
from app.core.base.clock import now
from app.core.base.entity_tags import ANYTHING, Expected
from app.core.base.errors import Conflict, FieldError, NotFound, NotPermitted, Unprocessable
from app.core.base.messages import Message
from app.core.storage import audit
from app.events.kinds import EventKind
from app.matches.lifecycle import Side
from app.submissions.models import Submission

SUBJECT: Final = "meeting"
"""The kind of subject in the audit record, which tells neither topic, time nor place."""
NOTICE: Final = timedelta(days=1)
"""How long before it begins a time is proposed by the service at the earliest."""
MOST_PROPOSED: Final = 10
"""Proposals of a side that may wait for an answer; each is a letter to the other one."""
FURTHEST: Final = timedelta(days=366)
"""How far ahead a meeting is proposed at most."""
NOTHING_SAID: Final = MeetingStepTaken()


@dataclass(frozen=True, slots=True)
class Clocks:
    """The zones of both sides."""

    zones: Mapping[Side, str]

    def read(self, at: datetime) -> LocalTimeRead:
        """Return how an instant reads on the clocks of both."""
        clock = {side: at.astimezone(ZoneInfo(zone)) for side, zone in self.zones.items()}
        return LocalTimeRead(
            starts_at=at,
            challenge_clock=clock[Side.CHALLENGE],
            solution_clock=clock[Side.SOLUTION],
        )


def _clocks(session: Session, room: Room) -> Clocks:
    return Clocks({side: queries.zone_of(session, room.match, side) for side in Side})


def proposals(session: Session, actor: Actor, key: UUID | str, minutes: int) -> FairTimesRead:
    """Return the times of the next two weeks that are fairest to both sides.

    Raises
    ------
    NotFound, NotPermitted
        If the actor may not know of the room, or is of neither team.
    """
    room = queries.of_team(session, actor, key)
    clocks = _clocks(session, room)
    zones = clocks.zones
    found = fair_times(zones[Side.CHALLENGE], zones[Side.SOLUTION], minutes, now() + NOTICE)
    return FairTimesRead(
        challenge_zone=zones[Side.CHALLENGE],
        solution_zone=zones[Side.SOLUTION],
        times=[
            FairTimeRead(
                **dict(clocks.read(one.starts_at)),
                beyond_work=one.burden.worst,
                at_night=one.burden.nights > 0,
                on_weekend=one.burden.weekends > 0,
            )
            for one in found
        ],
    )


def listed(session: Session, actor: Actor, key: UUID | str) -> MeetingsRead:
    """Return the meetings of a room, the newest first.

    Raises
    ------
    NotFound, NotPermitted
        If the actor may not know of the room, or not read it.
    """
    room = queries.of_readers(session, actor, key)
    rows: Sequence[Meeting] = ()
    if room.row is not None:
        statement = (
            select(Meeting)
            .where(Meeting.conversation_id == room.row.id)
            .order_by(col(Meeting.created_at).desc(), col(Meeting.id))
            .limit(MOST_MEETINGS)
        )
        rows = session.exec(statement).all()
    return MeetingsRead(meetings=_read(session, room, rows))


def read(session: Session, actor: Actor, key: UUID | str, meeting_id: UUID) -> MeetingRead:
    """Return one meeting.

    Raises
    ------
    NotFound, NotPermitted
        As for `listed`; or there is no such meeting in the room.
    """
    room = queries.of_readers(session, actor, key)
    return _read(session, room, [_one(session, room, meeting_id)])[0]


def propose(
    session: Session, actor: Actor, key: UUID | str, new: NewMeeting, *, public_url: str
) -> Meeting:
    """Propose a meeting at several times; the other side is told by letter.

    Raises
    ------
    NotFound, NotPermitted
        If the actor may not know of the room, or is of neither team.
    Conflict
        If nothing is written in it any more, it has as many meetings as it may, or as many
        proposals of the team wait for an answer.
    Unprocessable
        If a time is over, or too far ahead.
    """
    room, row, side = rooms.hold_open(session, queries.of_team(session, actor, key))
    if actor.user_id is None:
        raise NotPermitted("Only a person proposes a meeting.")
    if wrong := _wrong_times(new.times):
        raise Unprocessable("These times cannot be proposed.", errors=wrong)
    meetings = select(Meeting.id).where(Meeting.conversation_id == row.id)
    if len(session.exec(meetings.limit(MOST_MEETINGS)).all()) >= MOST_MEETINGS:
        raise Conflict(
            Message("The room has {most} meetings, the maximum.", most=MOST_MEETINGS),
            remedy="Agree on further ones by message.",
        )
    waiting = select(func.count()).where(
        Meeting.conversation_id == row.id,
        Meeting.side == side,
        Meeting.state == MeetingState.PROPOSED,
    )
    if session.exec(waiting).one() >= MOST_PROPOSED:
        raise Conflict(
            Message("{most} proposals of your team wait already.", most=MOST_PROPOSED),
            remedy="Cancel one that you do not need, or wait for an answer.",
        )
    meeting = Meeting(
        conversation_id=row.id,
        side=side,
        user_id=actor.user_id,
        **new.model_dump(include={"topic", "place", "minutes"}),
    )
    session.add(meeting)
    row.lived_at = now()
    session.flush()
    _offer_times(session, meeting, new.times)
    _record(session, actor, "propose", room, meeting)
    kind = EventKind.MEETING_PROPOSED
    writing.tell(session, room.match, side.other, kind, public_url=public_url)
    return meeting


def take(
    session: Session,
    actor: Actor,
    key: UUID | str,
    meeting_id: UUID,
    name: str,
    taken: MeetingStepTaken = NOTHING_SAID,
    expected: Expected = ANYTHING,
    *,
    public_url: str,
) -> MeetingRead:
    """Take one of the times, propose others, or cancel; with the letters of it.

    Raises
    ------
    NotFound, NotPermitted
        If the actor may not know of the room, or is of neither team; or there is no such
        meeting or step.
    Stale
        If the meeting is no longer as expected.
    Conflict
        If the step does not start from here, or is closed at present.
    Unprocessable
        If no time is chosen or proposed, or one that cannot be.
    """
    step = MEETING_LIFE.step(name)
    room, row = rooms.hold(session, queries.of_team(session, actor, key))
    meeting = _one(session, room, meeting_id)
    session.refresh(meeting, with_for_update=True)
    expected.require(_read(session, room, [meeting])[0])
    before = meeting.state
    wrong = _wrong(session, meeting, name, taken)
    meeting.state = MEETING_LIFE.advance(before, step, _facts(room, meeting, wrong))
    row.lived_at = now()
    meeting.sequence += 1
    # Who is of both sides answers for the one that was asked.
    side = meeting.side.other if meeting.side.other in room.sides else room.sides[0]
    if name == "choose":
        meeting.starts_at = taken.time
    elif name == "move":
        meeting.starts_at, meeting.side = None, side
        session.execute(delete(MeetingTime).where(col(MeetingTime.meeting_id) == meeting.id))
        _offer_times(session, meeting, taken.times)
    session.flush()
    _record(session, actor, name, room, meeting, before=before, after=meeting.state)
    told = {
        "choose": (EventKind.MEETING_FIXED, tuple(Side)),
        "move": (EventKind.MEETING_PROPOSED, (side.other,)),
        "cancel": (EventKind.MEETING_CANCELLED, (_canceller(room, meeting).other,)),
    }
    kind, sides = told[name]
    for one in sides:
        writing.tell(session, room.match, one, kind, public_url=public_url)
    return _read(session, room, [meeting])[0]


def _canceller(room: Room, meeting: Meeting) -> Side:
    """Return which side cancels: of who is of both, the one that has proposed."""
    return meeting.side if meeting.side in room.sides else room.sides[0]


def offers(
    session: Session, actor: Actor, key: UUID | str, meeting_id: UUID
) -> tuple[MeetingState, list[Offer]]:
    """Return where a meeting stands, and every step from there.

    Raises
    ------
    NotFound, NotPermitted
        As for `take`.
    """
    room = queries.of_team(session, actor, key)
    meeting = _one(session, room, meeting_id)
    key_of_side = room.match.key_of(room.sides[0])
    owner = session.get_one(Submission, key_of_side).organisation_id
    facts = _facts(room, meeting, ())
    return meeting.state, MEETING_LIFE.offers(actor, owner, meeting.state, facts)


def calendar(
    session: Session, actor: Actor, key: UUID | str, meeting_id: UUID, *, public_url: str
) -> str:
    """Return a meeting that was fixed as a file for calendars.

    Raises
    ------
    NotFound, NotPermitted
        As for `read`.
    Conflict
        If nobody has taken a time.
    """
    room = queries.of_readers(session, actor, key)
    meeting = _one(session, room, meeting_id)
    if meeting.starts_at is None:
        raise Conflict("This meeting is not fixed.", remedy="Take one of its times first.")
    return calendar_file(
        Entry(
            key=meeting.id,
            sequence=meeting.sequence,
            changed_at=meeting.updated_at,
            starts_at=meeting.starts_at,
            minutes=meeting.minutes,
            title=f"{room.match.code}: {meeting.topic}",
            place=meeting.place,
            url=f"{public_url}/matches/{room.match.code}/conversation/meetings",
            is_cancelled=meeting.state is MeetingState.CANCELLED,
        )
    )


def _facts(room: Room, meeting: Meeting, wrong: tuple[FieldError, ...]) -> MeetingFacts:
    ends = meeting.starts_at and meeting.starts_at + timedelta(minutes=meeting.minutes)
    return MeetingFacts(
        closed=room.closed,
        answers=meeting.side.other in room.sides,
        is_over=meeting.state is MeetingState.FIXED and ends is not None and ends <= now(),
        is_full=meeting.sequence >= MOST_MOVES,
        wrong=wrong,
    )


def _wrong(
    session: Session, meeting: Meeting, name: str, taken: MeetingStepTaken
) -> tuple[FieldError, ...]:
    if name == "move":
        if not taken.times:
            return (FieldError("/times", "Propose at least one time."),)
        return tuple(_wrong_times(taken.times))
    if name != "choose":
        return ()
    if taken.time is None or taken.time not in _times(session, [meeting.id])[meeting.id]:
        return (FieldError("/time", "Choose one of the times that are proposed."),)
    if taken.time <= now():
        return (FieldError("/time", "This time is over. Choose another one."),)
    return ()


def _wrong_times(times: Sequence[datetime]) -> list[FieldError]:
    at = now()
    found = []
    for place, one in enumerate(times):
        if one <= at:
            found.append(FieldError(f"/times/{place}", "Choose a time that is to come."))
        elif one > at + FURTHEST:
            found.append(FieldError(f"/times/{place}", "Choose a time within a year."))
        elif one in times[:place]:
            found.append(FieldError(f"/times/{place}", "This time is there twice."))
    return found


def _offer_times(session: Session, meeting: Meeting, times: Sequence[datetime]) -> None:
    session.add_all(MeetingTime(meeting_id=meeting.id, starts_at=at) for at in times)
    session.flush()


def _record(
    session: Session, actor: Actor, name: str, room: Room, meeting: Meeting, **facts: str
) -> None:
    code = room.match.code
    audit.record(session, actor.user_id, name, SUBJECT, meeting.id, code=code, **facts)


def _one(session: Session, room: Room, key: UUID) -> Meeting:
    found = session.get(Meeting, key)
    if found is None or room.row is None or found.conversation_id != room.row.id:
        raise NotFound(Message("There is no meeting {key}.", key=key))
    return found


def _times(session: Session, keys: Sequence[UUID]) -> dict[UUID, list[datetime]]:
    found: dict[UUID, list[datetime]] = {key: [] for key in keys}
    statement = select(MeetingTime.meeting_id, MeetingTime.starts_at).where(
        col(MeetingTime.meeting_id).in_(keys)
    )
    for meeting_id, at in session.exec(statement.order_by(col(MeetingTime.starts_at))):
        found[meeting_id].append(at)
    return found


def _read(session: Session, room: Room, rows: Sequence[Meeting]) -> list[MeetingRead]:
    clocks = _clocks(session, room)
    times = _times(session, [row.id for row in rows])
    at = now()
    return [
        MeetingRead(
            **row.model_dump(
                include={"id", "topic", "place", "minutes", "state", "side", "created_at"}
            ),
            waits_for_you=row.state is MeetingState.PROPOSED
            and row.side.other in room.sides
            and room.closed is None
            and any(one > at for one in times[row.id]),
            times=[clocks.read(one) for one in times[row.id]],
            fixed=clocks.read(row.starts_at) if row.starts_at else None,
        )
        for row in rows
    ]
