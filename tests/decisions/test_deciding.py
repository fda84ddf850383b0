"""Decisions are drafted by one person and approved by another, and nobody else has a say."""

from typing import Any

import pytest
from sqlmodel import Session, select

from app.access.policy import Role
from app.accounts.lifecycle import UserState
from app.accounts.models import User
from app.core.base.entity_tags import ANYTHING, Expected
from app.core.base.errors import (
    Conflict,
    NotFound,
    NotPermitted,
    Stale,
    TransitionNotAllowed,
    Unprocessable,
)
from app.core.base.merge_patch import Patch
from app.core.storage.audit import AuditEvent
from app.core.storage.outbox import Letter
from app.decisions import queries
from app.decisions.lifecycle import DecisionOutcome, DecisionState
from app.decisions.models import Decision
from app.decisions.schemas import DecisionDraft, DecisionStepTaken, NewDecision
from app.decisions.service import drafts, many, steps, writing
from app.organisations.schemas import UserStep
from app.organisations.service.offboarding import ERASED_NAME, take_step
from app.programmes.models import Call
from app.submissions.lifecycle import State
from app.submissions.models import Submission
from tests.decisions.people import actor
from tests.factories import a_call, a_challenge, a_decision, a_solution

TEXTS: dict[str, Any] = {
    "reasons": "All agreed.",
    "feedback": "You know your problem in figures.",
}


def new(submission: Submission, **said: Any) -> NewDecision:
    fields = {"submission_id": submission.code, "outcome": "selected", **TEXTS, **said}
    return NewDecision.model_validate(fields)


def test_one_person_drafts_and_another_one_approves(session: Session) -> None:
    challenge = a_challenge(session, state=State.ELIGIBLE, language="fr")
    staff, lead = actor(session, Role.STAFF), actor(session, Role.LEAD)

    decision = drafts.draft(session, staff, new(challenge))
    steps.take(session, staff, challenge.code, "hand-over")
    steps.take(session, lead, challenge.code, "approve")

    assert (decision.state, decision.outcome) == ("approved", "selected")
    assert (decision.code, decision.language) == (challenge.code, "fr")
    assert (decision.drafted_by, decision.approved_by) == (staff.user_id, lead.user_id)
    assert decision.approved_at is not None
    assert decision.released_at is None
    assert (challenge.state, challenge.message) == (State.ELIGIBLE, "")


def test_a_lead_who_wrote_a_decision_finds_another_lead(session: Session) -> None:
    challenge = a_challenge(session, state=State.ELIGIBLE)
    lead, other = actor(session, Role.LEAD), actor(session, Role.LEAD)
    drafts.draft(session, lead, new(challenge))
    steps.take(session, lead, challenge.code, "hand-over")

    with pytest.raises(Conflict, match="You wrote this decision"):
        steps.take(session, lead, challenge.code, "approve")
    approved = steps.take(session, other, challenge.code, "approve")

    assert approved.approved_by == other.user_id


def test_who_changed_a_decision_last_has_written_it(session: Session) -> None:
    decision = a_decision(session, drafted_by=actor(session, Role.STAFF).user_id)
    lead = actor(session, Role.LEAD)
    drafts.change(session, lead, decision.id, Patch({"outcome": "reserve"}), ANYTHING)
    steps.take(session, lead, decision.id, "hand-over")

    with pytest.raises(Conflict, match="You wrote this decision"):
        steps.take(session, lead, decision.id, "approve")


@pytest.mark.parametrize("patch", [{}, {"outcome": "selected"}, TEXTS])
def test_who_saves_what_stands_there_has_written_nothing(
    session: Session, patch: dict[str, Any]
) -> None:
    challenge = a_challenge(session, state=State.ELIGIBLE)
    lead, colleague = actor(session, Role.LEAD), actor(session, Role.LEAD)
    decision = drafts.draft(session, lead, new(challenge))
    version = decision.version

    drafts.change(session, colleague, decision.id, Patch(patch), ANYTHING)
    steps.take(session, lead, decision.id, "hand-over")
    with pytest.raises(Conflict, match="You wrote this decision"):
        steps.take(session, lead, decision.id, "approve")
    approved = steps.take(session, colleague, decision.id, "approve")

    assert version == 1
    assert (approved.drafted_by, approved.approved_by) == (lead.user_id, colleague.user_id)


@pytest.mark.parametrize("again", [False, True])
def test_whoever_wrote_a_part_of_a_decision_does_not_approve_it(
    session: Session, again: bool
) -> None:
    challenge = a_challenge(session, state=State.ELIGIBLE)
    first, second, reader = (actor(session, Role.LEAD) for _ in range(3))
    decision = drafts.draft(session, first, new(challenge))
    if again:
        steps.take(session, second, decision.id, "hand-over")
        steps.take(session, second, decision.id, "revise")
    drafts.change(session, second, decision.id, Patch({"reasons": "All of us."}), ANYTHING)
    steps.take(session, second, decision.id, "hand-over")

    for writer in (first, second):
        with pytest.raises(Conflict, match="or a part of it"):
            steps.take(session, writer, decision.id, "approve")
    approved = steps.take(session, reader, decision.id, "approve")

    assert approved.writers == sorted(str(one.user_id) for one in (first, second))
    assert approved.drafted_by == second.user_id


