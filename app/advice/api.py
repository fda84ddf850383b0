"""Routes about the advisory board: for its advisors, and for the staff who ask them.

Advisors reach what is put to them in their programmes; to teams and reviewers nothing of it
is there.
"""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Body, Depends, Path, Query, Request, status

from app.access.policy import Action
from app.accounts.dependencies import ActorDep, DatabaseDep
from app.advice import queries
from app.advice.lifecycle import LIFE
from app.advice.models import Advisor, Consultation
from app.advice.schemas import (
    AdviceQuery,
    AdviceRead,
    AdvisorDraft,
    AdvisorQuery,
    AdvisorRead,
    BoardQuestionQuery,
    BoardQuestionRead,
    ConsultationQuery,
    ConsultationRead,
    ConsultationStepTaken,
    ItemQuery,
    ItemRead,
    NewAdvice,
    NewAdvisor,
    NewAnswer,
    NewBoardQuestion,
    NewConsultation,
    NewDeclaration,
)
from app.advice.service import advising, advisors, consultations, reading
from app.advice.service.consultations import Matter, Standings
from app.core.base.schemas import OffersRead
from app.core.http.access import needs, within
from app.core.http.computing import worked_out
from app.core.http.database_sessions import ReadSessionDep, SessionDep
from app.core.http.etags import ExpectedDep, ExpectedIfStatedDep
from app.core.http.lists import AnswerDep, ListOf
from app.core.http.routing import Route
from app.core.storage.database import reading as reading_database

advising_router = APIRouter(route_class=Route, prefix="/advice", tags=["advisory board"])
advisors_router = APIRouter(route_class=Route, prefix="/advisors", tags=["advisory board"])
router = APIRouter(route_class=Route, prefix="/consultations", tags=["advisory board"])
questions_router = APIRouter(
    route_class=Route, prefix="/board-questions", tags=["advisory board"]
)

STEPS = tuple(dict.fromkeys(step.action for step in LIFE.steps.values()))
StepName = Annotated[str, Path(json_schema_extra={"enum": list(LIFE.steps)})]
StepBody = Annotated[ConsultationStepTaken, Body(default_factory=ConsultationStepTaken)]


@advisors_router.get("")
@needs(Action.ADVICE_ASK)
def list_advisors(
    answer: AnswerDep, actor: ActorDep, query: Annotated[AdvisorQuery, Query()]
) -> ListOf[AdvisorRead]:
    """List who advises in which programme."""
    return answer(
        lambda session, query: queries.advisors(session, actor, query), query, AdvisorRead
    )


@advisors_router.post("", response_model=AdvisorRead, status_code=status.HTTP_201_CREATED)
@needs(Action.ADVICE_ASK)
def create_advisor(session: SessionDep, actor: ActorDep, new: NewAdvisor) -> Advisor:
    """Let somebody with the role of an advisor advise in a programme."""
    return advisors.appoint(session, actor, new)


@advisors_router.get("/{advisor_id}", response_model=AdvisorRead)
@needs(Action.ADVICE_ASK)
def read_advisor(session: ReadSessionDep, actor: ActorDep, advisor_id: UUID) -> Advisor:
    """Read whether somebody advises."""
    return queries.advisor(session, actor, advisor_id)


@advisors_router.put("/{advisor_id}", response_model=AdvisorRead)
@needs(Action.ADVICE_ASK)
def replace_advisor(
    session: SessionDep,
    actor: ActorDep,
    expected: ExpectedDep,
    advisor_id: UUID,
    draft: AdvisorDraft,
) -> Advisor:
    """Say whether somebody is asked for advice from now on."""
    return advisors.change(session, actor, advisor_id, draft, expected)


@router.get("")
@needs(Action.ADVICE_READ)
def list_consultations(
    answer: AnswerDep, actor: ActorDep, query: Annotated[ConsultationQuery, Query()]
) -> ListOf[ConsultationRead]:
    """List what is before the board: advisors what is put to them, staff and auditors all."""
    return answer(
        lambda session, query: queries.search(session, actor, query), query, ConsultationRead
    )


def _matter(
    request: Request, database: DatabaseDep, actor: ActorDep, new: NewConsultation
) -> tuple[Matter, Standings]:
    """Look up what is put before the board, and rank it without a session."""
    with reading_database(database) as session:
        found = consultations.matter(session, actor, new)
    return found, worked_out(request, found.rank)


@router.post(
    "",
    response_model=ConsultationRead,
    status_code=status.HTTP_201_CREATED,
    dependencies=[Depends(_matter)],  # before the key is claimed, which opens a session
)
@needs(Action.ADVICE_ASK)
def create_consultation(
    session: SessionDep,
    actor: ActorDep,
    new: NewConsultation,
    found: Annotated[tuple[Matter, Standings], Depends(_matter)],
) -> Consultation:
    """Put submissions of a call, or pairs of a run, before the board, by letter."""
    return consultations.open_for(session, actor, new, *found)


