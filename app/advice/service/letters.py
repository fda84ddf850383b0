"""Letters of the board: that it is asked, and that a question is answered.

They name a title that staff wrote, and a date. What teams have written is read after signing
in.
"""

from collections.abc import Iterable, Mapping
from typing import Final

from sqlmodel import Session

from app.accounts.lifecycle import UserState
from app.accounts.models import User
from app.accounts.service import letters as accounts
from app.advice.models import BoardQuestion, Consultation
from app.core.base.messages import Message
from app.events import service as events
from app.events.kinds import EventKind, EventSubject
from app.programmes.models import Programme

ASKED: Final = Message("Your advice is asked for: {programme}")
ASKED_BODY: Final = Message(
    "Hello,\n\nthe advisory board is asked for advice: “{title}”, by {due}.\n\nSign in, open "
    "“My advice”, and say first whether anything stands between you and a team. You read what "
    "it has written afterwards. You can ask the staff there, too.\n"
)
ANSWERED: Final = Message("Your question is answered: {programme}")
ANSWERED_BODY: Final = Message(
    "Hello,\n\nthe staff have answered a question that you asked about “{title}”.\n\nSign in "
    "and open “My advice” to read the answer.\n"
)


LETTERS: Final[Mapping[EventKind, tuple[Message, Message]]] = {
    EventKind.ADVICE_ASKED: (ASKED, ASKED_BODY),
    EventKind.ADVICE_ANSWERED: (ANSWERED, ANSWERED_BODY),
}
"""EventSubject and text of each letter."""


def ask(session: Session, consultation: Consultation, people: Iterable[User]) -> int:
    """Write to advisors that they are asked; return to how many."""
    return sum(_write(session, one, consultation, EventKind.ADVICE_ASKED) for one in people)


def answered(session: Session, consultation: Consultation, question: BoardQuestion) -> None:
    """Write to whoever asked a question that there is an answer."""
    asker = session.get_one(User, question.user_id)
    _write(session, asker, consultation, EventKind.ADVICE_ANSWERED)


def _write(session: Session, user: User, consultation: Consultation, kind: EventKind) -> bool:
    if user.state is not UserState.ACTIVE:
        return False
    programme = session.get_one(Programme, consultation.programme_id)
    subject, body = LETTERS[kind]
    event = events.to_person(
        session,
        kind,
        user.id,
        subject=EventSubject.CONSULTATION,
        subject_id=consultation.id,
        programme_id=consultation.programme_id,
    )
    due = accounts.spoken_to(user).moment(consultation.due_at, programme.zone)
    accounts.write(
        session,
        user,
        Message(subject, programme=programme.title),
        Message(body, title=consultation.title, due=due),
        event=event,
    )
    return True
