"""What the world of the authorisation matrix holds of reviews."""

from datetime import timedelta
from typing import Any, Final
from uuid import UUID

from sqlmodel import Session

from app.access.policy import Role
from app.accounts.models import User
from app.core.base.clock import now
from app.programmes.models import Call
from app.reviews import queries
from app.reviews.lifecycle import ConflictKind
from app.reviews.models import ConflictOfInterest, Review, Reviewer
from tests.factories import a_user
from tests.reviews.people import CRITERIA, TEXT, a_rubric, a_submission

REVIEWING: Final[dict[str, Any]] = {
    "replace_review": TEXT,
    "take_review_step": {"reason": "I advised this team."},
    "create_comment": {"body": "I saw the figures otherwise."},
    "take_conflict_step": {"reason": "They have not met since 2019."},
    "replace_reviewer": {"most": 3},
    "replace_rubric": {"criteria": CRITERIA, "due_at": "2101-01-01T00:00:00Z"},
}


def reviewed_by(session: Session, user: User | None, call: Call) -> dict[str, UUID]:
    """A review that somebody is asked for, a conflict, and an entry as a reviewer."""
    user = user or a_user(session, Role.REVIEWER)
    if queries.rubric_of(session, call.id) is None:
        a_rubric(session, call)
    submission, near = (a_submission(session, call, "JP") for _ in range(2))
    of: dict[str, Any] = {"programme_id": call.programme_id, "user_id": user.id}
    about: dict[str, Any] = {**of, "call_id": call.id}
    due = now() + timedelta(days=9)
    review = Review(**about, submission_id=submission.id, code=submission.code, due_at=due)
    conflict = ConflictOfInterest(
        **about, submission_id=near.id, code=near.code, kinds=[ConflictKind.TIE]
    )
    reviewer = Reviewer(**of)
    session.add_all([review, conflict, reviewer])
    session.flush()
    return {
        "reviewed_id": submission.id,
        "review_id": review.id,
        "conflict_id": conflict.id,
        "reviewer_id": reviewer.id,
    }
