"""Conflicts of interest as they are stored: looked for, resolved, and never passed over."""

import pytest
from sqlmodel import Session, select

from app.access.policy import Actor, Role
from app.accounts.lifecycle import UserState
from app.accounts.models import User
from app.core.base.entity_tags import Expected
from app.core.base.errors import Conflict, NotPermitted, Stale, Unprocessable
from app.matches.lifecycle import MatchState
from app.matches.models import Match
from app.operations import retention
from app.reviews.lifecycle import ConflictState
from app.reviews.models import ConflictOfInterest, Reviewer, Tie
from app.reviews.schemas.reviews import ReviewStepTaken
from app.reviews.service import conflicts, reviewers, steps
from app.settings import Settings
from app.submissions.lifecycle import State
from tests.factories import a_solution, an_organisation
from tests.reviews.people import a_reviewer, a_round, a_submission, asked, staff, tied

BECAUSE = ReviewStepTaken(reason="They have not worked together since 2019.")


def only(session: Session) -> ConflictOfInterest:
    return session.exec(select(ConflictOfInterest)).one()


def test_possible_conflicts_are_found_before_anybody_is_asked(session: Session) -> None:
    call, submission, _ = a_round(session)
    near = a_reviewer(session, call, "FR")

    found = conflicts.scan(session, staff(session), call)

    one = only(session)
    assert found == 1
    assert (one.user_id, one.submission_id) == (near.user_id, submission.id)
    assert (one.state, one.kinds, one.code) == (
        "possible",
        ["same_government"],
        submission.code,
    )
    assert conflicts.scan(session, staff(session), call) == 0


def test_a_possible_conflict_bars_whether_it_was_looked_for_or_not(session: Session) -> None:
    call, submission, _ = a_round(session)
    near = a_reviewer(session, call, "FR")

    with pytest.raises(Conflict, match="conflict of interest stands"):
        asked(session, submission, near)
    conflicts.scan(session, staff(session), call)
    with pytest.raises(Conflict, match="conflict of interest stands"):
        asked(session, submission, near)


def test_an_earlier_match_of_two_organisations_stands_between_their_people(
    session: Session,
) -> None:
    call, submission, (reviewer, _) = a_round(session)
    (home,) = reviewer.roles[Role.REVIEWER]
    solution = a_solution(session, organisation_id=home, state=State.SELECTED)
    earlier = a_submission(session, call, state=State.SELECTED)
    earlier.organisation_id = submission.organisation_id
    session.add(
        Match(
            code="MA-2020-001",
            programme_id=call.programme_id,
            challenge_id=earlier.id,
            solution_id=solution.id,
            state=MatchState.COMPLETED,
        )
    )
    session.flush()

    assert conflicts.is_barred(session, reviewer.user_id, submission)  # type: ignore[arg-type]  # -- it is a person
    conflicts.scan(session, staff(session), call)
    assert only(session).kinds == ["earlier_match"]


def test_what_staff_dismiss_or_waive_with_a_reason_bars_no_more(session: Session) -> None:
    call, submission, _ = a_round(session)
    near, actor = a_reviewer(session, call, "FR"), staff(session)
    conflicts.scan(session, actor, call)

    with pytest.raises(Unprocessable):
        conflicts.resolve(session, actor, only(session).id, "dismiss")
    conflicts.resolve(session, actor, only(session).id, "dismiss", BECAUSE)

    assert (only(session).state, only(session).reason) == ("dismissed", BECAUSE.reason)
    assert only(session).resolved_by == actor.user_id
    assert asked(session, submission, near).state == "assigned"


def test_a_waiver_covers_nothing_that_appears_later(session: Session) -> None:
    call, submission, _ = a_round(session)
    near, actor = a_reviewer(session, call, "FR"), staff(session)
    conflicts.scan(session, actor, call)
    conflicts.resolve(session, actor, only(session).id, "dismiss", BECAUSE)
    review = asked(session, submission, near)
    assert near.user_id is not None

    reviewers.tie(session, near, near.user_id, submission.organisation_id)

    with pytest.raises(Conflict, match="conflict of interest stands"):
        steps.take(session, near, review.id, "accept")
    assert conflicts.scan(session, actor, call) == 1
    assert (only(session).state, only(session).kinds) == (
        "possible",
        ["same_government", "tie"],
    )


