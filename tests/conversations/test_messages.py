"""What both sides say: read by them alone, in its order, changed for a while, and counted."""

from dataclasses import replace
from datetime import timedelta

import pytest
from pydantic import ValidationError
from sqlmodel import Session, col, select

from app.access.policy import Action, Role
from app.conversations import queries
from app.conversations.models import Conversation, RoomMessage
from app.conversations.schemas import ChangedMessage, NewMessage, RoomTeamRead
from app.conversations.service import messages, rooms
from app.core.base.clock import now
from app.core.base.entity_tags import Expected
from app.core.base.errors import Conflict, NotFound, NotPermitted, Stale
from app.core.storage.audit import AuditEvent
from app.matches.lifecycle import MatchState, Side
from app.submissions.lifecycle import Kind
from app.submissions.schemas import StepTaken
from app.submissions.service import steps as submissions
from tests.conversations.people import Pair, acting, leaves, staff
from tests.factories import a_user
from tests.matches.rounds import a_round, answer, offered
from tests.teams.people import collaborates

OTHERS = [role for role in Role if role is not Role.MEMBER]


def test_both_sides_read_what_either_says_the_newest_last(pair: Pair) -> None:
    first = pair.says("challenge", "Which sensors?")
    second = pair.says("solution", "Cheap ones.")

    found = messages.listed(pair.session, pair.actor("challenge"), pair.match.id)

    assert [(one.number, one.side, one.body, one.by_you) for one in found.messages] == [
        (1, Side.CHALLENGE, "Which sensors?", True),
        (2, Side.SOLUTION, "Cheap ones.", False),
    ]
    assert found.messages[1].author == pair.user("solution").name
    assert [first.number, second.number] == [1, 2]
    assert pair.reads(pair.actor("solution")) == ["Which sensors?", "Cheap ones."]


def test_colleagues_of_both_sides_read_and_write(pair: Pair) -> None:
    pair.says("challenge")
    colleague = acting(pair.session, pair.colleague("solution"))

    messages.say(pair.session, colleague, pair.match.id, NewMessage(body="Me too."))

    assert pair.reads(colleague) == ["Which sensors do you use?", "Me too."]


@pytest.mark.parametrize("role", OTHERS)
def test_nobody_who_works_for_the_incubator_reads_or_writes(pair: Pair, role: Role) -> None:
    pair.says("challenge")
    stranger = staff(pair.session, role)

    with pytest.raises((NotPermitted, NotFound)):
        pair.reads(stranger)
    with pytest.raises((NotPermitted, NotFound)):
        messages.say(pair.session, stranger, pair.match.id, NewMessage(body="Hello"))


def test_to_other_teams_the_room_is_not_there(pair: Pair) -> None:
    pair.says("challenge")
    other = pair.of.actor(pair.of.solutions[1])
    nobody = acting(pair.session, a_user(pair.session))

    for actor in (other, nobody):
        with pytest.raises(NotFound, match="There is no match"):
            pair.reads(actor)
        with pytest.raises(NotFound, match="There is no match"):
            messages.say(pair.session, actor, pair.match.id, NewMessage(body="Hello"))
        assert queries.unread(pair.session, actor) == {}


def test_who_works_on_a_submission_from_elsewhere_is_not_in_the_room(pair: Pair) -> None:
    pair.says("challenge")
    helper = a_user(pair.session)
    collaborates(pair.session, pair.of.challenges[0], helper)

    with pytest.raises(NotFound):
        pair.reads(acting(pair.session, helper))


def test_who_leaves_the_organisation_is_out_of_the_room_and_their_words_stay(
    pair: Pair,
) -> None:
    colleague = pair.colleague("solution")
    said = NewMessage(body="I leave soon.")
    messages.say(pair.session, acting(pair.session, colleague), pair.match.id, said)

    leaves(pair.session, colleague)

    with pytest.raises(NotFound):
        pair.reads(acting(pair.session, colleague))
    assert pair.reads(pair.actor("challenge")) == ["I leave soon."]


def test_an_offer_has_no_room_until_both_have_said_yes(session: Session) -> None:
    of = a_round(session)
    (match,) = offered(session, of, (0, 0))
    actor = of.actor(of.challenges[0])

    with pytest.raises(NotFound, match="no conversation"):
        rooms.read(session, actor, match.id)
    answer(session, of, match, "challenge")
    with pytest.raises(NotFound, match="no conversation"):
        rooms.read(session, actor, match.id)
    answer(session, of, match, "solution", "decline")
    with pytest.raises(NotFound, match="no conversation"):
        rooms.read(session, actor, match.id)


