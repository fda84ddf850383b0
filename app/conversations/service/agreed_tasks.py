"""What both sides have agreed on: who does what, by when, and whether it is done."""

from collections.abc import Sequence
from typing import Final
from uuid import UUID

from sqlmodel import Session, case, col, select

from app.access.lifecycle import Offer
from app.access.policy import Actor
from app.conversations import queries
from app.conversations.lifecycle import AGREED_LIFE, AgreedState
from app.conversations.models import AgreedTask
from app.conversations.queries import Room
from app.conversations.schemas import (
    MOST_AGREED,
    AgreedTaskRead,
    AgreedTasksRead,
    NewAgreedTask,
)
from app.conversations.service import rooms
from app.core.base.clock import now
from app.core.base.entity_tags import ANYTHING, Expected
from app.core.base.errors import Conflict, FieldError, NotFound, NotPermitted, Unprocessable
from app.core.base.messages import Message
from app.core.storage import audit
from app.submissions.models import Submission

SUBJECT: Final = "agreed task"
"""The kind of subject in the audit record, which does not tell what it is."""


def listed(session: Session, actor: Actor, key: UUID | str) -> AgreedTasksRead:
    """Return what both sides have agreed on: what is open first, by date.

    Raises
    ------
    NotFound, NotPermitted
        If the actor may not know of the room, or not read it.
    """
    room = queries.of_readers(session, actor, key)
    rows: Sequence[AgreedTask] = ()
    if room.row is not None:
        is_open = case((col(AgreedTask.state) == AgreedState.OPEN, 0), else_=1)
        undated = case((col(AgreedTask.due_on).is_(None), 1), else_=0)
        statement = (
            select(AgreedTask)
            .where(AgreedTask.conversation_id == room.row.id)
            .order_by(is_open, undated, col(AgreedTask.due_on), col(AgreedTask.created_at))
            .limit(MOST_AGREED)
        )
        rows = session.exec(statement).all()
    return AgreedTasksRead(tasks=_read(session, rows))


def read(session: Session, actor: Actor, key: UUID | str, task_id: UUID) -> AgreedTaskRead:
    """Return one thing that both sides have agreed on.

    Raises
    ------
    NotFound, NotPermitted
        As for `listed`; or there is no such task in the room.
    """
    room = queries.of_readers(session, actor, key)
    return _read(session, [_one(session, room, task_id)])[0]


def add(session: Session, actor: Actor, key: UUID | str, new: NewAgreedTask) -> AgreedTask:
    """Keep what both sides have agreed on.

    Raises
    ------
    NotFound, NotPermitted
        If the actor may not know of the room, or is of neither team.
    Conflict
        If nothing is written in it any more, or it has as many tasks as it may.
    Unprocessable
        If who shall do it is not of that side.
    """
    room, row, _ = rooms.hold_open(session, queries.of_team(session, actor, key))
    if actor.user_id is None:
        raise NotPermitted("Only a person writes here.")
    if new.person_id is not None and new.person_id not in queries.members(
        session, room.match, new.side
    ):
        error = FieldError("/person_id", "This person is not of that team.")
        raise Unprocessable("The task cannot be taken like this.", errors=[error])
    tasks = select(AgreedTask.id).where(AgreedTask.conversation_id == row.id)
    if len(session.exec(tasks.limit(MOST_AGREED)).all()) >= MOST_AGREED:
        raise Conflict(
            Message("The room has {most} tasks, the maximum.", most=MOST_AGREED),
            remedy="Agree on further ones by message.",
        )
    task = AgreedTask(conversation_id=row.id, user_id=actor.user_id, **new.model_dump())
    session.add(task)
    row.lived_at = now()
    session.flush()
    code = room.match.code
    audit.record(session, actor.user_id, "add", SUBJECT, task.id, code=code)
    return task


def move(
    session: Session,
    actor: Actor,
    key: UUID | str,
    task_id: UUID,
    name: str,
    expected: Expected = ANYTHING,
) -> AgreedTaskRead:
    """Mark something as done, open it again, or drop it; either side does.

    Raises
    ------
    NotFound, NotPermitted
        If the actor may not know of the room, or is of neither team; or there is no such
        task or step.
    Stale
        If it is no longer as expected.
    Conflict
        If the step does not start from here, or nothing is written in the room any more.
    """
    step = AGREED_LIFE.step(name)
    room, row = rooms.hold(session, queries.of_team(session, actor, key))
    task = _one(session, room, task_id)
    session.refresh(task, with_for_update=True)
    expected.require(_read(session, [task])[0])
    before = task.state
    task.state = AGREED_LIFE.advance(before, step, room.closed)
    task.done_at = now() if task.state is AgreedState.DONE else None
    row.lived_at = now()
    session.flush()
    audit.record(
        session,
        actor.user_id,
        name,
        SUBJECT,
        task.id,
        code=room.match.code,
        before=before,
        after=task.state,
    )
    return _read(session, [task])[0]


def offers(
    session: Session, actor: Actor, key: UUID | str, task_id: UUID
) -> tuple[AgreedState, list[Offer]]:
    """Return where something stands, and every step from there.

    Raises
    ------
    NotFound, NotPermitted
        As for `move`.
    """
    room = queries.of_team(session, actor, key)
    task = _one(session, room, task_id)
    key_of_side = room.match.key_of(room.sides[0])
    owner = session.get_one(Submission, key_of_side).organisation_id
    return task.state, AGREED_LIFE.offers(actor, owner, task.state, room.closed)


def _one(session: Session, room: Room, key: UUID) -> AgreedTask:
    found = session.get(AgreedTask, key)
    if found is None or room.row is None or found.conversation_id != room.row.id:
        raise NotFound(Message("There is no task {key}.", key=key))
    return found


def _read(session: Session, rows: Sequence[AgreedTask]) -> list[AgreedTaskRead]:
    people = queries.names_of(session, {row.person_id for row in rows if row.person_id})
    return [
        AgreedTaskRead(
            **row.model_dump(
                include={"id", "title", "side", "due_on", "state", "done_at", "created_at"}
            ),
            person=people.get(row.person_id) if row.person_id else None,
        )
        for row in rows
    ]
