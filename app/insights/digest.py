"""Once a week, what waits for each member of the staff, in a letter."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Final
from zoneinfo import ZoneInfo

from sqlmodel import Session, col, select

from app.access.policy import GRANTS, Action, Reach
from app.accounts.lifecycle import UserState
from app.accounts.models import Membership, User
from app.accounts.service.authentication import actor_of
from app.core.base.clock import now
from app.core.base.messages import Message
from app.core.base.translations import Language
from app.events import service as events
from app.events.kinds import EventKind, EventSubject
from app.insights.schemas import TaskKind
from app.insights.task import Task
from app.insights.tasks import tasks_of
from app.notifications.letter_texts import LetterKind
from app.notifications.service.telling import Teller, is_first
from app.submissions.lifecycle import Kind

HOUR: Final = 7
"""At which hour of a Monday it is due, in the zone of its reader."""

_ROLES: Final = [
    role
    for role, granted in GRANTS.items()
    if granted.get(Action.SUBMISSION_SCREEN) is Reach.ANY
]

LINES: Final[Mapping[tuple[TaskKind, Kind], Message]] = {
    (TaskKind.SCREEN, Kind.CHALLENGE): Message("Challenges to check: {n:,}"),
    (TaskKind.SCREEN, Kind.SOLUTION): Message("Solutions to check: {n:,}"),
    (TaskKind.EXCLUDE, Kind.CHALLENGE): Message(
        "Challenges that others propose as not eligible: {n:,}"
    ),
    (TaskKind.EXCLUDE, Kind.SOLUTION): Message(
        "Solutions that others propose as not eligible: {n:,}"
    ),
    (TaskKind.DECIDE, Kind.CHALLENGE): Message("Challenges to decide about: {n:,}"),
    (TaskKind.DECIDE, Kind.SOLUTION): Message("Solutions to decide about: {n:,}"),
    (TaskKind.SIGN, Kind.CHALLENGE): Message("Decisions about challenges to approve: {n:,}"),
    (TaskKind.SIGN, Kind.SOLUTION): Message("Decisions about solutions to approve: {n:,}"),
    (TaskKind.RELEASE, Kind.CHALLENGE): Message(
        "Approved decisions about challenges to release: {n:,}"
    ),
    (TaskKind.RELEASE, Kind.SOLUTION): Message(
        "Approved decisions about solutions to release: {n:,}"
    ),
    (TaskKind.AMEND, Kind.CHALLENGE): Message(
        "Public notices to change as their teams ask: {n:,}"
    ),
    (TaskKind.PUBLISH, Kind.CHALLENGE): Message("Approved public notices to publish: {n:,}"),
    (TaskKind.LIST, Kind.SOLUTION): Message("Practices that teams offer: {n:,}"),
    (TaskKind.RESOLVE, Kind.CHALLENGE): Message("Conflicts of interest to resolve: {n:,}"),
    (TaskKind.REPLY, Kind.CHALLENGE): Message(
        "Questions of the advisory board to answer: {n:,}"
    ),
    (TaskKind.OFFER, Kind.CHALLENGE): Message("Prepared offers to send: {n:,}"),
    (TaskKind.REPLACE, Kind.CHALLENGE): Message("Matches that need a replacement: {n:,}"),
}
"""How a task of the staff reads in a letter."""


def due_at(at: datetime, zone: str) -> datetime:
    """Return the last instant, not after another one, at which a digest was due in a zone."""
    local = at.astimezone(ZoneInfo(zone))
    monday = (local - timedelta(days=local.weekday())).replace(
        hour=HOUR, minute=0, second=0, microsecond=0
    )
    if monday > local:
        monday -= timedelta(weeks=1)
    return monday.astimezone(UTC)


def write_digests(session: Session) -> int:
    """Write to the staff who want it what waits for them; return how many letters.

    Who has nothing to do gets none. Who came since Monday waits for the next one.
    """
    at, teller, written = now(), Teller(session), 0
    for user in _staff(session):
        due = due_at(at, user.zone or "UTC")
        if user.created_at > due or not is_first(session, LetterKind.DIGEST, user.id, due):
            continue
        tasks = [
            task
            for task in tasks_of(session, actor_of(session, user.id))
            if (task.what, task.kind) in LINES
        ]
        if tasks:
            event = events.to_person(
                session, EventKind.TASKS_WAITING, user.id, subject=EventSubject.TASKS
            )
            values = partial(_values, tasks)
            written += teller.tell(LetterKind.DIGEST, [user], values, event)
    return written


def _staff(session: Session) -> list[User]:
    statement = (
        select(User)
        .where(
            User.state == UserState.ACTIVE,
            col(User.id).in_(
                select(Membership.user_id).where(col(Membership.role).in_(_ROLES))
            ),
        )
        .order_by(col(User.id))
    )
    return list(session.exec(statement))


def _values(tasks: list[Task], language: Language) -> dict[str, str]:
    """Return what waits, by programme, a line each."""
    lines = (
        f"- {_title(task, language)}: "
        f"{language.say(Message(LINES[task.what, task.kind], n=task.count))}"
        for task in sorted(tasks, key=lambda task: task.code)
    )
    return {"tasks": "\n".join(lines)}


def _title(task: Task, language: Language) -> str:
    """Return what a task is about: a title as somebody wrote it, or words of ours."""
    return language.say(task.title) if isinstance(task.title, Message) else task.title
