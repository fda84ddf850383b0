"""Staff see that a room lives, and read it only while both sides let them."""

import pytest
from sqlmodel import Session, col, select

from app.access.policy import OPERATOR, Action, Actor, Role
from app.conversations.lifecycle import MessageKind, StaffAccess
from app.conversations.schemas import NewMessage, RoomRead, RoomTeamRead
from app.conversations.service import agreed_tasks, meetings, messages, rooms, staff_access
from app.core.base.errors import Conflict, NotFound, NotPermitted, TransitionNotAllowed
from app.core.storage.audit import AuditEvent
from app.matches.lifecycle import MatchState, Side
from tests.conversations.people import Pair, staff

WATCHERS = (Role.STAFF, Role.LEAD, Role.AUDITOR)
READERS = (Role.STAFF, Role.LEAD)


def tries(pair: Pair, actor: Actor) -> list[bool]:
    """Whether somebody reads the messages, the meetings and the tasks."""
    read = []
    for listed in (messages.listed, meetings.listed, agreed_tasks.listed):
        try:
            listed(pair.session, actor, pair.match.id)
        except (NotPermitted, NotFound):
            read.append(False)
        else:
            read.append(True)
    return read


@pytest.mark.parametrize("role", WATCHERS)
def test_staff_see_that_it_lives_and_no_word(pair: Pair, role: Role) -> None:
    pair.says("challenge", "A canary")
    pair.says("solution", "Another")
    pair.says("solution", "A third")

    found = rooms.read(pair.session, staff(pair.session, role), pair.match.id)

    assert type(found) is RoomRead
    assert (found.challenge_messages, found.solution_messages) == (1, 2)
    assert found.lived_at is not None
    assert not found.staff_may_read
    assert "canary" not in found.model_dump_json()


@pytest.mark.parametrize("role", [Role.REVIEWER, Role.ADVISOR, Role.ADMIN])
def test_to_others_who_work_here_the_room_is_not_there(pair: Pair, role: Role) -> None:
    pair.says("challenge")
    pair.lets_staff("challenge", "solution")
    actor = staff(pair.session, role)

    with pytest.raises(NotFound):
        rooms.read(pair.session, actor, pair.match.id)
    assert tries(pair, actor) == [False, False, False]


@pytest.mark.parametrize("role", READERS)
def test_staff_read_while_both_sides_let_them_and_not_a_moment_longer(
    pair: Pair, role: Role
) -> None:
    pair.says("challenge", "Which sensors?")
    actor = staff(pair.session, role)

    assert tries(pair, actor) == [False, False, False]
    pair.lets_staff("challenge")
    assert tries(pair, actor) == [False, False, False], "one side is not both"
    pair.lets_staff("solution")
    assert tries(pair, actor) == [True, True, True]
    assert "Which sensors?" in pair.reads(actor)
    pair.lets_staff("challenge", step="shut-staff")
    assert tries(pair, actor) == [False, False, False]
    assert not rooms.read(pair.session, actor, pair.match.id).staff_may_read


def test_of_one_side_alone_staff_do_not_learn_which(pair: Pair) -> None:
    pair.says("challenge")
    actor = staff(pair.session)
    before = rooms.read(pair.session, actor, pair.match.id)

    pair.lets_staff("challenge")

    assert rooms.read(pair.session, actor, pair.match.id) == before


def test_auditors_never_read_it(pair: Pair) -> None:
    pair.says("challenge")
    pair.lets_staff("challenge", "solution")

    assert tries(pair, staff(pair.session, Role.AUDITOR)) == [False, False, False]


def test_staff_who_may_read_write_nothing(pair: Pair) -> None:
    pair.says("challenge")
    pair.lets_staff("challenge", "solution")
    actor = staff(pair.session)

    with pytest.raises(NotPermitted):
        messages.say(pair.session, actor, pair.match.id, NewMessage(body="Hello"))
    with pytest.raises(NotPermitted):
        messages.mark_read(pair.session, actor, pair.match.id, 1)
    with pytest.raises(NotPermitted):
        staff_access.move(pair.session, actor, pair.match.id, "let-staff")


