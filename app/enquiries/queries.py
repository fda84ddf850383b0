"""Reading questions: a team those about its challenges, the staff all, a person their own.

None of them tells who asked. `of_asker` alone looks for a person, and only for the reader.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final
from uuid import UUID

from sqlalchemy import ColumnElement, false, func, or_
from sqlmodel import Session, case, col, select

from app.access import policy
from app.access.policy import Action, Actor
from app.access.visibility import within_reach
from app.core.base.clock import now
from app.core.base.errors import NotFound
from app.core.base.messages import Message
from app.core.storage.pagination import Page, page
from app.core.storage.reference_numbers import refers
from app.enquiries.lifecycle import MOST_KEPT, AskingFacts, AskingState, EnquiryState
from app.enquiries.models import Asking, Enquiry
from app.enquiries.schemas import (
    MOST_OWN,
    AskedRead,
    EnquiryQuery,
    EnquiryRead,
    EnquiryStaffRead,
)
from app.notices import queries as notices
from app.notices.models import PublicNotice
from app.programmes.lifecycle import CallKind, Phase
from app.programmes.models import Call, Programme
from app.programmes.queries import in_phase

_ORDER: Final[dict[str, Any]] = {
    # No instant: a cursor would tell the hour at which somebody was there.
    "sortable": {"number": Enquiry.number, "code": Enquiry.code},
    "default": "code,number",
    "key": Enquiry.id,
}


def of_asker(actor: Actor) -> ColumnElement[bool]:
    """Return the condition for what the actor has asked."""
    me = policy.assigned_reach(actor, Action.ENQUIRY_ASK)
    return col(Enquiry.asker_id) == me if me is not None else false()


def readable(actor: Actor) -> ColumnElement[bool]:
    """Return the condition for questions that the actor may read, whoever asked them."""
    return within_reach(actor, Action.ENQUIRY_READ, Enquiry.organisation_id)


def get(session: Session, actor: Actor, key: UUID) -> Enquiry:
    """Return one question that the actor may read, or has asked.

    Raises
    ------
    NotFound
        If there is none: a stranger cannot tell the two apart.
    """
    statement = select(Enquiry).where(Enquiry.id == key, or_(readable(actor), of_asker(actor)))
    found = session.exec(statement).first()
    if found is None:
        raise NotFound(Message("There is no question {key}.", key=key))
    return found


def is_asker(actor: Actor, enquiry: Enquiry) -> bool:
    """Tell whether the actor has asked this."""
    me = policy.assigned_reach(actor, Action.ENQUIRY_ASK)
    return me is not None and enquiry.asker_id == me


def read_as(actor: Actor) -> type[EnquiryRead]:
    """Return the form in which the actor reads the questions of others."""
    return EnquiryStaffRead if policy.has_any_reach(actor, Action.ENQUIRY_READ) else EnquiryRead


def shown(actor: Actor, enquiry: Enquiry) -> EnquiryRead:
    """Return a question in the form in which the actor reads it."""
    schema = AskedRead if is_asker(actor, enquiry) else read_as(actor)
    return schema.model_validate(enquiry)


def search(session: Session, actor: Actor, query: EnquiryQuery) -> Page[Enquiry]:
    """Return a page of the questions that the actor may read."""
    statement = select(Enquiry).where(readable(actor))
    if query.state:
        statement = statement.where(col(Enquiry.state).in_(query.state))
    if query.notice:
        statement = statement.where(refers(Enquiry.notice_id, PublicNotice, *query.notice))
    if query.programme:
        statement = statement.where(refers(Enquiry.programme_id, Programme, *query.programme))
    return page(session, statement, query, **_ORDER)


def of_notice(session: Session, actor: Actor, notice: PublicNotice) -> Sequence[Enquiry]:
    """Return the questions about a challenge that the actor may read: what waits first."""
    waits = case((col(Enquiry.state) == EnquiryState.WAITING, 0), else_=1)
    statement = (
        select(Enquiry)
        .where(Enquiry.notice_id == notice.id, readable(actor))
        .order_by(waits, col(Enquiry.number))
        .limit(MOST_KEPT)
    )
    return session.exec(statement).all()


def own(session: Session, actor: Actor) -> Sequence[Enquiry]:
    """Return what the actor has asked, the newest first."""
    statement = (
        select(Enquiry)
        .where(of_asker(actor))
        .order_by(col(Enquiry.created_at).desc(), col(Enquiry.id))
        .limit(MOST_OWN)
    )
    return session.exec(statement).all()


def answered(session: Session, notice: PublicNotice) -> Sequence[Enquiry]:
    """Return the questions about a published challenge that are answered, in their order.

    For everybody: the caller has found the challenge published.
    """
    statement = (
        select(Enquiry)
        .where(Enquiry.notice_id == notice.id, Enquiry.state == EnquiryState.ANSWERED)
        .order_by(col(Enquiry.number))
        .limit(MOST_KEPT)
    )
    return session.exec(statement).all()


def asking(session: Session, notice: PublicNotice) -> AskingState:
    """Return whether staff let people ask about a challenge."""
    row = session.exec(select(Asking).where(Asking.notice_id == notice.id)).first()
    return row.state if row is not None else AskingState.OPEN


def is_public(session: Session, notice_id: UUID) -> bool:
    """Tell whether everybody can read a challenge at this moment."""
    statement = select(PublicNotice.id).where(PublicNotice.id == notice_id, notices.is_public())
    return session.exec(statement).first() is not None


def asking_facts(session: Session, actor: Actor | None, notice: PublicNotice) -> AskingFacts:
    """Return what decides whether somebody may ask about a published challenge now.

    Parameters
    ----------
    actor : Actor or None
        None for somebody who is not signed in: of them no question is counted.
    """
    called = select(Call.id).where(
        Call.programme_id == notice.programme_id,
        Call.kind == CallKind.SOLUTIONS,
        in_phase(Phase.OPEN, now()),
    )
    counts = _counts(session, Enquiry.notice_id == notice.id)
    mine = _counts(session, Enquiry.notice_id == notice.id, of_asker(actor)) if actor else {}
    return AskingFacts(
        is_called=session.exec(called.limit(1)).first() is not None,
        is_halted=asking(session, notice) is AskingState.CLOSED,
        is_own=actor is not None
        and policy.allows(actor, Action.ENQUIRY_ANSWER, notice.organisation_id),
        waiting=counts.get(EnquiryState.WAITING, 0),
        waiting_of_person=mine.get(EnquiryState.WAITING, 0),
        declined_of_person=mine.get(EnquiryState.DECLINED, 0),
        kept=sum(counts.values()),
    )


def _counts(session: Session, *conditions: Any) -> dict[EnquiryState, int]:
    statement = select(Enquiry.state, func.count()).where(*conditions)
    found = session.exec(statement.group_by(col(Enquiry.state)))
    return {EnquiryState(state): count for state, count in found}


def asked_within(session: Session, actor: Actor, window: timedelta) -> int:
    """Return how much the actor has asked of late, about all challenges."""
    statement = select(func.count()).where(
        of_asker(actor), col(Enquiry.created_at) > now() - window
    )
    return session.exec(statement).one()


@dataclass(frozen=True, slots=True)
class Waiting:
    """A challenge about which questions wait for its team."""

    notice: PublicNotice
    zone: str
    count: int


def waiting(session: Session, actor: Actor, most: int) -> list[Waiting]:
    """Return the published challenges of the actor's teams about which questions wait."""
    own = policy.own_reach(actor, Action.ENQUIRY_ANSWER)
    if not own:
        return []
    statement = (
        select(PublicNotice, Programme.zone, func.count())
        .join(Enquiry, col(Enquiry.notice_id) == col(PublicNotice.id))
        .join(Programme, col(Programme.id) == col(PublicNotice.programme_id))
        .where(
            col(Enquiry.organisation_id).in_(own),
            Enquiry.state == EnquiryState.WAITING,
            notices.is_public(),
        )
        .group_by(col(PublicNotice.id), col(Programme.zone))
        .order_by(col(PublicNotice.code))
        .limit(most)
    )
    return [Waiting(*row) for row in session.exec(statement)]


def counted(session: Session, actor: Actor, keys: Collection[UUID]) -> dict[UUID, int]:
    """Return how many questions wait about each of some challenges, by the notice's key."""
    statement = (
        select(Enquiry.notice_id, func.count())
        .where(
            col(Enquiry.notice_id).in_(keys),
            Enquiry.state == EnquiryState.WAITING,
            readable(actor),
        )
        .group_by(col(Enquiry.notice_id))
    )
    return dict(session.exec(statement).all())
