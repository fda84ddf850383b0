"""What the world of the authorisation matrix holds of the advisory board."""

from typing import Any, Final
from uuid import UUID

from sqlmodel import Session

from app.access.policy import Role
from app.accounts.models import User
from app.advice.lifecycle import Stance
from app.advice.models import (
    Advice,
    Advisor,
    BoardDeclaration,
    BoardItem,
    BoardQuestion,
    Consultation,
)
from app.core.base.clock import now
from app.programmes.models import Call
from tests.advice.people import DUE
from tests.factories import a_programme, a_user
from tests.reviews.people import a_submission

ADVISING: Final[dict[str, Any]] = {
    "replace_advisor": {"is_active": False},
    "create_board_declaration": {"conflicts": []},
    "create_advice": {"stance": "doubts", "comment": "It depends on a law."},
    "create_board_question": {"question": "Who would work on it?"},
    "create_board_answer": {"answer": "Two people, from May."},
    "take_consultation_step": {},
}


def before_the_board(session: Session, user: User | None, call: Call) -> dict[str, UUID]:
    """A consultation in a programme of its own in which somebody advises, with a question.

    Of an eligible challenge, where nobody is named also: so that nobody else reads it.
    """
    user = user or a_user(session, Role.ADVISOR)
    programme = a_programme(session)
    advisor = Advisor(programme_id=programme.id, user_id=user.id)
    consultation = Consultation(
        programme_id=programme.id, call_id=call.id, title="Which to take", due_at=now() + DUE
    )
    session.add_all([advisor, consultation])
    session.flush()
    row = a_submission(session, call, "JP")
    item = BoardItem(consultation_id=consultation.id, number=1, submission_id=row.id)
    session.add_all([item, BoardDeclaration(consultation_id=consultation.id, user_id=user.id)])
    session.flush()
    question = BoardQuestion(
        consultation_id=consultation.id,
        item_id=item.id,
        user_id=user.id,
        question="Who would work on it?",
    )
    advice = Advice(
        consultation_id=consultation.id,
        item_id=item.id,
        user_id=user.id,
        stance=Stance.DOUBTS,
        comment="It depends on a law.",
    )
    session.add_all([question, advice])
    session.flush()
    return {
        "consultation_id": consultation.id,
        "advisor_id": advisor.id,
        "item_id": item.id,
        "question_id": question.id,
        "advice_id": advice.id,
    }
