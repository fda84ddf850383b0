"""What an advisor does: declare, advise, ask; and what staff answer."""

from collections.abc import Sequence
from typing import Any, Final
from uuid import UUID

from sqlalchemy import func, or_
from sqlmodel import Session, col, select
from sqlmodel.sql.expression import SelectOfScalar

from app.access import policy
from app.access.policy import Action, Actor
from app.advice import queries
from app.advice.lifecycle import ConsultationState
from app.advice.models import Advice, BoardDeclaration, BoardItem, BoardQuestion, Consultation
from app.advice.schemas import (
    MOST_QUESTIONS,
    BoardQuestionQuery,
    BoardQuestionRead,
    NewAdvice,
    NewAnswer,
    NewBoardQuestion,
    NewDeclaration,
)
from app.advice.service import letters
from app.advice.service.reading import Reader
from app.core.base.clock import now
from app.core.base.errors import Conflict, FieldError, NotFound, Unprocessable
from app.core.base.messages import Message
from app.core.storage import audit
from app.core.storage.pagination import Page, page
from app.reviews.service import conflicts
from app.submissions.models import Submission

SUBJECT: Final = "consultation"


def held(session: Session, actor: Actor, key: UUID) -> tuple[Consultation, UUID]:
    """Return a consultation in which the actor advises, with its row locked; and who they are.

    Raises
    ------
    NotFound, NotPermitted
        If there is none, or the actor does not advise in it.
    Conflict
        If it is closed.
    """
    consultation = queries.get(session, actor, key)
    user_id = policy.assigned_reach(actor, Action.ADVICE_WRITE)
    entry = user_id and queries.advisor_of(session, consultation.programme_id, user_id)
    policy.require(actor, Action.ADVICE_WRITE, assignee_id=user_id)
    if user_id is None or not entry or not entry.is_active:
        raise NotFound(Message("There is no consultation {key}.", key=key))
    # Numbers of advice are given one after the other, and nothing is said once it is closed.
    session.refresh(consultation, with_for_update=True)
    if consultation.state is not ConsultationState.OPEN:
        raise Conflict(
            "This consultation is closed.", remedy="Write to the staff if you have more to say."
        )
    return consultation, user_id


def declare(
    session: Session, actor: Actor, key: UUID, declared: NewDeclaration
) -> Consultation:
    """Note what stands between an advisor and the teams of a consultation.

    A conflict can be declared later, too; one that was declared is taken back by staff alone.

    Raises
    ------
    NotFound, NotPermitted, Conflict
        As `held`.
    Unprocessable
        If something is named that is not before the board.
    """
    consultation, user_id = held(session, actor, key)
    rows = queries.submissions_of(session, queries.every_item(session, consultation))
    known = {name: row for row in rows.values() for name in (str(row.id), row.code)}
    errors = [
        FieldError(f"/conflicts/{at}/submission_id", "This is not before the board.")
        for at, one in enumerate(declared.conflicts)
        if str(one.submission_id) not in known
    ]
    if errors:
        raise Unprocessable("The content cannot be accepted.", errors=errors)
    near = conflicts.interests(session, [user_id])
    conflicts.note(session, near, [*rows.values()])
    for one in declared.conflicts:
        row = known[str(one.submission_id)]
        conflicts.declare(session, actor, user_id, row, one.reason)
    if not queries.has_declared(session, consultation.id, user_id):
        made = BoardDeclaration(consultation_id=consultation.id, user_id=user_id)
        session.add(made)
        session.flush()
    named = len(declared.conflicts)
    audit.record(session, actor.user_id, "declare", SUBJECT, consultation.id, conflicts=named)
    return consultation


def advise(session: Session, actor: Actor, key: UUID, item_id: UUID, new: NewAdvice) -> Advice:
    """Say what one thinks of an item; it counts instead of what one has said before.

    Raises
    ------
    NotFound, NotPermitted, Conflict
        As `held`; or there is no such item, or it may not be read.
    """
    consultation, user_id = held(session, actor, key)
    item = queries.item(session, consultation, item_id)
    _require_advising(Reader(session, actor, consultation, [item]), item)
    earlier = session.exec(
        select(Advice).where(
            Advice.item_id == item.id, Advice.user_id == user_id, Advice.is_current
        )
    ).first()
    if earlier is not None:
        earlier.is_current = False
        session.add(earlier)
    advice = Advice(
        consultation_id=consultation.id,
        item_id=item.id,
        user_id=user_id,
        number=earlier.number + 1 if earlier else 1,
        stance=new.stance,
        comment=new.comment,
    )
    session.add(advice)
    session.flush()
    audit.record(session, actor.user_id, "advise", SUBJECT, consultation.id)
    return advice


def _require_advising(reader: Reader, item: BoardItem) -> None:
    if not reader.has_declared:
        raise Conflict(
            "You have not said yet whether anything stands between you and the teams.",
            remedy="Declare that first.",
        )
    if reader.is_barred(item):
        raise Conflict(
            "A conflict of interest stands between you and this team.",
            remedy="Others advise on it. Staff resolve what is none.",
        )
    if reader.is_away(item):
        raise Conflict(
            "This is not before the board any more.", remedy="There is nothing to advise on."
        )


