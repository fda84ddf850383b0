"""Reading the rooms of matches: who may know that one lives, and who may read what is said.

Members of the two teams read and write. Staff and auditors see that it lives. Staff read it
while both teams let them, and nobody else ever does: one rule, `of_readers`.
"""

from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from sqlmodel import Session, col, func, or_, select

from app.access import policy
from app.access.policy import Action, Actor
from app.accounts.models import User
from app.conversations.lifecycle import READABLE, WRITABLE, MessageKind, StaffAccess
from app.conversations.models import Conversation, Meeting, ReadMark, RoomMessage
from app.core.base import zones
from app.core.base.errors import Conflict, NotFound, NotPermitted
from app.core.base.messages import Message
from app.matches import queries as matches
from app.matches.lifecycle import Consent, Side
from app.matches.models import Match
from app.organisations.models import Organisation
from app.organisations.service import people
from app.programmes.models import Programme
from app.submissions.models import Submission

_OF_SIDE: Final = {
    Side.CHALLENGE: Match.challenge_id,
    Side.SOLUTION: Match.solution_id,
}


@dataclass(frozen=True, slots=True)
class Room:
    """The room of a match, as somebody stands to it.

    Attributes
    ----------
    match : Match
    sides : tuple of Side
        Which of the two are the actor's own; none for who works for the incubator.
    row : Conversation or None
        What is kept of it; None while nothing has been said or done in it.
    """

    match: Match
    sides: tuple[Side, ...]
    row: Conversation | None

    @property
    def side(self) -> Side | None:
        """For which side the actor speaks."""
        return self.sides[0] if self.sides else None

    @property
    def closed(self) -> Conflict | None:
        """Why nothing is written in it at present; None where something can be."""
        if self.match.state in WRITABLE:
            return None
        return Conflict(
            "The two teams do not work together any more, so nothing is written here.",
            remedy="What was said can still be read.",
        )

    @property
    def staff_may_read(self) -> bool:
        """Whether both sides let the staff read it."""
        row = self.row
        return row is not None and all(row.staff_access(s) is StaffAccess.LET for s in Side)


def has_room(match: Match) -> bool:
    """Tell whether both teams of a match have, or had, a room."""
    both = {side for side, said in match.answers.items() if said is Consent.YES}
    return match.state in READABLE and both == {*Side}


def known(session: Session, actor: Actor, key: UUID | str) -> Room:
    """Return a room of which the actor may know that it lives.

    Raises
    ------
    NotFound
        If there is no such match that the actor may know of, or it has no room.
    """
    match = matches.get(session, actor, key)
    if not has_room(match):
        raise NotFound(Message("The match {code} has no conversation.", code=match.code))
    own = matches.sides_of(session, actor, match, Action.CONVERSATION_READ)
    statement = select(Conversation).where(Conversation.match_id == match.id)
    return Room(match, tuple(own), session.exec(statement).first())


def of_readers(session: Session, actor: Actor, key: UUID | str) -> Room:
    """Return a room of which the actor may read what is said.

    Raises
    ------
    NotFound
        As for `known`.
    NotPermitted
        If the actor is of neither team, and not of the staff or not let by both teams.
    """
    room = known(session, actor, key)
    if room.sides:
        return room
    policy.require(actor, Action.CONVERSATION_VISIT)
    if not room.staff_may_read:
        raise NotPermitted(
            "What the two teams say to each other is for them alone.",
            remedy="The staff can read it while both teams let them.",
        )
    return room


def of_team(session: Session, actor: Actor, key: UUID | str) -> Room:
    """Return a room in which the actor may write, for one of the two teams.

    Raises
    ------
    NotFound
        As for `known`.
    NotPermitted
        If the actor is of neither team.
    """
    room = known(session, actor, key)
    own = matches.sides_of(session, actor, room.match, Action.CONVERSATION_WRITE)
    if not own:
        raise NotPermitted(
            "Only the two teams of the match write here.",
            remedy="Write a letter to the teams instead.",
        )
    return Room(room.match, tuple(own), room.row)


