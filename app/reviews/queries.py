"""Reading reviews: reviewers their own, staff and auditors all, and nobody else."""

from collections.abc import Collection, Sequence
from typing import Any, Final
from uuid import UUID

from sqlalchemy import ColumnElement, and_, func, or_
from sqlalchemy.orm import aliased
from sqlmodel import Session, col, exists, select

from app.access import policy
from app.access.policy import Action, Actor, Role
from app.access.visibility import assigned
from app.accounts.lifecycle import UserState
from app.accounts.models import Membership, User
from app.core.base.errors import NotFound
from app.core.base.messages import Message
from app.core.storage.pagination import Page, page
from app.core.storage.reference_numbers import named, refers
from app.programmes.models import Call, Programme
from app.reviews.lifecycle import LIVE, WAITING, ReviewState
from app.reviews.models import ConflictOfInterest, Review, Reviewer, Rubric
from app.reviews.schemas.conflicts import ConflictQuery
from app.reviews.schemas.reviewers import ReviewerQuery
from app.reviews.schemas.reviews import ReviewQuery

_ORDER: Final[dict[str, Any]] = {
    "sortable": {
        "code": Review.code,
        "due_at": Review.due_at,
        "created_at": Review.created_at,
        "updated_at": Review.updated_at,
    },
    "default": "code",
    "key": Review.id,
}
_BY_CODE: Final[dict[str, Any]] = {
    "sortable": {
        "code": ConflictOfInterest.code,
        "created_at": ConflictOfInterest.created_at,
    },
    "default": "code",
    "key": ConflictOfInterest.id,
}
_BY_AGE: Final[dict[str, Any]] = {
    "sortable": {"created_at": Reviewer.created_at},
    "default": "created_at",
    "key": Reviewer.id,
}


def readable(actor: Actor) -> ColumnElement[bool]:
    """Return the condition for reviews that the actor may read.

    Whoever is asked for a review of a submission reads no other one of it before theirs is
    closed, whichever other role they hold.
    """
    mine = aliased(Review)
    writing = exists().where(
        col(mine.submission_id) == col(Review.submission_id),
        col(mine.user_id) == actor.user_id,
        col(mine.state).in_(LIVE - {ReviewState.LOCKED}),
    )
    within = assigned(actor, Action.REVIEW_READ, Review.user_id)
    return and_(within, or_(col(Review.user_id) == actor.user_id, ~writing))


def get(session: Session, actor: Actor, key: UUID) -> Review:
    """Return one review.

    Raises
    ------
    NotFound
        If there is none, or none that the actor may read.
    """
    statement = select(Review).where(Review.id == key, readable(actor))
    found = session.exec(statement).first()
    if found is None:
        raise NotFound(Message("There is no review {key}.", key=key))
    return found


def search(session: Session, actor: Actor, query: ReviewQuery) -> Page[Review]:
    """Return a page of the reviews that the actor may read."""
    statement = select(Review).where(readable(actor))
    if query.state:
        statement = statement.where(col(Review.state).in_(query.state))
    if query.code:
        statement = statement.where(named(Review, *query.code))
    if query.call:
        statement = statement.where(refers(Review.call_id, Call, *query.call))
    if query.programme:
        statement = statement.where(refers(Review.programme_id, Programme, *query.programme))
    return page(session, statement, query, **_ORDER)


def own(session: Session, actor: Actor) -> Sequence[Review]:
    """Return what is assigned to the actor, the most urgent first; at most 200."""
    if policy.assigned_reach(actor, Action.REVIEW_READ) is None:
        return []
    statement = select(Review).where(Review.user_id == actor.user_id)
    order = col(Review.state).in_(WAITING).desc(), col(Review.due_at), col(Review.code)
    return session.exec(statement.order_by(*order).limit(200)).all()


def of_submission(session: Session, submission_id: UUID) -> Sequence[Review]:
    """Return all reviews of a submission, in the order in which they were asked for."""
    statement = select(Review).where(Review.submission_id == submission_id)
    return session.exec(statement.order_by(col(Review.created_at), col(Review.id))).all()


def live(session: Session, submission_id: UUID, user_id: UUID) -> Review | None:
    """Return the review of a submission that a person is asked for or has written, if any."""
    statement = select(Review).where(
        Review.submission_id == submission_id,
        Review.user_id == user_id,
        col(Review.state).in_(LIVE),
    )
    return session.exec(statement).first()