def test_a_withdrawal_leaves_what_was_said_to_be_read_and_closes_the_room(pair: Pair) -> None:
    message = pair.says("challenge")
    provider = pair.actor("solution")
    submissions.take(
        pair.session,
        provider,
        Kind.SOLUTION,
        pair.of.solutions[0].id,
        "withdraw",
        StepTaken(reason="We move."),
    )

    room = rooms.read(pair.session, pair.actor("challenge"), pair.match.id)

    assert pair.match.state is MatchState.WITHDRAWN
    assert not room.is_open
    for side in ("challenge", "solution"):
        assert pair.reads(pair.actor(side)) == [message.body]
        with pytest.raises(Conflict, match="do not work together any more"):
            pair.says(side)
    with pytest.raises(Conflict, match="do not work together any more"):
        pair.changes("challenge", message, "Anything")


@pytest.mark.parametrize("state", [MatchState.COMPLETED, MatchState.ENDED])
def test_what_is_over_is_read_and_not_written(pair: Pair, state: MatchState) -> None:
    pair.says("challenge")
    pair.match.state = state
    pair.session.flush()

    assert len(pair.reads(pair.actor("solution"))) == 1
    with pytest.raises(Conflict):
        pair.says("solution")
    assert queries.unread(pair.session, pair.actor("solution")) == {}


def test_a_message_is_changed_by_its_author_within_an_hour(pair: Pair) -> None:
    message = pair.says("challenge")

    pair.changes("challenge", message, "Which sensors did you use?")

    found = messages.listed(pair.session, pair.actor("solution"), pair.match.id).messages[0]
    assert found.body == "Which sensors did you use?"
    assert found.edited_at is not None
    with pytest.raises(NotPermitted, match="Somebody else"):
        pair.changes("solution", message, "Mine")
    colleague = acting(pair.session, pair.colleague("challenge"))
    with pytest.raises(NotPermitted, match="Somebody else"):
        messages.take_back(pair.session, colleague, pair.match.id, message.id)
    row = pair.session.get_one(RoomMessage, message.id)
    row.created_at = now() - timedelta(minutes=61)
    pair.session.flush()
    with pytest.raises(Conflict, match="any more"):
        pair.changes("challenge", message, "Too late")
    with pytest.raises(Conflict, match="any more"):
        messages.take_back(pair.session, pair.actor("challenge"), pair.match.id, message.id)


def test_what_was_taken_back_leaves_its_line_and_no_word(pair: Pair) -> None:
    message = pair.says("challenge", "A secret")

    messages.take_back(pair.session, pair.actor("challenge"), pair.match.id, message.id)

    found = messages.listed(pair.session, pair.actor("solution"), pair.match.id).messages[0]
    assert (found.body, found.taken_back_at is None, found.number) == ("", False, 1)
    assert pair.session.get_one(RoomMessage, message.id).body == ""
    assert queries.unread(pair.session, pair.actor("solution")) == {}
    with pytest.raises(Conflict, match="any more"):
        pair.changes("challenge", message, "Once more")


def test_nobody_changes_what_somebody_else_has_just_changed(pair: Pair) -> None:
    message = pair.says("challenge")
    pair.changes("challenge", message, "Newer")

    with pytest.raises(Stale):
        messages.change(
            pair.session,
            pair.actor("challenge"),
            pair.match.id,
            message.id,
            ChangedMessage(body="Older"),
            Expected('"another state"'),
        )


def test_a_line_of_another_room_is_not_there(pair: Pair) -> None:
    message = pair.says("challenge")
    (second,) = (m for m in offered(pair.session, pair.of, (1, 1)) if m.id != pair.match.id)
    answer(pair.session, pair.of, second, "challenge")
    answer(pair.session, pair.of, second, "solution")
    theirs = pair.of.actor(pair.of.challenges[1])
    messages.say(pair.session, theirs, second.id, NewMessage(body="Ours"))

    with pytest.raises(NotFound, match="There is no message"):
        messages.read(pair.session, theirs, second.id, message.id)
    with pytest.raises(NotFound, match="There is no match"):
        messages.read(pair.session, theirs, pair.match.id, message.id)


def test_what_is_unread_is_counted_for_each_person(pair: Pair) -> None:
    for number in range(3):
        pair.says("challenge", f"Number {number}")
    pair.says("solution", "One of ours")
    reader, colleague = pair.actor("solution"), acting(pair.session, pair.colleague("solution"))

    messages.mark_read(pair.session, reader, pair.match.id, 2)

    assert queries.unread(pair.session, reader) == {pair.match.id: 1}
    assert queries.unread(pair.session, colleague) == {pair.match.id: 4}
    messages.mark_read(pair.session, reader, pair.match.id, 1)
    assert queries.unread(pair.session, reader) == {pair.match.id: 1}, "nothing is unread again"
    messages.mark_read(pair.session, reader, pair.match.id, 99)
    pair.says("challenge", "Newer")
    assert queries.unread(pair.session, reader) == {pair.match.id: 1}, "nobody reads ahead"


