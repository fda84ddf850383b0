"""What waits for a person is read off what is stored."""

from datetime import UTC, datetime

from sqlmodel import Session

from app.access.policy import Actor, Role
from app.decisions.lifecycle import DecisionState
from app.insights.figures import figures_of
from app.insights.schemas import TaskKind
from app.insights.task import Task
from app.insights.tasks import tasks_of
from app.notices.lifecycle import NoticeState
from app.programmes.models import Programme
from app.submissions.lifecycle import Kind, State
from tests.factories import (
    a_call,
    a_challenge,
    a_decision,
    a_notice,
    a_solution,
    a_user,
    an_organisation,
    organisation_of,
)


def actor_of(session: Session, role: Role) -> Actor:
    user = a_user(session, role)
    return Actor(user.id, {role: frozenset({organisation_of(session, user)})})


def test_a_team_is_reminded_of_its_drafts_until_the_call_closes_and_of_what_came_back(
    session: Session,
) -> None:
    actor = actor_of(session, Role.MEMBER)
    (owner,) = actor.roles[Role.MEMBER]
    call = a_call(session, closes_at=datetime(2099, 1, 1, tzinfo=UTC))
    over = a_call(session, closes_at=datetime(2021, 1, 1, tzinfo=UTC))
    draft = a_challenge(session, call_id=call.id, organisation_id=owner)
    late = a_challenge(session, call_id=over.id, organisation_id=owner)
    returned = a_challenge(
        session, call_id=over.id, organisation_id=owner, state=State.RETURNED
    )
    a_challenge(session, call_id=call.id)  # of somebody else

    found = tasks_of(session, actor)

    assert [(task.what, task.code, task.due) for task in found] == [
        (TaskKind.FINISH, draft.code, call.closes_at),
        (TaskKind.COMPLETE, returned.code, None),
    ]
    assert late.code not in {task.code for task in found}


def test_what_was_not_sent_in_time_waits_for_staff_and_no_more_for_its_team(
    session: Session,
) -> None:
    team, screener = actor_of(session, Role.MEMBER), actor_of(session, Role.STAFF)
    (owner,) = team.roles[Role.MEMBER]
    call = a_call(session, closes_at=datetime(2021, 1, 1, tzinfo=UTC))
    asked = {"call_id": call.id, "organisation_id": owner, "state": State.RETURNED}
    a_challenge(session, **asked, answer_by=datetime(2021, 3, 1, tzinfo=UTC))
    in_time = a_challenge(session, **asked, answer_by=datetime(2099, 3, 1, tzinfo=UTC))

    of_team, of_staff = tasks_of(session, team), tasks_of(session, screener)

    assert [(one.what, one.code) for one in of_team] == [(TaskKind.COMPLETE, in_time.code)]
    assert [(one.what, one.count) for one in of_staff] == [(TaskKind.SCREEN, 1)]


def test_staff_see_how_many_of_each_programme_are_to_be_checked_and_decided(
    session: Session,
) -> None:
    call = a_call(session)
    for state in (State.SUBMITTED, State.SUBMITTED, State.ELIGIBLE, State.SELECTED):
        a_challenge(session, call_id=call.id, state=state)
    a_challenge(session, call_id=call.id)  # a draft
    programme = session.get_one(Programme, call.programme_id)

    found = tasks_of(session, actor_of(session, Role.STAFF))

    facts = (programme.title, programme.code, Kind.CHALLENGE)
    assert found == [
        Task(TaskKind.SCREEN, *facts, 2, None, programme.zone),
        Task(TaskKind.DECIDE, *facts, 1, None, programme.zone),
    ]


def test_what_is_drafted_is_to_be_approved_by_who_wrote_no_part_of_it_and_then_released(
    session: Session,
) -> None:
    call = a_call(session)
    programme = session.get_one(Programme, call.programme_id)
    lead = actor_of(session, Role.LEAD)
    a_challenge(session, call_id=call.id, state=State.ELIGIBLE)
    earlier = [str(lead.user_id)]  # wrote a part, which a colleague then changed
    for state, writers in (
        (DecisionState.DRAFT, []),
        (DecisionState.READY, earlier),
        (DecisionState.READY, []),
        (DecisionState.APPROVED, []),
        (DecisionState.RELEASED, []),
    ):
        submission = a_challenge(
            session,
            call_id=call.id,
            state=State.SELECTED if state is DecisionState.RELEASED else State.ELIGIBLE,
        )
        a_decision(session, submission=submission, state=state, writers=writers)

    found = tasks_of(session, lead)
    of_staff = tasks_of(session, actor_of(session, Role.STAFF))

    facts = (programme.title, programme.code, Kind.CHALLENGE, 1, None, programme.zone)
    assert found == [
        Task(TaskKind.DECIDE, *facts),
        Task(TaskKind.SIGN, *facts),
        Task(TaskKind.RELEASE, *facts),
    ]
    assert of_staff == [Task(TaskKind.DECIDE, *facts)]


