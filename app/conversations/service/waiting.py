"""One letter to a side when something new waits unread in its room; the clock writes it."""

from datetime import datetime, timedelta
from typing import Final, NamedTuple

from sqlmodel import Session, col, func, select

from app.access.policy import Role
from app.accounts.models import Membership
from app.conversations.lifecycle import WRITABLE, MessageKind
from app.conversations.models import Conversation, ReadMark, RoomMessage
from app.conversations.service import writing
from app.core.base.clock import now
from app.events.kinds import EventKind
from app.matches.lifecycle import Side
from app.matches.models import Match
from app.submissions.models import Submission

WAITS: Final = timedelta(days=1)
"""How long something waits unread before a letter tells of it."""
TELLS: Final = frozenset({MessageKind.SAID, MessageKind.FILE})
"""Lines that somebody of the other side should see."""
AT_ONCE: Final = 20
"""How many rooms one transaction looks at; the next one takes the rest."""


class Reminded(NamedTuple):
    """To how many sides was written, and whether there is more to look at."""

    sides: int
    more: bool


def remind(session: Session, public_url: str, at: datetime | None = None) -> Reminded:
    """Write to the sides for which something waits.

    Something waits if nobody of the side has marked it as read, nor answered since. A letter
    tells of all that stands there; so a side gets one a day at most.

    Parameters
    ----------
    at : datetime, optional
        The instant that counts, in UTC; else the present one.
    """
    at = at or now()
    written, more = 0, False
    for side in Side:
        is_challenge = side is Side.CHALLENGE
        told = Conversation.challenge_told if is_challenge else Conversation.solution_told
        due = (
            select(RoomMessage.conversation_id)
            .join(Conversation, col(Conversation.id) == col(RoomMessage.conversation_id))
            .join(Match, col(Match.id) == col(Conversation.match_id))
            .where(
                col(Match.state).in_(WRITABLE),
                RoomMessage.side == side.other,
                col(RoomMessage.kind).in_(TELLS),
                col(RoomMessage.taken_back_at).is_(None),
                RoomMessage.created_at <= at - WAITS,
                RoomMessage.number > told,
            )
            .distinct()
            .order_by(col(RoomMessage.conversation_id))
            .limit(AT_ONCE)
        )
        keys = session.exec(due).all()
        more = more or len(keys) == AT_ONCE
        for key in keys:
            match_id = session.get_one(Conversation, key).match_id
            match = session.get_one(Match, match_id)
            session.refresh(match, with_for_update=True)
            row = session.get_one(Conversation, key)
            session.refresh(row)
            if match.state not in WRITABLE:
                continue
            noticed = _noticed(session, row, match, side)
            if _waits(session, row, side, max(noticed, row.told(side)), at):
                kind = EventKind.CONVERSATION_WAITING
                writing.tell(session, match, side, kind, public_url=public_url)
                row.tell(side, row.said)
                written += 1
            else:
                # Read already: it is not looked at again.
                row.tell(side, noticed)
            session.flush()
    return Reminded(written, more)


def _waits(session: Session, row: Conversation, side: Side, after: int, at: datetime) -> bool:
    statement = select(RoomMessage.id).where(
        RoomMessage.conversation_id == row.id,
        RoomMessage.side == side.other,
        col(RoomMessage.kind).in_(TELLS),
        col(RoomMessage.taken_back_at).is_(None),
        RoomMessage.created_at <= at - WAITS,
        RoomMessage.number > after,
    )
    return session.exec(statement.limit(1)).first() is not None


def _noticed(session: Session, row: Conversation, match: Match, side: Side) -> int:
    """Return up to which line somebody of a side has read, or has answered."""
    organisation = session.get_one(Submission, match.key_of(side)).organisation_id
    team = select(Membership.user_id).where(
        Membership.organisation_id == organisation, Membership.role == Role.MEMBER
    )
    marked = session.exec(
        select(func.max(ReadMark.number)).where(
            ReadMark.conversation_id == row.id, col(ReadMark.user_id).in_(team)
        )
    ).one()
    answered = session.exec(
        select(func.max(RoomMessage.number)).where(
            RoomMessage.conversation_id == row.id, RoomMessage.side == side
        )
    ).one()
    return max(marked or 0, answered or 0)
