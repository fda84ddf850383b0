"""Reading what is before the board: advisors what is put to them, staff and auditors all."""

from collections.abc import Collection, Sequence
from typing import Any, Final
from uuid import UUID

from sqlalchemy import ColumnElement, and_, false, func, or_, true
from sqlalchemy.orm import aliased
from sqlmodel import Session, col, exists, select

from app.access import policy
from app.access.policy import Action, Actor, Role
from app.access.visibility import assigned
from app.accounts.lifecycle import UserState
from app.accounts.models import Membership, User
from app.advice.models import (
    Advice,
    Advisor,
    BoardDeclaration,
    BoardItem,
    BoardQuestion,
    Consultation,
)
from app.advice.schemas import (
    AdviceQuery,
    AdviceRead,
    AdvisorQuery,
    ConsultationQuery,
    ItemQuery,
)
from app.core.base.errors import NotFound
from app.core.base.messages import Message
from app.core.storage.pagination import Page, page
from app.core.storage.reference_numbers import named, refers
from app.matchmaking.models import MatchRun
from app.programmes.models import Call, Programme
from app.submissions.models import Submission

_NEWEST: Final[dict[str, Any]] = {
    "sortable": {
        "created_at": Consultation.created_at,
        "due_at": Consultation.due_at,
    },
    "default": "-created_at",
    "key": Consultation.id,
}


def readable(actor: Actor) -> ColumnElement[bool]:
    """Return the condition for consultations that the actor may read.

    An advisor reads those of the programmes in which they advise.
    """
    asked = exists().where(
        col(Advisor.programme_id) == col(Consultation.programme_id),
        col(Advisor.is_active),
        assigned(actor, Action.ADVICE_READ, Advisor.user_id),
    )
    return or_(asked, true() if policy.has_any_reach(actor, Action.ADVICE_READ) else false())


def get(session: Session, actor: Actor, key: UUID) -> Consultation:
    """Return one consultation.

    Raises
    ------
    NotFound
        If there is none, or none that the actor may read.
    """
    statement = select(Consultation).where(Consultation.id == key, readable(actor))
    found = session.exec(statement).first()
    if found is None:
        raise NotFound(Message("There is no consultation {key}.", key=key))
    return found


def search(session: Session, actor: Actor, query: ConsultationQuery) -> Page[Consultation]:
    """Return a page of the consultations that the actor may read, the newest first."""
    statement = select(Consultation).where(readable(actor))
    if query.state:
        statement = statement.where(col(Consultation.state).in_(query.state))
    if query.programme:
        of = refers(Consultation.programme_id, Programme, *query.programme)
        statement = statement.where(of)
    if query.call:
        statement = statement.where(refers(Consultation.call_id, Call, *query.call))
    if query.run:
        statement = statement.where(refers(Consultation.run_id, MatchRun, *query.run))
    return page(session, statement, query, **_NEWEST)


def item(session: Session, consultation: Consultation, key: UUID) -> BoardItem:
    """Return one item of a consultation.

    Raises
    ------
    NotFound
        If it has no such item.
    """
    found = session.get(BoardItem, key)
    if found is None or found.consultation_id != consultation.id:
        raise NotFound(Message("There is no item {key}.", key=key))
    return found


def items(session: Session, consultation: Consultation, query: ItemQuery) -> Page[BoardItem]:
    """Return a page of what a consultation is about, in its order."""
    statement = select(BoardItem).where(BoardItem.consultation_id == consultation.id)
    return page(
        session,
        statement,
        query,
        sortable={"number": BoardItem.number},
        default="number",
        key=BoardItem.id,
    )


def every_item(session: Session, consultation: Consultation) -> Sequence[BoardItem]:
    """Return all that a consultation is about, in its order."""
    statement = select(BoardItem).where(BoardItem.consultation_id == consultation.id)
    return session.exec(statement.order_by(col(BoardItem.number))).all()


def submissions_of(session: Session, items: Collection[BoardItem]) -> dict[UUID, Submission]:
    """Return the submissions of some items, by key."""
    keys = {key for one in items for key in (one.submission_id, one.solution_id) if key}
    rows = session.exec(select(Submission).where(col(Submission.id).in_(keys)))
    return {row.id: row for row in rows}


def has_declared(session: Session, consultation_id: UUID, user_id: UUID | None) -> bool:
    """Tell whether a person has said what stands between them and the teams."""
    statement = select(BoardDeclaration.id).where(
        BoardDeclaration.consultation_id == consultation_id,
        BoardDeclaration.user_id == user_id,
    )
    return session.exec(statement).first() is not None


def own_advice(
    session: Session, consultation_id: UUID, user_id: UUID | None
) -> dict[UUID, Advice]:
    """Return what a person has said, as it counts, by item."""
    statement = select(Advice).where(
        Advice.consultation_id == consultation_id, Advice.user_id == user_id, Advice.is_current
    )
    return {one.item_id: one for one in session.exec(statement)}


