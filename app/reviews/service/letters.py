"""Letters to reviewers: that they are asked, and that a date comes near.

They name codes and a date alone: what a submission is about is read after signing in.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Final
from uuid import UUID

from sqlmodel import Session, col, select

from app.accounts.lifecycle import UserState
from app.accounts.models import User
from app.accounts.service import letters as accounts
from app.core.base.clock import now
from app.core.base.messages import Message
from app.events import service as events
from app.events.kinds import EventKind, EventSubject
from app.programmes.models import Programme
from app.reviews.lifecycle import WAITING
from app.reviews.models import Review

BEFORE: Final = timedelta(days=3)
"""How long before the date a reviewer is reminded, once."""
NAMED: Final = 20
"""Codes that a letter names."""

ASKED: Final = Message("You are asked to review: {programme}")
ASKED_BODY: Final = Message(
    "Hello,\n\nyou are asked to review {codes}, by {due}.\n\nSign in, open “My reviews”, and "
    "say first whether anything stands between you and a team. You read what it has written "
    "afterwards. If you cannot do it, decline there, so that we can ask somebody else.\n"
)
REMINDER: Final = Message("Your reviews are due: {programme}")
REMINDER_BODY: Final = Message(
    "Hello,\n\nwe wait for your reviews of {codes}, by {due}.\n\nSign in and open “My "
    "reviews”. If you cannot do it, decline there, so that we can ask somebody else.\n"
)


LETTERS: Final[Mapping[EventKind, tuple[Message, Message]]] = {
    EventKind.REVIEW_ASKED: (ASKED, ASKED_BODY),
    EventKind.REVIEW_DUE_SOON: (REMINDER, REMINDER_BODY),
}
"""EventSubject and text of each letter; there is an event for each review that it names."""


def ask(session: Session, user_id: UUID, reviews: Sequence[Review]) -> None:
    """Write to a reviewer that they are asked for some reviews of one programme."""
    _write(session, user_id, reviews, EventKind.REVIEW_ASKED)


def remind(session: Session) -> int:
    """Write once to each reviewer whose reviews are due soon; return how many letters."""
    at = now()
    statement = (
        select(Review)
        .where(
            col(Review.state).in_(WAITING),
            col(Review.reminded_at).is_(None),
            col(Review.due_at) <= at + BEFORE,
            col(Review.due_at) > at,
        )
        .order_by(col(Review.code))
        .with_for_update(skip_locked=True)
    )
    due: dict[tuple[UUID, UUID], list[Review]] = defaultdict(list)
    for review in session.exec(statement):
        # Who was asked just now has had a letter.
        if review.created_at <= at - BEFORE:
            due[review.user_id, review.programme_id].append(review)
            review.reminded_at = at
    for (user_id, _), reviews in due.items():
        _write(session, user_id, reviews, EventKind.REVIEW_DUE_SOON)
    session.flush()
    return len(due)


def _write(session: Session, user_id: UUID, reviews: Sequence[Review], kind: EventKind) -> None:
    user = session.get_one(User, user_id)
    if user.state is not UserState.ACTIVE:
        return
    programme = session.get_one(Programme, reviews[0].programme_id)
    language = accounts.spoken_to(user)
    codes = [review.code for review in reviews]
    named = ", ".join(codes[:NAMED]) + (" …" if len(codes) > NAMED else "")
    due = min(review.due_at for review in reviews)
    subject, body = LETTERS[kind]
    told = [
        events.to_person(
            session,
            kind,
            user_id,
            subject=EventSubject.REVIEW,
            subject_id=review.id,
            code=review.code,
            programme_id=review.programme_id,
        )
        for review in reviews
    ]
    accounts.write(
        session,
        user,
        Message(subject, programme=programme.title),
        Message(body, codes=named, due=language.moment(due, programme.zone)),
        event=told[0],
    )