@router.get("/{consultation_id}", response_model=ConsultationRead)
@within(Action.ADVICE_READ)
def read_consultation(
    session: ReadSessionDep, actor: ActorDep, consultation_id: UUID
) -> Consultation:
    """Read one consultation."""
    return queries.get(session, actor, consultation_id)


@router.get("/{consultation_id}/steps")
@within(Action.ADVICE_READ)
def list_consultation_steps(
    session: ReadSessionDep, actor: ActorDep, consultation_id: UUID
) -> OffersRead:
    """List every step from where a consultation stands."""
    found = queries.get(session, actor, consultation_id)
    return OffersRead.of(*consultations.offers(actor, found))


@router.post("/{consultation_id}/steps/{step}", response_model=ConsultationRead)
@within(*STEPS)
def take_consultation_step(
    session: SessionDep,
    actor: ActorDep,
    consultation_id: UUID,
    step: StepName,
    expected: ExpectedIfStatedDep,
    taken: StepBody,
) -> Consultation:
    """Close a consultation, or ask the board again by a new date."""
    return consultations.take(session, actor, consultation_id, step, taken, expected)


@router.post("/{consultation_id}/declaration", response_model=ConsultationRead)
@within(Action.ADVICE_WRITE)
def create_board_declaration(
    session: SessionDep, actor: ActorDep, consultation_id: UUID, declared: NewDeclaration
) -> Consultation:
    """Say what stands between oneself and the teams; the texts can be read afterwards."""
    return advising.declare(session, actor, consultation_id, declared)


@router.get("/{consultation_id}/items")
@within(Action.ADVICE_READ)
def list_board_items(
    answer: AnswerDep,
    actor: ActorDep,
    consultation_id: UUID,
    query: Annotated[ItemQuery, Query()],
) -> ListOf[ItemRead]:
    """List what a consultation is about, as far as the reader may know it."""
    return answer(
        lambda session, query: reading.items(
            session, actor, queries.get(session, actor, consultation_id), query
        ),
        query,
        ItemRead,
    )


@router.get("/{consultation_id}/items/{item_id}")
@within(Action.ADVICE_READ)
def read_board_item(
    session: ReadSessionDep, actor: ActorDep, consultation_id: UUID, item_id: UUID
) -> ItemRead:
    """Read one item; with what the teams have written, once nothing stands in between."""
    found = queries.get(session, actor, consultation_id)
    return reading.item(session, actor, found, item_id)


@router.post("/{consultation_id}/items/{item_id}/advice", status_code=status.HTTP_201_CREATED)
@within(Action.ADVICE_WRITE)
def create_advice(
    session: SessionDep,
    actor: ActorDep,
    consultation_id: UUID,
    item_id: UUID,
    new: NewAdvice,
) -> AdviceRead:
    """Advise on an item; it counts instead of what one has said before."""
    advice = advising.advise(session, actor, consultation_id, item_id, new)
    return queries.described(session, [advice])[0]


@router.post("/{consultation_id}/questions", status_code=status.HTTP_201_CREATED)
@within(Action.ADVICE_WRITE)
def create_board_question(
    session: SessionDep, actor: ActorDep, consultation_id: UUID, new: NewBoardQuestion
) -> BoardQuestionRead:
    """Ask the staff about an item, or about all of a consultation."""
    question = advising.ask(session, actor, consultation_id, new)
    return advising.described(session, actor, [question])[0]


@advising_router.get("")
@needs(Action.ADVICE_READ)
def list_advice(
    answer: AnswerDep, actor: ActorDep, query: Annotated[AdviceQuery, Query()]
) -> ListOf[AdviceRead]:
    """List advice: advisors their own, staff and auditors all."""
    return answer(
        lambda session, query: queries.advice(session, actor, query), query, AdviceRead
    )


@questions_router.get("")
@needs(Action.ADVICE_READ)
def list_board_questions(
    answer: AnswerDep, actor: ActorDep, query: Annotated[BoardQuestionQuery, Query()]
) -> ListOf[BoardQuestionRead]:
    """List questions of the board with their answers."""
    return answer(
        lambda session, query: advising.questions(session, actor, query),
        query,
        BoardQuestionRead,
    )


@advising_router.get("/{advice_id}")
@within(Action.ADVICE_READ)
def read_advice(session: ReadSessionDep, actor: ActorDep, advice_id: UUID) -> AdviceRead:
    """Read what an advisor has said of an item: advisors their own, staff all."""
    return queries.one_advice(session, actor, advice_id)


@questions_router.get("/{question_id}")
@within(Action.ADVICE_READ)
def read_board_question(
    session: ReadSessionDep, actor: ActorDep, question_id: UUID
) -> BoardQuestionRead:
    """Read one question of the board with its answer."""
    question = advising.question(session, actor, question_id)
    return advising.described(session, actor, [question])[0]


@questions_router.post("/{question_id}/answer")
@needs(Action.ADVICE_ASK)
def create_board_answer(
    session: SessionDep, actor: ActorDep, question_id: UUID, new: NewAnswer
) -> BoardQuestionRead:
    """Answer a question of the board; whoever asked gets a letter."""
    question = advising.answer(session, actor, question_id, new)
    return advising.described(session, actor, [question])[0]
