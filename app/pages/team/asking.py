"""Somebody asks about a published challenge, and finds again what they have asked."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Response
from pydantic import BaseModel, ConfigDict, Field, ValidationError
from sqlmodel import Session

from app.access.policy import Action, Actor
from app.accounts.dependencies import ActorDep, SettingsDep
from app.core.base.entity_tags import Expected, entity_tag
from app.core.base.errors import Conflict, FieldError, NotPermitted, TooMany
from app.core.base.messages import Message
from app.core.base.references import Reference
from app.core.base.validation_errors import field_errors
from app.core.http.access import needs, unnamed
from app.core.http.database_sessions import ReadSessionDep, SessionDep
from app.core.http.forms import Form, form_of
from app.core.tables.languages import OFFERED
from app.enquiries import queries, service
from app.enquiries.lifecycle import not_to_ask
from app.enquiries.schemas import LONGEST, AskedRead, EnquiryStepTaken, NewEnquiry
from app.notices import queries as notices
from app.pages.layout import Page, PageDep, go_to

router = APIRouter()

_Typed = Annotated[str, Field(max_length=2 * LONGEST)]


class Asked(BaseModel):
    """A question as a form tells it."""

    model_config = ConfigDict(extra="forbid")

    language: _Typed = ""
    body: _Typed = ""


class Withdrawn(BaseModel):
    """What a person has seen of a question that they withdraw."""

    model_config = ConfigDict(extra="forbid")

    expected: Annotated[str, Field(max_length=100)] = ""


AskedForm = Annotated[Form[Asked], Depends(form_of(Asked))]
WithdrawnForm = Annotated[Form[Withdrawn], Depends(form_of(Withdrawn))]


@router.get("/notices/{notice}/ask")
@needs(Action.ENQUIRY_ASK)
@unnamed
def show_asking(
    page: PageDep, session: ReadSessionDep, actor: ActorDep, notice: Reference
) -> Response:
    """Ask what somebody would like to know of a published challenge."""
    return _page(page, session, actor, notice, Form(written={"language": page.language}))


@router.post("/notices/{notice}/ask")
@needs(Action.ENQUIRY_ASK)
@unnamed
def ask_on_page(
    page: PageDep,
    session: SessionDep,
    actor: ActorDep,
    settings: SettingsDep,
    notice: Reference,
    form: AskedForm,
) -> Response:
    """Keep a question, and lead on to all that the person has asked."""
    found = notices.published(session, notice).notice
    if form.value is None:
        return _page(page, session, actor, notice, form, 422)
    try:
        new = NewEnquiry(notice_id=found.code, **form.value.model_dump())
        service.ask(session, actor, new, public_url=settings.public_url)
    except ValidationError as wrong:
        form = form.refused(*field_errors(wrong.errors()))
        return _page(page, session, actor, notice, form, 422)
    except (Conflict, TooMany, NotPermitted) as refusal:
        problem = Message("{problem} {remedy}", problem=refusal.detail, remedy=refusal.remedy)
        form = form.refused(FieldError("/body", problem))
        return _page(page, session, actor, notice, form, refusal.status)
    return go_to("/my-questions", done="question-asked")


@router.get("/my-questions")
@needs(Action.ENQUIRY_ASK)
@unnamed
def show_own_questions(page: PageDep, session: ReadSessionDep, actor: ActorDep) -> Response:
    """List what the reader has asked, the newest first."""
    rows = [AskedRead.model_validate(row) for row in queries.own(session, actor)]
    return page.render("team/own_questions.html", rows=[(row, entity_tag(row)) for row in rows])


@router.post("/my-questions/{enquiry}/withdraw")
@needs(Action.ENQUIRY_ASK)
@unnamed
def withdraw_question(
    session: SessionDep,
    actor: ActorDep,
    settings: SettingsDep,
    enquiry: UUID,
    form: WithdrawnForm,
) -> Response:
    """Withdraw a question that waits; its text is deleted."""
    service.take_step(
        session,
        actor,
        enquiry,
        "withdraw",
        EnquiryStepTaken(),
        Expected(form.value.expected if form.value else ""),
        public_url=settings.public_url,
    )
    return go_to("/my-questions", done="question-withdrawn")


def _page(
    page: Page,
    session: Session,
    actor: Actor,
    key: UUID | str,
    form: Form[Asked],
    status: int = 200,
) -> Response:
    found = notices.published(session, key)
    closed = not_to_ask(queries.asking_facts(session, actor, found.notice))
    return page.render(
        "team/asking.html",
        status=status,
        found=found,
        text=found.text(page.language),
        closed=closed,
        form=form,
        languages_offered=OFFERED,
        longest=LONGEST,
    )