def test_a_token_of_staff_that_is_not_made_for_it_reads_nothing(pair: Pair) -> None:
    pair.says("challenge")
    pair.lets_staff("challenge", "solution")
    found = staff(pair.session)
    narrow = Actor(found.user_id, found.roles, frozenset({Action.MATCH_READ}))

    with pytest.raises(NotPermitted, match="conversation:visit"):
        pair.reads(narrow)


def test_a_token_of_a_team_that_reads_matches_reads_no_conversation(pair: Pair) -> None:
    pair.says("challenge")
    found = pair.actor("challenge")
    narrow = Actor(found.user_id, found.roles, frozenset({Action.MATCH_READ}))
    reading = Actor(
        found.user_id, found.roles, frozenset({Action.MATCH_READ, Action.CONVERSATION_READ})
    )

    with pytest.raises(NotPermitted):
        pair.reads(narrow)
    assert len(pair.reads(reading)) == 1
    with pytest.raises(NotPermitted):
        messages.say(pair.session, reading, pair.match.id, NewMessage(body="Hello"))


def test_each_change_is_a_line_of_the_room_and_an_event_of_the_record(pair: Pair) -> None:
    pair.lets_staff("challenge", "solution")
    pair.lets_staff("solution", step="shut-staff")

    pair.session.commit()
    lines = messages.listed(pair.session, pair.actor("challenge"), pair.match.id).messages
    found = rooms.read(pair.session, pair.actor("challenge"), pair.match.id)
    events = pair.session.exec(
        select(AuditEvent)
        .where(AuditEvent.subject_kind == messages.SUBJECT)
        .order_by(col(AuditEvent.id))
    ).all()

    assert [(one.side, one.kind) for one in lines] == [
        (Side.CHALLENGE, MessageKind.STAFF_LET),
        (Side.SOLUTION, MessageKind.STAFF_LET),
        (Side.SOLUTION, MessageKind.STAFF_SHUT),
    ]
    assert isinstance(found, RoomTeamRead)
    assert (found.challenge_staff, found.solution_staff) == (StaffAccess.LET, StaffAccess.SHUT)
    assert [(event.action, event.facts["side"]) for event in events] == [
        ("let-staff", "challenge"),
        ("let-staff", "solution"),
        ("shut-staff", "solution"),
    ]


def test_a_side_lets_the_staff_once(pair: Pair) -> None:
    pair.lets_staff("challenge")

    with pytest.raises(TransitionNotAllowed):
        pair.lets_staff("challenge")


def test_a_side_lets_the_staff_in_so_often_and_shuts_them_out_always(
    pair: Pair, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(staff_access, "MOST_LET", 2)
    for step in ("let-staff", "shut-staff", "let-staff", "shut-staff"):
        pair.lets_staff("challenge", step=step)

    with pytest.raises(Conflict, match="2 times"):
        pair.lets_staff("challenge")
    pair.lets_staff("solution")
    pair.lets_staff("solution", step="shut-staff")


def test_what_was_let_is_taken_back_after_the_end(pair: Pair) -> None:
    pair.lets_staff("challenge", "solution")
    pair.match.state = MatchState.COMPLETED
    pair.session.flush()

    assert tries(pair, staff(pair.session)) == [True, True, True]
    pair.lets_staff("solution", step="shut-staff")

    assert tries(pair, staff(pair.session)) == [False, False, False]


def test_the_operator_is_let_in_like_staff(pair: Pair, session: Session) -> None:
    pair.says("challenge")
    pair.lets_staff("challenge")

    assert tries(pair, OPERATOR) == [False, False, False]
    pair.lets_staff("solution")

    assert tries(pair, OPERATOR) == [True, True, True]
