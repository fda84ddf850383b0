"""A review from the question to the discussion: what a reviewer sees, and when."""

from typing import Any

import pytest
from sqlmodel import Session, col, select

from app.access.policy import Action, Actor, Role
from app.core.base.entity_tags import ANYTHING, Expected
from app.core.base.errors import (
    Conflict,
    NotFound,
    NotPermitted,
    Stale,
    TransitionNotAllowed,
    Unprocessable,
)
from app.core.storage.audit import AuditEvent
from app.core.storage.outbox import Letter
from app.reviews import queries
from app.reviews.models import ConflictOfInterest, Review
from app.reviews.schemas.reviews import NewComment, ReviewQuery, ReviewStepTaken, ReviewText
from app.reviews.service import rankings, reading, steps, writing
from app.submissions.lifecycle import State
from tests.factories import a_form
from tests.reviews.people import (
    TEXT,
    a_reviewer,
    a_round,
    a_submission,
    asked,
    in_state,
    staff,
    tied,
    written,
)

BECAUSE = ReviewStepTaken(reason="I advised this team until May.")


def seen(session: Session, review: Review) -> set[str]:
    """What a reviewer may know of the submission at present."""
    shown = reading.subject(session, review).model_dump(exclude_none=True)
    return shown.keys() - {"code", "kind"}


BUILT_IN_ONES = [{"key": key, "required": True} for key in ("problem", "outcome")]
HEAD = {"title", "organisation", "country", "themes", "language"}
TEXTS = {"summary", "passages", "answers"}


def test_the_text_comes_with_the_declaration(session: Session) -> None:
    _, submission, (reviewer, _) = a_round(session)
    review = asked(session, submission, reviewer)

    before = seen(session, review)
    steps.take(session, reviewer, review.id, "accept")
    after = reading.subject(session, review)

    assert before == HEAD
    assert seen(session, review) == HEAD | TEXTS | {"files"}
    assert [(one.name, one.text) for one in after.passages or []] == [
        ("problem", "Our river floods twice a year."),
        ("outcome", "Households are warned in time."),
    ]


def test_answers_to_questions_of_the_call_are_read_by_reviewers_as_far_as_it_says(
    session: Session,
) -> None:
    call, submission, (reviewer, _) = a_round(session)
    audiences = ("public", "parties", "reviewers", "staff")
    questions = [
        {"key": f"ask_{one}", "type": "yes_no", "title": f"For {one}?", "audience": one}
        for one in audiences
    ]
    submission.form_id = a_form(session, call, questions=[*BUILT_IN_ONES, *questions]).id
    submission.answers = {f"ask_{one}": True for one in audiences}
    session.flush()
    review = asked(session, submission, reviewer)

    before = reading.subject(session, review).answers
    steps.take(session, reviewer, review.id, "accept")
    after = reading.subject(session, review).answers

    assert before is None
    assert [(one.question, one.answer) for one in after or []] == [
        (f"For {one}?", "yes") for one in ("public", "parties", "reviewers")
    ]


def test_in_a_blind_call_a_reviewer_never_sees_who_the_team_is(session: Session) -> None:
    _, submission, (reviewer, _) = a_round(session, is_blind=True)
    review = asked(session, submission, reviewer)

    before = seen(session, review)
    steps.take(session, reviewer, review.id, "accept")

    assert before == set()
    assert seen(session, review) == {"title", "themes", "language"} | TEXTS


@pytest.mark.parametrize("state", ["conflict", "declined", "unassigned"])
def test_who_has_left_a_review_knows_its_code_alone(session: Session, state: str) -> None:
    _, submission, (reviewer, _) = a_round(session)

    assert seen(session, in_state(session, submission, reviewer, state)) == set()


def test_a_conflict_that_appears_later_takes_the_text_away(session: Session) -> None:
    _, submission, (reviewer, _) = a_round(session)
    review = asked(session, submission, reviewer)
    steps.take(session, reviewer, review.id, "accept")

    tied(session, reviewer, submission)

    assert seen(session, review) == set()
    text, now = ReviewText(**TEXT), writing.fingerprint(review)
    with pytest.raises(Conflict, match="conflict of interest stands"):
        writing.save(session, reviewer, review.id, text, seen=now)


def test_who_declares_a_conflict_is_kept_away_from_then_on(session: Session) -> None:
    _, submission, (reviewer, _) = a_round(session)
    review = asked(session, submission, reviewer)

    steps.take(session, reviewer, review.id, "declare-conflict", BECAUSE)

    one = session.exec(select(ConflictOfInterest)).one()
    assert (one.state, one.kinds, one.reason) == ("declared", ["declared"], BECAUSE.reason)
    assert review.state == "conflict"
    with pytest.raises(Conflict, match="conflict of interest stands"):
        asked(session, submission, reviewer)


