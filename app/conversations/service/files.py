"""Files that both sides give each other: added, removed and put back by the side they are of.

What a file is, and how it is kept, is the same as of files of submissions (decision 45).
"""

from collections.abc import Sequence
from typing import Final
from uuid import UUID

from sqlmodel import Session, col, select

from app.access.lifecycle import Offer
from app.access.policy import Actor
from app.attachments.lifecycle import FileState
from app.attachments.names import called
from app.attachments.service.storing import Sent, beyond, digest, looked_at, store
from app.conversations import queries
from app.conversations.lifecycle import FILE_LIFE, FileFacts, MessageKind
from app.conversations.models import RoomFile, RoomFilePiece, RoomMessage
from app.conversations.queries import Room
from app.conversations.schemas import MOST_FILES, RoomFileRead, RoomFilesRead
from app.conversations.service import messages, rooms
from app.core.base.clock import now
from app.core.base.entity_tags import ANYTHING, Expected
from app.core.base.errors import Conflict, NotFound
from app.core.base.messages import Message
from app.core.storage import audit
from app.matches.lifecycle import Side
from app.settings import Settings
from app.submissions.models import Submission

SUBJECT: Final = "room-file"
"""The kind of subject in the audit record, which holds no name of a file."""


def listed(session: Session, actor: Actor, key: UUID | str) -> RoomFilesRead:
    """Return the files of a room, the newest first, and behind them what one's team removed.

    Raises
    ------
    NotFound, NotPermitted
        If the actor may not know of the room, or not read it.
    """
    room = queries.of_readers(session, actor, key)
    rows = sorted(_readable(session, room), key=lambda row: row.number, reverse=True)
    rows.sort(key=lambda row: row.state is FileState.REMOVED)
    return RoomFilesRead(files=_read(session, rows[:MOST_FILES]))


def get(session: Session, actor: Actor, key: UUID | str, file_id: UUID) -> RoomFile:
    """Return one file of a room.

    Raises
    ------
    NotFound, NotPermitted
        As for `listed`; or there is no such file in it that the actor may read.
    """
    return _one(session, queries.of_readers(session, actor, key), file_id)


def read(session: Session, actor: Actor, key: UUID | str, file_id: UUID) -> RoomFileRead:
    """Return the same, as it is told.

    Raises
    ------
    NotFound, NotPermitted
        As for `get`.
    """
    return _read(session, [get(session, actor, key, file_id)])[0]


def add(
    session: Session, actor: Actor, key: UUID | str, sent: Sent, settings: Settings
) -> RoomFile:
    """Keep a file for both teams; one that one's team has there already is returned.

    A line of the room tells of it, so that it waits for the other team as a message does.

    Raises
    ------
    NotFound, NotPermitted
        If the actor may not know of the room, or is of neither team.
    Unprocessable
        If no file was sent, or it is none that we take.
    TooLarge
        If it is larger than a file may be.
    Conflict
        If nothing is written in the room any more, or the team has no room for it.
    """
    known = queries.of_team(session, actor, key)
    kind, file = looked_at(sent, settings.max_file_bytes)
    # Held until the transaction ends: of files that arrive at once each counts the others.
    room, row, side = rooms.hold_open(session, known)
    kept = [one for one in _every(session, room) if one.state is FileState.KEPT]
    sha256 = digest(file)
    for one in kept:
        if (one.sha256, one.side) == (sha256, side):
            return one
    if (full := _no_room(kept, side, sent.size, settings)) is not None:
        raise full
    line = messages.add(session, actor, row, side, MessageKind.FILE)
    made = RoomFile(
        conversation_id=row.id,
        number=line.number,
        side=side,
        user_id=actor.user_id,
        name=called(sent.name, kind, [one.name for one in kept]),
        kind=kind,
        size=sent.size,
        sha256=sha256,
    )
    session.add(made)
    row.lived_at = now()
    session.flush()
    store(session, RoomFilePiece, made.id, file)
    audit.record(session, actor.user_id, "attach", SUBJECT, made.id, code=room.match.code)
    return made


