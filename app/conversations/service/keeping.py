"""How long rooms are kept: what erased people wrote goes, and old rooms go as a whole."""

from datetime import datetime

from sqlmodel import Session, col, delete, or_, select, update

from app.accounts.lifecycle import UserState
from app.accounts.models import User
from app.attachments.lifecycle import FileState
from app.attachments.service.keeping import KEPT_FOR
from app.conversations.lifecycle import WRITABLE
from app.conversations.models import (
    AgreedTask,
    Conversation,
    Meeting,
    MeetingTime,
    ReadMark,
    RoomFile,
    RoomMessage,
)
from app.matches.models import Match


def forget(session: Session, before: datetime) -> int:
    """Delete what people wrote who were erased, and rooms that nobody needs any more.

    Parameters
    ----------
    before : datetime
        Rooms go in which nothing has lived since, of matches that do not go on.

    Returns
    -------
    removed : int
        How many rooms had their time.
    """
    erased = select(User.id).where(User.state == UserState.ERASED)
    session.execute(delete(RoomMessage).where(col(RoomMessage.user_id).in_(erased)))
    session.execute(delete(ReadMark).where(col(ReadMark.user_id).in_(erased)))
    session.execute(delete(AgreedTask).where(col(AgreedTask.user_id).in_(erased)))
    session.execute(
        update(AgreedTask).where(col(AgreedTask.person_id).in_(erased)).values(person_id=None)
    )
    # A file is its team's, as a file of a submission is: who added it goes.
    session.execute(
        update(RoomFile).where(col(RoomFile.user_id).in_(erased)).values(user_id=None)
    )
    # The other side has it in its calendar: that it is stays, what it is about goes.
    words = or_(col(Meeting.topic) != "", col(Meeting.place) != "")
    session.execute(
        update(Meeting)
        .where(col(Meeting.user_id).in_(erased), words)
        .values(topic="", place="")
    )
    statement = (
        select(Conversation.id)
        .join(Match, col(Match.id) == col(Conversation.match_id))
        .where(
            col(Match.state).not_in(WRITABLE),
            Conversation.updated_at < before,
            or_(col(Conversation.lived_at).is_(None), col(Conversation.lived_at) < before),
        )
    )
    keys = session.exec(statement).all()
    meetings = select(Meeting.id).where(col(Meeting.conversation_id).in_(keys))
    session.execute(delete(MeetingTime).where(col(MeetingTime.meeting_id).in_(meetings)))
    for table in (RoomMessage, RoomFile, ReadMark, Meeting, AgreedTask):
        of_room = col(table.conversation_id)
        session.execute(delete(table).where(of_room.in_(keys)))
    session.execute(delete(Conversation).where(col(Conversation.id).in_(keys)))
    return len(keys)


def purge_files(session: Session, at: datetime) -> int:
    """Delete files of rooms that were removed long ago; return how many."""
    statement = delete(RoomFile).where(
        col(RoomFile.state) == FileState.REMOVED, col(RoomFile.removed_at) < at - KEPT_FOR
    )
    return int(getattr(session.execute(statement), "rowcount", 0))
