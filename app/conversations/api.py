"""Routes about the rooms of matches: for their two teams, and what the staff may see.

A conversation is named by the key or the code of its match.
"""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Body, Path, Query, Response, status

from app.access.policy import Action
from app.accounts.dependencies import ActorDep, DatabaseDep, SettingsDep
from app.attachments.api import FILE, UPLOADED, sent_of
from app.attachments.content import MEDIA_TYPES
from app.attachments.service.storing import pieces
from app.conversations.calendar_files import MEDIA_TYPE as CALENDAR
from app.conversations.lifecycle import AGREED_LIFE, FILE_LIFE, MEETING_LIFE, STAFF_LIFE
from app.conversations.models import RoomFile, RoomFilePiece
from app.conversations.schemas import (
    MOST_AT_ONCE,
    MOST_LINES,
    AgreedTaskRead,
    AgreedTasksRead,
    ChangedMessage,
    FairTimesRead,
    MeetingRead,
    MeetingsRead,
    MeetingStepTaken,
    MessageRead,
    MessagesRead,
    Minutes,
    NewAgreedTask,
    NewMeeting,
    NewMessage,
    Reading,
    RoomFileRead,
    RoomFilesRead,
    RoomRead,
    RoomTeamRead,
)
from app.conversations.service import (
    agreed_tasks,
    files,
    meetings,
    messages,
    rooms,
    staff_access,
)
from app.core.base.numbers import Whole
from app.core.base.references import Reference
from app.core.base.schemas import OffersRead
from app.core.http.access import needs, within
from app.core.http.database_sessions import ReadSessionDep, SessionDep
from app.core.http.etags import ExpectedDep, ExpectedIfStatedDep
from app.core.http.idempotency import without_key
from app.core.http.routing import Route
from app.core.http.uploads import UploadDep, body_with, handed_out
from app.core.storage.database import Database

router = APIRouter(
    route_class=Route, prefix="/conversations/{conversation_id}", tags=["conversations"]
)

AnyRoom = RoomTeamRead | RoomRead
StaffStepName = Annotated[str, Path(json_schema_extra={"enum": list(STAFF_LIFE.steps)})]
MeetingStepName = Annotated[str, Path(json_schema_extra={"enum": list(MEETING_LIFE.steps)})]
AgreedStepName = Annotated[str, Path(json_schema_extra={"enum": list(AGREED_LIFE.steps)})]
FileStepName = Annotated[str, Path(json_schema_extra={"enum": list(FILE_LIFE.steps)})]
MeetingStepBody = Annotated[MeetingStepTaken, Body(default_factory=MeetingStepTaken)]
Before = Annotated[
    Whole, Query(ge=1, le=MOST_LINES, description="Only lines before this number.")
]
Limit = Annotated[Whole, Query(ge=1, le=MOST_AT_ONCE)]
Long = Annotated[Minutes, Query(description="How many minutes the meeting takes.")]


@router.get("", response_model=AnyRoom)
@within(Action.MATCH_READ)
def read_conversation(
    session: ReadSessionDep, actor: ActorDep, conversation_id: Reference
) -> RoomRead:
    """Read that the two teams of a match talk: how much, when last, and no word of it."""
    return rooms.read(session, actor, conversation_id)


@router.get("/steps")
@needs(Action.CONVERSATION_WRITE)
def list_conversation_steps(
    session: ReadSessionDep, actor: ActorDep, conversation_id: Reference
) -> OffersRead:
    """List what your team can say to the staff: let them read, or no longer."""
    return OffersRead.of(*staff_access.offers(session, actor, conversation_id))


@router.post("/steps/{step}", response_model=AnyRoom)
@needs(Action.CONVERSATION_WRITE)
def take_conversation_step(
    session: SessionDep,
    actor: ActorDep,
    conversation_id: Reference,
    step: StaffStepName,
    expected: ExpectedIfStatedDep,
) -> RoomRead:
    """Let the staff read as far as your team is concerned, or no longer; both teams see it."""
    return staff_access.move(session, actor, conversation_id, step, expected)


@router.post("/read", response_model=AnyRoom)
@needs(Action.CONVERSATION_READ)
def mark_conversation_read(
    session: SessionDep, actor: ActorDep, conversation_id: Reference, reading: Reading
) -> RoomRead:
    """Keep up to which line you have read."""
    messages.mark_read(session, actor, conversation_id, reading.number)
    return rooms.read(session, actor, conversation_id)


@router.get("/messages")
@within(Action.CONVERSATION_READ, Action.CONVERSATION_VISIT)
def list_messages(
    session: ReadSessionDep,
    actor: ActorDep,
    conversation_id: Reference,
    before: Before | None = None,
    limit: Limit = 50,
) -> MessagesRead:
    """List what the two teams have said, the newest last."""
    return messages.listed(session, actor, conversation_id, before, limit)


@router.post("/messages", status_code=status.HTTP_201_CREATED)
@needs(Action.CONVERSATION_WRITE)
def add_message(
    session: SessionDep, actor: ActorDep, conversation_id: Reference, new: NewMessage
) -> MessageRead:
    """Write something to the other team."""
    message = messages.say(session, actor, conversation_id, new)
    return messages.read(session, actor, conversation_id, message.id)