def counted_messages(session: Session, room: Room) -> Mapping[Side, int]:
    """Return how many messages each side has written."""
    if room.row is None:
        return {}
    statement = (
        select(RoomMessage.side, func.count())
        .where(RoomMessage.conversation_id == room.row.id, RoomMessage.kind == MessageKind.SAID)
        .group_by(col(RoomMessage.side))
    )
    return {Side(side): count for side, count in session.exec(statement)}


def counted_meetings(session: Session, room: Room) -> Mapping[Side, int]:
    """Return how many meetings stand there, by who proposed their times last."""
    if room.row is None:
        return {}
    statement = (
        select(Meeting.side, func.count())
        .where(Meeting.conversation_id == room.row.id)
        .group_by(col(Meeting.side))
    )
    return {Side(side): count for side, count in session.exec(statement)}


def lives(session: Session, keys: Collection[UUID]) -> dict[UUID, tuple[datetime, int]]:
    """Return of matches when their rooms last lived, and how many messages they hold.

    For those alone who may know of these matches; no word of what is said is looked at.
    """
    statement = (
        select(Conversation.match_id, Conversation.lived_at, func.count(col(RoomMessage.id)))
        .outerjoin(
            RoomMessage,
            (col(RoomMessage.conversation_id) == col(Conversation.id))
            & (col(RoomMessage.kind) == MessageKind.SAID),
        )
        .where(col(Conversation.match_id).in_(keys), col(Conversation.lived_at).is_not(None))
        .group_by(col(Conversation.match_id), col(Conversation.lived_at))
    )
    return {key: (at, count) for key, at, count in session.exec(statement) if at is not None}


def unread(session: Session, actor: Actor) -> dict[UUID, int]:
    """Return how many lines of others the actor has not marked as read, by match.

    Rooms are left out in which nothing waits, or in which nothing is written any more.
    """
    own = select(Submission.id).where(
        col(Submission.organisation_id).in_(policy.own_reach(actor, Action.CONVERSATION_READ))
    )
    statement = (
        select(Match.id, func.count())
        .join(Conversation, col(Conversation.match_id) == col(Match.id))
        .join(RoomMessage, col(RoomMessage.conversation_id) == col(Conversation.id))
        .outerjoin(
            ReadMark,
            (col(ReadMark.conversation_id) == col(Conversation.id))
            & (col(ReadMark.user_id) == actor.user_id),
        )
        .where(
            or_(*(col(column).in_(own) for column in _OF_SIDE.values())),
            col(Match.state).in_(WRITABLE),
            RoomMessage.user_id != actor.user_id,
            col(RoomMessage.taken_back_at).is_(None),
            RoomMessage.number > func.coalesce(ReadMark.number, 0),
        )
        .group_by(col(Match.id))
    )
    return dict(session.exec(statement).all())


def zone_of(session: Session, match: Match, side: Side) -> str:
    """Return in whose time a side meets.

    That is the zone that most of its people have chosen; else the one of its country, where it
    has but one; else that of the programme.
    """
    submission = session.get_one(Submission, match.key_of(side))
    team = people.team(session, submission.organisation_id)
    chosen = Counter(user.zone for user in team if user.zone)
    if chosen:
        return min(chosen, key=lambda zone: (-chosen[zone], zone))
    country = session.get_one(Organisation, submission.organisation_id).country
    return zones.of_country(country) or session.get_one(Programme, match.programme_id).zone


def members(session: Session, match: Match, side: Side) -> dict[UUID, str]:
    """Return the people of a side by key, with what they are called."""
    submission = session.get_one(Submission, match.key_of(side))
    return {user.id: user.name for user in people.team(session, submission.organisation_id)}


def names_of(session: Session, keys: set[UUID]) -> dict[UUID, str]:
    """Return what people are called."""
    statement = select(User.id, User.name).where(col(User.id).in_(keys))
    return dict(session.exec(statement).all())