def test_who_was_erased_stays_among_the_writers_by_a_key_alone(session: Session) -> None:
    writer, admin = actor(session, Role.STAFF), actor(session, Role.ADMIN)
    decision = drafts.draft(session, writer, new(a_challenge(session, state=State.ELIGIBLE)))
    person = session.get_one(User, writer.user_id)
    person.state = UserState.DEACTIVATED

    erased, _ = take_step(session, admin, person.id, "erase", UserStep())

    assert erased.state is UserState.ERASED
    assert decision.writers == [str(writer.user_id)]
    assert writing.names(session, decision) == {"drafted": ERASED_NAME}


def test_what_is_written_anew_has_lost_its_approval(session: Session) -> None:
    decision = a_decision(
        session,
        state=DecisionState.APPROVED,
        approved_by=actor(session, Role.LEAD).user_id,
    )

    steps.take(session, actor(session, Role.STAFF), decision.id, "revise")

    assert (decision.state, decision.approved_by, decision.approved_at) == (
        DecisionState.DRAFT,
        None,
        None,
    )


def test_what_is_sent_back_says_why_to_who_drafted_it(session: Session) -> None:
    decision = a_decision(session, state=DecisionState.READY)
    said = DecisionStepTaken(reason="Name what was strong.")

    steps.take(session, actor(session, Role.LEAD), decision.id, "send-back", said)

    assert (decision.state, decision.message) == ("draft", "Name what was strong.")


@pytest.mark.parametrize("state", [DecisionState.READY, DecisionState.APPROVED])
def test_what_somebody_reads_or_has_approved_is_not_rewritten(
    session: Session, state: DecisionState
) -> None:
    decision = a_decision(session, state=state)
    said = DecisionDraft(outcome=DecisionOutcome.RESERVE, **TEXTS)

    with pytest.raises(TransitionNotAllowed):
        drafts.replace(session, actor(session, Role.STAFF), decision.id, said, ANYTHING)


def test_a_change_and_an_approval_are_of_what_was_read(session: Session) -> None:
    draft, ready = a_decision(session), a_decision(session, state=DecisionState.READY)
    before = Expected('"an earlier state"')
    said = DecisionDraft(outcome=DecisionOutcome.RESERVE, **TEXTS)

    with pytest.raises(Stale):
        drafts.replace(session, actor(session, Role.STAFF), draft.id, said, before)
    with pytest.raises(Stale):
        steps.take(session, actor(session, Role.LEAD), ready.id, "approve", expected=before)


@pytest.mark.parametrize("state", [s for s in State if s is not State.ELIGIBLE])
def test_only_what_is_eligible_gets_a_first_decision(session: Session, state: State) -> None:
    answered = {"answer_by": session.get_one(Call, a_call(session).id).closes_at}
    more = answered if state in {State.ACCEPTED, State.DECLINED} else {}
    challenge = a_challenge(session, state=state, **more)
    expected = Unprocessable if state is State.DRAFT else Conflict

    with pytest.raises(expected):
        drafts.draft(session, actor(session, Role.STAFF), new(challenge))


def test_a_submission_has_one_decision_that_is_being_made(session: Session) -> None:
    decision = a_decision(session)
    challenge = session.get_one(Submission, decision.submission_id)

    with pytest.raises(Conflict, match="is being made already"):
        drafts.draft(session, actor(session, Role.STAFF), new(challenge))


@pytest.mark.parametrize("field", ["answer_by", "in_place_of"])
def test_a_first_decision_names_neither_a_date_nor_a_place(
    session: Session, field: str
) -> None:
    challenge = a_challenge(session, state=State.ELIGIBLE)
    said = {"answer_by": "2100-01-01T00:00:00Z", "in_place_of": "CH-2020-999"}[field]

    with pytest.raises(Unprocessable) as refusal:
        drafts.draft(session, actor(session, Role.STAFF), new(challenge, **{field: said}))

    assert [error.pointer for error in refusal.value.errors] == [f"/{field}"]


def test_a_discarded_draft_makes_way_for_another_one(session: Session) -> None:
    decision = a_decision(session)
    challenge = session.get_one(Submission, decision.submission_id)
    staff = actor(session, Role.STAFF)

    steps.take(session, staff, decision.id, "discard")
    with pytest.raises(NotFound):
        queries.get(session, staff, challenge.code)
    again = drafts.draft(session, staff, new(challenge))

    assert queries.get(session, staff, challenge.code).id == again.id
    assert queries.get(session, staff, decision.id).state is DecisionState.DISCARDED