@router.get("/messages/{message_id}")
@within(Action.CONVERSATION_READ, Action.CONVERSATION_VISIT)
def read_message(
    session: ReadSessionDep, actor: ActorDep, conversation_id: Reference, message_id: UUID
) -> MessageRead:
    """Read one line of what the two teams have said."""
    return messages.read(session, actor, conversation_id, message_id)


@router.put("/messages/{message_id}")
@needs(Action.CONVERSATION_WRITE)
def change_message(
    session: SessionDep,
    actor: ActorDep,
    expected: ExpectedDep,
    conversation_id: Reference,
    message_id: UUID,
    changed: ChangedMessage,
) -> MessageRead:
    """Write a message of your own anew, within an hour."""
    messages.change(session, actor, conversation_id, message_id, changed, expected)
    return messages.read(session, actor, conversation_id, message_id)


@router.delete("/messages/{message_id}", status_code=status.HTTP_204_NO_CONTENT)
@needs(Action.CONVERSATION_WRITE)
def take_message_back(
    session: SessionDep, actor: ActorDep, conversation_id: Reference, message_id: UUID
) -> None:
    """Take a message of your own back, within an hour; that there was one can be seen."""
    messages.take_back(session, actor, conversation_id, message_id)


@router.get("/meeting-times")
@needs(Action.CONVERSATION_WRITE)
def list_meeting_times(
    session: ReadSessionDep, actor: ActorDep, conversation_id: Reference, minutes: Long = 60
) -> FairTimesRead:
    """List the times of the next two weeks that are fairest to both teams, the best first."""
    return meetings.proposals(session, actor, conversation_id, minutes)


@router.get("/meetings")
@within(Action.CONVERSATION_READ, Action.CONVERSATION_VISIT)
def list_meetings(
    session: ReadSessionDep, actor: ActorDep, conversation_id: Reference
) -> MeetingsRead:
    """List the meetings of the two teams, the newest first."""
    return meetings.listed(session, actor, conversation_id)


@router.post("/meetings", status_code=status.HTTP_201_CREATED)
@needs(Action.CONVERSATION_WRITE)
def propose_meeting(
    session: SessionDep,
    actor: ActorDep,
    settings: SettingsDep,
    conversation_id: Reference,
    new: NewMeeting,
) -> MeetingRead:
    """Propose a meeting at up to five times; the other team gets a letter."""
    public_url = settings.public_url
    meeting = meetings.propose(session, actor, conversation_id, new, public_url=public_url)
    return meetings.read(session, actor, conversation_id, meeting.id)


@router.get("/meetings/{meeting_id}")
@within(Action.CONVERSATION_READ, Action.CONVERSATION_VISIT)
def read_meeting(
    session: ReadSessionDep, actor: ActorDep, conversation_id: Reference, meeting_id: UUID
) -> MeetingRead:
    """Read one meeting, each time on the clocks of both teams."""
    return meetings.read(session, actor, conversation_id, meeting_id)


@router.get("/meetings/{meeting_id}/steps")
@needs(Action.CONVERSATION_WRITE)
def list_meeting_steps(
    session: ReadSessionDep, actor: ActorDep, conversation_id: Reference, meeting_id: UUID
) -> OffersRead:
    """List every step from where a meeting stands: take a time, move it, cancel it."""
    return OffersRead.of(*meetings.offers(session, actor, conversation_id, meeting_id))


@router.post("/meetings/{meeting_id}/steps/{step}")
@needs(Action.CONVERSATION_WRITE)
def take_meeting_step(
    session: SessionDep,
    actor: ActorDep,
    settings: SettingsDep,
    conversation_id: Reference,
    meeting_id: UUID,
    step: MeetingStepName,
    expected: ExpectedIfStatedDep,
    taken: MeetingStepBody,
) -> MeetingRead:
    """Take one of the times, propose others, or cancel; the other team gets a letter."""
    url = settings.public_url
    return meetings.take(
        session, actor, conversation_id, meeting_id, step, taken, expected, public_url=url
    )


@router.get(
    "/meetings/{meeting_id}/calendar",
    response_class=Response,
    responses={200: {"content": {"text/calendar": {"schema": {"type": "string"}}}}},
)
@within(Action.CONVERSATION_READ, Action.CONVERSATION_VISIT)
def read_meeting_calendar(
    session: ReadSessionDep,
    actor: ActorDep,
    settings: SettingsDep,
    conversation_id: Reference,
    meeting_id: UUID,
) -> Response:
    """Get a meeting that is fixed as a file for calendars (iCalendar)."""
    url = settings.public_url
    text = meetings.calendar(session, actor, conversation_id, meeting_id, public_url=url)
    return Response(text, media_type=CALENDAR)


@router.get("/attachments")
@within(Action.CONVERSATION_READ, Action.CONVERSATION_VISIT)
def list_room_files(
    session: ReadSessionDep, actor: ActorDep, conversation_id: Reference
) -> RoomFilesRead:
    """List the files of the two teams, the newest first."""
    return files.listed(session, actor, conversation_id)