def counts(session: Session, actor: Actor, call_id: UUID) -> dict[ReviewState, int]:
    """Return how many reviews of a call stand where.

    Raises
    ------
    NotPermitted
        If the actor may not read all reviews.
    """
    policy.require(actor, Action.REVIEW_READ)
    statement = (
        select(Review.state, func.count())
        .where(Review.call_id == call_id)
        .group_by(col(Review.state))
    )
    found = dict(session.exec(statement).all())
    return {state: found.get(state, 0) for state in ReviewState}


def rubric_of(session: Session, call_id: UUID) -> Rubric | None:
    """Return the rubric of a call, if somebody has written one."""
    return session.exec(select(Rubric).where(Rubric.call_id == call_id)).first()


def rubric(session: Session, actor: Actor, call: Call) -> Rubric:
    """Return the rubric of a call.

    Raises
    ------
    NotPermitted
        If the actor may not read all reviews.
    NotFound
        If there is none.
    """
    policy.require(actor, Action.REVIEW_READ)
    found = rubric_of(session, call.id)
    if found is None:
        raise NotFound(Message("There is no rubric for {call}.", call=call.code))
    return found


def reviewers(session: Session, actor: Actor, query: ReviewerQuery) -> Page[Reviewer]:
    """Return a page of reviewers.

    Raises
    ------
    NotPermitted
        If the actor may not read all reviews.
    """
    policy.require(actor, Action.REVIEW_READ)
    statement = select(Reviewer)
    if query.programme:
        statement = statement.where(refers(Reviewer.programme_id, Programme, *query.programme))
    return page(session, statement, query, **_BY_AGE)


def reviewer(session: Session, actor: Actor, key: UUID) -> Reviewer:
    """Return one reviewer.

    Raises
    ------
    NotPermitted, NotFound
        If the actor may not read all reviews, or there is none.
    """
    policy.require(actor, Action.REVIEW_READ)
    found = session.get(Reviewer, key)
    if found is None:
        raise NotFound(Message("There is no reviewer {key}.", key=key))
    return found


def reviewer_of(session: Session, programme_id: UUID, user_id: UUID) -> Reviewer | None:
    """Return the entry of a person who reviews in a programme, if there is one."""
    statement = select(Reviewer).where(
        Reviewer.programme_id == programme_id, Reviewer.user_id == user_id
    )
    return session.exec(statement).first()


def who_may_review(session: Session, user_ids: Collection[UUID] | None = None) -> list[User]:
    """Return the people with the role `reviewer` who can sign in, by name.

    Parameters
    ----------
    user_ids : collection of UUID, default=None
        Of these alone.
    """
    held = select(Membership.user_id).where(Membership.role == Role.REVIEWER)
    statement = select(User).where(col(User.id).in_(held), col(User.state) == UserState.ACTIVE)
    if user_ids is not None:
        statement = statement.where(col(User.id).in_(user_ids))
    return list(session.exec(statement.order_by(col(User.name), col(User.id))))


def names(session: Session, actor: Actor, user_ids: Collection[UUID]) -> dict[UUID, str]:
    """Return the names of reviewers, for those who read all reviews.

    Raises
    ------
    NotPermitted
        If the actor may not.
    """
    policy.require(actor, Action.REVIEW_READ)
    statement = select(User.id, User.name).where(col(User.id).in_(user_ids))
    return dict(session.exec(statement).all())


def conflicts(session: Session, actor: Actor, query: ConflictQuery) -> Page[ConflictOfInterest]:
    """Return a page of conflicts of interest.

    Raises
    ------
    NotPermitted
        If the actor may not read all reviews.
    """
    policy.require(actor, Action.REVIEW_READ)
    statement = select(ConflictOfInterest)
    if query.state:
        statement = statement.where(col(ConflictOfInterest.state).in_(query.state))
    if query.code:
        statement = statement.where(named(ConflictOfInterest, *query.code))
    if query.call:
        statement = statement.where(refers(ConflictOfInterest.call_id, Call, *query.call))
    return page(session, statement, query, **_BY_CODE)


def conflict(session: Session, actor: Actor, key: UUID) -> ConflictOfInterest:
    """Return one conflict of interest.

    Raises
    ------
    NotPermitted, NotFound
        If the actor may not read all reviews, or there is none.
    """
    policy.require(actor, Action.REVIEW_READ)
    found = session.get(ConflictOfInterest, key)
    if found is None:
        raise NotFound(Message("There is no conflict of interest {key}.", key=key))
    return found