def ask(session: Session, actor: Actor, key: UUID, new: NewBoardQuestion) -> BoardQuestion:
    """Ask the staff about one item, or about all of a consultation.

    Raises
    ------
    NotFound, NotPermitted, Conflict
        As `advise`, or too much is asked.
    """
    consultation, user_id = held(session, actor, key)
    if new.item_id is not None:
        item = queries.item(session, consultation, new.item_id)
        _require_advising(Reader(session, actor, consultation, [item]), item)
    count = (
        select(func.count())
        .select_from(BoardQuestion)
        .where(BoardQuestion.consultation_id == consultation.id)
    )
    if session.exec(count).one() >= MOST_QUESTIONS:
        raise Conflict("Too much is asked here already.", remedy="Write to the staff.")
    asked = BoardQuestion(
        consultation_id=consultation.id,
        item_id=new.item_id,
        user_id=user_id,
        question=new.question,
    )
    session.add(asked)
    session.flush()
    audit.record(session, actor.user_id, "ask", "board question", asked.id)
    return asked


def question(session: Session, actor: Actor, key: UUID) -> BoardQuestion:
    """Return one question.

    Raises
    ------
    NotFound
        If there is none, or none that the actor may read.
    """
    statement = _readable(session, actor).where(BoardQuestion.id == key)
    found = session.exec(statement).first()
    if found is None:
        raise NotFound(Message("There is no question {key}.", key=key))
    return found


def answer(session: Session, actor: Actor, key: UUID, new: NewAnswer) -> BoardQuestion:
    """Answer a question of the board, once; whoever asked gets a letter.

    Raises
    ------
    NotPermitted, NotFound
        If the actor may not ask the board, or there is no such question.
    Conflict
        If it is answered.
    """
    policy.require(actor, Action.ADVICE_ASK)
    asked = question(session, actor, key)
    session.refresh(asked, with_for_update=True)
    if asked.answered_at is not None:
        raise Conflict(
            "This question is answered.", remedy="Read the answer; a colleague was quicker."
        )
    asked.answer, asked.answered_by, asked.answered_at = new.answer, actor.user_id, now()
    session.add(asked)
    session.flush()
    audit.record(session, actor.user_id, "answer", "board question", asked.id)
    consultation = session.get_one(Consultation, asked.consultation_id)
    letters.answered(session, consultation, asked)
    return asked


def questions(
    session: Session, actor: Actor, query: BoardQuestionQuery
) -> Page[BoardQuestionRead]:
    """Return a page of questions, the oldest first.

    Advisors read those of the consultations that are put to them, but for those about what a
    conflict of interest keeps them from.
    """
    statement = _readable(session, actor)
    if query.consultation:
        of = col(BoardQuestion.consultation_id).in_(query.consultation)
        statement = statement.where(of)
    if query.is_answered is not None:
        waits = col(BoardQuestion.answered_at).is_(None)
        statement = statement.where(~waits if query.is_answered else waits)
    found = page(
        session,
        statement,
        query,
        sortable={"created_at": BoardQuestion.created_at},
        default="created_at",
        key=BoardQuestion.id,
    )
    return Page(described(session, actor, found.rows), found.cursor)


def _readable(session: Session, actor: Actor) -> SelectOfScalar[BoardQuestion]:
    within = select(Consultation.id).where(queries.readable(actor))
    statement = select(BoardQuestion).where(col(BoardQuestion.consultation_id).in_(within))
    if policy.has_any_reach(actor, Action.ADVICE_READ):
        return statement
    return statement.where(
        or_(
            col(BoardQuestion.item_id).is_(None),
            col(BoardQuestion.item_id).in_(_readable_items(session, actor)),
        )
    )


def _readable_items(session: Session, actor: Actor) -> list[UUID]:
    """Return the items about which questions were asked, and that the actor may read."""
    about = select(BoardQuestion.item_id).where(col(BoardQuestion.item_id).is_not(None))
    statement = (
        select(Consultation, BoardItem)
        .join(BoardItem, col(BoardItem.consultation_id) == col(Consultation.id))
        .where(queries.readable(actor), col(BoardItem.id).in_(about))
    )
    by_key: dict[UUID, tuple[Consultation, list[BoardItem]]] = {}
    for consultation, item in session.exec(statement):
        by_key.setdefault(consultation.id, (consultation, []))[1].append(item)
    return [
        item.id
        for consultation, items in by_key.values()
        for reader in [Reader(session, actor, consultation, items)]
        for item in items
        if reader.is_readable(item)
    ]


def described(
    session: Session, actor: Actor, rows: Sequence[BoardQuestion]
) -> list[BoardQuestionRead]:
    """Return questions with the code of what each is about."""
    keys = {one.item_id for one in rows}
    codes = dict(
        session.exec(
            select(BoardItem.id, Submission.code)
            .join(Submission, col(Submission.id) == col(BoardItem.submission_id))
            .where(col(BoardItem.id).in_(keys))
        ).all()
    )
    named: set[Any] = set(BoardQuestionRead.model_fields) - {"code", "by_you"}
    return [
        BoardQuestionRead(
            **one.model_dump(include=named),
            code=codes.get(one.item_id) if one.item_id else None,
            by_you=one.user_id == actor.user_id,
        )
        for one in rows
    ]
