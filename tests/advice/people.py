"""Who advises, and what is before the board, as tests need them."""

from datetime import timedelta
from typing import Any

from sqlmodel import Session, select

from app.access.policy import Actor, Role
from app.advice.lifecycle import Stance
from app.advice.models import Advice, Advisor, BoardItem, Consultation
from app.advice.schemas import NewAdvice, NewConsultation, NewDeclaration
from app.advice.service import advising, consultations
from app.core.base.clock import now
from app.organisations.models import Organisation
from app.programmes.models import Call
from tests.factories import a_call, a_user, organisation_of
from tests.reviews.people import a_submission, actor_of, staff

DUE = timedelta(days=9)


def an_advisor(
    session: Session, programme_id: Any, country: str = "BR", **fields: Any
) -> Actor:
    """Somebody from elsewhere who advises in a programme."""
    user = a_user(session, Role.ADVISOR)
    home = session.get_one(Organisation, organisation_of(session, user))
    home.country, home.level = country, "central"
    session.add(Advisor(programme_id=programme_id, user_id=user.id, **fields))
    session.flush()
    return actor_of(session, user, Role.ADVISOR)


def put(session: Session, **fields: Any) -> Consultation:
    """Something that staff put before the board."""
    fields.setdefault("title", "Which four to take")
    fields.setdefault("due_at", (now() + DUE).isoformat())
    new = NewConsultation.model_validate(fields)
    by = staff(session)
    found = consultations.matter(session, by, new)
    return consultations.open_for(session, by, new, found, found.rank())


def a_board(
    session: Session, *countries: str, **fields: Any
) -> tuple[Call, Consultation, list[Actor]]:
    """A call of which one challenge for each country is before a board of two."""
    call = a_call(session)
    for country in countries or ("FR",):
        a_submission(session, call, country)
    advisors = [an_advisor(session, call.programme_id) for _ in range(2)]
    return call, put(session, call_id=str(call.id), **fields), advisors


def items_of(session: Session, consultation: Consultation) -> list[BoardItem]:
    statement = select(BoardItem).where(BoardItem.consultation_id == consultation.id)
    return sorted(session.exec(statement), key=lambda one: one.number)


def declared(session: Session, advisor: Actor, consultation: Consultation) -> None:
    """Let an advisor say that nothing stands between them and the teams."""
    advising.declare(session, advisor, consultation.id, NewDeclaration())


def said(
    session: Session, advisor: Actor, item: BoardItem, stance: str = "supports", text: str = "."
) -> Advice:
    new = NewAdvice(stance=Stance(stance), comment=text)
    return advising.advise(session, advisor, item.consultation_id, item.id, new)
