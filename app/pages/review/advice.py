"""What is before the advisory board: for its advisors, and for the staff who ask them."""

from typing import Annotated, Final
from uuid import UUID

from fastapi import APIRouter, Depends, Response
from pydantic import BaseModel, ConfigDict, Field, ValidationError
from sqlmodel import Session

from app.access import policy
from app.access.policy import Action, Actor
from app.accounts.dependencies import ActorDep
from app.advice import queries
from app.advice.lifecycle import ConsultationState, Stance
from app.advice.models import Consultation
from app.advice.schemas import (
    MOST_ITEMS,
    MOST_QUESTIONS,
    AdviceQuery,
    BoardQuestionQuery,
    ConsultationQuery,
    ItemQuery,
    NewAdvice,
    NewAnswer,
    NewBoardQuestion,
    NewDeclaration,
)
from app.advice.service import advising, consultations, counting, reading
from app.core.base.errors import FieldError, Unprocessable
from app.core.base.messages import Message
from app.core.base.validation_errors import field_errors
from app.core.http.access import needs, within
from app.core.http.database_sessions import ReadSessionDep, SessionDep
from app.core.http.forms import Form, form_of
from app.core.storage.pagination import MOST_ROWS
from app.matchmaking.models import MatchRun
from app.pages.layout import Page, PageDep, go_to
from app.pages.topics import FIELDS
from app.programmes import service as programmes
from app.programmes.models import Programme
from app.themes import service as themes

router = APIRouter()

LISTED: Final = 100
"""Consultations that an advisor's page shows, the newest first."""
_Typed = Annotated[str, Field(max_length=20_000)]


class Declared(BaseModel):
    """What an advisor declares: which teams they tick, and why."""

    model_config = ConfigDict(extra="forbid")

    codes: list[_Typed] = Field(default=[], max_length=2 * MOST_ITEMS)
    reason: _Typed = ""


class Words(BaseModel):
    """What an advisor, or the staff, write in one of the forms of a consultation."""

    model_config = ConfigDict(extra="forbid")

    stance: _Typed = ""
    comment: _Typed = ""
    question: _Typed = ""
    answer: _Typed = ""


DeclaredForm = Annotated[Form[Declared], Depends(form_of(Declared))]
WordsForm = Annotated[Form[Words], Depends(form_of(Words))]


@router.get("/advice")
@needs(Action.ADVICE_WRITE)
def show_my_advice(page: PageDep, session: ReadSessionDep, actor: ActorDep) -> Response:
    """List on what the reader is asked to advise, the most urgent first."""
    found = queries.search(session, actor, ConsultationQuery(limit=LISTED)).rows
    waiting = {one.id: count for one, count in counting.waiting(session, actor)}
    return page.render(
        "review/advice.html",
        rows=sorted(
            (one for one in found if one.state is ConsultationState.OPEN),
            key=lambda one: one.due_at,
        ),
        closed=[one for one in found if one.state is ConsultationState.CLOSED],
        waiting=waiting,
        programmes={
            one.programme_id: programmes.programme(session, one.programme_id) for one in found
        },
    )


@router.get("/consultations/{consultation_id}")
@within(Action.ADVICE_READ)
def show_consultation(
    page: PageDep, session: ReadSessionDep, actor: ActorDep, consultation_id: UUID
) -> Response:
    """Ask an advisor for the declaration; afterwards list what is before the board."""
    return _page(page, session, actor, queries.get(session, actor, consultation_id), Form())


@router.post("/consultations/{consultation_id}/declaration")
@within(Action.ADVICE_WRITE)
def declare_conflicts(
    page: PageDep,
    session: SessionDep,
    actor: ActorDep,
    consultation_id: UUID,
    form: DeclaredForm,
) -> Response:
    """Note what an advisor declares; the texts can be read then."""
    found = queries.get(session, actor, consultation_id)
    if (said := form.value) is None:
        return _page(page, session, actor, found, form, 422)
    if said.codes and not said.reason:
        problem = "Say what stands between you and the teams that you ticked."
        form = form.refused(FieldError("/reason", problem))
        return _page(page, session, actor, found, form, 422)
    try:
        declared = NewDeclaration.model_validate(
            {
                "conflicts": [
                    {"submission_id": code, "reason": said.reason} for code in said.codes
                ]
            }
        )
        advising.declare(session, actor, found.id, declared)
    except ValidationError as refusal:
        wrong = [FieldError("/reason", e.detail) for e in field_errors(refusal.errors())]
        return _page(page, session, actor, found, form.refused(*wrong[:1]), 422)
    except Unprocessable as refusal:
        form = form.refused(*refusal.errors)
        return _page(page, session, actor, found, form, refusal.status)
    return go_to(f"/consultations/{found.id}", done="board-declared")


