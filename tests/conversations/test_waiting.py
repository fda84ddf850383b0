"""One letter to a side when something new waits unread for a day, and none for each message."""

from datetime import timedelta

from sqlmodel import col, select

from app.conversations.models import RoomMessage
from app.conversations.service import messages, waiting
from app.core.base.clock import now
from app.core.storage.outbox import Letter
from app.matches.lifecycle import MatchState
from tests.conversations.people import ADDRESS, Pair, acting

DAY = timedelta(days=1, minutes=1)


def told(pair: Pair) -> list[str]:
    """Who was told that something waits, by address."""
    rows = pair.session.exec(select(Letter).order_by(col(Letter.created_at))).all()
    return [row.recipient for row in rows if "has written to you" in row.subject]


def test_after_a_day_one_letter_tells_of_all_that_waits(pair: Pair) -> None:
    for _ in range(3):
        pair.says("challenge", "A canary")

    early = waiting.remind(pair.session, ADDRESS, now() + timedelta(hours=23)).sides
    due = waiting.remind(pair.session, ADDRESS, now() + DAY).sides
    again = waiting.remind(pair.session, ADDRESS, now() + 3 * DAY).sides

    assert (early, due, again) == (0, 1, 0)
    assert told(pair) == [pair.user("solution").email]
    bodies = " ".join(row.body for row in pair.session.exec(select(Letter)))
    assert "canary" not in bodies
    assert f"{ADDRESS}/matches/{pair.match.code}/conversation\n" in bodies


def test_everybody_of_the_side_is_told(pair: Pair) -> None:
    colleague = pair.colleague("solution")
    pair.says("challenge")

    assert waiting.remind(pair.session, ADDRESS, now() + DAY).sides == 1
    assert sorted(told(pair)) == sorted([colleague.email, pair.user("solution").email])


def test_what_somebody_of_the_side_has_read_does_not_wait(pair: Pair) -> None:
    pair.says("challenge")
    colleague = acting(pair.session, pair.colleague("solution"))
    messages.mark_read(pair.session, colleague, pair.match.id, 1)

    assert waiting.remind(pair.session, ADDRESS, now() + DAY).sides == 0
    assert told(pair) == []


def test_what_the_side_has_answered_does_not_wait(pair: Pair) -> None:
    pair.says("challenge")
    pair.says("solution")

    assert waiting.remind(pair.session, ADDRESS, now() + DAY).sides == 1
    assert told(pair) == [pair.user("challenge").email], "only the answer waits"


def test_what_was_taken_back_and_what_is_no_message_does_not_wait(pair: Pair) -> None:
    message = pair.says("challenge")
    messages.take_back(pair.session, pair.actor("challenge"), pair.match.id, message.id)
    pair.lets_staff("challenge")

    assert waiting.remind(pair.session, ADDRESS, now() + DAY).sides == 0


def test_what_is_new_after_a_letter_is_told_again_after_a_day(pair: Pair) -> None:
    pair.says("challenge")
    waiting.remind(pair.session, ADDRESS, now() + DAY)
    second = pair.says("challenge", "One more")
    row = pair.session.get_one(RoomMessage, second.id)
    row.created_at = now() + DAY
    pair.session.flush()

    soon = waiting.remind(pair.session, ADDRESS, now() + DAY + timedelta(hours=23)).sides
    due = waiting.remind(pair.session, ADDRESS, now() + 2 * DAY).sides

    assert (soon, due, len(told(pair))) == (0, 1, 2)


def test_nobody_is_told_of_a_match_that_is_over(pair: Pair) -> None:
    pair.says("challenge")
    pair.match.state = MatchState.ENDED
    pair.session.flush()

    assert waiting.remind(pair.session, ADDRESS, now() + DAY).sides == 0
