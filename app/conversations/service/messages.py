"""What both sides say to each other: said, changed or taken back for a while, and read."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Final
from uuid import UUID

from sqlmodel import Session, col, func, select

from app.access.policy import Actor
from app.attachments.lifecycle import FileState
from app.conversations import queries
from app.conversations.lifecycle import MessageKind
from app.conversations.models import Conversation, ReadMark, RoomFile, RoomMessage
from app.conversations.queries import Room
from app.conversations.schemas import (
    MOST_AT_ONCE,
    MOST_MESSAGES,
    ChangedMessage,
    MessageRead,
    MessagesRead,
    NewMessage,
)
from app.conversations.service import rooms
from app.core.base.clock import now
from app.core.base.entity_tags import ANYTHING, Expected
from app.core.base.errors import Conflict, NotFound, NotPermitted
from app.core.base.messages import Message
from app.core.storage import audit
from app.matches.lifecycle import Side

SUBJECT: Final = "conversation"
"""The kind of subject in the audit record, which holds no word of what was said."""
CHANGED_FOR: Final = timedelta(hours=1)
"""How long a message can be changed or taken back by who wrote it."""


def listed(
    session: Session,
    actor: Actor,
    key: UUID | str,
    before: int | None = None,
    limit: int = MOST_AT_ONCE,
) -> MessagesRead:
    """Return the newest lines of a room, or those before one of them; the newest last.

    Raises
    ------
    NotFound, NotPermitted
        If the actor may not know of the room, or not read it.
    """
    room = queries.of_readers(session, actor, key)
    if room.row is None:
        return MessagesRead(messages=[], before=None)
    statement = select(RoomMessage).where(RoomMessage.conversation_id == room.row.id)
    if before is not None:
        statement = statement.where(RoomMessage.number < before)
    found = session.exec(
        statement.order_by(col(RoomMessage.number).desc()).limit(limit + 1)
    ).all()
    rows = found[:limit][::-1]
    more = rows[0].number if len(found) > limit else None
    return MessagesRead(messages=_read(session, actor, room, rows), before=more)


def read(session: Session, actor: Actor, key: UUID | str, message_id: UUID) -> MessageRead:
    """Return one line of a room.

    Raises
    ------
    NotFound, NotPermitted
        As for `listed`; or there is no such line in it.
    """
    room = queries.of_readers(session, actor, key)
    return _read(session, actor, room, [_one(session, room, message_id)])[0]


def say(session: Session, actor: Actor, key: UUID | str, new: NewMessage) -> RoomMessage:
    """Write something to the other team.

    Raises
    ------
    NotFound, NotPermitted
        If the actor may not know of the room, or is of neither team.
    Conflict
        If nothing is written in it any more, or it is full.
    """
    room, row, side = rooms.hold_open(session, queries.of_team(session, actor, key))
    said = select(func.count()).where(
        RoomMessage.conversation_id == row.id, RoomMessage.kind == MessageKind.SAID
    )
    if session.exec(said).one() >= MOST_MESSAGES:
        raise Conflict(
            Message("The room has {most} messages, the maximum.", most=MOST_MESSAGES),
            remedy="Write to each other by email. You find the addresses with the match.",
        )
    message = add(session, actor, row, side, MessageKind.SAID, new.body)
    row.lived_at = now()
    if new.read is not None and actor.user_id is not None:
        _mark(session, row, actor.user_id, new.read)
    audit.record(session, actor.user_id, "say", SUBJECT, row.id, code=room.match.code)
    return message


def add(
    session: Session,
    actor: Actor,
    row: Conversation,
    side: Side,
    kind: MessageKind,
    body: str = "",
) -> RoomMessage:
    """Add one line to a room that is held.

    Parameters
    ----------
    side : Side
        For which it is said.
    body : str, default=""
        The words, of what is said; other kinds have none.

    Raises
    ------
    NotPermitted
        If the actor is no person.
    """
    if actor.user_id is None:
        raise NotPermitted("Only a person writes here.")
    row.said += 1
    message = RoomMessage(
        conversation_id=row.id,
        number=row.said,
        side=side,
        user_id=actor.user_id,
        kind=kind,
        body=body,
    )
    session.add(message)
    session.flush()
    return message


def change(
    session: Session,
    actor: Actor,
    key: UUID | str,
    message_id: UUID,
    changed: ChangedMessage,
    expected: Expected = ANYTHING,
) -> RoomMessage:
    """Write a message of one's own anew, for a while.

    Raises
    ------
    NotFound, NotPermitted, Conflict
        As for `say`; or there is no such message, or it is somebody else's, or the time to
        change it is over.
    Stale
        If it is no longer as expected.
    """
    room, row, message = _own(session, actor, key, message_id, expected)
    message.body = changed.body
    message.edited_at = row.lived_at = now()
    session.flush()
    audit.record(session, actor.user_id, "edit", SUBJECT, row.id, code=room.match.code)
    return message


def take_back(session: Session, actor: Actor, key: UUID | str, message_id: UUID) -> None:
    """Take a message of one's own back, for a while: its line stays, without its text.

    Raises
    ------
    NotFound, NotPermitted, Conflict
        As for `change`.
    """
    room, row, message = _own(session, actor, key, message_id, ANYTHING)
    message.body = ""
    message.taken_back_at = row.lived_at = now()
    session.flush()
    audit.record(session, actor.user_id, "take-back", SUBJECT, row.id, code=room.match.code)


def mark_read(session: Session, actor: Actor, key: UUID | str, number: int) -> None:
    """Keep up to which line somebody has read; what was read before stays read.

    Raises
    ------
    NotFound, NotPermitted
        If the actor may not know of the room, or is of neither team.
    """
    room = queries.known(session, actor, key)
    if not room.sides:
        raise NotPermitted("Only the two teams of the match read here.")
    _, row = rooms.hold(session, room)
    if actor.user_id is not None:
        _mark(session, row, actor.user_id, number)


def _mark(session: Session, row: Conversation, user_id: UUID, number: int) -> None:
    statement = select(ReadMark).where(
        ReadMark.conversation_id == row.id, ReadMark.user_id == user_id
    )
    # Nobody has read what is not said yet, nor has unread what was read.
    number = min(number, row.said)
    mark = session.exec(statement.execution_options(populate_existing=True)).first()
    if mark is None:
        session.add(ReadMark(conversation_id=row.id, user_id=user_id, number=number))
    elif mark.number < number:
        mark.number = number
    session.flush()


def _own(
    session: Session, actor: Actor, key: UUID | str, message_id: UUID, expected: Expected
) -> tuple[Room, Conversation, RoomMessage]:
    room, row, _ = rooms.hold_open(session, queries.of_team(session, actor, key))
    message = _one(session, room, message_id)
    session.refresh(message, with_for_update=True)
    if message.user_id != actor.user_id:
        raise NotPermitted("Somebody else wrote this message.")
    expected.require(_read(session, actor, room, [message])[0])
    if not _is_changeable(actor, room, message):
        raise Conflict(
            "This message cannot be changed or taken back any more.",
            remedy="Say in another message what has changed.",
        )
    return room, row, message


def _is_changeable(actor: Actor, room: Room, message: RoomMessage) -> bool:
    return (
        message.user_id == actor.user_id
        and message.kind is MessageKind.SAID
        and message.taken_back_at is None
        and now() < message.created_at + CHANGED_FOR
        and room.closed is None
    )


def _one(session: Session, room: Room, key: UUID) -> RoomMessage:
    found = session.get(RoomMessage, key)
    if found is None or room.row is None or found.conversation_id != room.row.id:
        raise NotFound(Message("There is no message {key}.", key=key))
    return found


def _read(
    session: Session, actor: Actor, room: Room, rows: Sequence[RoomMessage]
) -> list[MessageRead]:
    names = queries.names_of(session, {row.user_id for row in rows})
    files = _files(session, [row for row in rows if row.kind is MessageKind.FILE])
    shown = {"id", "number", "side", "kind", "body", "created_at", "edited_at", "taken_back_at"}
    return [
        MessageRead(
            **row.model_dump(include=shown),
            author=names[row.user_id],
            file_id=files.get(row.number),
            by_you=row.user_id == actor.user_id,
            changeable=_is_changeable(actor, room, row),
        )
        for row in rows
    ]


def _files(session: Session, lines: Sequence[RoomMessage]) -> dict[int, UUID]:
    """Return the files that lines of one room tell of, by the number of each."""
    if not lines:
        return {}
    statement = select(RoomFile.number, RoomFile.id).where(
        RoomFile.conversation_id == lines[0].conversation_id,
        RoomFile.state == FileState.KEPT,
        col(RoomFile.number).in_([line.number for line in lines]),
    )
    return dict(session.exec(statement).all())
