"""What waits for somebody in the rooms of their matches: unread, to be answered, to be done."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

from sqlalchemy import and_, case, func, or_
from sqlmodel import Session, col, exists, select

from app.access import policy
from app.access.policy import Action, Actor
from app.conversations import queries as conversations
from app.conversations.lifecycle import WRITABLE, AgreedState, MeetingState
from app.conversations.models import AgreedTask, Conversation, Meeting, MeetingTime
from app.core.base.clock import now
from app.insights.schemas import MOST_TASKS, TaskKind
from app.insights.task import Task
from app.matches.lifecycle import Side
from app.matches.models import Match
from app.programmes.models import Programme
from app.submissions.lifecycle import Kind
from app.submissions.models import Submission

_KEYS = {Side.CHALLENGE: Match.challenge_id, Side.SOLUTION: Match.solution_id}


def unread(session: Session, actor: Actor) -> Iterator[Task]:
    """Yield the matches of the actor's teams in which others have written something new."""
    counts = conversations.unread(session, actor)
    own = policy.own_reach(actor, Action.CONVERSATION_READ)
    statement = (
        select(Match, Submission, Programme.zone)
        .join(Submission, or_(*(col(Submission.id) == col(key) for key in _KEYS.values())))
        .join(Programme, col(Programme.id) == col(Match.programme_id))
        .where(col(Match.id).in_(counts), col(Submission.organisation_id).in_(own))
        .order_by(col(Match.code), col(Submission.kind))
        .limit(MOST_TASKS)
    )
    told = set()
    for match, submission, zone in session.exec(statement):
        if match.id not in told:  # somebody may be of both sides
            told.add(match.id)
            count, kind = counts[match.id], Kind(submission.kind)
            yield Task(TaskKind.READ, submission.title, match.code, kind, count, None, zone)


def to_meet(session: Session, actor: Actor) -> Iterator[Task]:
    """Yield the matches in which the other team proposes times that are still to come."""
    own = policy.own_reach(actor, Action.CONVERSATION_WRITE)
    coming = exists(
        select(MeetingTime.id).where(
            MeetingTime.meeting_id == Meeting.id, col(MeetingTime.starts_at) > now()
        )
    )
    for side, key in _KEYS.items():
        statement = (
            select(Match, Submission, Programme.zone, func.count())
            .join(Conversation, col(Conversation.match_id) == col(Match.id))
            .join(Meeting, col(Meeting.conversation_id) == col(Conversation.id))
            .join(Submission, col(Submission.id) == col(key))
            .join(Programme, col(Programme.id) == col(Match.programme_id))
            .where(
                col(Submission.organisation_id).in_(own),
                col(Match.state).in_(WRITABLE),
                Meeting.state == MeetingState.PROPOSED,
                Meeting.side == side.other,
                coming,
            )
            .group_by(col(Match.id), col(Submission.id), col(Programme.zone))
            .order_by(col(Match.code))
            .limit(MOST_TASKS)
        )
        for match, row, zone, count in session.exec(statement):
            yield Task(TaskKind.MEET, row.title, match.code, Kind(row.kind), count, None, zone)


def agreed(session: Session, actor: Actor) -> Iterator[Task]:
    """Yield what the actor, or their team as a whole, has agreed to do."""
    own = policy.own_reach(actor, Action.CONVERSATION_READ)
    # Databases differ in where they put what has no date.
    undated = case((col(AgreedTask.due_on).is_(None), 1), else_=0)
    for side, key in _KEYS.items():
        of_team = and_(col(AgreedTask.person_id).is_(None), col(AgreedTask.side) == side)
        of_person = and_(
            col(AgreedTask.person_id) == actor.user_id, col(AgreedTask.side) == side
        )
        statement = (
            select(AgreedTask, Match.code, Submission.kind, Programme.zone)
            .join(Conversation, col(Conversation.id) == col(AgreedTask.conversation_id))
            .join(Match, col(Match.id) == col(Conversation.match_id))
            .join(Submission, col(Submission.id) == col(key))
            .join(Programme, col(Programme.id) == col(Match.programme_id))
            .where(
                col(Submission.organisation_id).in_(own),
                col(Match.state).in_(WRITABLE),
                AgreedTask.state == AgreedState.OPEN,
                or_(of_team, of_person),
            )
            .order_by(undated, col(AgreedTask.due_on), col(AgreedTask.created_at))
            .limit(MOST_TASKS)
        )
        for task, code, kind, zone in session.exec(statement):
            due = _end_of(task.due_on, zone) if task.due_on else None
            yield Task(TaskKind.DO, task.title, code, Kind(kind), 1, due, zone)


def _end_of(day: date, zone: str) -> datetime:
    return datetime.combine(day, time(23, 59), ZoneInfo(zone)).astimezone(UTC)
