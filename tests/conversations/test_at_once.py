"""Eight people at once: every message counts once, and one of them takes the time."""

import threading
from collections import Counter
from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlmodel import Session, select

from app.access.policy import Actor
from app.conversations.models import Conversation, Meeting, ReadMark, RoomMessage
from app.conversations.schemas import MeetingStepTaken, NewMeeting, NewMessage
from app.conversations.service import meetings, messages, staff_access
from app.core.base.clock import now
from app.core.base.errors import AppError, TransitionNotAllowed
from app.core.storage.database import Database, transaction
from tests.conversations.people import ADDRESS, Pair, a_pair

AT_ONCE = 8
SOON = (now() + timedelta(days=3)).replace(minute=0, second=0, microsecond=0)


@pytest.fixture
def pair(database: Database, session: Session) -> Pair:
    pair = a_pair(session)
    session.commit()
    return pair


def crowd(
    database: Database, actors: list[Actor], act: Callable[[Session, Actor], object]
) -> list[type[Exception] | None]:
    """Let all act at the same moment; return what each met."""
    met: list[type[Exception] | None] = []
    barrier = threading.Barrier(len(actors))

    def one(actor: Actor) -> None:
        barrier.wait(10)
        try:
            with transaction(database) as session:
                act(session, actor)
        except AppError as refusal:
            met.append(type(refusal))
        else:
            met.append(None)

    threads = [threading.Thread(target=one, args=(actor,)) for actor in actors]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    return met


@pytest.mark.no_cover
def test_each_of_the_first_messages_has_a_number_of_its_own(
    database: Database, pair: Pair
) -> None:
    key = pair.match.id
    actors = [pair.actor("challenge"), pair.actor("solution")] * (AT_ONCE // 2)

    met = crowd(
        database,
        actors,
        lambda session, actor: messages.say(session, actor, key, NewMessage(body="Hello")),
    )

    pair.session.expire_all()
    assert met == [None] * AT_ONCE
    assert sorted(pair.session.exec(select(RoomMessage.number))) == list(range(1, AT_ONCE + 1))
    assert pair.session.exec(select(Conversation.said)).one() == AT_ONCE


@pytest.mark.no_cover
def test_one_of_many_takes_the_time(database: Database, pair: Pair) -> None:
    new = NewMeeting(topic="Sensors", minutes=60, times=[SOON])
    owner, key = pair.actor("challenge"), pair.match.id
    meeting = meetings.propose(pair.session, owner, key, new, public_url=ADDRESS).id
    provider = pair.actor("solution")
    pair.session.commit()

    met = crowd(
        database,
        [provider] * AT_ONCE,
        lambda session, actor: meetings.take(
            session,
            actor,
            key,
            meeting,
            "choose",
            MeetingStepTaken(time=SOON),
            public_url=ADDRESS,
        ),
    )

    pair.session.expire_all()
    assert Counter(met) == {None: 1, TransitionNotAllowed: AT_ONCE - 1}
    assert pair.session.get_one(Meeting, meeting).sequence == 1


@pytest.mark.no_cover
def test_marks_and_what_is_said_to_the_staff_stand_once(database: Database, pair: Pair) -> None:
    pair.says("challenge")
    reader, key = pair.actor("solution"), pair.match.id
    pair.session.commit()

    marked = crowd(
        database,
        [reader] * AT_ONCE,
        lambda session, actor: messages.mark_read(session, actor, key, 1),
    )
    let = crowd(
        database,
        [reader] * AT_ONCE,
        lambda session, actor: staff_access.move(session, actor, key, "let-staff"),
    )

    pair.session.expire_all()
    assert marked == [None] * AT_ONCE
    assert len(pair.session.exec(select(ReadMark)).all()) == 1
    assert Counter(let) == {None: 1, TransitionNotAllowed: AT_ONCE - 1}
    assert len(pair.session.exec(select(RoomMessage)).all()) == 2