def move(
    session: Session,
    actor: Actor,
    key: UUID | str,
    file_id: UUID,
    name: str,
    settings: Settings,
    expected: Expected = ANYTHING,
) -> RoomFileRead:
    """Remove a file of one's own team, or put it back; its line tells it no more meanwhile.

    Raises
    ------
    NotFound, NotPermitted
        If the actor may not know of the room, or is of neither team; or there is no such
        file or step.
    Stale
        If it is no longer as expected.
    Conflict
        If the step does not start from here, the other team has added it, nothing is written
        in the room any more, or the team has no room for it.
    """
    step = FILE_LIFE.step(name)
    room, row = rooms.hold(session, queries.of_team(session, actor, key))
    file = _one(session, room, file_id)
    session.refresh(file, with_for_update=True)
    expected.require(_read(session, [file])[0])
    file.state = FILE_LIFE.advance(file.state, step, _facts(session, room, file, settings))
    is_removed = file.state is FileState.REMOVED
    file.removed_at = now() if is_removed else None
    if not is_removed:
        others = [
            one.name
            for one in _every(session, room)
            if one.state is FileState.KEPT and one.id != file.id
        ]
        file.name = called(file.name, file.kind, others)
    if (line := _line(session, file)) is not None:
        line.taken_back_at = file.removed_at
    row.lived_at = now()
    session.flush()
    _forget_oldest(session, room, file.side, settings)
    audit.record(session, actor.user_id, name, SUBJECT, file.id, code=room.match.code)
    return _read(session, [file])[0]


def offers(
    session: Session, actor: Actor, key: UUID | str, file_id: UUID, settings: Settings
) -> tuple[FileState, list[Offer]]:
    """Return where a file stands, and every step from there.

    Raises
    ------
    NotFound, NotPermitted
        As for `move`.
    """
    room = queries.of_team(session, actor, key)
    file = _one(session, room, file_id)
    owner = session.get_one(Submission, room.match.key_of(room.sides[0])).organisation_id
    facts = _facts(session, room, file, settings)
    return file.state, FILE_LIFE.offers(actor, owner, file.state, facts)


def _facts(session: Session, room: Room, file: RoomFile, settings: Settings) -> FileFacts:
    closed = room.closed
    if closed is None and file.side not in room.sides:
        closed = Conflict(
            "The other team has added this file.", remedy="Ask that team to remove it."
        )
    others = [
        one
        for one in _every(session, room)
        if one.state is FileState.KEPT and one.id != file.id
    ]
    return FileFacts(closed, _no_room(others, file.side, file.size, settings))


def _no_room(
    kept: Sequence[RoomFile], side: Side, size: int, settings: Settings
) -> Conflict | None:
    """Return why a side keeps no further file; those of the other one do not count."""
    own = [one.size for one in kept if one.side is side]
    if len(own) >= settings.max_room_files:
        problem = Message("Your team has {most} files here, the maximum.", most=len(own))
    elif sum(own) + size > settings.max_room_files_bytes:
        limit = settings.max_room_files_bytes // 1_000_000
        problem = Message("All files together would have more than {limit} MB.", limit=limit)
    else:
        return None
    return Conflict(problem, remedy="Remove one that you no longer need.")


def _every(session: Session, room: Room) -> Sequence[RoomFile]:
    if room.row is None:
        return ()
    statement = select(RoomFile).where(RoomFile.conversation_id == room.row.id)
    return session.exec(statement.order_by(col(RoomFile.number))).all()


def _readable(session: Session, room: Room) -> list[RoomFile]:
    """Return what the reader of a room may read: what a team has removed, that team alone."""
    return [
        row
        for row in _every(session, room)
        if row.state is FileState.KEPT or row.side in room.sides
    ]


def _one(session: Session, room: Room, key: UUID) -> RoomFile:
    for row in _readable(session, room):
        if row.id == key:
            return row
    raise NotFound(Message("There is no file {key}.", key=key))


def _line(session: Session, file: RoomFile) -> RoomMessage | None:
    """Return the line that tells of a file; None where its writer was erased."""
    statement = select(RoomMessage).where(
        RoomMessage.conversation_id == file.conversation_id,
        RoomMessage.number == file.number,
        RoomMessage.kind == MessageKind.FILE,
    )
    return session.exec(statement).first()


def _forget_oldest(session: Session, room: Room, side: Side, settings: Settings) -> None:
    removed = [
        row
        for row in _every(session, room)
        if row.side is side and row.state is FileState.REMOVED
    ]
    for row in beyond(removed, settings.max_room_files, settings.max_room_files_bytes):
        session.delete(row)
    session.flush()


def _read(session: Session, rows: Sequence[RoomFile]) -> list[RoomFileRead]:
    names = queries.names_of(session, {row.user_id for row in rows if row.user_id})
    told = {*RoomFileRead.model_fields} - {"by"}
    return [
        RoomFileRead(
            **row.model_dump(include=told), by=names.get(row.user_id) if row.user_id else None
        )
        for row in rows
    ]