@router.post("/consultations/{consultation_id}/questions")
@within(Action.ADVICE_WRITE)
def ask_about_consultation(
    page: PageDep,
    session: SessionDep,
    actor: ActorDep,
    consultation_id: UUID,
    form: WordsForm,
) -> Response:
    """Ask the staff about all of a consultation."""
    found = queries.get(session, actor, consultation_id)
    try:
        new = NewBoardQuestion(question=form.value.question if form.value else "")
    except ValidationError:
        return _page(page, session, actor, found, _unsaid(form, "question"), 422)
    advising.ask(session, actor, found.id, new)
    return go_to(f"/consultations/{found.id}", done="board-asked")


def _unsaid(form: Form[Words], name: str) -> Form[Words]:
    problem = Message("Write something, of at most {most} characters.", most=3000)
    return form.refused(FieldError(f"/{name}", problem))


def _page(
    page: Page,
    session: Session,
    actor: Actor,
    consultation: Consultation,
    form: Form[Declared] | Form[Words],
    status: int = 200,
) -> Response:
    of = programmes.programme(session, consultation.programme_id)
    reads_all = policy.has_any_reach(actor, Action.ADVICE_READ)
    found = reading.items(session, actor, consultation, ItemQuery(limit=MOST_ROWS))
    rows = [*found.rows]
    if found.cursor is not None:
        more = ItemQuery(limit=MOST_ROWS, cursor=found.cursor)
        rows += reading.items(session, actor, consultation, more).rows
    run = session.get(MatchRun, consultation.run_id) if consultation.run_id else None
    return _under(page, of, reads_all=reads_all).render(
        "review/consultation.html",
        status=status,
        consultation=consultation,
        programme=of,
        run_code=run.code if run else None,
        items=rows,
        counts=_counts(session, actor, consultation) if reads_all else {},
        tally=counting.tally(session, consultation) if reads_all else None,
        has_declared=queries.has_declared(session, consultation.id, actor.user_id),
        advises=_advises(session, actor, consultation),
        reads_all=reads_all,
        may_answer=policy.allows(actor, Action.ADVICE_ASK),
        questions=_questions(session, actor, consultation),
        offers=[
            one for one in consultations.offers(actor, consultation)[1] if one.reason is None
        ],
        form=form,
        open=ConsultationState.OPEN,
    )


def _under(page: Page, of: Programme, *, reads_all: bool) -> Page:
    """Return the page with the navigation from which its reader comes."""
    return page.under("show_consultations" if reads_all else "show_my_advice", of.code)


def _advises(session: Session, actor: Actor, consultation: Consultation) -> bool:
    user_id = policy.assigned_reach(actor, Action.ADVICE_WRITE)
    if user_id is None:
        return False
    entry = queries.advisor_of(session, consultation.programme_id, user_id)
    return entry is not None and entry.is_active


def _questions(
    session: Session, actor: Actor, consultation: Consultation, item_id: UUID | None = None
) -> list[object]:
    query = BoardQuestionQuery(consultation=[consultation.id], limit=MOST_QUESTIONS)
    rows = advising.questions(session, actor, query).rows
    return [one for one in rows if item_id is None or one.item_id == item_id]


def _counts(
    session: Session, actor: Actor, consultation: Consultation
) -> dict[UUID, dict[Stance, int]]:
    """Return how many advisors say what of each item."""
    counts: dict[UUID, dict[Stance, int]] = {}
    cursor: str | None = None
    while True:
        query = AdviceQuery(
            consultation=[consultation.id], is_current=True, limit=MOST_ROWS, cursor=cursor
        )
        found = queries.advice(session, actor, query)
        for one in found.rows:
            said = counts.setdefault(one.item_id, dict.fromkeys(Stance, 0))
            said[one.stance] += 1
        if (cursor := found.cursor) is None:
            return counts


@router.get("/consultations/{consultation_id}/items/{item_id}")
@within(Action.ADVICE_READ)
def show_board_item(
    page: PageDep,
    session: ReadSessionDep,
    actor: ActorDep,
    consultation_id: UUID,
    item_id: UUID,
) -> Response:
    """Show what teams have written beside the advice, once nothing stands in between."""
    return _item_page(page, session, actor, consultation_id, item_id, Form())