def test_a_selected_team_is_asked_until_the_date(session: Session) -> None:
    actor = actor_of(session, Role.MEMBER)
    (owner,) = actor.roles[Role.MEMBER]
    soon = datetime(2099, 1, 1, tzinfo=UTC)
    over = datetime(2021, 1, 1, tzinfo=UTC)
    asked, _, _ = (
        a_challenge(session, organisation_id=owner, state=State.SELECTED, answer_by=by)
        for by in (soon, over, None)
    )
    a_challenge(session, organisation_id=owner, state=State.ACCEPTED, answer_by=soon)
    a_challenge(session, state=State.SELECTED, answer_by=soon)  # of somebody else

    found = tasks_of(session, actor)

    assert [(task.what, task.code, task.due) for task in found] == [
        (TaskKind.ANSWER, asked.code, soon)
    ]


def test_nothing_of_teams_waits_for_who_may_not_decide(session: Session) -> None:
    a_challenge(session, state=State.SUBMITTED)

    assert tasks_of(session, actor_of(session, Role.ADVISOR)) == []


def test_figures_count_who_has_come_so_far_or_further_and_no_draft(session: Session) -> None:
    call = a_call(session)
    french, norwegian = (
        an_organisation(session, country=country).id for country in ("FR", "NO")
    )
    for state, owner in (
        (State.DRAFT, french),
        (State.SUBMITTED, french),
        (State.RETURNED, norwegian),
        (State.ELIGIBLE, norwegian),
        (State.NOT_SELECTED, norwegian),
        (State.SELECTED, french),
    ):
        a_challenge(session, call_id=call.id, state=state, organisation_id=owner)
    a_solution(session, programme_id=call.programme_id, state=State.SELECTED)

    found = figures_of(
        session, actor_of(session, Role.STAFF), call.programme_id, Kind.CHALLENGE
    )

    assert found.steps == {"submitted": 5, "eligible": 3, "selected": 1}
    assert found.countries == {"NO": 3, "FR": 2}
    assert found.states["draft"] == 0
    assert sum(found.states.values()) == 5


def test_a_team_is_asked_about_the_public_notices_of_its_own_challenges(
    session: Session,
) -> None:
    actor = actor_of(session, Role.MEMBER)
    (owner,) = actor.roles[Role.MEMBER]
    asked = a_notice(session, organisation_id=owner, state=NoticeState.PROPOSED)
    a_notice(session, organisation_id=owner)  # still written
    a_notice(session, state=NoticeState.PROPOSED)  # of somebody else

    found = tasks_of(session, actor)

    assert found == [
        Task(
            *(TaskKind.APPROVE, "Early flood warnings", asked.code, Kind.CHALLENGE),
            *(1, None, "Europe/Paris"),
        )
    ]


def test_staff_hear_of_notices_that_came_back_and_a_lead_of_those_that_are_approved(
    session: Session,
) -> None:
    back = a_notice(session, message="Leave out the office.")
    of = session.get_one(Programme, back.programme_id)
    for state in (NoticeState.APPROVED, NoticeState.APPROVED, NoticeState.PROPOSED):
        a_notice(session, state=state, programme_id=of.id)

    found = {
        role: [(task.what, task.code, task.count) for task in tasks_of(session, actor)]
        for role in (Role.STAFF, Role.LEAD, Role.AUDITOR)
        for actor in [actor_of(session, role)]
    }

    assert found == {
        Role.STAFF: [(TaskKind.AMEND, of.code, 1)],
        Role.LEAD: [(TaskKind.AMEND, of.code, 1), (TaskKind.PUBLISH, of.code, 2)],
        Role.AUDITOR: [],
    }