def test_who_answers_says_up_to_where_they_have_read(pair: Pair) -> None:
    pair.says("challenge", "First")
    pair.says("challenge", "Second")
    reader = pair.actor("solution")

    messages.say(pair.session, reader, pair.match.id, NewMessage(body="Yes", read=1))

    assert queries.unread(pair.session, reader) == {pair.match.id: 1}


def test_long_conversations_are_read_in_pages(pair: Pair) -> None:
    for number in range(1, 8):
        pair.says("challenge", str(number))
    actor = pair.actor("solution")

    last = messages.listed(pair.session, actor, pair.match.id, limit=3)
    middle = messages.listed(pair.session, actor, pair.match.id, last.before, 3)
    first = messages.listed(pair.session, actor, pair.match.id, middle.before, 3)

    bodies = [[one.body for one in page.messages] for page in (last, middle, first)]
    assert bodies == [["5", "6", "7"], ["2", "3", "4"], ["1"]]
    assert (last.before, middle.before, first.before) == (5, 2, None)


def test_a_room_that_is_full_takes_nothing_more_and_only_messages_fill_it(
    pair: Pair, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(messages, "MOST_MESSAGES", 2)
    pair.says("challenge")
    for step in ("let-staff", "shut-staff", "let-staff"):
        pair.lets_staff("challenge", step=step)
    pair.says("solution")

    with pytest.raises(Conflict, match="maximum"):
        pair.says("solution")


def test_who_only_reads_marks_what_was_read(pair: Pair) -> None:
    pair.says("challenge")
    narrow = replace(
        pair.actor("solution"),
        scopes=frozenset({Action.MATCH_READ, Action.CONVERSATION_READ}),
    )

    messages.mark_read(pair.session, narrow, pair.match.id, 1)

    found = rooms.read(pair.session, narrow, pair.match.id)
    assert isinstance(found, RoomTeamRead)
    assert found.unread == 0
    with pytest.raises(NotPermitted):
        messages.mark_read(pair.session, staff(pair.session), pair.match.id, 1)


def test_what_is_refused_is_no_life_of_the_room(pair: Pair) -> None:
    message = pair.says("challenge")
    row = pair.session.exec(select(Conversation)).one()
    row.lived_at = before = now() - timedelta(days=3)
    pair.session.flush()

    with pytest.raises(NotPermitted):
        pair.changes("solution", message, "Not mine")

    assert row.lived_at == before
    pair.changes("challenge", message, "Mine")
    assert row.lived_at > before


@pytest.mark.parametrize("body", ["", "  \n ", "a" * 4001, "nul\x00", "\ud800"])
def test_a_message_is_text_of_some_length(body: str) -> None:
    with pytest.raises(ValidationError):
        NewMessage(body=body)


def test_no_word_stands_in_the_record(pair: Pair) -> None:
    message = pair.says("challenge", "A canary")
    pair.changes("challenge", message, "A second canary")
    messages.take_back(pair.session, pair.actor("challenge"), pair.match.id, message.id)

    pair.session.commit()
    events = pair.session.exec(
        select(AuditEvent)
        .where(AuditEvent.subject_kind == messages.SUBJECT)
        .order_by(col(AuditEvent.id))
    ).all()

    assert [event.action for event in events] == ["say", "edit", "take-back"]
    assert {str(event.facts) for event in events} == {str({"code": pair.match.code})}


def test_a_team_reads_of_the_room_what_stands_in_it(pair: Pair) -> None:
    pair.says("challenge")

    found = rooms.read(pair.session, pair.actor("solution"), pair.match.id)

    assert isinstance(found, RoomTeamRead)
    assert (found.side, found.unread, found.newest) == (Side.SOLUTION, 1, 1)
    assert (found.challenge_messages, found.solution_messages) == (1, 0)
    # The countries of both have one time; nobody of theirs has chosen another one.
    assert (found.challenge_zone, found.solution_zone) == ("Europe/Paris", "Europe/Oslo")


def test_the_zone_of_a_side_is_the_one_that_most_of_its_people_chose(pair: Pair) -> None:
    for zone in ("Asia/Tokyo", "Asia/Kolkata", "Asia/Kolkata"):
        pair.colleague("challenge").zone = zone
    pair.session.flush()

    assert queries.zone_of(pair.session, pair.match, Side.CHALLENGE) == "Asia/Kolkata"
