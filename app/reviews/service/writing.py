"""Writing a review, saved as one goes: of two windows that write at once nothing is lost."""

import hashlib
import json
from uuid import UUID

from sqlmodel import Session

from app.access import policy
from app.access.policy import Action, Actor
from app.core.base.entity_tags import Expected
from app.core.base.errors import Conflict, FieldError, Unprocessable
from app.core.base.messages import Message
from app.core.storage import audit
from app.reviews import queries
from app.reviews.lifecycle import BY_WRITING
from app.reviews.models import Review
from app.reviews.schemas.reviews import ReviewRead, ReviewText, answers_of
from app.reviews.service import rubrics, steps
from app.submissions.models import Submission


def fingerprint(review: Review) -> str:
    """Return what tells whether a review has changed: a hash of what stands there."""
    answers = json.dumps(answers_of(review), sort_keys=True)
    return hashlib.sha256(answers.encode()).hexdigest()[:32]


def replace(
    session: Session, actor: Actor, key: UUID, text: ReviewText, expected: Expected
) -> Review:
    """Write a review anew, if it is as its writer has read it.

    Raises
    ------
    NotFound, NotPermitted
        If there is no such review for the actor, or it is somebody else's.
    Stale
        If it is no longer as expected.
    TransitionNotAllowed, Conflict
        If it is not being written at present, or a conflict of interest stands in the way.
    Unprocessable
        If something is scored that is no criterion, or by more than the rubric has points.
    """
    review = steps.held(session, actor, key)
    policy.require(actor, Action.REVIEW_WRITE, assignee_id=review.user_id)
    expected.require(ReviewRead.model_validate(review))
    return _saved(session, actor, review, text)


def save(session: Session, actor: Actor, key: UUID, text: ReviewText, *, seen: str) -> Review:
    """Save what stands in a form, if the review is as the form has seen it.

    Parameters
    ----------
    seen : str
        The `fingerprint` of the review when the form was last answered.

    Raises
    ------
    Conflict
        If it was changed elsewhere since, into something else; and as `replace`.
    NotFound, NotPermitted, TransitionNotAllowed, Unprocessable
        As `replace`.
    """
    review = steps.held(session, actor, key)
    policy.require(actor, Action.REVIEW_WRITE, assignee_id=review.user_id)
    stands = answers_of(review)
    if stands == text.model_dump(mode="json"):
        return review
    if fingerprint(review) != seen:
        raise Conflict(
            "You have changed this review in another window since.",
            remedy="Read both versions, and save the one that shall stand.",
        )
    return _saved(session, actor, review, text)


def _saved(session: Session, actor: Actor, review: Review, text: ReviewText) -> Review:
    submission = session.get_one(Submission, review.submission_id)
    before = review.state
    facts = steps.facts(session, review, submission)
    after = BY_WRITING.advance(before, BY_WRITING.step("begin"), facts)
    rubric = queries.rubric_of(session, review.call_id)
    if rubric is None:  # the facts have looked for it
        raise AssertionError
    points = {one["key"]: rubric.points for one in rubric.criteria}
    errors = [
        FieldError(f"/scores/{key}", _wrong(key, points))
        for key, score in text.scores.items()
        if score > points.get(key, 0)
    ]
    if errors:
        raise Unprocessable("The content cannot be accepted.", errors=errors)
    rubrics.freeze(session, rubric)
    for name in ReviewText.model_fields:
        setattr(review, name, getattr(text, name))
    review.state = after
    session.flush()
    if after is not before:
        audit.record(
            session,
            actor.user_id,
            "begin",
            steps.SUBJECT,
            review.id,
            before=before,
            after=after,
        )
    return review


def _wrong(key: str, points: dict[str, int]) -> Message:
    if key not in points:
        return Message("The rubric has no criterion {key}.", key=key)
    return Message("Give a score from 1 to {points}.", points=points[key])
