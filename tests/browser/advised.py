"""What stands before the advisory board of the demonstration, with advice and questions."""

from typing import Final
from uuid import UUID

from sqlmodel import Session, select

from app.access.policy import OPERATOR
from app.accounts.models import User
from app.advice.schemas import NewAnswer, NewBoardQuestion
from app.advice.service import advising, consultations
from app.core.base.clock import now
from app.programmes.models import Call
from app.submissions.models import Submission
from tests.advice.people import an_advisor, declared, items_of, put, said
from tests.factories import a_run, a_suggestion

ADVISOR: Final = "aroha@advisor.example.org"


def advised(session: Session, programme_id: UUID, reviewed: str) -> dict[str, str]:
    """Let a call that is reviewed and a run stand before the board.

    Parameters
    ----------
    reviewed : str
        The code of a submission of that call.
    """
    code = select(Submission.call_id).where(Submission.code == reviewed)
    call = session.get_one(Call, session.exec(code).one())
    me, other = (an_advisor(session, programme_id, country) for country in ("NZ", "CL"))
    user = session.get_one(User, me.user_id)
    user.email, user.name, user.consented_at = ADVISOR, "Aroha Advisor", now()
    whole = {"call_id": str(call.id), "is_ranked": True, "shows_decisions": True}
    asked = put(session, **whole, message="Which of these would you not take, and why?")
    for one in (me, other):
        declared(session, one, asked)
    first, second, *_ = items_of(session, asked)
    said(session, me, first, "supports", "The need is told in figures.")
    said(session, other, first, "doubts", "The law that it needs is not passed.")
    question = NewBoardQuestion(question="Who would work on it?", item_id=first.id)
    advising.ask(session, me, asked.id, question)
    other_question = NewBoardQuestion(question="Until when can they begin?")
    answered = advising.ask(session, other, asked.id, other_question)
    advising.answer(session, OPERATOR, answered.id, NewAnswer(answer="Until May."))
    new = put(session, call_id=str(call.id), title="Which of the others to keep in reserve")
    run = a_run(session, programme_id=programme_id)
    a_suggestion(session, run, assigned=True, band="strong")
    pairs = put(session, run_id=run.code, title="Whether these pairs should meet")
    declared(session, me, pairs)
    closed = put(session, call_id=str(call.id), title="A question of last year")
    declared(session, me, closed)
    consultations.take(session, OPERATOR, closed.id, "close")
    return {
        "consultation": str(asked.id),
        "board_submission": session.get_one(Submission, first.submission_id).code,
        "consultation_new": str(new.id),
        "consultation_closed": str(closed.id),
        "board_item": str(first.id),
        "board_item_new": str(second.id),
        "board_pairs": str(pairs.id),
        "board_pair": str(items_of(session, pairs)[0].id),
    }
