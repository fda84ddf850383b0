"""What waits for a person, over all features: read off what is stored, and kept nowhere."""

from datetime import UTC, datetime

from sqlmodel import Session

from app.access.policy import Actor
from app.insights import desk_tasks, own_tasks, room_tasks
from app.insights.schemas import MOST_TASKS
from app.insights.task import Task


def tasks_of(session: Session, actor: Actor) -> list[Task]:
    """Return what waits for somebody: what has a date first, the most urgent of it first."""
    found = [
        *own_tasks.of_teams(session, actor),
        *own_tasks.asked_by_the_team(session, actor),
        *own_tasks.to_confirm(session, actor),
        *desk_tasks.of_screeners(session, actor),
        *desk_tasks.of_second_screeners(session, actor),
        *desk_tasks.of_deciders(session, actor),
        *own_tasks.asked_to_answer(session, actor),
        *own_tasks.of_owners(session, actor),
        *own_tasks.to_explain(session, actor),
        *own_tasks.of_practices(session, actor),
        *own_tasks.asked_for_interest(session, actor),
        *desk_tasks.of_curators(session, actor),
        *desk_tasks.of_the_register(session, actor),
        *own_tasks.offered(session, actor),
        *room_tasks.unread(session, actor),
        *room_tasks.to_meet(session, actor),
        *room_tasks.agreed(session, actor),
        *desk_tasks.of_matchmakers(session, actor),
        *own_tasks.of_reviewers(session, actor),
        *desk_tasks.of_conflicts(session, actor),
        *own_tasks.of_advisors(session, actor),
        *desk_tasks.asked_by_the_board(session, actor),
        *own_tasks.of_webhooks(session, actor),
    ]
    found.sort(key=lambda task: (task.due or datetime.max.replace(tzinfo=UTC), task.code))
    return found[:MOST_TASKS]
