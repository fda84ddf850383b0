"""Moving one review along its life: one writer of its state."""

from typing import Final
from uuid import UUID

from sqlmodel import Session

from app.access import policy
from app.access.lifecycle import Offer
from app.access.policy import Actor
from app.core.base.clock import now
from app.core.base.entity_tags import ANYTHING, Expected
from app.core.base.errors import NotFound
from app.core.base.messages import Message
from app.core.storage import audit
from app.reviews import queries
from app.reviews.lifecycle import LIFE, Facts, ReviewState
from app.reviews.models import Review
from app.reviews.schemas.reviews import ReviewRead, ReviewStepTaken
from app.reviews.service import conflicts
from app.submissions.models import Submission

SUBJECT: Final = "review"
"""The kind of subject in the audit record, which tells neither scores nor reasons."""
NOTHING_SAID = ReviewStepTaken()


def held(session: Session, actor: Actor, key: UUID) -> Review:
    """Return a review that the actor may read, with its row locked and read anew.

    Raises
    ------
    NotFound
        If there is none, or none that the actor may read any more.
    """
    review = queries.get(session, actor, key)
    # Until the end of the transaction: what is looked at here is what is replaced.
    session.refresh(review, with_for_update=True)
    return review


def take(
    session: Session,
    actor: Actor,
    key: UUID,
    name: str,
    taken: ReviewStepTaken = NOTHING_SAID,
    expected: Expected = ANYTHING,
) -> Review:
    """Move a review one step along its life.

    Raises
    ------
    NotFound, NotPermitted
        If there is no such review or step, or the actor may not take it.
    Stale
        If it is no longer as expected.
    Conflict
        If the step does not start from here, a conflict of interest stands in the way, or the
        submission is not reviewed any more.
    Unprocessable
        If something has to be done first.
    """
    step = LIFE.step(name)
    review = held(session, actor, key)
    policy.require(actor, step.action, assignee_id=review.user_id)
    expected.require(ReviewRead.model_validate(review))
    submission = session.get_one(Submission, review.submission_id)
    before = review.state
    review.state = LIFE.advance(before, step, facts(session, review, submission, taken.reason))
    review.message = taken.reason
    if review.state is ReviewState.SUBMITTED:
        review.submitted_at = now()
    session.flush()
    audit.record(
        session, actor.user_id, name, SUBJECT, review.id, before=before, after=review.state
    )
    if review.state is ReviewState.CONFLICT:
        conflicts.declare(session, actor, review.user_id, submission, taken.reason)
    return review


def offers(session: Session, actor: Actor, review: Review) -> tuple[ReviewState, list[Offer]]:
    """Return where a review stands, and every step from there."""
    submission = session.get_one(Submission, review.submission_id)
    given = facts(session, review, submission)
    return review.state, LIFE.offers(actor, None, review.state, given, review.user_id)


def facts(session: Session, review: Review, submission: Submission, reason: str = "") -> Facts:
    """Return what the rules look at."""
    rubric = queries.rubric_of(session, review.call_id)
    if rubric is None:
        raise NotFound(Message("There is no rubric for {code}.", code=review.code))
    return Facts(
        place=submission.state,
        is_barred=conflicts.is_barred(session, review.user_id, submission),
        unscored=[one["title"] for one in rubric.criteria if one["key"] not in review.scores],
        comment=review.comment_team,
        recommendation=review.recommendation,
        confidence=review.confidence,
        reason=reason,
    )
