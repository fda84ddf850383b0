"""Who advises in a programme."""

from uuid import UUID

from sqlmodel import Session, col, select, update

from app.access import policy
from app.access.policy import Action, Actor
from app.accounts.lifecycle import UserState
from app.accounts.models import User
from app.advice import queries
from app.advice.lifecycle import ConsultationState
from app.advice.models import Advisor, Consultation
from app.advice.schemas import AdvisorDraft, AdvisorRead, NewAdvisor
from app.advice.service import letters
from app.core.base.entity_tags import Expected
from app.core.base.errors import Conflict, FieldError, Unprocessable
from app.core.storage import audit
from app.programmes import queries as programmes


def appoint(session: Session, actor: Actor, new: NewAdvisor) -> Advisor:
    """Let somebody with the role `advisor` advise in a programme; they hear of what is open.

    Raises
    ------
    NotPermitted
        If the actor may not ask the board.
    Unprocessable
        If there is no such programme, or the person has not the role.
    Conflict
        If they advise there already.
    """
    policy.require(actor, Action.ADVICE_ASK)
    programme = programmes.stated_programme(session, new.programme_id)
    people = queries.who_may_advise(session, [new.user_id])
    if not people:
        problem = "Name an active person who has the role of an advisor."
        errors = [FieldError("/user_id", problem)]
        raise Unprocessable("The content cannot be accepted.", errors=errors)
    if queries.advisor_of(session, programme.id, new.user_id) is not None:
        raise Conflict(
            "This person advises in the programme already.", remedy="Change that entry."
        )
    advisor = Advisor(programme_id=programme.id, user_id=new.user_id)
    session.add(advisor)
    session.flush()
    audit.record(session, actor.user_id, "appoint", "advisor", advisor.id)
    still_open = select(Consultation).where(
        Consultation.programme_id == programme.id,
        Consultation.state == ConsultationState.OPEN,
    )
    for consultation in session.exec(still_open.order_by(col(Consultation.due_at))):
        letters.ask(session, consultation, people)
    return advisor


def change(
    session: Session, actor: Actor, key: UUID, draft: AdvisorDraft, expected: Expected
) -> Advisor:
    """Say whether somebody advises.

    Raises
    ------
    NotPermitted, NotFound
        If the actor may not ask the board, or there is none.
    Stale
        If it is no longer as expected.
    """
    policy.require(actor, Action.ADVICE_ASK)
    advisor = queries.advisor(session, actor, key)
    session.refresh(advisor, with_for_update=True)
    expected.require(AdvisorRead.model_validate(advisor))
    advisor.is_active = draft.is_active
    session.flush()
    audit.record(session, actor.user_id, "write", "advisor", advisor.id)
    return advisor


def forget_erased(session: Session) -> None:
    """Ask nobody who was erased. What they advised stays, and names nobody any more."""
    erased = select(User.id).where(User.state == UserState.ERASED)
    session.execute(
        update(Advisor)
        .where(col(Advisor.user_id).in_(erased), col(Advisor.is_active))
        .values(is_active=False)
    )
