"""Routes about questions: for who asks, who answers, who looks after them, and everybody."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Body, Path, Query, Request, Response, status

from app.access.policy import Action
from app.accounts.dependencies import ActorDep, SettingsDep
from app.core.base.references import Reference
from app.core.base.schemas import OffersRead
from app.core.http.access import needs, public, unnamed, within
from app.core.http.database_sessions import ReadSessionDep, SessionDep
from app.core.http.etags import ExpectedDep, ExpectedIfStatedDep
from app.core.http.lists import AnswerDep, ListOf
from app.core.http.open_data import open_answer
from app.core.http.routing import JSON, Route
from app.enquiries import queries, service
from app.enquiries.lifecycle import ASKING_LIFE, LIFE, not_to_ask
from app.enquiries.schemas import (
    AnsweredListRead,
    AnsweredRead,
    AskedListRead,
    AskedRead,
    EditedEnquiry,
    EnquiryQuery,
    EnquiryRead,
    EnquiryStaffRead,
    EnquiryStepTaken,
    NewEnquiry,
)
from app.notices import queries as notices

router = APIRouter(route_class=Route, tags=["questions about challenges"])

catalogue = APIRouter(prefix="/public/v1", include_in_schema=False)
"""What is answered, for everybody: without a token, cached, and open to other sites."""

AnyEnquiry = AskedRead | EnquiryStaffRead | EnquiryRead
STEPS = tuple(dict.fromkeys(step.action for step in LIFE.steps.values()))
StepName = Annotated[str, Path(json_schema_extra={"enum": list(LIFE.steps)})]
AskingStepName = Annotated[str, Path(json_schema_extra={"enum": list(ASKING_LIFE.steps)})]
StepBody = Annotated[EnquiryStepTaken, Body(default_factory=EnquiryStepTaken)]


@router.get("/enquiries")
@within(Action.ENQUIRY_READ)
def list_enquiries(
    answer: AnswerDep, actor: ActorDep, query: Annotated[EnquiryQuery, Query()]
) -> ListOf[EnquiryStaffRead] | ListOf[EnquiryRead]:
    """List the questions about your team's challenges, or about all; never who asked."""
    return answer(
        lambda session, query: queries.search(session, actor, query),
        query,
        queries.read_as(actor),
    )


@router.post("/enquiries", status_code=status.HTTP_201_CREATED)
@needs(Action.ENQUIRY_ASK)
@unnamed
def create_enquiry(
    session: SessionDep, actor: ActorDep, settings: SettingsDep, new: NewEnquiry
) -> AskedRead:
    """Ask about a published challenge; nobody else is told that it was you."""
    enquiry = service.ask(session, actor, new, public_url=settings.public_url)
    return AskedRead.model_validate(enquiry)


@router.get("/me/enquiries")
@needs(Action.ENQUIRY_ASK)
@unnamed
def list_own_enquiries(session: ReadSessionDep, actor: ActorDep) -> AskedListRead:
    """List what you have asked, the newest first."""
    found = queries.own(session, actor)
    return AskedListRead(enquiries=[AskedRead.model_validate(row) for row in found])


@router.get("/enquiries/{enquiry_id}", response_model=AnyEnquiry)
@within(Action.ENQUIRY_READ, Action.ENQUIRY_ASK)
@unnamed
def read_enquiry(session: ReadSessionDep, actor: ActorDep, enquiry_id: UUID) -> EnquiryRead:
    """Read one question."""
    return queries.shown(actor, queries.get(session, actor, enquiry_id))


@router.put("/enquiries/{enquiry_id}")
@needs(Action.ENQUIRY_MANAGE)
def edit_enquiry(
    session: SessionDep,
    actor: ActorDep,
    expected: ExpectedDep,
    enquiry_id: UUID,
    edited: EditedEnquiry,
) -> EnquiryStaffRead:
    """Leave out of a question what tells who asks; what stood there before is not kept."""
    enquiry = service.edit(session, actor, enquiry_id, edited, expected)
    return EnquiryStaffRead.model_validate(enquiry)


@router.get("/enquiries/{enquiry_id}/steps")
@within(Action.ENQUIRY_READ, Action.ENQUIRY_ASK)
@unnamed
def list_enquiry_steps(
    session: ReadSessionDep, actor: ActorDep, enquiry_id: UUID
) -> OffersRead:
    """List every step from where a question stands, and what each lacks."""
    enquiry = queries.get(session, actor, enquiry_id)
    return OffersRead.of(*service.offers(session, actor, enquiry))


@router.post("/enquiries/{enquiry_id}/steps/{step}", response_model=AnyEnquiry)
@within(*STEPS)
@unnamed
def take_enquiry_step(
    session: SessionDep,
    actor: ActorDep,
    settings: SettingsDep,
    enquiry_id: UUID,
    step: StepName,
    expected: ExpectedIfStatedDep,
    taken: StepBody,
) -> EnquiryRead:
    """Answer for everybody, correct the answer, decline the question or withdraw it."""
    enquiry = service.take_step(
        session, actor, enquiry_id, step, taken, expected, public_url=settings.public_url
    )
    return queries.shown(actor, enquiry)


@router.get("/notices/{notice_id}/asking/steps")
@needs(Action.ENQUIRY_MANAGE)
def list_asking_steps(
    session: ReadSessionDep, actor: ActorDep, notice_id: Reference
) -> OffersRead:
    """List whether people may ask about a challenge, and what you can do about it."""
    return OffersRead.of(*service.asking_offers(session, actor, notice_id))


@router.post("/notices/{notice_id}/asking/steps/{step}")
@needs(Action.ENQUIRY_MANAGE)
def take_asking_step(
    session: SessionDep,
    actor: ActorDep,
    notice_id: Reference,
    step: AskingStepName,
    expected: ExpectedIfStatedDep,
) -> OffersRead:
    """Let nobody ask about a challenge any more, or everybody again."""
    service.take_asking_step(session, actor, notice_id, step, expected)
    return OffersRead.of(*service.asking_offers(session, actor, notice_id))


# --- what is answered --------------------------------------------------------------------


@catalogue.get("/notices/{notice_id}/questions")
@public
def read_answered(
    request: Request, session: ReadSessionDep, settings: SettingsDep, notice_id: Reference
) -> Response:
    """List what was asked about a published challenge, each with its answer."""
    notice = notices.published(session, notice_id).notice
    read = AnsweredListRead(
        licence=settings.open_data_licence,
        code=notice.code,
        takes_questions=not_to_ask(queries.asking_facts(session, None, notice)) is None,
        questions=[
            AnsweredRead(
                **row.model_dump(include={*AnsweredRead.model_fields} - {"question", "edited"}),
                question=row.question,
                edited=row.edited_at is not None,
            )
            for row in queries.answered(session, notice)
        ],
    )
    return open_answer(request, read.model_dump_json().encode(), JSON)
