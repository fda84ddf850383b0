"""What both sides have agreed on: who does what, by when, and whether it is done."""

from datetime import date
from typing import Any

import pytest
from pydantic import ValidationError
from sqlmodel import col, select

from app.conversations.lifecycle import AgreedState
from app.conversations.models import AgreedTask
from app.conversations.schemas import MOST_AGREED, AgreedTaskRead, NewAgreedTask
from app.conversations.service import agreed_tasks
from app.core.base.entity_tags import Expected
from app.core.base.errors import (
    Conflict,
    NotFound,
    NotPermitted,
    Stale,
    TransitionNotAllowed,
    Unprocessable,
)
from app.core.storage.audit import AuditEvent
from app.matches.lifecycle import MatchState, Side
from tests.conversations.people import Pair, staff


def agreed(pair: Pair, title: str = "Send the plan", **fields: Any) -> AgreedTask:
    given = {"title": title, "side": "challenge"}
    new = NewAgreedTask.model_validate(given | fields)
    return agreed_tasks.add(pair.session, pair.actor("challenge"), pair.match.id, new)


def move(pair: Pair, task: AgreedTask, step: str, side: str = "challenge") -> AgreedTaskRead:
    actor = pair.actor(side)
    return agreed_tasks.move(pair.session, actor, pair.match.id, task.id, step)


def test_both_sides_read_who_does_what_by_when(pair: Pair) -> None:
    person = pair.user("solution")
    agreed(pair, "Try it", side="solution", person_id=person.id, due_on=date(2027, 3, 1))

    (found,) = agreed_tasks.listed(pair.session, pair.actor("solution"), pair.match.id).tasks

    assert (found.title, found.side, found.person, found.due_on, found.state) == (
        "Try it",
        Side.SOLUTION,
        person.name,
        date(2027, 3, 1),
        AgreedState.OPEN,
    )


def test_what_is_open_comes_first_and_by_date(pair: Pair) -> None:
    done = agreed(pair, "Done", due_on=date(2027, 1, 1))
    for title, due in (("No date", None), ("Second", date(2027, 3, 1))):
        agreed(pair, title, due_on=due)
    agreed(pair, "First", due_on=date(2027, 2, 1))
    move(pair, done, "finish")

    found = agreed_tasks.listed(pair.session, pair.actor("solution"), pair.match.id).tasks

    assert [one.title for one in found] == ["First", "Second", "No date", "Done"]


def test_either_side_marks_it_as_done_opens_it_again_or_drops_it(pair: Pair) -> None:
    task = agreed(pair)

    done = move(pair, task, "finish", "solution")
    again = move(pair, task, "reopen")
    dropped = move(pair, task, "drop", "solution")

    assert [one.state for one in (done, again, dropped)] == ["done", "open", "dropped"]
    assert (done.done_at is None, again.done_at) == (False, None)
    with pytest.raises(TransitionNotAllowed):
        move(pair, task, "finish")


def test_only_somebody_of_that_side_is_asked(pair: Pair) -> None:
    with pytest.raises(Unprocessable) as refusal:
        agreed(pair, side="challenge", person_id=pair.user("solution").id)

    assert [error.pointer for error in refusal.value.errors] == ["/person_id"]


def test_strangers_and_staff_see_and_change_no_task(pair: Pair) -> None:
    task = agreed(pair)
    other = pair.of.actor(pair.of.solutions[1])

    for actor, refusal in ((other, NotFound), (staff(pair.session), NotPermitted)):
        with pytest.raises(refusal):
            agreed_tasks.read(pair.session, actor, pair.match.id, task.id)
        with pytest.raises(refusal):
            agreed_tasks.move(pair.session, actor, pair.match.id, task.id, "finish")


def test_nobody_finishes_what_was_changed_meanwhile(pair: Pair) -> None:
    task, actor = agreed(pair), pair.actor("solution")
    expected = Expected('"another state"')

    with pytest.raises(Stale):
        agreed_tasks.move(pair.session, actor, pair.match.id, task.id, "finish", expected)


def test_a_room_that_is_closed_or_full_takes_no_task(pair: Pair) -> None:
    task = agreed(pair)
    row = pair.session.exec(select(AgreedTask)).one()
    pair.session.add_all(
        AgreedTask(**row.model_dump(exclude={"id"})) for _ in range(MOST_AGREED - 1)
    )
    pair.session.flush()

    with pytest.raises(Conflict, match="maximum"):
        agreed(pair)
    pair.match.state = MatchState.ENDED
    pair.session.flush()
    with pytest.raises(Conflict, match="any more"):
        agreed(pair)
    with pytest.raises(Conflict, match="any more"):
        move(pair, task, "finish")


@pytest.mark.parametrize(
    "fields", [{"title": ""}, {"title": "a" * 201}, {"title": "two\nlines"}, {"side": "staff"}]
)
def test_a_task_is_one_line_for_one_side(fields: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        NewAgreedTask.model_validate({"title": "Send it", "side": "solution"} | fields)


def test_no_word_of_it_stands_in_the_record(pair: Pair) -> None:
    move(pair, agreed(pair, "A canary"), "finish")

    pair.session.commit()
    events = pair.session.exec(
        select(AuditEvent)
        .where(AuditEvent.subject_kind == agreed_tasks.SUBJECT)
        .order_by(col(AuditEvent.id))
    ).all()

    assert [event.action for event in events] == ["add", "finish"]
    assert "canary" not in str([event.facts for event in events])