@router.post(
    "/attachments",
    status_code=status.HTTP_201_CREATED,
    openapi_extra=body_with(),
    responses=UPLOADED,
)
@needs(Action.CONVERSATION_WRITE)
@without_key  # the same file of the same team is kept once, however often it is sent
def add_room_file(
    upload: UploadDep,
    session: SessionDep,
    actor: ActorDep,
    settings: SettingsDep,
    conversation_id: Reference,
) -> RoomFileRead:
    """Give the other team a file: PDF, pictures, office files."""
    made = files.add(session, actor, conversation_id, sent_of(upload), settings)
    return files.read(session, actor, conversation_id, made.id)


@router.get("/attachments/{file_id}")
@within(Action.CONVERSATION_READ, Action.CONVERSATION_VISIT)
def read_room_file(
    session: ReadSessionDep, actor: ActorDep, conversation_id: Reference, file_id: UUID
) -> RoomFileRead:
    """Read what a file is called, what it is, and which team has added it."""
    return files.read(session, actor, conversation_id, file_id)


@router.get("/attachments/{file_id}/content", responses=FILE, response_class=Response)
@within(Action.CONVERSATION_READ, Action.CONVERSATION_VISIT)
def read_room_file_content(
    session: ReadSessionDep,
    actor: ActorDep,
    database: DatabaseDep,
    conversation_id: Reference,
    file_id: UUID,
) -> Response:
    """Read what a file holds. Whether you may is asked each time."""
    return download_of(files.get(session, actor, conversation_id, file_id), database)


def download_of(file: RoomFile, database: Database) -> Response:
    """Return a file that its reader may read, for keeping."""
    of = (file.id, file.size, file.sha256)
    return handed_out(
        file.name, MEDIA_TYPES[file.kind], lambda: pieces(database, RoomFilePiece, *of)
    )


@router.get("/attachments/{file_id}/steps")
@needs(Action.CONVERSATION_WRITE)
def list_room_file_steps(
    session: ReadSessionDep,
    actor: ActorDep,
    settings: SettingsDep,
    conversation_id: Reference,
    file_id: UUID,
) -> OffersRead:
    """List every step from where a file stands: remove it, put it back."""
    return OffersRead.of(*files.offers(session, actor, conversation_id, file_id, settings))


@router.post("/attachments/{file_id}/steps/{step}")
@needs(Action.CONVERSATION_WRITE)
def take_room_file_step(
    session: SessionDep,
    actor: ActorDep,
    settings: SettingsDep,
    conversation_id: Reference,
    file_id: UUID,
    step: FileStepName,
    expected: ExpectedIfStatedDep,
) -> RoomFileRead:
    """Remove a file of your own team, or put it back."""
    return files.move(session, actor, conversation_id, file_id, step, settings, expected)


@router.get("/tasks")
@within(Action.CONVERSATION_READ, Action.CONVERSATION_VISIT)
def list_agreed_tasks(
    session: ReadSessionDep, actor: ActorDep, conversation_id: Reference
) -> AgreedTasksRead:
    """List what the two teams have agreed on: what is open first, by date."""
    return agreed_tasks.listed(session, actor, conversation_id)


@router.post("/tasks", status_code=status.HTTP_201_CREATED)
@needs(Action.CONVERSATION_WRITE)
def add_agreed_task(
    session: SessionDep, actor: ActorDep, conversation_id: Reference, new: NewAgreedTask
) -> AgreedTaskRead:
    """Keep what the two teams have agreed on: who does what, by when."""
    task = agreed_tasks.add(session, actor, conversation_id, new)
    return agreed_tasks.read(session, actor, conversation_id, task.id)


@router.get("/tasks/{task_id}")
@within(Action.CONVERSATION_READ, Action.CONVERSATION_VISIT)
def read_agreed_task(
    session: ReadSessionDep, actor: ActorDep, conversation_id: Reference, task_id: UUID
) -> AgreedTaskRead:
    """Read one thing that the two teams have agreed on."""
    return agreed_tasks.read(session, actor, conversation_id, task_id)


@router.get("/tasks/{task_id}/steps")
@needs(Action.CONVERSATION_WRITE)
def list_agreed_task_steps(
    session: ReadSessionDep, actor: ActorDep, conversation_id: Reference, task_id: UUID
) -> OffersRead:
    """List every step from where a task stands: done, open again, dropped."""
    return OffersRead.of(*agreed_tasks.offers(session, actor, conversation_id, task_id))


@router.post("/tasks/{task_id}/steps/{step}")
@needs(Action.CONVERSATION_WRITE)
def take_agreed_task_step(
    session: SessionDep,
    actor: ActorDep,
    conversation_id: Reference,
    task_id: UUID,
    step: AgreedStepName,
    expected: ExpectedIfStatedDep,
) -> AgreedTaskRead:
    """Mark a task as done, open it again, or drop it."""
    return agreed_tasks.move(session, actor, conversation_id, task_id, step, expected)
