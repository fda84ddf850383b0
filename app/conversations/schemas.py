"""What goes in and out about the room of a match: for its two teams, and for the staff."""

from datetime import date, datetime
from typing import Annotated, Final
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from app.attachments.content import FileKind
from app.attachments.lifecycle import FileState
from app.conversations.lifecycle import AgreedState, MeetingState, MessageKind, StaffAccess
from app.core.base.numbers import Whole
from app.core.base.schemas import Day, Instant, at_most
from app.core.base.text import Line, Text
from app.matches.lifecycle import Side

MOST_MESSAGES: Final = 5_000
"""From so many lines on nothing more is said in a room."""
MOST_LINES: Final = 1_000_000
"""No line has a higher number: letting the staff in and out adds lines beyond those."""
MOST_AT_ONCE: Final = 100
"""How many of them are read at once."""
MOST_MEETINGS: Final = 200
"""How many meetings a room has at most."""
MOST_TIMES: Final = 5
"""How many times are proposed for a meeting."""
MOST_MOVES: Final = 20
"""How often the times of a meeting are proposed or taken at most."""
MOST_AGREED: Final = 200
"""How many tasks a room has at most."""
MOST_FILES: Final = 400
"""Files of a room that are shown, with those that one's own team has removed."""
SHORTEST, LONGEST = 15, 480
"""Minutes of a meeting."""

Body = Annotated[Text, StringConstraints(min_length=1, max_length=4000)]
Minutes = Annotated[Whole, Field(ge=SHORTEST, le=LONGEST)]


class RoomRead(BaseModel):
    """That the room of a match lives, as the staff see it: no word of it."""

    match_id: UUID
    code: str = Field(description="Of the match.")
    is_open: bool = Field(description="Whether the two teams still write in it.")
    lived_at: datetime | None = Field(
        description="When something was last said or agreed in it; null for never."
    )
    challenge_messages: int
    solution_messages: int
    challenge_meetings: int = Field(description="Whose times that side proposed last.")
    solution_meetings: int
    staff_may_read: bool = Field(description="Whether both teams let the staff read it.")


class RoomTeamRead(RoomRead):
    """The room of a match, as its two teams see it."""

    side: Side = Field(description="Which of the two is yours.")
    unread: int = Field(description="Lines of others that you have not marked as read.")
    newest: int = Field(description="The number of the newest line.")
    challenge_staff: StaffAccess = Field(
        description="Whether the team of the challenge lets the staff read."
    )
    solution_staff: StaffAccess
    challenge_zone: str = Field(description="In whose time the team of the challenge meets.")
    solution_zone: str


class NewMessage(BaseModel):
    """What somebody writes to the other team."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={"examples": [{"body": "Which sensors do you use?", "read": 12}]},
    )

    body: Body = Field(description="Text alone; nothing of it is read as HTML.")
    read: Annotated[Whole, Field(ge=0, le=MOST_LINES)] | None = Field(
        default=None, description="Up to which line you have read; marks these as read."
    )


class ChangedMessage(BaseModel):
    """What stands in a message instead."""

    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"examples": [{"body": "Which sensors did you use?"}]}
    )

    body: Body


class MessageRead(BaseModel):
    """One line of a room."""

    id: UUID
    number: int = Field(description="Its place in the room, from 1.")
    side: Side = Field(description="For which side its author spoke.")
    kind: MessageKind
    author: str
    by_you: bool
    body: str = Field(description="Empty where it was taken back, or tells something else.")
    file_id: UUID | None = Field(description="The file that it tells of; null without one.")
    created_at: datetime
    edited_at: datetime | None
    taken_back_at: datetime | None
    changeable: bool = Field(description="Whether you can still change it or take it back.")


class MessagesRead(BaseModel):
    """Some lines of a room, the newest last."""

    messages: Annotated[list[MessageRead], at_most(MOST_AT_ONCE)]
    before: int | None = Field(
        description="To be sent as `before` for the lines before these; null for none."
    )


class Reading(BaseModel):
    """Up to which line somebody has read."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"number": 12}]})

    number: Annotated[Whole, Field(ge=0, le=MOST_LINES)]


# --- meetings ------------------------------------------------------------------------------


