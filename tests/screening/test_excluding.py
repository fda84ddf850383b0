"""One person proposes that a submission is not eligible, another approves; one appeal."""

from datetime import timedelta

import pytest
from sqlmodel import Session, col, select

from app.access.policy import Actor, Role
from app.core.base.clock import now
from app.core.base.entity_tags import Expected
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
from app.screening import queries
from app.screening.lifecycle import APPEAL, ExclusionState
from app.screening.models import Exclusion
from app.screening.schemas import ExclusionStepTaken, NewExclusion
from app.screening.service import exclusions
from app.submissions.lifecycle import Kind, State
from app.submissions.models import Submission
from app.submissions.schemas import StepTaken
from app.submissions.service import drafts, revisions, steps
from tests.decisions.people import actor
from tests.factories import a_challenge, a_user, organisation_of, themes

RULE = "Governments alone take part."
WHY = "No authority has signed what you sent."
REFUSED = ExclusionStepTaken(reason="The ministry has signed it.")


def new(submission: Submission) -> NewExclusion:
    return NewExclusion(submission_id=submission.code, rule=RULE, feedback=WHY)


def propose(session: Session, by: Actor, submission: Submission) -> Exclusion:
    return exclusions.propose(session, by, new(submission))


def move(session: Session, by: Actor, submission: Submission, step: str, why: str = "") -> None:
    steps.take(session, by, Kind.CHALLENGE, submission.id, step, StepTaken(reason=why))


@pytest.fixture
def team(session: Session) -> Actor:
    themes(session)
    user = a_user(session)
    return Actor(user.id, {Role.MEMBER: frozenset({organisation_of(session, user)})})


@pytest.fixture
def challenge(session: Session, team: Actor) -> Submission:
    (organisation,) = team.roles[Role.MEMBER]
    return a_challenge(session, organisation_id=organisation, state=State.SUBMITTED)


@pytest.fixture
def one(session: Session) -> Actor:
    return actor(session, Role.STAFF)


@pytest.fixture
def other(session: Session) -> Actor:
    return actor(session, Role.STAFF)


def test_a_team_reads_why_and_until_when_it_appeals_once_a_second_person_approves(
    session: Session, one: Actor, other: Actor, challenge: Submission
) -> None:
    row = propose(session, one, challenge)
    before = (challenge.state, challenge.message, challenge.answer_by, challenge.version)
    exclusions.take(session, other, row.id, "approve")

    assert before == (State.SUBMITTED, "", None, 1)
    assert row.state is ExclusionState.APPROVED
    assert (row.proposed_by, row.settled_by) == (one.user_id, other.user_id)
    assert (challenge.state, challenge.message) == (State.INELIGIBLE, f"{RULE}\n\n{WHY}")
    assert challenge.answer_by is not None
    assert timedelta(0) < now() + APPEAL - challenge.answer_by < timedelta(minutes=1)
    (letter,) = session.exec(select(Letter)).all()
    assert letter.subject == f'{challenge.code}, "{challenge.title}", is not eligible'
    assert RULE in letter.body
    assert WHY in letter.body
    assert "Your team can appeal once, before" in letter.body


def test_who_has_proposed_it_does_not_approve_it(
    session: Session, one: Actor, challenge: Submission
) -> None:
    row = propose(session, one, challenge)

    with pytest.raises(Conflict):
        exclusions.take(session, one, row.id, "approve")

    assert challenge.state is State.SUBMITTED
    assert row.state is ExclusionState.PROPOSED


@pytest.mark.parametrize("role", [Role.MEMBER, Role.REVIEWER, Role.ADVISOR, Role.ADMIN])
def test_nobody_else_proposes_reads_or_approves(
    session: Session, one: Actor, challenge: Submission, role: Role
) -> None:
    row, stranger = propose(session, one, challenge), actor(session, role)

    with pytest.raises(NotPermitted):
        propose(session, stranger, challenge)
    with pytest.raises(NotPermitted):
        queries.get(session, stranger, row.id)
    with pytest.raises(NotPermitted):
        exclusions.take(session, stranger, row.id, "approve")


def test_an_auditor_reads_and_does_not_approve(
    session: Session, one: Actor, challenge: Submission
) -> None:
    row, auditor = propose(session, one, challenge), actor(session, Role.AUDITOR)

    assert queries.get(session, auditor, challenge.code) is row
    with pytest.raises(NotPermitted):
        exclusions.take(session, auditor, row.id, "approve")


def test_what_is_refused_changes_nothing_and_can_be_proposed_again(
    session: Session, one: Actor, other: Actor, challenge: Submission
) -> None:
    row = propose(session, one, challenge)
    exclusions.take(session, other, row.id, "refuse", REFUSED)
    again = propose(session, one, challenge)

    assert (row.state, row.message) == (ExclusionState.REFUSED, REFUSED.reason)
    assert again.state is ExclusionState.PROPOSED
    assert challenge.state is State.SUBMITTED
    assert session.exec(select(Letter)).all() == []


def test_while_one_is_proposed_staff_go_on_with_nothing_else(
    session: Session, one: Actor, other: Actor, challenge: Submission
) -> None:
    row = propose(session, one, challenge)

    with pytest.raises(Conflict, match="Somebody has proposed"):
        propose(session, other, challenge)
    for step in ("pass", "return"):
        with pytest.raises(Conflict, match="Somebody has proposed"):
            move(session, other, challenge, step, "Say more.")
    exclusions.take(session, one, row.id, "take-back")
    move(session, other, challenge, "pass")

    assert challenge.state is State.ELIGIBLE


