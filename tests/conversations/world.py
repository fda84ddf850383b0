"""The room of a match, as the tests that try every route need it."""

from datetime import timedelta
from hashlib import sha256
from typing import Any
from uuid import UUID

from sqlmodel import Session

from app.accounts.models import User
from app.attachments.content import FileKind
from app.conversations.lifecycle import MeetingState, MessageKind, StaffAccess
from app.conversations.models import (
    AgreedTask,
    Conversation,
    Meeting,
    MeetingTime,
    RoomFile,
    RoomFilePiece,
    RoomMessage,
)
from app.core.base.clock import now
from app.matches.lifecycle import Consent, MatchState, Side
from tests.attachments.samples import PDF
from tests.factories import a_match, a_user

AT = (now() + timedelta(days=30)).replace(minute=0, second=0, microsecond=0)
"""When everything of the world takes place that is to come."""

CONVERSATIONS: dict[str, Any] = {
    "mark_conversation_read": {"number": 1},
    "add_message": {"body": "Which sensors do you use?"},
    "change_message": {"body": "Which sensors did you use?"},
    "propose_meeting": {"topic": "Sensors", "minutes": 60, "times": [AT.isoformat()]},
    "take_meeting_step": {"time": AT.isoformat(), "times": [AT.isoformat()]},
    "add_agreed_task": {"title": "Send the plan", "side": "challenge"},
}


def in_conversation(session: Session, user: User | None, challenge_id: UUID) -> dict[str, UUID]:
    """A room in which somebody has said something; without a person, staff may read it."""
    at = now()
    match = a_match(
        session,
        challenge_id=challenge_id,
        state=MatchState.CONFIRMED,
        challenge_answer=Consent.YES,
        challenge_answered_at=at,
        solution_answer=Consent.YES,
        solution_answered_at=at,
    )
    access = StaffAccess.LET if user is None else StaffAccess.SHUT
    room = Conversation(
        match_id=match.id, said=2, lived_at=at, challenge_staff=access, solution_staff=access
    )
    session.add(room)
    session.flush()
    writer = (user or a_user(session)).id
    of_room: dict[str, Any] = {"conversation_id": room.id, "user_id": writer}
    message = RoomMessage(**of_room, number=1, side=Side.CHALLENGE, body="Hello")
    fixed: dict[str, Any] = (
        {"state": MeetingState.FIXED, "starts_at": AT} if user is None else {}
    )
    meeting = Meeting(**of_room, side=Side.SOLUTION, topic="Sensors", minutes=60, **fixed)
    task = AgreedTask(**of_room, side=Side.CHALLENGE, title="Send the plan")
    file = RoomFile(
        **of_room,
        number=2,
        side=Side.CHALLENGE,
        name="plan.pdf",
        kind=FileKind.PDF,
        size=len(PDF),
        sha256=sha256(PDF).hexdigest(),
    )
    line = RoomMessage(**of_room, number=2, side=Side.CHALLENGE, kind=MessageKind.FILE)
    session.add_all([message, line, meeting, task, file])
    session.flush()
    session.add(MeetingTime(meeting_id=meeting.id, starts_at=AT))
    session.add(RoomFilePiece(room_file_id=file.id, number=0, content=PDF))
    session.flush()
    return {
        "conversation_id": match.id,
        "message_id": message.id,
        "meeting_id": meeting.id,
        "task_id": task.id,
        "file_id": file.id,
    }