@router.post("/consultations/{consultation_id}/items/{item_id}/advice")
@within(Action.ADVICE_WRITE)
def write_advice(
    page: PageDep,
    session: SessionDep,
    actor: ActorDep,
    consultation_id: UUID,
    item_id: UUID,
    form: WordsForm,
) -> Response:
    """Advise on an item, and go on to the next one."""
    try:
        fields = form.value.model_dump(include={"stance", "comment"}) if form.value else {}
        new = NewAdvice.model_validate(fields)
    except ValidationError as refusal:
        form = form.refused(*(_plain(one) for one in field_errors(refusal.errors())))
        return _item_page(page, session, actor, consultation_id, item_id, form, 422)
    advising.advise(session, actor, consultation_id, item_id, new)
    return go_to(f"/consultations/{consultation_id}/items/{item_id}", done="board-advised")


def _plain(error: FieldError) -> FieldError:
    """Return what is wrong as an advisor reads it: both are asked for, and neither is long."""
    if error.pointer == "/stance":
        return FieldError(error.pointer, "Say whether you support it, doubt it or oppose it.")
    problem = Message("Give your reasons, in at most {most} characters.", most=3000)
    return FieldError(error.pointer, problem)


@router.post("/consultations/{consultation_id}/items/{item_id}/questions")
@within(Action.ADVICE_WRITE)
def ask_about_item(
    page: PageDep,
    session: SessionDep,
    actor: ActorDep,
    consultation_id: UUID,
    item_id: UUID,
    form: WordsForm,
) -> Response:
    """Ask the staff about one item."""
    try:
        question = form.value.question if form.value else ""
        new = NewBoardQuestion(question=question, item_id=item_id)
    except ValidationError:
        form = _unsaid(form, "question")
        return _item_page(page, session, actor, consultation_id, item_id, form, 422)
    advising.ask(session, actor, consultation_id, new)
    return go_to(f"/consultations/{consultation_id}/items/{item_id}", done="board-asked")


def _item_page(
    page: Page,
    session: Session,
    actor: Actor,
    consultation_id: UUID,
    item_id: UUID,
    form: Form[Words],
    status: int = 200,
) -> Response:
    consultation = queries.get(session, actor, consultation_id)
    of = programmes.programme(session, consultation.programme_id)
    item = reading.item(session, actor, consultation, item_id)
    reads_all = policy.has_any_reach(actor, Action.ADVICE_READ)
    beside = [one.id for one in queries.every_item(session, consultation)]
    at = beside.index(item.id)
    row = queries.item(session, consultation, item_id)
    heard = (
        counting.of_pair(session, actor, row.submission_id, row.solution_id)
        if row.solution_id
        else counting.of_submission(session, actor, row.submission_id)
    )
    run = session.get(MatchRun, consultation.run_id) if consultation.run_id else None
    own = item.own.model_dump(mode="json") if item.own else {}
    stored: dict[str, str | list[str]] = {
        name: own[name] for name in ("stance", "comment") if name in own
    }
    return _under(page, of, reads_all=reads_all).render(
        "review/board_item.html",
        status=status,
        consultation=consultation,
        programme=of,
        run_code=run.code if run else None,
        item=item,
        heard=heard,
        following=beside[at + 1] if at + 1 < len(beside) else None,
        names=FIELDS,
        theme_labels=themes.labels(session, page.language),
        has_declared=queries.has_declared(session, consultation.id, actor.user_id),
        advises=_advises(session, actor, consultation),
        reads_all=reads_all,
        may_answer=policy.allows(actor, Action.ADVICE_ASK),
        questions=_questions(session, actor, consultation, item.id),
        stances=list(Stance),
        form=form if form.written or form.errors else Form(written=stored),
        open=ConsultationState.OPEN,
    )


@router.post("/board-questions/{question_id}/answer")
@needs(Action.ADVICE_ASK)
def answer_question(
    page: PageDep, session: SessionDep, actor: ActorDep, question_id: UUID, form: WordsForm
) -> Response:
    """Answer a question of the board; whoever asked gets a letter."""
    question = advising.question(session, actor, question_id)
    try:
        new = NewAnswer(answer=form.value.answer if form.value else "")
    except ValidationError:
        found = queries.get(session, actor, question.consultation_id)
        return _page(page, session, actor, found, _unsaid(form, "answer"), 422)
    advising.answer(session, actor, question_id, new)
    return go_to(f"/consultations/{question.consultation_id}", done="board-answered")
