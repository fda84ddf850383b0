"""A call is released as a whole or not at all, with a letter of its own for each team."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlmodel import Session, col, select

from app.access.policy import OPERATOR, Actor, Role
from app.core.base.clock import now
from app.core.base.errors import (
    ConfirmFirst,
    Conflict,
    NotPermitted,
    Stale,
    TransitionNotAllowed,
    Unprocessable,
)
from app.core.storage.audit import AuditEvent
from app.core.storage.database import Database, transaction
from app.core.storage.outbox import Letter
from app.decisions.lifecycle import DecisionOutcome, DecisionState
from app.decisions.models import Decision, Release
from app.decisions.schemas import NewRelease
from app.decisions.service import releases
from app.notifications.letter_texts import LetterKind
from app.notifications.models import LetterTemplate
from app.programmes.models import Call
from app.submissions.lifecycle import State
from app.submissions.models import Submission
from tests.decisions.people import actor
from tests.factories import a_call, a_challenge, a_decision, a_user, an_organisation

SOON = datetime(2100, 6, 14, 16, tzinfo=UTC)


def a_batch(session: Session, call: Call, **fields: Any) -> list[Submission]:
    """A submission of each outcome, decided and approved, each of a team of its own."""
    rows = []
    for outcome in DecisionOutcome:
        team = an_organisation(session).id
        a_user(session, organisation_id=team)
        row = a_challenge(session, call_id=call.id, state=State.ELIGIBLE, organisation_id=team)
        approved = {"state": DecisionState.APPROVED, "outcome": outcome, **fields}
        a_decision(session, submission=row, **approved)
        rows.append(row)
    return rows


def release(session: Session, call: Call, who: Actor = OPERATOR, **said: Any) -> Release:
    return releases.release(session, who, NewRelease(call_id=call.id, **said))


def test_all_that_is_approved_is_released_at_once_and_each_team_gets_its_letter(
    session: Session,
) -> None:
    call = a_call(session)
    rows = a_batch(session, call)
    lead = actor(session, Role.LEAD)

    done = release(session, call, lead, answer_by=SOON)

    decisions = session.exec(select(Decision).order_by(Decision.code)).all()
    letters = session.exec(select(Letter)).all()
    assert [row.state.value for row in rows] == [outcome.value for outcome in DecisionOutcome]
    assert [row.message for row in rows] == [decision.feedback for decision in decisions]
    assert [row.answer_by for row in rows] == [SOON, None, None, None]
    assert {decision.state for decision in decisions} == {DecisionState.RELEASED}
    assert {decision.release_id for decision in decisions} == {done.id}
    assert (done.decisions, done.letters, done.released_by) == (4, 4, lead.user_id)
    assert len({letter.body for letter in letters}) == len(letters) == 4
    for row, decision in zip(rows, decisions, strict=True):
        (letter,) = [one for one in letters if row.code in one.subject]
        assert decision.feedback in letter.body
        assert decision.reasons not in letter.body
        asks = "by 14 June 2100 at 18:00 (Paris, UTC+2)" in letter.body
        assert asks is (decision.outcome is DecisionOutcome.SELECTED)


def test_a_release_leaves_an_event_for_each_step_and_one_of_its_own(session: Session) -> None:
    call = a_call(session)
    a_batch(session, call)

    release(session, call)
    session.commit()

    events = session.exec(select(AuditEvent).order_by(col(AuditEvent.id))).all()
    assert sorted((e.subject_kind, e.action) for e in events) == sorted(
        [
            ("challenge", "select"),
            ("challenge", "hold-in-reserve"),
            ("challenge", "invite-to-learn"),
            ("challenge", "set-aside"),
            *[("decision", "release")] * 4,
            ("release", "release"),
        ]
    )
    assert events[-1].facts == {"call": call.code, "decisions": 4, "letters": 4}


@pytest.mark.parametrize(
    ("fault", "told"),
    [
        ("undecided", "Nothing is drafted about it."),
        (DecisionState.DRAFT, "Nobody else has approved its decision yet: it is draft."),
        (DecisionState.READY, "Nobody else has approved its decision yet: it is ready."),
        ("the same", "Its feedback is the same as that of"),
        ("nearly the same", "Its feedback is the same as that of"),
        ("as one that was released", "Its feedback is the same as that of"),
    ],
)
def test_one_fault_holds_all_of_it_back(
    session: Session, fault: DecisionState | str, told: str
) -> None:
    call = a_call(session)
    rows = a_batch(session, call)
    odd = a_challenge(session, call_id=call.id, state=State.ELIGIBLE)
    if fault != "undecided":
        with_text = {
            "the same": "Your text is strong in its figures.",
            "nearly the same": " your TEXT is  strong in its figures.",
            "as one that was released": "Your text is strong in its figures.",
        }
        text = with_text.get(fault, "Not drafted to its end yet.")
        state = fault if isinstance(fault, DecisionState) else DecisionState.APPROVED
        a_decision(session, submission=odd, state=state, feedback=text)
        other = session.exec(select(Decision).where(Decision.code == rows[0].code)).one()
        if fault == "as one that was released":
            other.state, other.released_at = DecisionState.RELEASED, now()
            rows[0].state = State.SELECTED
        if state is DecisionState.APPROVED:
            other.feedback = "Your text is strong in its figures."
    session.commit()

    with pytest.raises(Unprocessable) as refusal:
        release(session, call, answer_by=SOON)
    session.rollback()

    found = {error.pointer: error.detail for error in refusal.value.errors}
    assert found[f"/decisions/{odd.code}"].startswith(told)
    assert session.exec(select(Letter)).all() == []
    assert session.exec(select(Release)).all() == []
    assert {row.state for row in rows[1:]} == {State.ELIGIBLE}


def test_all_that_is_missing_is_told_at_once_and_not_without_end(session: Session) -> None:
    call = a_call(session)
    for _ in range(60):
        a_challenge(session, call_id=call.id, state=State.ELIGIBLE)

    with pytest.raises(Unprocessable, match="60 things are missing") as refusal:
        release(session, call)

    assert len(refusal.value.errors) == 50


def a_letter(session: Session, call: Call, **fields: Any) -> LetterTemplate:
    text: dict[str, Any] = {"kind": LetterKind.RESERVE, "language": "en"}
    text |= {"subject": "On {code}"}
    row = LetterTemplate(**text | {"call_id": call.id, "body": "Wait.\n{feedback}"} | fields)
    session.add(row)
    session.flush()
    return row


@pytest.mark.parametrize(
    "change",
    ["outcome", "feedback", "another", "withdrawn", "letter", "new letter", "letter removed"],
)
def test_what_was_changed_since_it_was_seen_is_not_released(
    session: Session, change: str
) -> None:
    call = a_call(session)
    rows = a_batch(session, call)
    letter = a_letter(session, call)
    seen = releases.outlook(session, OPERATOR, call).tag
    one = session.exec(select(Decision).where(Decision.code == rows[1].code)).one()
    match change:
        case "outcome":
            one.outcome = DecisionOutcome.NOT_SELECTED
        case "feedback":
            one.feedback = "Words that the lead has not read."
        case "another":
            a_decision(session, call_id=call.id, state=DecisionState.APPROVED)
        case "withdrawn":
            rows[1].state = State.WITHDRAWN
        case "letter":
            letter.body = "Never mind.\n{feedback}"
        case "new letter":
            a_letter(session, call, language="fr")
        case _:
            session.delete(letter)
    session.commit()

    with pytest.raises(Stale):
        release(session, call, expected=seen)

    assert session.exec(select(Release)).all() == []
    assert session.exec(select(Letter)).all() == []


def test_what_stands_as_it_was_seen_is_released(session: Session) -> None:
    call, other = a_call(session), a_call(session)
    a_batch(session, call)
    a_letter(session, call)
    seen = releases.outlook(session, OPERATOR, call).tag
    a_letter(session, other)
    a_batch(session, other)

    done = release(session, call, expected=seen)

    assert done.decisions == 4


def test_what_left_the_call_holds_nothing_back_and_is_not_released(session: Session) -> None:
    call = a_call(session)
    rows = a_batch(session, call)
    rows[0].state = State.WITHDRAWN

    done = release(session, call)

    assert done.decisions == 3
    assert rows[0].state is State.WITHDRAWN
    left = session.exec(select(Decision).where(Decision.code == rows[0].code)).one()
    assert left.state is DecisionState.APPROVED


def test_another_call_is_not_touched(session: Session) -> None:
    one, other = a_call(session), a_call(session)
    a_batch(session, one)
    rows = a_batch(session, other)

    release(session, one)

    assert {row.state for row in rows} == {State.ELIGIBLE}


def test_what_is_released_is_not_released_again(session: Session) -> None:
    call = a_call(session)
    a_batch(session, call)
    release(session, call)

    with pytest.raises(Conflict, match="waits to be released"):
        release(session, call)

    assert len(session.exec(select(Letter)).all()) == 4


def test_a_date_that_is_over_is_no_date_for_answers(session: Session) -> None:
    call = a_call(session)
    a_batch(session, call)

    with pytest.raises(Unprocessable) as refusal:
        release(session, call, answer_by=now() - timedelta(seconds=1))

    assert [error.pointer for error in refusal.value.errors] == ["/answer_by"]


@pytest.mark.parametrize("role", Role)
def test_a_lead_alone_releases(session: Session, role: Role) -> None:
    call = a_call(session)
    a_batch(session, call)
    who = actor(session, role)

    if role is Role.LEAD:
        assert release(session, call, who).decisions == 4
    else:
        with pytest.raises(NotPermitted):
            release(session, call, who)


def test_a_browser_that_was_left_open_releases_nothing(session: Session) -> None:
    call = a_call(session)
    a_batch(session, call)
    lead = actor(session, Role.LEAD)
    left_open = Actor(lead.user_id, lead.roles, confirmed_at=now() - timedelta(hours=2))

    with pytest.raises(ConfirmFirst):
        release(session, call, left_open)


def test_each_person_reads_in_their_own_language(session: Session) -> None:
    call = a_call(session)
    rows = a_batch(session, call)
    for language in ("fr", "es", "pt"):
        a_user(session, organisation_id=rows[3].organisation_id, language=language)

    release(session, call)

    letters = session.exec(select(Letter).where(col(Letter.subject).contains(rows[3].code)))
    bodies = [letter.body for letter in letters]
    assert len(bodies) == len(set(bodies)) == 4
    assert all(rows[3].message in body for body in bodies)


def test_a_call_has_letters_of_its_own_where_a_lead_wrote_them(session: Session) -> None:
    call = a_call(session)
    rows = a_batch(session, call)
    a_letter(session, call)

    release(session, call)

    told = session.exec(select(Letter.subject, Letter.body)).all()
    assert (f"On {rows[1].code}", f"Wait.\n{rows[1].message}\n") in told
    assert len(told) == 4


def test_of_two_who_release_at_once_one_does(session: Session, database: Database) -> None:
    call = a_call(session)
    a_batch(session, call)
    session.commit()
    call_id = call.id
    stale = session.exec(select(Decision)).all()
    assert len(stale) == 4

    with transaction(database) as other:
        releases.release(other, OPERATOR, NewRelease(call_id=call_id))

    with pytest.raises((Conflict, TransitionNotAllowed)), transaction(database) as late:
        releases.release(late, OPERATOR, NewRelease(call_id=call_id))
    session.expire_all()
    assert len(session.exec(select(Letter)).all()) == 4
    assert len(session.exec(select(Release)).all()) == 1