def test_another_reviewer_finds_nothing(session: Session) -> None:
    _, submission, (reviewer, other) = a_round(session)
    review = asked(session, submission, reviewer)

    with pytest.raises(NotFound):
        queries.get(session, other, review.id)
    with pytest.raises(NotFound):
        steps.take(session, other, review.id, "accept")
    assert queries.search(session, other, ReviewQuery()).rows == []
    assert queries.search(session, reviewer, ReviewQuery()).rows == [review]


def test_who_is_a_reviewer_no_more_finds_nothing_either(session: Session) -> None:
    _, submission, (reviewer, _) = a_round(session)
    review = asked(session, submission, reviewer)
    left = Actor(reviewer.user_id, {Role.MEMBER: reviewer.roles[Role.REVIEWER]})
    narrow = Actor(reviewer.user_id, reviewer.roles, frozenset({Action.REVIEW_WRITE}))

    for actor in (left, narrow):
        with pytest.raises(NotFound):
            queries.get(session, actor, review.id)
        assert list(queries.own(session, actor)) == []


def test_staff_write_no_review_of_others(session: Session) -> None:
    _, submission, (reviewer, _) = a_round(session)
    review = asked(session, submission, reviewer)
    steps.take(session, reviewer, review.id, "accept")

    for role in (Role.STAFF, Role.LEAD, Role.AUDITOR):
        actor = staff(session, role)
        with pytest.raises(NotPermitted):
            writing.save(session, actor, review.id, ReviewText(**TEXT), seen="")
        with pytest.raises(NotPermitted):
            steps.take(session, actor, review.id, "declare-conflict", BECAUSE)


def test_a_review_is_saved_as_one_goes_and_handed_in(session: Session) -> None:
    _, submission, (reviewer, _) = a_round(session)
    review = asked(session, submission, reviewer)
    steps.take(session, reviewer, review.id, "accept")
    part = ReviewText(scores={"need": 4})

    writing.save(session, reviewer, review.id, part, seen=writing.fingerprint(review))
    with pytest.raises(Unprocessable):
        steps.take(session, reviewer, review.id, "submit")
    whole = ReviewText.model_validate(TEXT)
    writing.save(session, reviewer, review.id, whole, seen=writing.fingerprint(review))
    steps.take(session, reviewer, review.id, "submit")

    assert (review.state, review.scores) == ("submitted", {"need": 4, "reach": 2})
    assert review.submitted_at is not None
    rubric = queries.rubric_of(session, review.call_id)
    assert rubric is not None
    assert rubric.frozen_at is not None


def test_of_two_windows_the_second_is_told_and_nothing_is_lost(session: Session) -> None:
    _, submission, (reviewer, _) = a_round(session)
    review = asked(session, submission, reviewer)
    steps.take(session, reviewer, review.id, "accept")
    seen_by_both = writing.fingerprint(review)
    one, other = (ReviewText(comment_staff=text) for text in ("One.", "Another."))

    writing.save(session, reviewer, review.id, one, seen=seen_by_both)
    with pytest.raises(Conflict, match="another window"):
        writing.save(session, reviewer, review.id, other, seen=seen_by_both)
    again = writing.save(session, reviewer, review.id, one, seen=seen_by_both)

    assert again.comment_staff == "One."


def test_a_program_changes_what_it_has_read_alone(session: Session) -> None:
    _, submission, (reviewer, _) = a_round(session)
    review = asked(session, submission, reviewer)
    steps.take(session, reviewer, review.id, "accept")
    text = ReviewText.model_validate(TEXT)

    with pytest.raises(Stale):
        writing.replace(session, reviewer, review.id, text, Expected('"another"'))
    writing.replace(session, reviewer, review.id, text, ANYTHING)

    assert review.state == "in_progress"


@pytest.mark.parametrize("scores", [{"need": 6}, {"nothing": 1}])
def test_only_criteria_are_scored_and_by_the_points_of_the_rubric(
    session: Session, scores: dict[str, int]
) -> None:
    _, submission, (reviewer, _) = a_round(session)
    review = asked(session, submission, reviewer)
    steps.take(session, reviewer, review.id, "accept")
    text = ReviewText(scores=scores)

    with pytest.raises(Unprocessable) as refusal:
        writing.save(session, reviewer, review.id, text, seen=writing.fingerprint(review))

    assert [one.pointer for one in refusal.value.errors] == [f"/scores/{next(iter(scores))}"]


