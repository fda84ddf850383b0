"""Who reviews, and what is reviewed, as tests need them."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from sqlmodel import Session

from app.access.policy import Actor, Role
from app.accounts.models import User
from app.core.base.clock import now
from app.organisations.models import Organisation
from app.programmes.models import Call
from app.reviews.lifecycle import ReviewState
from app.reviews.models import Review, Reviewer, Rubric, Tie
from app.reviews.schemas.reviews import NewReview, ReviewText
from app.reviews.service import assigning, steps, writing
from app.submissions.lifecycle import State
from app.submissions.models import Submission
from tests.factories import a_call, a_challenge, a_user, an_organisation, organisation_of

CRITERIA: list[dict[str, Any]] = [
    {
        "key": key,
        "title": f"The {key}",
        "hint": "",
        "weight": weight,
        "anchors": ["none", "", "", "", "great"],
    }
    for key, weight in (("need", 3), ("reach", 1))
]
TEXT: dict[str, Any] = {
    "scores": {"need": 4, "reach": 2},
    "comment_team": "The need is told in figures.",
    "comment_staff": "I would take it.",
    "recommendation": "select",
    "confidence": "high",
}


def actor_of(session: Session, user: User, role: Role) -> Actor:
    return Actor(user.id, {role: frozenset({organisation_of(session, user)})})


def staff(session: Session, role: Role = Role.STAFF) -> Actor:
    return actor_of(session, a_user(session, role), role)


def a_rubric(session: Session, call: Call, **fields: Any) -> Rubric:
    fields.setdefault("criteria", CRITERIA)
    fields.setdefault("due_at", (now() + timedelta(days=20)).replace(second=0, microsecond=0))
    rubric = Rubric(programme_id=call.programme_id, call_id=call.id, **fields)
    session.add(rubric)
    session.flush()
    return rubric


def a_reviewer(session: Session, call: Call, country: str = "BR", **fields: Any) -> Actor:
    """Somebody from elsewhere who reviews in the programme of a call."""
    user = a_user(session, Role.REVIEWER)
    home = session.get_one(Organisation, organisation_of(session, user))
    home.country, home.level = country, "central"
    row = Reviewer(programme_id=call.programme_id, user_id=user.id, **fields)
    session.add(row)
    session.flush()
    return actor_of(session, user, Role.REVIEWER)


def a_submission(
    session: Session, call: Call, country: str = "FR", **fields: Any
) -> Submission:
    """An eligible challenge of a ministry."""
    team = an_organisation(session, country=country, level="central")
    fields.setdefault("state", State.ELIGIBLE)
    return a_challenge(session, call_id=call.id, organisation_id=team.id, **fields)


def asked(session: Session, submission: Submission, reviewer: Actor) -> Review:
    """A review that staff have asked for by hand."""
    assert reviewer.user_id is not None
    new = NewReview(submission_id=submission.id, user_id=reviewer.user_id)
    return assigning.assign(session, staff(session), new)


def tied(session: Session, reviewer: Actor, submission: Submission) -> None:
    """Let a reviewer be tied to the team of a submission."""
    assert reviewer.user_id is not None
    session.add(Tie(user_id=reviewer.user_id, organisation_id=submission.organisation_id))
    session.flush()


def written(
    session: Session,
    submission: Submission,
    reviewer: Actor,
    *then: str,
    review: Review | None = None,
    **text: Any,
) -> Review:
    """A review that was handed in, and moved on."""
    review = review or asked(session, submission, reviewer)
    steps.take(session, reviewer, review.id, "accept")
    said = ReviewText.model_validate(TEXT | text)
    writing.save(session, reviewer, review.id, said, seen=writing.fingerprint(review))
    for name in ("submit", *then):
        steps.take(session, reviewer, review.id, name)
    return review


def a_round(session: Session, **rubric: Any) -> tuple[Call, Submission, Sequence[Actor]]:
    """A call with a rubric, one submission, and two who may review it."""
    call = a_call(session)
    a_rubric(session, call, **rubric)
    submission = a_submission(session, call)
    return call, submission, [a_reviewer(session, call) for _ in range(2)]


def in_state(session: Session, submission: Submission, reviewer: Actor, state: str) -> Review:
    """A review that stands where a test needs it."""
    review = written(session, submission, reviewer)
    review.state = ReviewState(state)
    session.flush()
    return review
