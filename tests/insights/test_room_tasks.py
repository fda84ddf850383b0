"""What waits for people in the rooms of their matches, and for nobody else."""

from datetime import UTC, date, datetime, timedelta

import pytest
from sqlmodel import Session

from app.access.policy import Action, Actor
from app.conversations.schemas import MeetingStepTaken, NewAgreedTask, NewMeeting
from app.conversations.service import agreed_tasks, meetings, messages
from app.core.base.clock import now
from app.insights.schemas import TaskKind
from app.insights.tasks import tasks_of
from app.matches.lifecycle import MatchState, Side
from tests.conversations.people import ADDRESS, Pair, a_pair, acting, leaves, staff

ROOMS = {TaskKind.READ, TaskKind.MEET, TaskKind.DO}
SOON = (now() + timedelta(days=3)).replace(minute=0, second=0, microsecond=0)


@pytest.fixture
def pair(session: Session) -> Pair:
    return a_pair(session)


def waits(pair: Pair, actor: Actor) -> list[tuple[TaskKind, str, int]]:
    found = tasks_of(pair.session, actor)
    return [(one.what, one.code, one.count) for one in found if one.what in ROOMS]


def agreed(pair: Pair, side: Side, title: str = "Send the plan", **fields: object) -> None:
    new = NewAgreedTask.model_validate({"title": title, "side": side} | fields)
    agreed_tasks.add(pair.session, pair.actor("challenge"), pair.match.id, new)


def test_what_is_unread_waits_until_it_is_marked(pair: Pair) -> None:
    code = pair.match.code
    pair.says("challenge")
    pair.says("challenge")

    reader = pair.actor("solution")
    assert waits(pair, reader) == [(TaskKind.READ, code, 2)]
    assert waits(pair, pair.actor("challenge")) == []
    messages.mark_read(pair.session, reader, pair.match.id, 2)
    assert waits(pair, reader) == []


def test_a_proposal_waits_for_the_side_that_is_asked(pair: Pair) -> None:
    new = NewMeeting(topic="Sensors", minutes=60, times=[SOON])
    owner, provider, key = pair.actor("challenge"), pair.actor("solution"), pair.match.id
    meeting = meetings.propose(pair.session, owner, key, new, public_url=ADDRESS)

    assert waits(pair, provider) == [(TaskKind.MEET, pair.match.code, 1)]
    assert waits(pair, owner) == []
    taken = MeetingStepTaken(time=SOON)
    meetings.take(pair.session, provider, key, meeting.id, "choose", taken, public_url=ADDRESS)
    assert waits(pair, provider) == []


def test_a_task_waits_for_its_side_or_for_one_person_of_it(pair: Pair) -> None:
    code, colleague = pair.match.code, pair.colleague("solution")
    agreed(pair, Side.SOLUTION, due_on=date(2100, 3, 1))
    agreed(pair, Side.SOLUTION, "Yours alone", person_id=colleague.id)

    found = tasks_of(pair.session, pair.actor("solution"))

    assert [(one.what, one.title, one.due) for one in found if one.what in ROOMS] == [
        (TaskKind.DO, "Send the plan", datetime(2100, 3, 1, 22, 59, tzinfo=UTC))
    ]
    assert waits(pair, acting(pair.session, colleague)) == [(TaskKind.DO, code, 1)] * 2
    assert waits(pair, pair.actor("challenge")) == []


@pytest.mark.parametrize("state", [MatchState.COMPLETED, MatchState.WITHDRAWN])
def test_nothing_waits_in_what_is_over(pair: Pair, state: MatchState) -> None:
    pair.says("challenge")
    agreed(pair, Side.SOLUTION)
    new = NewMeeting(topic="Sensors", minutes=60, times=[SOON])
    owner = pair.actor("challenge")
    meetings.propose(pair.session, owner, pair.match.id, new, public_url=ADDRESS)
    assert len(waits(pair, pair.actor("solution"))) == 3

    pair.match.state = state
    pair.session.flush()

    assert waits(pair, pair.actor("solution")) == []


def test_strangers_staff_and_who_has_left_have_nothing_to_do(pair: Pair) -> None:
    gone = pair.colleague("solution")
    pair.says("challenge")
    agreed(pair, Side.SOLUTION, person_id=gone.id)
    leaves(pair.session, gone)
    found = pair.actor("solution")
    narrow = Actor(found.user_id, found.roles, frozenset({Action.MATCH_READ}))

    assert waits(pair, pair.of.actor(pair.of.solutions[1])) == []
    assert waits(pair, staff(pair.session)) == []
    assert waits(pair, acting(pair.session, gone)) == []
    assert waits(pair, narrow) == []