def one_advice(session: Session, actor: Actor, key: UUID) -> AdviceRead:
    """Return what somebody has said of an item.

    Raises
    ------
    NotFound
        If there is nothing of that key, or nothing that the actor may read.
    """
    statement = select(Advice).where(Advice.id == key, _is_read_by(actor))
    found = session.exec(statement).first()
    if found is None:
        raise NotFound(Message("There is no advice {key}.", key=key))
    return described(session, [found])[0]


def _is_read_by(actor: Actor) -> ColumnElement[bool]:
    within = select(Consultation.id).where(readable(actor))
    return and_(
        assigned(actor, Action.ADVICE_READ, Advice.user_id),
        col(Advice.consultation_id).in_(within),
    )


def advice(session: Session, actor: Actor, query: AdviceQuery) -> Page[AdviceRead]:
    """Return a page of advice: advisors their own, staff and auditors all."""
    other = aliased(Submission)
    statement = (
        select(Advice)
        .join(BoardItem, col(BoardItem.id) == col(Advice.item_id))
        .join(Submission, col(Submission.id) == col(BoardItem.submission_id))
        .outerjoin(other, col(other.id) == col(BoardItem.solution_id))
        .where(_is_read_by(actor))
    )
    if query.consultation:
        statement = statement.where(col(Advice.consultation_id).in_(query.consultation))
    if query.code:
        keys = select(Submission.id).where(named(Submission, *query.code))
        sides = col(BoardItem.submission_id).in_(keys), col(BoardItem.solution_id).in_(keys)
        statement = statement.where(or_(*sides))
    if query.stance:
        statement = statement.where(col(Advice.stance).in_(query.stance))
    if query.is_current is not None:
        statement = statement.where(col(Advice.is_current) == query.is_current)
    found = page(
        session,
        statement,
        query,
        sortable={"created_at": Advice.created_at},
        default="-created_at",
        key=Advice.id,
    )
    return Page(described(session, found.rows), found.cursor)


def described(session: Session, rows: Sequence[Advice]) -> list[AdviceRead]:
    """Return advice with the codes of what it is about."""
    about = {one.item_id for one in rows}
    items = session.exec(select(BoardItem).where(col(BoardItem.id).in_(about))).all()
    by_key = {one.id: one for one in items}
    codes = {key: row.code for key, row in submissions_of(session, items).items()}
    return [
        AdviceRead(
            **one.model_dump(include=set(AdviceRead.model_fields)),
            code=codes[by_key[one.item_id].submission_id],
            solution=codes.get(by_key[one.item_id].solution_id or one.item_id),
        )
        for one in rows
    ]


def questions_open(session: Session, consultation_id: UUID) -> int:
    """Return how many questions of a consultation wait for an answer."""
    statement = (
        select(func.count())
        .select_from(BoardQuestion)
        .where(
            BoardQuestion.consultation_id == consultation_id,
            col(BoardQuestion.answered_at).is_(None),
        )
    )
    return session.exec(statement).one()


def advisors(session: Session, actor: Actor, query: AdvisorQuery) -> Page[Advisor]:
    """Return a page of advisors.

    Raises
    ------
    NotPermitted
        If the actor may not read all advice.
    """
    policy.require(actor, Action.ADVICE_READ)
    statement = select(Advisor)
    if query.programme:
        statement = statement.where(refers(Advisor.programme_id, Programme, *query.programme))
    return page(
        session,
        statement,
        query,
        sortable={"created_at": Advisor.created_at},
        default="created_at",
        key=Advisor.id,
    )


def advisor(session: Session, actor: Actor, key: UUID) -> Advisor:
    """Return one advisor.

    Raises
    ------
    NotPermitted, NotFound
        If the actor may not read all advice, or there is none.
    """
    policy.require(actor, Action.ADVICE_READ)
    found = session.get(Advisor, key)
    if found is None:
        raise NotFound(Message("There is no advisor {key}.", key=key))
    return found


def advisor_of(session: Session, programme_id: UUID, user_id: UUID) -> Advisor | None:
    """Return the entry of a person who advises in a programme, if there is one."""
    statement = select(Advisor).where(
        Advisor.programme_id == programme_id, Advisor.user_id == user_id
    )
    return session.exec(statement).first()


def board(session: Session, programme_id: UUID) -> list[User]:
    """Return who is asked in a programme: active advisors who still have the role, by name."""
    statement = select(Advisor.user_id).where(
        Advisor.programme_id == programme_id, col(Advisor.is_active)
    )
    return who_may_advise(session, session.exec(statement).all())


def who_may_advise(session: Session, user_ids: Collection[UUID] | None = None) -> list[User]:
    """Return the people with the role `advisor` who can sign in, by name.

    Parameters
    ----------
    user_ids : collection of UUID, default=None
        Of these alone.
    """
    held = select(Membership.user_id).where(Membership.role == Role.ADVISOR)
    statement = select(User).where(col(User.id).in_(held), col(User.state) == UserState.ACTIVE)
    if user_ids is not None:
        statement = statement.where(col(User.id).in_(user_ids))
    return list(session.exec(statement.order_by(col(User.name), col(User.id))))
