"""How long rooms are kept: what erased people wrote goes, and old rooms go as a whole."""

from datetime import timedelta

from sqlmodel import select

from app.accounts.lifecycle import UserState
from app.conversations.models import (
    AgreedTask,
    Conversation,
    Meeting,
    MeetingTime,
    ReadMark,
    RoomMessage,
)
from app.conversations.schemas import NewMessage
from app.conversations.service import agreed_tasks, keeping, messages
from app.core.base.clock import now
from app.matches.lifecycle import MatchState
from tests.conversations.people import Pair, acting
from tests.conversations.test_agreed_tasks import agreed
from tests.conversations.test_meetings import proposed

TABLES = (Conversation, RoomMessage, ReadMark, Meeting, MeetingTime, AgreedTask)


def test_what_an_erased_person_wrote_is_gone_and_the_rest_stays(pair: Pair) -> None:
    pair.says("challenge", "From one who goes")
    pair.says("solution", "From one who stays")
    meeting = proposed(pair, topic="Their words", place="Their room")
    agreed(pair, "Their task")
    messages.mark_read(pair.session, pair.actor("challenge"), pair.match.id, 2)
    pair.user("challenge").state = UserState.ERASED
    pair.session.flush()

    keeping.forget(pair.session, now() - timedelta(days=1))
    pair.session.expire_all()

    assert pair.reads(pair.actor("solution")) == ["From one who stays"]
    assert (meeting.topic, meeting.place, meeting.minutes) == ("", "", 60)
    assert pair.session.exec(select(AgreedTask)).all() == []
    assert pair.session.exec(select(ReadMark)).all() == []


def test_a_task_of_an_erased_person_is_their_teams(pair: Pair) -> None:
    colleague = pair.colleague("challenge")
    agreed(pair, person_id=colleague.id)
    colleague.state = UserState.ERASED
    pair.session.flush()

    keeping.forget(pair.session, now() - timedelta(days=1))
    pair.session.expire_all()

    (found,) = agreed_tasks.listed(pair.session, pair.actor("solution"), pair.match.id).tasks
    assert (found.side, found.person) == ("challenge", None)


def test_numbers_never_come_again_so_nothing_new_counts_as_read(pair: Pair) -> None:
    colleague = pair.colleague("challenge")
    pair.says("challenge")
    said = NewMessage(body="Mine")
    messages.say(pair.session, acting(pair.session, colleague), pair.match.id, said)
    reader = pair.actor("solution")
    messages.mark_read(pair.session, reader, pair.match.id, 2)
    colleague.state = UserState.ERASED
    pair.session.flush()
    keeping.forget(pair.session, now() - timedelta(days=1))

    assert pair.says("challenge").number == 3


def test_old_rooms_of_what_is_over_go_as_a_whole_and_others_stay(pair: Pair) -> None:
    pair.says("challenge")
    proposed(pair)
    agreed(pair)
    messages.mark_read(pair.session, pair.actor("solution"), pair.match.id, 1)

    assert keeping.forget(pair.session, now() + timedelta(days=1)) == 0, "it goes on"
    pair.match.state = MatchState.COMPLETED
    pair.session.flush()
    assert keeping.forget(pair.session, now() - timedelta(days=1)) == 0, "it has just lived"
    assert keeping.forget(pair.session, now() + timedelta(days=1)) == 1

    pair.session.expire_all()
    assert [pair.session.exec(select(table)).all() for table in TABLES] == [[] for _ in TABLES]
    assert pair.reads(pair.actor("challenge")) == []
