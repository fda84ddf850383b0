"""Staff ask a team question by question, until a date; what it changes is told by words."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import pytest
from sqlmodel import Session, col, select

from app.access.policy import OPERATOR, Actor, Role
from app.core.base.clock import now
from app.core.base.errors import Conflict, NotFound, Unprocessable
from app.core.storage.outbox import Letter
from app.submissions.lifecycle import Kind, State
from app.submissions.models import Revision, Submission
from app.submissions.schemas import StepTaken
from app.submissions.service import reminders, revisions, steps
from tests.decisions.people import actor
from tests.factories import a_call, a_challenge, a_form, a_user, organisation_of, themes

DAY = timedelta(days=1)


@pytest.fixture
def team(session: Session) -> Actor:
    themes(session)
    user = a_user(session, language="fr")
    return Actor(user.id, {Role.MEMBER: frozenset({organisation_of(session, user)})})


def begun(session: Session, team: Actor, **fields: Any) -> Submission:
    (organisation,) = team.roles[Role.MEMBER]
    return a_challenge(session, organisation_id=organisation, **fields)


def move(session: Session, by: Actor, row: Submission, step: str, **said: Any) -> Submission:
    return steps.take(session, by, Kind.CHALLENGE, row.id, step, StepTaken(**said))


def rewrite(session: Session, row: Submission, **answers: str) -> None:
    row.content = {**row.content, **answers}
    session.flush()


def last_letter(session: Session) -> Letter:
    newest = select(Letter).order_by(col(Letter.created_at).desc(), col(Letter.id).desc())
    found = session.exec(newest).first()
    assert found is not None
    return found


def test_a_team_reads_what_it_is_asked_beside_each_question_and_until_when(
    session: Session, team: Actor
) -> None:
    row, until = begun(session, team, state=State.SUBMITTED), now() + 14 * DAY
    asked = {"problem": "Since when does it flood?", "summary": ""}

    move(session, OPERATOR, row, "return", asked=asked, answer_by=until, reason="Nearly!")

    assert (row.state, row.asked, row.answer_by) == (State.RETURNED, asked, until)
    body = last_letter(session).body
    assert "Nearly!" in body
    assert "problème" in body
    assert "Since when does it flood?" in body
    assert str(until.year) in body


@pytest.mark.parametrize(
    ("said", "pointers"),
    [
        ({}, ["/reason"]),
        ({"asked": {"weather": "Is it fine?"}}, ["/asked/weather"]),
        ({"reason": "Say more.", "answer_by": now() - DAY}, ["/answer_by"]),
        ({"asked": {"problem": "Since when?"}}, []),
        ({"asked": {"summary": ""}}, []),
    ],
)
def test_what_is_asked_is_asked_by_the_form_and_until_a_date_to_come(
    session: Session, team: Actor, said: Mapping[str, Any], pointers: list[str]
) -> None:
    row = begun(session, team, state=State.SUBMITTED)

    try:
        move(session, OPERATOR, row, "return", **said)
        found = []
    except Unprocessable as refusal:
        found = [error.pointer for error in refusal.errors]

    assert found == pointers
    assert row.state is (State.SUBMITTED if pointers else State.RETURNED)


@pytest.mark.parametrize("said", [{"asked": {"problem": "?"}}, {"answer_by": now() + DAY}])
def test_no_other_step_asks_a_team_anything(
    session: Session, team: Actor, said: dict[str, Any]
) -> None:
    row = begun(session, team, state=State.SUBMITTED)

    with pytest.raises(Unprocessable):
        move(session, OPERATOR, row, "pass", **said)

    assert row.state is State.SUBMITTED


def test_questions_of_the_call_are_asked_by_their_keys(session: Session, team: Actor) -> None:
    call = a_call(session)
    form = a_form(session, call)
    row = begun(session, team, call_id=call.id, form_id=form.id, state=State.SUBMITTED)

    move(session, OPERATOR, row, "return", asked={"scale": "For the whole country?"})

    assert "For whom?" in last_letter(session).body


def test_what_was_asked_is_sent_in_time_unless_staff_ask_again_with_a_later_date(
    session: Session, team: Actor
) -> None:
    row = begun(session, team, state=State.SUBMITTED)
    move(session, OPERATOR, row, "return", reason="Say more.", answer_by=now() + DAY)
    row.answer_by = now()
    session.flush()

    with pytest.raises(Conflict, match="The time to send"):
        move(session, team, row, "resubmit")
    move(session, OPERATOR, row, "return", reason="Once more.", answer_by=now() + DAY)
    move(session, team, row, "resubmit")

    assert row.model_dump(include={"state", "answer_by"}) == {
        "state": State.SUBMITTED,
        "answer_by": None,
    }


def test_each_version_that_is_sent_is_kept_and_its_difference_is_told_word_by_word(
    session: Session, team: Actor
) -> None:
    row = begun(session, team)
    move(session, team, row, "submit")
    move(session, OPERATOR, row, "return", asked={"problem": "How often?"})
    rewrite(session, row, problem="Our river floods three times a year.")
    move(session, team, row, "resubmit")

    kept = revisions.of_submission(session, OPERATOR, row.code)
    changed = revisions.changes(session, OPERATOR, row.id, 2)()
    assert [(one.number, one.asked) for one in kept] == [
        (2, {"problem": "How often?"}),
        (1, None),
    ]
    assert kept[0].sent_at == row.submitted_at
    assert kept[1].content["problem"] == "Our river floods twice a year."
    assert [(one.answer, one.words) for one in changed.changes] == [
        (
            "content.problem",
            [
                ("same", "Our river floods "),
                ("removed", "twice"),
                ("added", "three times"),
                ("same", " a year."),
            ],
        )
    ]


def test_the_first_version_is_all_new_and_what_was_not_sent_is_nowhere(
    session: Session, team: Actor
) -> None:
    row = begun(session, team)
    move(session, team, row, "submit")

    first = revisions.changes(session, OPERATOR, row.id, 1)()

    assert {words for one in first.changes for words, _ in one.words} == {"added"}
    with pytest.raises(NotFound, match="no revision 2"):
        revisions.changes(session, OPERATOR, row.id, 2)


def test_who_does_not_read_a_submission_reads_no_version_of_it(
    session: Session, team: Actor
) -> None:
    row, stranger = begun(session, team), actor(session, Role.MEMBER)
    move(session, team, row, "submit")
    move(session, team, row, "reopen")

    for who in (stranger, OPERATOR):
        with pytest.raises(NotFound):
            revisions.of_submission(session, who, row.id)
        with pytest.raises(NotFound):
            revisions.changes(session, who, row.id, 1)
    assert len(revisions.of_submission(session, team, row.id)) == 1


def test_a_team_is_reminded_of_what_it_was_asked(session: Session, team: Actor) -> None:
    row = begun(session, team, state=State.SUBMITTED)
    move(session, OPERATOR, row, "return", reason="Say more.", answer_by=now() + 10 * DAY)
    row.updated_at, row.answer_by = now() - 4 * DAY, now() + 6 * DAY
    session.flush()

    written = [reminders.remind(session), reminders.remind(session)]

    assert written == [1, 0]
    assert row.code in last_letter(session).subject
    assert session.exec(select(Revision)).all() == []
