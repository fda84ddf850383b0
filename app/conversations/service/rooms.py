"""One room: as its reader sees it, and held while something is said or done in it."""

from typing import Any
from uuid import UUID

from sqlmodel import Session, select

from app.access.policy import Actor
from app.conversations import queries
from app.conversations.models import Conversation
from app.conversations.queries import Room
from app.conversations.schemas import RoomRead, RoomTeamRead
from app.matches.lifecycle import Side


def read(session: Session, actor: Actor, key: UUID | str) -> RoomRead:
    """Return that a room lives, and to its teams what they say to the staff.

    Raises
    ------
    NotFound
        If there is no such match that the actor may know of, or it has no room.
    """
    return shown(session, actor, queries.known(session, actor, key))


def shown(session: Session, actor: Actor, room: Room) -> RoomRead:
    """Return a room that was found as the actor sees it."""
    said = queries.counted_messages(session, room)
    met = queries.counted_meetings(session, room)
    common: dict[str, Any] = {
        "match_id": room.match.id,
        "code": room.match.code,
        "is_open": room.closed is None,
        "lived_at": room.row.lived_at if room.row else None,
        "challenge_messages": said.get(Side.CHALLENGE, 0),
        "solution_messages": said.get(Side.SOLUTION, 0),
        "challenge_meetings": met.get(Side.CHALLENGE, 0),
        "solution_meetings": met.get(Side.SOLUTION, 0),
        "staff_may_read": room.staff_may_read,
    }
    if room.side is None:
        return RoomRead(**common)
    row = room.row or Conversation(match_id=room.match.id)
    return RoomTeamRead(
        **common,
        side=room.side,
        unread=queries.unread(session, actor).get(room.match.id, 0),
        newest=row.said,
        challenge_staff=row.staff_access(Side.CHALLENGE),
        solution_staff=row.staff_access(Side.SOLUTION),
        challenge_zone=queries.zone_of(session, room.match, Side.CHALLENGE),
        solution_zone=queries.zone_of(session, room.match, Side.SOLUTION),
    )


def hold(session: Session, room: Room) -> tuple[Room, Conversation]:
    """Return a room as it stands now, and hold it: one after the other writes in it.

    The match is held, not the room, which may not be there yet; so nobody writes in a room
    whose match ends meanwhile.
    """
    match = room.match
    session.refresh(match, with_for_update=True)
    statement = select(Conversation).where(Conversation.match_id == match.id)
    row = session.exec(statement.execution_options(populate_existing=True)).first()
    if row is None:
        row = Conversation(match_id=match.id)
        session.add(row)
        session.flush()
    return Room(match, room.sides, row), row


def hold_open(session: Session, room: Room) -> tuple[Room, Conversation, Side]:
    """Hold a room in which something shall be written.

    Raises
    ------
    Conflict
        If nothing is written in it any more.
    """
    room, row = hold(session, room)
    if room.closed is not None:
        raise room.closed
    return room, row, room.sides[0]