def test_one_outcome_is_drafted_for_many_and_taken_back(session: Session) -> None:
    call = a_call(session)
    staff = actor(session, Role.STAFF)
    rows = [a_challenge(session, call_id=call.id, state=State.ELIGIBLE) for _ in range(3)]
    gone = a_challenge(session, call_id=call.id, state=State.WITHDRAWN)
    elsewhere = a_challenge(session, state=State.ELIGIBLE)
    a_decision(session, submission=rows[2])
    codes = [row.code for row in (*rows, gone, elsewhere)]

    found = many.prospects(session, staff, call, codes)
    made = many.draft_many(session, staff, call, codes, DecisionOutcome.RESERVE)
    drafts.change(session, staff, rows[1].code, Patch({"reasons": "Close."}), ANYTHING)
    taken_back = many.discard_many(session, staff, call, codes)

    assert [(p.submission.code, p.obstacle) for p in found] == [
        (rows[0].code, None),
        (rows[1].code, None),
        (rows[2].code, "A decision is being made already."),
        (gone.code, "It is withdrawn."),
    ]
    assert [(d.code, d.outcome) for d in made] == [
        (row.code, DecisionOutcome.RESERVE) for row in rows[:2]
    ]
    assert [d.code for d in taken_back] == [rows[0].code]


@pytest.mark.parametrize("codes", [[], [f"CH-2020-{n:03}" for n in range(201)]])
def test_too_many_at_once_and_none_are_refused(session: Session, codes: list[Any]) -> None:
    with pytest.raises(Unprocessable):
        many.draft_many(
            session, actor(session, Role.STAFF), a_call(session), codes, DecisionOutcome.RESERVE
        )


READERS = {Role.STAFF, Role.LEAD, Role.AUDITOR}
WRITERS = {Role.STAFF, Role.LEAD}


@pytest.mark.parametrize("role", Role)
def test_nobody_else_reads_drafts_or_approves(session: Session, role: Role) -> None:
    decision = a_decision(session, state=DecisionState.READY)
    eligible = a_solution(session, state=State.ELIGIBLE)
    who = actor(session, role)

    able = {
        "read": is_granted(lambda: queries.get(session, who, decision.id)),
        "draft": is_granted(lambda: drafts.draft(session, who, new(eligible))),
        "approve": is_granted(lambda: steps.take(session, who, decision.id, "approve")),
    }

    assert able == {
        "read": role in READERS,
        "draft": role in WRITERS,
        "approve": role is Role.LEAD,
    }


def is_granted(act: Any) -> bool:
    try:
        act()
    except NotPermitted:
        return False
    return True


def test_deciding_leaves_its_traces_and_neither_a_letter_nor_a_word_of_it(
    session: Session,
) -> None:
    challenge = a_challenge(session, state=State.ELIGIBLE)
    staff, lead = actor(session, Role.STAFF), actor(session, Role.LEAD)
    decision = drafts.draft(session, staff, new(challenge))
    for who, step in ((staff, "hand-over"), (lead, "send-back"), (staff, "hand-over")):
        steps.take(session, who, decision.id, step, DecisionStepTaken(reason="Not selected."))
    session.commit()

    events = session.exec(select(AuditEvent).order_by("id")).all()

    assert [(e.subject_kind, e.action, e.facts) for e in events] == [
        ("decision", "create", {"submission": challenge.code}),
        ("decision", "hand-over", {"before": "draft", "after": "ready"}),
        ("decision", "send-back", {"before": "ready", "after": "draft"}),
        ("decision", "hand-over", {"before": "draft", "after": "ready"}),
    ]
    assert session.exec(select(Letter)).all() == []
    assert {event.subject_id for event in events} == {decision.id}


@pytest.mark.parametrize(
    "wrong",
    [
        {"state": DecisionState.READY, "feedback": ""},
        {"state": DecisionState.APPROVED, "approved_at": None},
        {"state": DecisionState.RELEASED, "released_at": None},
        {"in_place_of_id": "its own"},
        {"drafted_by": "one", "approved_by": "one"},
    ],
)
def test_the_database_holds_the_rules_as_well(session: Session, wrong: dict[str, Any]) -> None:
    challenge = a_challenge(session, state=State.ELIGIBLE)
    one = actor(session, Role.LEAD).user_id
    fields = {k: {"one": one, "its own": challenge.id}.get(v, v) for k, v in wrong.items()}

    with pytest.raises(Exception, match=r"(?i)check"):
        a_decision(session, submission=challenge, **fields)


@pytest.mark.parametrize("state", [DecisionState.DRAFT, DecisionState.RELEASED])
def test_the_database_keeps_one_decision_of_a_submission(
    session: Session, state: DecisionState
) -> None:
    challenge = a_challenge(session, state=State.ELIGIBLE)
    a_decision(session, submission=challenge, state=state)

    with pytest.raises(Exception, match=r"(?i)unique"):
        a_decision(session, submission=challenge, state=state)
    session.rollback()
    assert session.exec(select(Decision)).all() == []
