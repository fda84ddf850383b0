"""What is asked about a published challenge: its team answers, staff look after it."""

from typing import Annotated, Any, Final
from uuid import UUID

from fastapi import APIRouter, Depends, Response
from pydantic import BaseModel, ConfigDict, Field, ValidationError
from sqlmodel import Session

from app.access import policy
from app.access.policy import Action, Actor
from app.accounts.dependencies import ActorDep, SettingsDep
from app.core.base.entity_tags import Expected, entity_tag
from app.core.base.errors import Conflict, FieldError, NotFound, Stale, Unprocessable
from app.core.base.messages import Message
from app.core.base.references import Reference
from app.core.base.schemas import OffersRead
from app.core.base.validation_errors import field_errors
from app.core.http.access import needs, within
from app.core.http.database_sessions import ReadSessionDep, SessionDep
from app.core.http.forms import Form, form_of
from app.core.tables.languages import OFFERED
from app.enquiries import queries, service
from app.enquiries.schemas import LONGEST_ANSWER, EditedEnquiry, EnquiryStepTaken
from app.notices import queries as notices
from app.notices.models import PublicNotice
from app.pages.layout import Page, PageDep, go_to
from app.pages.team.submission import described
from app.submissions.models import Submission
from app.submissions.service import queries as submissions

router = APIRouter()

_Typed = Annotated[str, Field(max_length=2 * LONGEST_ANSWER)]
AT: Final = {"answer": "answer", "correct": "answer", "decline": "reason", "edit": "body"}
"""The field of each form at which a refusal stands."""


class Said(BaseModel):
    """What is said about a question, as a form tells it."""

    model_config = ConfigDict(extra="forbid")

    answer: _Typed = ""
    language: _Typed = ""
    reason: _Typed = ""
    body: _Typed = ""
    expected: Annotated[str, Field(max_length=100)] = ""


SaidForm = Annotated[Form[Said], Depends(form_of(Said))]


def _found(session: Session, actor: Actor, key: UUID | str) -> tuple[Submission, PublicNotice]:
    """Return a challenge and its notice.

    Raises
    ------
    NotFound
        If there is no such challenge, or no notice of it that the actor may read.
    """
    challenge = submissions.find(session, actor, key)
    notice = notices.of_challenge(session, actor, challenge)
    if notice is None:
        raise NotFound(Message("There is no public notice {key}.", key=key))
    return challenge, notice


@router.get("/submissions/{submission}/questions")
@within(Action.ENQUIRY_READ)
def show_enquiries(
    page: PageDep, session: ReadSessionDep, actor: ActorDep, submission: Reference
) -> Response:
    """List what is asked about a challenge: what waits first, and never who asks."""
    return _page(page, session, actor, submission, Form())


@router.post("/submissions/{submission}/questions/{enquiry}/{step}")
@within(Action.ENQUIRY_ANSWER, Action.ENQUIRY_MANAGE)
def move_enquiry(
    page: PageDep,
    session: SessionDep,
    actor: ActorDep,
    settings: SettingsDep,
    submission: Reference,
    enquiry: UUID,
    step: str,
    form: SaidForm,
) -> Response:
    """Answer, correct or decline a question, or leave out of it what names people."""
    challenge, _ = _found(session, actor, submission)
    at = (enquiry, step)
    said = form.value
    if said is None:
        return _page(page, session, actor, submission, form, at, 422)
    try:
        seen = Expected(said.expected)
        if step == "edit":
            service.edit(session, actor, enquiry, EditedEnquiry(body=said.body), seen)
        else:
            taken = EnquiryStepTaken(
                answer=said.answer, language=said.language or None, reason=said.reason
            )
            url = settings.public_url
            service.take_step(session, actor, enquiry, step, taken, seen, public_url=url)
    except ValidationError as wrong:
        form = form.refused(*field_errors(wrong.errors()))
        return _page(page, session, actor, submission, form, at, 422)
    except (Stale, Conflict, Unprocessable) as refusal:
        problem = Message("{problem} {remedy}", problem=refusal.detail, remedy=refusal.remedy)
        errors = refusal.errors or [FieldError(f"/{AT.get(step, 'answer')}", problem)]
        form = form.refused(*errors)
        return _page(page, session, actor, submission, form, at, refusal.status)
    return go_to(f"/submissions/{challenge.code}/questions", done=f"question-{step}")


@router.post("/submissions/{submission}/asking/{step}")
@needs(Action.ENQUIRY_MANAGE)
def move_asking(
    session: SessionDep, actor: ActorDep, submission: Reference, step: str, form: SaidForm
) -> Response:
    """Let nobody ask about a challenge any more, or everybody again."""
    challenge, notice = _found(session, actor, submission)
    seen = Expected(form.value.expected if form.value else "")
    service.take_asking_step(session, actor, notice.id, step, seen)
    return go_to(f"/submissions/{challenge.code}/questions", done=step)


def _page(
    page: Page,
    session: Session,
    actor: Actor,
    key: UUID | str,
    form: Form[Said],
    at: tuple[UUID, str] | None = None,
    status: int = 200,
) -> Response:
    challenge, notice = _found(session, actor, key)
    rows = [queries.shown(actor, row) for row in queries.of_notice(session, actor, notice)]
    state, offers = service.asking_offers(session, actor, notice.id)
    values: dict[str, Any] = described(session, actor, challenge)
    return page.under("show_notices", values["of"].code).render(
        "team/enquiries.html",
        status=status,
        **values,
        rows=[(row, entity_tag(row)) for row in rows],
        is_public=queries.is_public(session, notice.id),
        answers=policy.allows(actor, Action.ENQUIRY_ANSWER, notice.organisation_id),
        manages=policy.allows(actor, Action.ENQUIRY_MANAGE, notice.organisation_id),
        asking=state,
        asking_steps=[offer for offer in offers if offer.reason is None],
        asking_seen=entity_tag(OffersRead.of(state, offers)),
        form=form,
        at=at,
        languages_offered=OFFERED,
        spoken=notice.texts[0]["language"],
    )
