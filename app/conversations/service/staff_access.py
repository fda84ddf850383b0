"""Whether the staff may read a room: said by each side for itself, and taken back at will."""

from typing import Final
from uuid import UUID

from sqlmodel import Session, func, select

from app.access.lifecycle import Offer
from app.access.policy import Actor
from app.conversations import queries
from app.conversations.lifecycle import STAFF_LIFE, MessageKind, StaffAccess
from app.conversations.models import Conversation, RoomMessage
from app.conversations.schemas import RoomRead
from app.conversations.service import messages, rooms
from app.conversations.service.messages import SUBJECT
from app.core.base.entity_tags import ANYTHING, Expected
from app.core.base.errors import Conflict
from app.core.base.messages import Message
from app.core.storage import audit
from app.matches.lifecycle import Side
from app.submissions.models import Submission

MOST_LET: Final = 100
"""How often a side can let the staff in; each time is a line of the room."""
_LINES = {
    StaffAccess.LET: MessageKind.STAFF_LET,
    StaffAccess.SHUT: MessageKind.STAFF_SHUT,
}


def move(
    session: Session,
    actor: Actor,
    key: UUID | str,
    name: str,
    expected: Expected = ANYTHING,
) -> RoomRead:
    """Let the staff read as far as one's own team is concerned, or no longer.

    Each change is a line of the room, so that everybody in it knows who may read it.

    Raises
    ------
    NotFound, NotPermitted
        If the actor may not know of the room, or is of neither team; or of no such step.
    TransitionNotAllowed
        If the team has said so already.
    Conflict
        If it has let the staff in as often as it may.
    Stale
        If the room is no longer as expected.
    """
    step = STAFF_LIFE.step(name)
    room, row = rooms.hold(session, queries.of_team(session, actor, key))
    expected.require(rooms.shown(session, actor, room))
    side = room.sides[0]
    before = row.staff_access(side)
    after = STAFF_LIFE.advance(before, step, None)
    if after is StaffAccess.LET:
        _require_seldom(session, row, side)
    row.say_to_staff(side, after)
    messages.add(session, actor, row, side, _LINES[after])
    audit.record(
        session,
        actor.user_id,
        name,
        SUBJECT,
        row.id,
        code=room.match.code,
        side=side,
        before=before,
        after=after,
    )
    return rooms.shown(session, actor, room)


def _require_seldom(session: Session, row: Conversation, side: Side) -> None:
    """Do nothing, or refuse a side that has let the staff in again and again.

    Each change is a line that all have to read. Shutting them out is never refused.
    """
    let = select(func.count()).where(
        RoomMessage.conversation_id == row.id,
        RoomMessage.side == side,
        RoomMessage.kind == MessageKind.STAFF_LET,
    )
    if session.exec(let).one() >= MOST_LET:
        raise Conflict(
            Message("Your team has let the staff read {most} times.", most=MOST_LET),
            remedy="Write to the staff what they should know.",
        )


def offers(session: Session, actor: Actor, key: UUID | str) -> tuple[StaffAccess, list[Offer]]:
    """Return what the actor's team says to the staff, and every step from there.

    Raises
    ------
    NotFound, NotPermitted
        As for `move`.
    """
    room = queries.of_team(session, actor, key)
    row = room.row or Conversation(match_id=room.match.id)
    side = room.sides[0]
    owner = session.get_one(Submission, room.match.key_of(side)).organisation_id
    access = row.staff_access(side)
    return access, STAFF_LIFE.offers(actor, owner, access, None)