class NewMeeting(BaseModel):
    """A meeting that one side proposes, at several times."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [
                {
                    "topic": "What the sensors need",
                    "minutes": 60,
                    "times": ["2027-09-01T10:00:00+02:00", "2027-09-02T10:00:00+02:00"],
                }
            ]
        },
    )

    topic: Annotated[Line, StringConstraints(min_length=1, max_length=120)]
    minutes: Minutes
    place: Annotated[Line, StringConstraints(max_length=300)] = Field(
        default="", description="Where: a place, or the address of a call."
    )
    times: list[Instant] = Field(min_length=1, max_length=MOST_TIMES)


class MeetingStepTaken(BaseModel):
    """What is said with a step of a meeting."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={"examples": [{"times": ["2027-09-03T10:00:00+02:00"]}]},
    )

    time: Instant | None = Field(
        default=None, description="Which of the proposed times is taken; with `choose`."
    )
    times: list[Instant] = Field(
        default=[], max_length=MOST_TIMES, description="The new times; with `move`."
    )


class LocalTimeRead(BaseModel):
    """An instant, and how it reads on the clocks of both sides."""

    starts_at: datetime
    challenge_clock: datetime = Field(description="In the time of the challenge's team.")
    solution_clock: datetime


class FairTimeRead(LocalTimeRead):
    """A time for a meeting, and what it asks of both."""

    beyond_work: int = Field(
        description="By how many minutes it reaches beyond working hours, for the side that it "
        "suits least."
    )
    at_night: bool = Field(description="Whether it is at night for somebody.")
    on_weekend: bool


class FairTimesRead(BaseModel):
    """The best times of the next two weeks, the best first."""

    challenge_zone: str
    solution_zone: str
    times: Annotated[list[FairTimeRead], at_most(10)]


class MeetingRead(BaseModel):
    """A meeting, as both teams read it."""

    id: UUID
    topic: str
    place: str
    minutes: int
    state: MeetingState
    side: Side = Field(description="Who proposed its times last.")
    waits_for_you: bool = Field(description="Whether your team is asked to take a time.")
    times: Annotated[list[LocalTimeRead], at_most(MOST_TIMES)] = Field(
        description="What is proposed, the earliest first."
    )
    fixed: LocalTimeRead | None = Field(
        description="When it is; null while nobody has taken it."
    )
    created_at: datetime


class MeetingsRead(BaseModel):
    """The meetings of a room, the newest first."""

    meetings: Annotated[list[MeetingRead], at_most(MOST_MEETINGS)]


# --- files ---------------------------------------------------------------------------------


class RoomFileRead(BaseModel):
    """A file of a room; `content` below its address is what it holds."""

    id: UUID
    number: int = Field(description="The line of the room that tells of it.")
    side: Side = Field(description="Which of the two teams added it.")
    by: str | None = Field(description="Who added it; null for somebody who was erased.")
    name: str = Field(description="As it is called here: without what could do harm.")
    kind: FileKind = Field(description="What it is, told by what it holds.")
    size: int = Field(description="In bytes.")
    sha256: str = Field(description="The hash of what it holds, in hexadecimal digits.")
    state: FileState
    version: int = Field(description="Grows with each change.")
    created_at: datetime


class RoomFilesRead(BaseModel):
    """The files of a room, the newest first; behind them what one's own team has removed."""

    files: Annotated[list[RoomFileRead], at_most(MOST_FILES)]


# --- what was agreed -----------------------------------------------------------------------


class NewAgreedTask(BaseModel):
    """Something that both sides have agreed on."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [{"title": "Send the plan of the river", "side": "challenge"}]
        },
    )

    title: Annotated[Line, StringConstraints(min_length=1, max_length=200)]
    side: Side = Field(description="Who does it.")
    person_id: UUID | None = Field(
        default=None, description="Who of that side; null for the team as a whole."
    )
    due_on: Annotated[Day, Field(ge=date(2020, 1, 1), le=date(2199, 12, 31))] | None = None


class AgreedTaskRead(BaseModel):
    """Something that both sides have agreed on, as they read it."""

    id: UUID
    title: str
    side: Side
    person: str | None = Field(description="What the person is called who does it.")
    due_on: Day | None
    state: AgreedState
    done_at: datetime | None
    created_at: datetime


class AgreedTasksRead(BaseModel):
    """What both sides have agreed on: what is open first, by date."""

    tasks: Annotated[list[AgreedTaskRead], at_most(MOST_AGREED)]
