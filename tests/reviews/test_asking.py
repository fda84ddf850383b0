"""Asking reviewers: by the best plan, by hand, and what changes while somebody looks."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlmodel import Session, select

from app.access.policy import Role
from app.accounts.models import Membership
from app.core.base.clock import now
from app.core.base.entity_tags import ANYTHING, Expected
from app.core.base.errors import Conflict, NotPermitted, Stale, Unprocessable
from app.core.storage.outbox import Letter
from app.organisations.models import Organisation
from app.programmes.models import Call
from app.reviews.models import Review
from app.reviews.plans import Obstacle
from app.reviews.schemas.reviewers import NewReviewer, ReviewerDraft
from app.reviews.schemas.rubrics import RubricDraft
from app.reviews.service import assigning, letters, reviewers, rubrics, steps
from app.submissions.lifecycle import State
from tests.factories import a_call, a_user
from tests.reviews.people import (
    CRITERIA,
    a_reviewer,
    a_round,
    a_rubric,
    a_submission,
    asked,
    staff,
    tied,
    written,
)


def reviews_of(session: Session) -> set[tuple[Any, Any]]:
    return {(one.submission_id, one.user_id) for one in session.exec(select(Review))}


def planned(session: Session, call: Call) -> assigning.Planned:
    return assigning.preview(session, staff(session), call)()


def test_the_plan_is_stored_as_it_was_looked_at_with_one_letter_each(session: Session) -> None:
    call, first, people = a_round(session)
    second = a_submission(session, call)
    a_submission(session, call, state=State.SUBMITTED)

    made = assigning.store(session, staff(session), call, planned(session, call))

    keys = {person.user_id for person in people}
    assert reviews_of(session) == {(one.id, key) for one in (first, second) for key in keys}
    assert len(made) == 4
    for key in keys:
        letter = session.exec(select(Letter).where(Letter.user_id == key)).one()
        assert f"{first.code}, {second.code}" in letter.body


def test_a_plan_that_is_stored_twice_asks_nobody_twice(session: Session) -> None:
    call, _, _ = a_round(session)
    plan = planned(session, call)
    assigning.store(session, staff(session), call, plan)

    with pytest.raises(Stale):
        assigning.store(session, staff(session), call, plan)
    assert assigning.store(session, staff(session), call, planned(session, call)) == []
    assert len(reviews_of(session)) == 2


def test_what_has_changed_since_somebody_looked_is_looked_at_again(session: Session) -> None:
    call, submission, (reviewer, _) = a_round(session)
    plan = planned(session, call)

    tied(session, reviewer, submission)

    with pytest.raises(Stale):
        assigning.store(session, staff(session), call, plan)
    after = planned(session, call).plan
    assert [one.obstacles for one in after.lacks] == [{Obstacle.CONFLICT: 1}]


def test_reviewers_who_left_or_are_full_are_not_asked(session: Session) -> None:
    call, submission, (reviewer, _) = a_round(session)
    a_reviewer(session, call, most=0)
    a_reviewer(session, call, is_active=False)
    gone = a_reviewer(session, call)
    held = session.exec(select(Membership).where(Membership.user_id == gone.user_id)).one()
    held.role = Role.MEMBER
    asked(session, submission, reviewer)

    inputs = planned(session, call).inputs

    rooms = {one.id: one.room for one in inputs.reviewers}
    assert sorted(rooms.values()) == [0, 9, 10]
    assert rooms[str(reviewer.user_id)] == 9
    assert [one.wanted for one in inputs.submissions] == [1]


def test_who_declined_is_not_proposed_again_and_somebody_else_is_wanted(
    session: Session,
) -> None:
    call, submission, (reviewer, other) = a_round(session, wanted=1)
    review = asked(session, submission, reviewer)
    why = {"reason": "I have no time until May."}
    steps.take(
        session, reviewer, review.id, "decline", steps.NOTHING_SAID.model_copy(update=why)
    )

    plan = planned(session, call).plan

    assert [one.reviewer for one in plan.proposals] == [str(other.user_id)]


def test_by_hand_country_can_be_passed_over_and_who_was_asked_cannot(session: Session) -> None:
    call, _, (reviewer, _) = a_round(session)
    team = a_submission(session, call, "FR")
    near = a_reviewer(session, call, "FR")
    home = next(iter(near.roles[Role.REVIEWER]))
    from_town(session, home)

    shown = {
        one.reviewer: one.obstacles
        for one in assigning.by_hand(session, staff(session), team)()
    }
    asked(session, team, near)

    assert shown[str(near.user_id)] == (Obstacle.COUNTRY,)
    with pytest.raises(Conflict, match="asked already"):
        asked(session, team, near)
    assert shown[str(reviewer.user_id)] == ()


def from_town(session: Session, organisation_id: Any) -> None:

    session.get_one(Organisation, organisation_id).level = "local"
    session.flush()


@pytest.mark.parametrize("state", sorted({*State} - {State.ELIGIBLE, State.DRAFT}))
def test_only_what_is_eligible_is_reviewed(session: Session, state: State) -> None:
    call, _, (reviewer, _) = a_round(session)
    fields: dict[str, Any] = (
        {"answer_by": now()} if state in {State.ACCEPTED, State.DECLINED} else {}
    )
    submission = a_submission(session, call, state=state, **fields)

    with pytest.raises(Conflict, match="The submission is"):
        asked(session, submission, reviewer)


def test_nobody_but_staff_assigns(session: Session) -> None:
    call, submission, (reviewer, _) = a_round(session)
    plan = planned(session, call)

    for actor in (reviewer, staff(session, Role.AUDITOR), staff(session, Role.MEMBER)):
        with pytest.raises(NotPermitted):
            assigning.store(session, actor, call, plan)
        with pytest.raises(NotPermitted):
            assigning.by_hand(session, actor, submission)


DRAFT: dict[str, Any] = {"criteria": CRITERIA, "due_at": "2030-01-01T00:00:00Z"}


def test_the_first_review_freezes_what_is_scored_and_nothing_else(session: Session) -> None:
    call, submission, (reviewer, _) = a_round(session)
    actor = staff(session)
    more = RubricDraft.model_validate(DRAFT | {"is_blind": True})
    assert rubrics.write(session, actor, call, more, ANYTHING).number == 2
    written(session, submission, reviewer)

    other = RubricDraft.model_validate(DRAFT | {"is_blind": False})
    with pytest.raises(Conflict, match="A review was begun"):
        rubrics.write(session, actor, call, other, ANYTHING)
    later = RubricDraft.model_validate(DRAFT | {"is_blind": True, "wanted": 4})

    assert rubrics.write(session, actor, call, later, ANYTHING).wanted == 4


def test_a_rubric_is_written_by_staff_on_what_they_have_read(session: Session) -> None:
    call = a_call(session)
    draft = RubricDraft.model_validate(DRAFT)

    with pytest.raises(NotPermitted):
        rubrics.write(session, staff(session, Role.AUDITOR), call, draft, None)
    rubrics.write(session, staff(session), call, draft, None)
    with pytest.raises(Stale):
        rubrics.write(session, staff(session), call, draft, Expected('"other"'))


@pytest.mark.parametrize(
    "change",
    [
        {"criteria": [CRITERIA[0], CRITERIA[0]]},
        {"criteria": [CRITERIA[0] | {"anchors": []}]},
        {"criteria": [CRITERIA[0] | {"anchors": ["", "", "", "", "great"]}]},
        {"points": 4},
        {"criteria": []},
    ],
)
def test_a_rubric_says_what_its_points_mean(change: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"criteri|points"):
        RubricDraft.model_validate(DRAFT | change)


def test_only_people_with_the_role_are_appointed_and_once(session: Session) -> None:
    call = a_call(session)
    person, member = a_user(session, Role.REVIEWER), a_user(session)
    actor = staff(session)
    new = NewReviewer(programme_id=call.programme_id, user_id=person.id, most=3)

    made = reviewers.appoint(session, actor, new)

    assert (made.most, made.is_active) == (3, True)
    with pytest.raises(Conflict, match="already"):
        reviewers.appoint(session, actor, new)
    with pytest.raises(Unprocessable):
        reviewers.appoint(session, actor, new.model_copy(update={"user_id": member.id}))
    draft = ReviewerDraft(themes=["practice:nothing"])
    with pytest.raises(Unprocessable):
        reviewers.change(session, actor, made.id, draft, ANYTHING)
    with pytest.raises(NotPermitted):
        reviewers.change(
            session, staff(session, Role.AUDITOR), made.id, ReviewerDraft(), ANYTHING
        )


def test_a_reviewer_is_reminded_once_when_the_date_comes_near(session: Session) -> None:
    call = a_call(session)
    a_rubric(session, call, due_at=now() + timedelta(days=2))
    submission, other = a_submission(session, call), a_submission(session, call)
    reviewer = a_reviewer(session, call)
    waiting, done = asked(session, submission, reviewer), written(session, other, reviewer)
    for review in (waiting, done):
        review.created_at = now() - timedelta(days=9)
    session.flush()

    first, again = letters.remind(session), letters.remind(session)

    statement = select(Letter).where(Letter.user_id == reviewer.user_id)
    reminders = [one for one in session.exec(statement) if "due" in one.subject]
    assert (first, again) == (1, 0)
    assert [submission.code in one.body for one in reminders] == [True]
    assert other.code not in reminders[0].body


def test_a_plan_of_another_call_is_not_stored(session: Session) -> None:
    call, _, _ = a_round(session)
    other, _, _ = a_round(session)
    plan = planned(session, other)

    with pytest.raises(Stale):
        assigning.store(session, staff(session), call, replace(plan))
