"""After a release: teams answer until a date, reserves move up, and mistakes are corrected."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlmodel import Session, col, select

from app.access.policy import Actor, Role
from app.core.base.clock import now
from app.core.base.errors import Conflict, NotPermitted, Unprocessable
from app.core.storage.outbox import Letter
from app.decisions import queries
from app.decisions.lifecycle import DecisionOutcome, DecisionState
from app.decisions.models import Decision
from app.decisions.schemas import NewDecision
from app.decisions.service import drafts, places, steps
from app.submissions.lifecycle import State
from app.submissions.models import Submission
from app.submissions.schemas import StepTaken
from app.submissions.service import steps as submissions
from tests.decisions.people import actor
from tests.factories import a_call, a_challenge, a_user, an_organisation, decided

SOON = datetime(2100, 6, 14, 16, tzinfo=UTC)


def a_released(
    session: Session, outcome: DecisionOutcome = DecisionOutcome.SELECTED, **fields: Any
) -> Submission:
    team = an_organisation(session).id
    a_user(session, organisation_id=team)
    row = a_challenge(session, state=State.ELIGIBLE, organisation_id=team, **fields)
    decided(session, row, outcome=outcome, answer_by=SOON)
    return row


def team_of(row: Submission) -> Actor:
    return Actor(UUID(int=7), {Role.MEMBER: frozenset({row.organisation_id})})


def answer(session: Session, row: Submission, step: str, who: Actor | None = None) -> None:
    submissions.take(session, who or team_of(row), row.kind, row.id, step, StepTaken())


def draft_of(session: Session, who: Actor, row: Submission, **said: Any) -> Decision:
    """The draft of a correction."""
    fields = {"reasons": "We mixed two up.", "feedback": "We are sorry: we mixed two up."}
    new = NewDecision.model_validate({"submission_id": row.id, **fields, **said})
    return drafts.draft(session, who, new)


def correct(session: Session, row: Submission, **said: Any) -> Decision:
    """A correction, from draft to release, by two people."""
    staff, lead = actor(session, Role.STAFF), actor(session, Role.LEAD)
    decision = draft_of(session, staff, row, **said)
    for who, step in ((staff, "hand-over"), (lead, "approve"), (lead, "correct")):
        steps.take(session, who, decision.id, step)
    return decision


@pytest.mark.parametrize(("step", "state"), [("accept", "accepted"), ("decline", "declined")])
def test_a_selected_team_answers_before_the_date(
    session: Session, step: str, state: str
) -> None:
    row = a_released(session)

    answer(session, row, step)

    assert row.state == state


def test_the_date_is_the_first_instant_that_is_too_late(session: Session) -> None:
    row = a_released(session)
    row.answer_by = now()

    for step in ("accept", "decline"):
        with pytest.raises(Conflict, match="is over"):
            answer(session, row, step)


def test_a_team_that_is_not_asked_does_not_answer(session: Session) -> None:
    row = a_released(session)
    row.answer_by = None

    with pytest.raises(Conflict, match="is not asked"):
        answer(session, row, "accept")


@pytest.mark.parametrize("role", [Role.STAFF, Role.LEAD, Role.AUDITOR])
def test_nobody_answers_for_a_team(session: Session, role: Role) -> None:
    row = a_released(session)

    with pytest.raises(NotPermitted):
        answer(session, row, "accept", actor(session, role))


def test_a_reserve_gets_the_place_that_was_declined_with_a_letter(session: Session) -> None:
    call = a_call(session)
    selected = a_released(session, call_id=call.id)
    reserve = a_released(session, DecisionOutcome.RESERVE, call_id=call.id)
    answer(session, selected, "decline")
    lead = actor(session, Role.LEAD)

    free = [row.code for row in places.free_places(session, lead, call.id)]
    decision = correct(
        session, reserve, outcome="selected", in_place_of=selected.code, answer_by=SOON
    )

    letter = newest_letter(session, reserve)
    before = queries.history(session, lead, reserve.id)[1]
    assert free == [selected.code]
    assert (reserve.state, reserve.answer_by) == (State.SELECTED, SOON)
    assert (decision.state, before.state) == ("released", "corrected")
    assert decision.corrects_id == before.id
    assert letter.subject.startswith(f"A place has become free for {reserve.code}")
    assert decision.feedback in letter.body
    assert "by 14 June 2100 at 18:00" in letter.body
    assert places.free_places(session, lead, call.id) == []


def newest_letter(session: Session, row: Submission) -> Letter:
    about = select(Letter).where(col(Letter.subject).contains(row.code))
    return session.exec(about.order_by(col(Letter.created_at).desc())).all()[0]


def test_silence_until_after_the_date_and_a_withdrawal_make_a_place_free(
    session: Session,
) -> None:
    call = a_call(session)
    silent, withdrawn, accepted = (a_released(session, call_id=call.id) for _ in range(3))
    answer(session, accepted, "accept")
    answer(session, withdrawn, "withdraw")
    silent.answer_by = now() - timedelta(seconds=1)
    session.flush()

    free = places.free_places(session, actor(session, Role.AUDITOR), call.id)

    assert {row.code for row in free} == {silent.code, withdrawn.code}


@pytest.mark.parametrize(
    "fault", ["not declined", "accepted", "of another call", "taken", "no reserve", "unknown"]
)
def test_a_place_that_is_not_free_is_not_given(session: Session, fault: str) -> None:
    call = a_call(session)
    elsewhere = fault == "of another call"
    selected = a_released(session, call_id=a_call(session).id if elsewhere else call.id)
    kind = DecisionOutcome.NOT_SELECTED if fault == "no reserve" else DecisionOutcome.RESERVE
    reserve, other = (a_released(session, kind, call_id=call.id) for _ in range(2))
    if fault != "not declined":
        answer(session, selected, "accept" if fault == "accepted" else "decline")
    if fault == "taken":
        correct(session, other, outcome="selected", in_place_of=selected.code)
    named = "CH-1999-999" if fault == "unknown" else selected.code

    with pytest.raises(Unprocessable) as refusal:
        correct(session, reserve, outcome="selected", in_place_of=named)

    assert [error.pointer for error in refusal.value.errors] == ["/in_place_of"]


@pytest.mark.parametrize("before", DecisionOutcome)
@pytest.mark.parametrize("after", DecisionOutcome)
def test_a_mistake_is_corrected_by_two_people_with_a_letter_of_its_own(
    session: Session, before: DecisionOutcome, after: DecisionOutcome
) -> None:
    row = a_released(session, before)

    decision = correct(session, row, outcome=after.value)

    letter = newest_letter(session, row)
    word = after.value.replace("_", " ")
    assert (row.state.value, row.message) == (after.value, "We are sorry: we mixed two up.")
    assert letter.subject.startswith(f"A correction of the decision about {row.code}")
    assert f"The decision is now: {word}." in letter.body
    assert decision.drafted_by != decision.approved_by
    assert row.answer_by == (SOON if before is after is DecisionOutcome.SELECTED else None)


def test_who_has_accepted_stays_accepted_when_the_words_alone_are_corrected(
    session: Session,
) -> None:
    row = a_released(session)
    answer(session, row, "accept")

    correct(session, row, outcome="selected")

    assert (row.state, row.answer_by) == (State.ACCEPTED, SOON)


def test_who_has_accepted_is_not_asked_again(session: Session) -> None:
    row, late = a_released(session), a_released(session)
    staff, lead = actor(session, Role.STAFF), actor(session, Role.LEAD)
    said = {"outcome": "selected", "answer_by": SOON + timedelta(days=9)}
    waiting = draft_of(session, staff, late, **said)
    for who, step in ((staff, "hand-over"), (lead, "approve")):
        steps.take(session, who, waiting.id, step)
    for team in (row, late):
        answer(session, team, "accept")

    with pytest.raises(Unprocessable) as drafting:
        draft_of(session, staff, row, **said)
    with pytest.raises(Unprocessable) as releasing:
        steps.take(session, lead, waiting.id, "correct")

    refused = [*drafting.value.errors, *releasing.value.errors]
    assert [error.pointer for error in refused] == ["/answer_by", "/answer_by"]
    assert {(team.state, team.answer_by) for team in (row, late)} == {(State.ACCEPTED, SOON)}


def test_who_has_declined_by_mistake_is_asked_again(session: Session) -> None:
    row = a_released(session)
    answer(session, row, "decline")

    correct(session, row, outcome="selected", answer_by=SOON)
    answer(session, row, "accept")

    assert row.state is State.ACCEPTED


def test_until_a_correction_is_released_the_first_decision_counts(session: Session) -> None:
    row = a_released(session)
    told = row.message
    staff, lead = actor(session, Role.STAFF), actor(session, Role.LEAD)
    decision = draft_of(session, staff, row, outcome="not_selected")
    steps.take(session, staff, decision.id, "hand-over")
    steps.take(session, lead, decision.id, "approve")

    states = [one.state for one in queries.history(session, lead, row.id)]

    assert (row.state, row.message) == (State.SELECTED, told)
    assert states == [DecisionState.APPROVED, DecisionState.RELEASED]
    assert len(session.exec(select(Letter)).all()) == 1


def test_a_submission_that_was_withdrawn_is_corrected_no_more(session: Session) -> None:
    row = a_released(session)
    answer(session, row, "withdraw")

    with pytest.raises(Conflict, match="is withdrawn"):
        correct(session, row, outcome="not_selected")
