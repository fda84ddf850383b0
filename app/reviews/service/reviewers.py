"""Who reviews in a programme: what they know, how much they take on, and their ties."""

from collections.abc import Sequence
from uuid import UUID

from sqlmodel import Session, col, delete, or_, select

from app.access import policy
from app.access.policy import Action, Actor
from app.accounts.lifecycle import UserState
from app.accounts.models import User
from app.core.base.entity_tags import Expected
from app.core.base.errors import Conflict, FieldError, Unprocessable
from app.core.base.messages import Message
from app.core.storage import audit
from app.organisations.models import Organisation
from app.programmes import queries as programmes
from app.reviews import queries
from app.reviews.models import Reviewer, Tie
from app.reviews.schemas.reviewers import NewReviewer, ReviewerDraft, ReviewerRead
from app.themes import service as themes

MOST_TIES = 100
"""Organisations that one person names."""


def appoint(session: Session, actor: Actor, new: NewReviewer) -> Reviewer:
    """Let somebody with the role `reviewer` review in a programme.

    Raises
    ------
    NotPermitted
        If the actor may not assign reviews.
    Unprocessable
        If there is no such programme or theme, or the person has not the role.
    Conflict
        If they review there already.
    """
    policy.require(actor, Action.REVIEW_ASSIGN)
    programme = programmes.stated_programme(session, new.programme_id)
    if not queries.who_may_review(session, [new.user_id]):
        problem = "Name an active person who has the role of a reviewer."
        errors = [FieldError("/user_id", problem)]
        raise Unprocessable("The content cannot be accepted.", errors=errors)
    held = select(Reviewer.id).where(
        Reviewer.programme_id == programme.id, Reviewer.user_id == new.user_id
    )
    if session.exec(held).first() is not None:
        raise Conflict(
            "This person reviews in the programme already.", remedy="Change that entry."
        )
    reviewer = Reviewer(programme_id=programme.id, user_id=new.user_id)
    _put(session, reviewer, new)
    session.add(reviewer)
    session.flush()
    audit.record(session, actor.user_id, "appoint", "reviewer", reviewer.id)
    return reviewer


def change(
    session: Session, actor: Actor, key: UUID, draft: ReviewerDraft, expected: Expected
) -> Reviewer:
    """Change what a reviewer knows, reads, and takes on.

    Raises
    ------
    NotPermitted, NotFound
        If the actor may not assign reviews, or there is none.
    Stale
        If it is no longer as expected.
    Unprocessable
        If there is no such theme.
    """
    policy.require(actor, Action.REVIEW_ASSIGN)
    reviewer = queries.reviewer(session, actor, key)
    session.refresh(reviewer, with_for_update=True)
    expected.require(ReviewerRead.model_validate(reviewer))
    _put(session, reviewer, draft)
    session.flush()
    audit.record(session, actor.user_id, "write", "reviewer", reviewer.id)
    return reviewer


def _put(session: Session, reviewer: Reviewer, draft: ReviewerDraft) -> None:
    if errors := themes.unknown(draft.themes, themes.keys(session)):
        raise Unprocessable("The content cannot be accepted.", errors=errors)
    for name in ReviewerDraft.model_fields:
        setattr(reviewer, name, getattr(draft, name))


def ties(session: Session, actor: Actor, user_id: UUID) -> Sequence[tuple[Tie, Organisation]]:
    """Return the organisations to which a person is tied, by name.

    Raises
    ------
    NotPermitted
        If the actor is neither that person nor may read all reviews.
    """
    policy.require(actor, Action.REVIEW_READ, assignee_id=user_id)
    statement = (
        select(Tie, Organisation)
        .join(Organisation, col(Organisation.id) == col(Tie.organisation_id))
        .where(Tie.user_id == user_id)
        .order_by(col(Organisation.name), col(Organisation.id))
    )
    return session.exec(statement).all()


def tie(session: Session, actor: Actor, user_id: UUID, organisation_id: UUID) -> Tie:
    """Note that a person is tied to an organisation; nothing happens where that is known.

    Raises
    ------
    NotPermitted
        If the actor is neither that person nor may assign reviews.
    Unprocessable
        If there is no such organisation, or too many are named.
    """
    _require(actor, user_id)
    if session.get(Organisation, organisation_id) is None:
        error = FieldError("/organisation_id", "There is no such organisation.")
        raise Unprocessable("The organisation is not known.", errors=[error])
    known = session.exec(select(Tie).where(Tie.user_id == user_id)).all()
    for one in known:
        if one.organisation_id == organisation_id:
            return one
    if len(known) >= MOST_TIES:
        problem = Message("Name at most {most} organisations.", most=MOST_TIES)
        error = FieldError("/organisation_id", problem)
        raise Unprocessable("The content cannot be accepted.", errors=[error])
    made = Tie(user_id=user_id, organisation_id=organisation_id)
    session.add(made)
    session.flush()
    audit.record(session, actor.user_id, "tie", "user", user_id)
    return made


def untie(session: Session, actor: Actor, user_id: UUID, organisation_id: UUID) -> None:
    """Forget that a person is tied to an organisation: staff alone take a bar away.

    Raises
    ------
    NotPermitted
        If the actor may not resolve conflicts of interest.
    """
    policy.require(actor, Action.CONFLICT_RESOLVE)
    statement = select(Tie).where(
        Tie.user_id == user_id, Tie.organisation_id == organisation_id
    )
    if (found := session.exec(statement).first()) is not None:
        session.delete(found)
        session.flush()
        audit.record(session, actor.user_id, "untie", "user", user_id)


def _require(actor: Actor, user_id: UUID) -> None:
    if not policy.allows(actor, Action.REVIEW_WRITE, assignee_id=user_id):
        policy.require(actor, Action.REVIEW_ASSIGN)


def forget_erased(session: Session) -> None:
    """Remove what is kept of reviewers who were erased: what they know, and their ties.

    Their reviews stay, as what a decision was made from, and name nobody any more.
    """
    erased = select(User.id).where(User.state == UserState.ERASED)
    session.execute(delete(Tie).where(col(Tie.user_id).in_(erased)))
    left = col(Reviewer.user_id).in_(erased)
    statement = select(Reviewer).where(left, or_(Reviewer.expertise != "", Reviewer.is_active))
    for one in session.exec(statement):
        one.expertise, one.themes, one.languages, one.is_active = "", [], [], False
    session.flush()
