"""What staff see of advice where they decide: on a submission, a pair, a ranking, in lists."""

from collections import Counter, defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, func, true
from sqlmodel import Session, col, select

from app.access import policy
from app.access.policy import Action, Actor
from app.accounts.models import User
from app.advice import queries
from app.advice.lifecycle import ConsultationState, Stance
from app.advice.models import Advice, BoardDeclaration, BoardItem, BoardQuestion, Consultation
from app.submissions.models import Submission


@dataclass(frozen=True, slots=True)
class Voice:
    """What one advisor has said of something, as it counts.

    Attributes
    ----------
    name : str
    advice : Advice
    about : str
        The title of the consultation.
    """

    name: str
    advice: Advice
    about: str


@dataclass(frozen=True, slots=True)
class Heard:
    """What the board has said of one submission, or of one pair.

    Attributes
    ----------
    voices : list of Voice
        The newest first.
    questions : list of BoardQuestion
        What is asked about it, the open ones first.
    asked : bool
        Whether it is, or was, before the board at all.
    """

    voices: list[Voice] = field(default_factory=list)
    questions: list[BoardQuestion] = field(default_factory=list)
    asked: bool = False

    @property
    def counts(self) -> dict[Stance, int]:
        """How many say what."""
        found = Counter(one.advice.stance for one in self.voices)
        return {stance: found[stance] for stance in Stance}


MOST_VOICES = 200


def of_submission(session: Session, actor: Actor, submission_id: UUID) -> Heard:
    """Return what the board has said of a submission by itself; nothing for other readers."""
    alone = col(BoardItem.solution_id).is_(None)
    return _heard(session, actor, (col(BoardItem.submission_id) == submission_id) & alone)


def of_pair(session: Session, actor: Actor, challenge_id: UUID, solution_id: UUID) -> Heard:
    """Return what the board has said of a pair, in any run; nothing for other readers."""
    return _heard(
        session,
        actor,
        (col(BoardItem.submission_id) == challenge_id)
        & (col(BoardItem.solution_id) == solution_id),
    )


def _heard(session: Session, actor: Actor, about: ColumnElement[bool]) -> Heard:
    if not policy.has_any_reach(actor, Action.ADVICE_READ):
        return Heard()
    items = session.exec(select(BoardItem.id).where(about)).all()
    if not items:
        return Heard()
    statement = (
        select(User.name, Advice, Consultation.title)
        .join(Advice, col(Advice.user_id) == col(User.id))
        .join(Consultation, col(Consultation.id) == col(Advice.consultation_id))
        .where(col(Advice.item_id).in_(items), col(Advice.is_current))
        .order_by(col(Advice.created_at).desc())
        .limit(MOST_VOICES)
    )
    asked = (
        select(BoardQuestion)
        .where(col(BoardQuestion.item_id).in_(items))
        .order_by(col(BoardQuestion.answered_at).is_not(None), col(BoardQuestion.created_at))
        .limit(MOST_VOICES)
    )
    voices = [Voice(*row) for row in session.exec(statement)]
    return Heard(voices, [*session.exec(asked)], asked=True)


def by_code(session: Session, actor: Actor, call_id: UUID) -> dict[str, dict[Stance, int]]:
    """Return how many advisors say what of each submission of a call, by its code.

    Nothing for those who may not read all advice.
    """
    if not policy.has_any_reach(actor, Action.ADVICE_READ):
        return {}
    statement = (
        select(Submission.code, Advice.stance, func.count())
        .join(BoardItem, col(BoardItem.submission_id) == col(Submission.id))
        .join(Advice, col(Advice.item_id) == col(BoardItem.id))
        .where(
            Submission.call_id == call_id,
            col(BoardItem.solution_id).is_(None),
            col(Advice.is_current),
        )
        .group_by(col(Submission.code), col(Advice.stance))
    )
    found: dict[str, dict[Stance, int]] = defaultdict(lambda: dict.fromkeys(Stance, 0))
    for code, stance, count in session.exec(statement):
        found[code][Stance(stance)] = count
    return dict(found)


@dataclass(frozen=True, slots=True)
class Tally:
    """How far a consultation is.

    Attributes
    ----------
    items : int
    advisors, declared, advising : int
        Who is asked; who has declared; who has said something.
    advice : mapping of Stance to int
    open_questions : int
    """

    items: int
    advisors: int
    declared: int
    advising: int
    advice: Mapping[Stance, int]
    open_questions: int


def tally(session: Session, consultation: Consultation) -> Tally:
    """Return how far a consultation is, for the staff."""
    of = consultation.id

    def count(column: Any, *where: Any) -> int:
        return session.exec(select(func.count(func.distinct(column))).where(*where)).one()

    stances = select(Advice.stance, func.count()).where(
        Advice.consultation_id == of, col(Advice.is_current)
    )
    said = dict(session.exec(stances.group_by(col(Advice.stance))).all())
    return Tally(
        items=count(BoardItem.id, BoardItem.consultation_id == of),
        advisors=len(queries.board(session, consultation.programme_id)),
        declared=count(BoardDeclaration.user_id, BoardDeclaration.consultation_id == of),
        advising=count(Advice.user_id, Advice.consultation_id == of),
        advice={stance: said.get(stance, 0) for stance in Stance},
        open_questions=queries.questions_open(session, of),
    )


def waiting(
    session: Session, actor: Actor, among: Collection[UUID] | None = None
) -> list[tuple[Consultation, int]]:
    """Return the open consultations on which the actor has still to advise, and on how much.

    Parameters
    ----------
    among : collection of UUID, default=None
        Of these alone.
    """
    user_id = policy.assigned_reach(actor, Action.ADVICE_WRITE)
    if user_id is None:
        return []
    own = select(Advice.item_id).where(Advice.user_id == user_id)
    statement = (
        select(Consultation, func.count(col(BoardItem.id)))
        .join(BoardItem, col(BoardItem.consultation_id) == col(Consultation.id))
        .where(
            queries.readable(actor),
            Consultation.state == ConsultationState.OPEN,
            col(BoardItem.id).not_in(own),
            true() if among is None else col(Consultation.id).in_(among),
        )
        .group_by(col(Consultation.id))
        .order_by(col(Consultation.due_at))
    )
    return [(one, count) for one, count in session.exec(statement)]