def test_what_is_handed_in_is_written_on_after_the_undo_alone(session: Session) -> None:
    _, submission, (reviewer, _) = a_round(session)
    review = written(session, submission, reviewer)
    text = ReviewText(**TEXT | {"comment_staff": "No."})

    with pytest.raises(TransitionNotAllowed):
        writing.save(session, reviewer, review.id, text, seen=writing.fingerprint(review))
    steps.take(session, reviewer, review.id, "reopen")
    writing.save(session, reviewer, review.id, text, seen=writing.fingerprint(review))

    assert (review.state, review.comment_staff) == ("in_progress", "No.")


@pytest.mark.parametrize("state", ["assigned", "accepted", "in_progress", "submitted"])
def test_what_others_have_written_is_read_when_one_s_own_is_closed(
    session: Session, state: str
) -> None:
    _, submission, (reviewer, other) = a_round(session)
    written(session, submission, other)
    review = in_state(session, submission, reviewer, state)

    with pytest.raises(Conflict, match="when one's own review is closed"):
        reading.discussion(session, reviewer, review)
    with pytest.raises(Conflict, match="when one's own review is closed"):
        reading.say(session, reviewer, review, NewComment(body="Hm."))


def test_reviewers_discuss_without_names_and_without_words_for_the_staff(
    session: Session,
) -> None:
    _, submission, (reviewer, other) = a_round(session)
    review = written(session, submission, reviewer, "compare")
    theirs = written(session, submission, other, "compare", scores={"need": 5, "reach": 1})
    reading.say(session, other, theirs, NewComment(body="The figures are old."))
    reading.say(session, staff(session), review, NewComment(body="Thank you both."))

    found = reading.discussion(session, reviewer, review).model_dump(mode="json")

    assert found["reviews"] == [
        {
            "number": 2,
            "scores": {"need": 5, "reach": 1},
            "mean": 4.0,
            "comment_team": TEXT["comment_team"],
            "recommendation": "select",
            "confidence": "high",
        }
    ]
    said = [(one["number"], one["by_you"], one["body"]) for one in found["comments"]]
    assert said == [(2, False, "The figures are old."), (None, False, "Thank you both.")]
    assert str(other.user_id) not in str(found)
    assert TEXT["comment_staff"] not in str(found)


def test_staff_who_review_as_well_see_no_other_review_before_theirs_is_closed(
    session: Session,
) -> None:
    call, submission, (reviewer, _) = a_round(session)
    both = a_reviewer(session, call)
    both = Actor(both.user_id, {**both.roles, Role.STAFF: both.roles[Role.REVIEWER]})
    theirs = written(session, submission, reviewer)
    mine = asked(session, submission, both)

    with pytest.raises(NotFound):
        queries.get(session, both, theirs.id)
    assert queries.search(session, both, ReviewQuery()).rows == [mine]
    assert rankings.ranking(session, both, call, 1)().rows == []
    written(session, submission, both, "compare", review=mine)
    assert queries.get(session, both, theirs.id) == theirs


def test_once_something_is_decided_nothing_more_is_written(session: Session) -> None:
    _, submission, (reviewer, _) = a_round(session)
    review = written(session, submission, reviewer)

    submission.state = State.SELECTED
    session.flush()

    with pytest.raises(Conflict, match="The submission is selected"):
        steps.take(session, reviewer, review.id, "reopen")


def test_the_record_tells_who_did_what_and_neither_scores_nor_reasons(session: Session) -> None:
    _, submission, (reviewer, other) = a_round(session)
    written(session, submission, reviewer, "compare")
    declining = asked(session, submission, other)
    steps.take(session, other, declining.id, "decline", BECAUSE)
    session.commit()
    events = session.exec(
        select(AuditEvent)
        .where(AuditEvent.subject_kind == "review")
        .order_by(col(AuditEvent.id))
    ).all()

    assert [event.action for event in events] == [
        *("assign", "accept", "begin", "submit", "compare"),
        *("assign", "decline"),
    ]
    facts = str([event.facts for event in events])
    for secret in (TEXT["comment_team"], TEXT["comment_staff"], BECAUSE.reason, "score"):
        assert secret not in facts


def test_a_reviewer_is_written_to_with_codes_and_a_date_alone(session: Session) -> None:
    _, submission, (reviewer, _) = a_round(session)

    asked(session, submission, reviewer)

    letter = session.exec(select(Letter).where(Letter.user_id == reviewer.user_id)).one()
    assert letter.subject == "You are asked to review: A programme"
    assert submission.code in letter.body
    assert submission.title not in letter.body


def own_of(session: Session, reviewer: Actor) -> list[Any]:
    return [review.code for review in queries.own(session, reviewer)]


def test_one_s_own_list_has_what_waits_first(session: Session) -> None:
    call, submission, (reviewer, _) = a_round(session)
    later = a_submission(session, call)
    written(session, submission, reviewer)
    asked(session, later, reviewer)

    assert own_of(session, reviewer) == [later.code, submission.code]
    assert own_of(session, staff(session)) == []
