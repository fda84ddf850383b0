"""Where rooms of matches are stored. Rules live in `lifecycle` and in the services."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import LargeBinary
from sqlmodel import CheckConstraint, Column, Field, SQLModel, UniqueConstraint

from app.attachments.content import FileKind
from app.attachments.lifecycle import FileState
from app.conversations.lifecycle import AgreedState, MeetingState, MessageKind, StaffAccess
from app.core.storage.database import Record, UtcDateTime, enum_column
from app.matches.lifecycle import Side


class Conversation(Record, table=True):
    """The room of one match; there from the first thing that is said or done in it.

    `said` is the number of its newest line, and never falls. `challenge_told` and
    `solution_told` are up to which line a side was told by letter that something waits.
    """

    match_id: UUID = Field(foreign_key="match.id", unique=True)
    said: int = 0
    lived_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    challenge_staff: StaffAccess = Field(
        default=StaffAccess.SHUT, sa_type=enum_column(StaffAccess)
    )
    solution_staff: StaffAccess = Field(
        default=StaffAccess.SHUT, sa_type=enum_column(StaffAccess)
    )
    challenge_told: int = 0
    solution_told: int = 0

    def staff_access(self, side: Side) -> StaffAccess:
        """Return what a side says to the staff."""
        return self.challenge_staff if side is Side.CHALLENGE else self.solution_staff

    def say_to_staff(self, side: Side, access: StaffAccess) -> None:
        """Keep what a side says to the staff."""
        if side is Side.CHALLENGE:
            self.challenge_staff = access
        else:
            self.solution_staff = access

    def told(self, side: Side) -> int:
        """Return up to which line a side was told that something waits."""
        return self.challenge_told if side is Side.CHALLENGE else self.solution_told

    def tell(self, side: Side, number: int) -> None:
        """Keep up to which line a side was told, or has noticed by itself."""
        number = max(number, self.told(side))
        if side is Side.CHALLENGE:
            self.challenge_told = number
        else:
            self.solution_told = number


class RoomMessage(Record, table=True):
    """One line of a room: what somebody wrote, or that they added a file or let staff read."""

    __tablename__ = "room_message"
    __table_args__ = (
        UniqueConstraint("conversation_id", "number"),
        CheckConstraint("taken_back_at IS NULL OR body = ''", name="taken_back"),
    )

    conversation_id: UUID = Field(foreign_key="conversation.id")
    number: int
    side: Side = Field(sa_type=enum_column(Side))
    user_id: UUID = Field(foreign_key="user_account.id", index=True)
    kind: MessageKind = Field(default=MessageKind.SAID, sa_type=enum_column(MessageKind))
    body: str = ""
    edited_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    taken_back_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class RoomFile(Record, table=True):
    """A file that one side has added to a room; `number` is the line that tells of it.

    `user_id` is who added it; the file is their team's, so it stays when they are erased.
    """

    __tablename__ = "room_file"
    __table_args__ = (
        UniqueConstraint("conversation_id", "number"),
        CheckConstraint("(state = 'removed') = (removed_at IS NOT NULL)", name="removed"),
        CheckConstraint("size > 0", name="size"),
    )

    conversation_id: UUID = Field(foreign_key="conversation.id")
    number: int
    side: Side = Field(sa_type=enum_column(Side))
    user_id: UUID | None = Field(default=None, foreign_key="user_account.id", index=True)
    name: str
    kind: FileKind = Field(sa_type=enum_column(FileKind))
    size: int
    sha256: str
    state: FileState = Field(default=FileState.KEPT, sa_type=enum_column(FileState))
    removed_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class RoomFilePiece(SQLModel, table=True):
    """A piece of what such a file holds."""

    __tablename__ = "room_file_piece"

    room_file_id: UUID = Field(primary_key=True, foreign_key="room_file.id", ondelete="CASCADE")
    number: int = Field(primary_key=True)
    content: bytes = Field(sa_column=Column(LargeBinary, nullable=False))


class ReadMark(Record, table=True):
    """Up to which line somebody has read a room."""

    __tablename__ = "read_mark"
    __table_args__ = (UniqueConstraint("conversation_id", "user_id"),)

    conversation_id: UUID = Field(foreign_key="conversation.id")
    user_id: UUID = Field(foreign_key="user_account.id", index=True)
    number: int


class Meeting(Record, table=True):
    """A meeting; `side` proposed its times last, and `sequence` counts its changes."""

    __table_args__ = (
        CheckConstraint("state != 'fixed' OR starts_at IS NOT NULL", name="fixed"),
    )

    conversation_id: UUID = Field(foreign_key="conversation.id", index=True)
    side: Side = Field(sa_type=enum_column(Side))
    user_id: UUID = Field(foreign_key="user_account.id", index=True)
    topic: str
    place: str = ""
    minutes: int
    state: MeetingState = Field(
        default=MeetingState.PROPOSED, sa_type=enum_column(MeetingState)
    )
    starts_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    sequence: int = 0


class MeetingTime(Record, table=True):
    """A time that is proposed for a meeting."""

    __tablename__ = "meeting_time"
    __table_args__ = (UniqueConstraint("meeting_id", "starts_at"),)

    meeting_id: UUID = Field(foreign_key="meeting.id", ondelete="CASCADE")
    starts_at: datetime = Field(sa_type=UtcDateTime)


class AgreedTask(Record, table=True):
    """Something that both sides have agreed on: who does what, by when."""

    __tablename__ = "agreed_task"
    __table_args__ = (CheckConstraint("(state = 'done') = (done_at IS NOT NULL)", name="done"),)

    conversation_id: UUID = Field(foreign_key="conversation.id", index=True)
    user_id: UUID = Field(foreign_key="user_account.id", index=True)
    side: Side = Field(sa_type=enum_column(Side))
    person_id: UUID | None = Field(default=None, foreign_key="user_account.id", index=True)
    title: str
    due_on: date | None = None
    state: AgreedState = Field(default=AgreedState.OPEN, sa_type=enum_column(AgreedState))
    done_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