def test_a_team_goes_on_as_if_nothing_was_proposed_and_its_new_version_is_not_excluded(
    session: Session, one: Actor, other: Actor, team: Actor, challenge: Submission
) -> None:
    row = propose(session, one, challenge)
    move(session, team, challenge, "reopen")
    move(session, team, challenge, "submit")

    with pytest.raises(Conflict, match="another version"):
        exclusions.take(session, other, row.id, "approve")
    again = propose(session, other, challenge)
    exclusions.take(session, one, again.id, "approve")

    assert (row.state, again.state) == (ExclusionState.LAPSED, ExclusionState.APPROVED)
    assert challenge.state is State.INELIGIBLE


def test_what_is_not_screened_is_not_excluded(
    session: Session, one: Actor, challenge: Submission
) -> None:
    challenge.state = State.ELIGIBLE
    session.flush()

    with pytest.raises(TransitionNotAllowed):
        propose(session, one, challenge)
    nothing = new(challenge).model_copy(update={"submission_id": "CH-1999-999"})
    with pytest.raises(Unprocessable):
        exclusions.propose(session, one, nothing)


def test_what_was_returned_is_excluded_once_its_date_is_over(
    session: Session, one: Actor, other: Actor, challenge: Submission
) -> None:
    move(session, one, challenge, "return", "Say more.")
    with pytest.raises(Conflict, match="can still send"):
        propose(session, one, challenge)
    challenge.answer_by = now() - timedelta(hours=1)
    session.flush()

    row = propose(session, one, challenge)
    exclusions.take(session, other, row.id, "approve")

    assert challenge.state is State.INELIGIBLE


def test_a_team_appeals_once_and_the_second_time_is_final(
    session: Session, one: Actor, other: Actor, team: Actor, challenge: Submission
) -> None:
    exclusions.take(session, other, propose(session, one, challenge).id, "approve")
    sent_at = challenge.submitted_at
    move(session, team, challenge, "appeal", "The minister has signed.")
    appealed = (challenge.state, challenge.appeal, challenge.answer_by, challenge.submitted_at)
    exclusions.take(session, one, propose(session, other, challenge).id, "approve")

    assert appealed == (State.SUBMITTED, "The minister has signed.", None, sent_at)
    assert (challenge.state, challenge.answer_by) == (State.INELIGIBLE, None)
    last = session.exec(select(Letter).order_by(col(Letter.created_at).desc())).first()
    assert last is not None
    assert "This is final." in last.body
    with pytest.raises(Conflict, match="This is final"):
        move(session, team, challenge, "appeal", "Once more.")


def test_nobody_appeals_too_late_or_without_a_reason(
    session: Session, one: Actor, other: Actor, team: Actor, challenge: Submission
) -> None:
    exclusions.take(session, other, propose(session, one, challenge).id, "approve")

    with pytest.raises(Unprocessable):
        move(session, team, challenge, "appeal")
    with pytest.raises(NotPermitted):
        move(session, one, challenge, "appeal", "They are right.")
    challenge.answer_by = now()
    session.flush()
    with pytest.raises(Conflict, match="The time to appeal is over"):
        move(session, team, challenge, "appeal", "We were away.")

    assert challenge.state is State.INELIGIBLE


def test_an_approval_is_of_what_was_read(
    session: Session, one: Actor, other: Actor, challenge: Submission
) -> None:
    row = propose(session, one, challenge)

    with pytest.raises(Stale):
        exclusions.take(session, other, row.id, "approve", expected=Expected('"another"'))
    with pytest.raises(NotFound):
        exclusions.take(session, other, challenge.code, "reconsider")


def test_the_record_tells_what_was_done_and_no_reason(
    session: Session, one: Actor, other: Actor, challenge: Submission
) -> None:
    row = propose(session, one, challenge)
    exclusions.take(session, other, row.id, "approve")
    session.commit()

    events = session.exec(select(AuditEvent).order_by(col(AuditEvent.id))).all()
    assert [(e.actor_id, e.action, e.subject_kind, e.facts) for e in events[-3:]] == [
        (one.user_id, "propose", "exclusion", {"after": "proposed"}),
        (other.user_id, "approve", "exclusion", {"before": "proposed", "after": "approved"}),
        (other.user_id, "fail", "challenge", {"before": "submitted", "after": "ineligible"}),
    ]


def test_what_was_not_sent_in_time_does_not_count_in_an_appeal(
    session: Session, team: Actor, one: Actor, other: Actor, challenge: Submission
) -> None:
    revisions.keep(session, challenge)
    sent = (challenge.title, challenge.content)
    until = now() + timedelta(days=1)
    asked = StepTaken(reason="Say more.", answer_by=until)
    steps.take(session, one, Kind.CHALLENGE, challenge.id, "return", asked)
    unsent = Patch({"title": "Nothing of this was sent", "content": {"problem": ""}})
    drafts.change(session, team, Kind.CHALLENGE, challenge.id, unsent)
    challenge.answer_by = now() - timedelta(minutes=1)
    row = propose(session, one, challenge)

    exclusions.take(session, other, row.id, "approve")
    move(session, team, challenge, "appeal", "The minister has signed.")

    assert challenge.state is State.SUBMITTED
    assert (challenge.title, challenge.content) == sent