def test_what_a_reviewer_has_declared_stays_declared_when_more_is_found(
    session: Session,
) -> None:
    call, submission, (reviewer, _) = a_round(session)
    review, actor = asked(session, submission, reviewer), staff(session)
    steps.take(session, reviewer, review.id, "declare-conflict", BECAUSE)
    tied(session, reviewer, submission)

    conflicts.scan(session, actor, call)

    assert (only(session).state, only(session).kinds) == ("declared", ["declared", "tie"])
    conflicts.resolve(session, actor, only(session).id, "waive", BECAUSE)
    assert asked(session, submission, reviewer).state == "assigned"


def test_a_conflict_counts_again_when_it_is_reinstated(session: Session) -> None:
    call, submission, _ = a_round(session)
    near, actor = a_reviewer(session, call, "FR"), staff(session)
    conflicts.scan(session, actor, call)
    for step in ("dismiss", "reinstate"):
        conflicts.resolve(session, actor, only(session).id, step, BECAUSE)

    assert only(session).state is ConflictState.CONFIRMED
    with pytest.raises(Conflict, match="conflict of interest stands"):
        asked(session, submission, near)


def test_nobody_resolves_their_own_conflict_or_one_that_has_changed(session: Session) -> None:
    call, _, _ = a_round(session)
    near = a_reviewer(session, call, "FR")
    both = Actor(near.user_id, {Role.STAFF: near.roles[Role.REVIEWER]})
    conflicts.scan(session, both, call)

    with pytest.raises(Conflict, match="your own"):
        conflicts.resolve(session, both, only(session).id, "dismiss", BECAUSE)
    with pytest.raises(Stale):
        conflicts.resolve(
            session, staff(session), only(session).id, "dismiss", BECAUSE, Expected('"other"')
        )
    for actor in (near, staff(session, Role.AUDITOR)):
        with pytest.raises(NotPermitted):
            conflicts.resolve(session, actor, only(session).id, "dismiss", BECAUSE)


def test_people_name_their_ties_themselves_and_staff_alone_take_one_away(
    session: Session,
) -> None:
    _, submission, (reviewer, other) = a_round(session)
    assert reviewer.user_id is not None
    team = submission.organisation_id

    first = reviewers.tie(session, reviewer, reviewer.user_id, team)
    again = reviewers.tie(session, reviewer, reviewer.user_id, team)

    assert first is again
    with pytest.raises(NotPermitted):
        reviewers.tie(session, other, reviewer.user_id, an_organisation(session).id)
    with pytest.raises(NotPermitted):
        reviewers.ties(session, other, reviewer.user_id)
    with pytest.raises(NotPermitted):
        reviewers.untie(session, reviewer, reviewer.user_id, team)
    reviewers.untie(session, staff(session), reviewer.user_id, team)
    assert reviewers.ties(session, reviewer, reviewer.user_id) == []


def test_of_a_reviewer_who_was_erased_neither_ties_nor_expertise_are_kept(
    session: Session, settings: Settings
) -> None:
    call, submission, (other, _) = a_round(session)
    gone = a_reviewer(session, call, expertise="I led the floods team.", themes=["sdg:13"])
    for reviewer in (gone, other):
        tied(session, reviewer, submission)
    session.get_one(User, gone.user_id).state = UserState.ERASED
    session.flush()

    retention.purge(session, settings)

    rows = {one.user_id: one for one in session.exec(select(Reviewer))}
    assert gone.user_id is not None
    row = rows[gone.user_id]
    assert (row.expertise, row.themes, row.is_active) == ("", [], False)
    assert [one.user_id for one in session.exec(select(Tie))] == [other.user_id]
