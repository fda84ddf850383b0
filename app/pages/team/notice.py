"""The public notice of a challenge, for its team and for staff: read it, and move it along."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Response
from pydantic import BaseModel, ConfigDict, Field
from sqlmodel import Session

from app.access import policy
from app.access.policy import Action, Actor
from app.accounts.dependencies import ActorDep
from app.core.base.entity_tags import Expected, entity_tag
from app.core.base.errors import NotFound, Stale, Unprocessable
from app.core.base.messages import Message
from app.core.base.references import Reference
from app.core.http.access import within
from app.core.http.database_sessions import ReadSessionDep, SessionDep
from app.core.http.forms import Form, form_of
from app.notices import queries, service
from app.notices.lifecycle import LIFE
from app.notices.models import PublicNotice
from app.notices.schemas import NoticeRead, NoticeStepTaken
from app.pages.layout import Page, PageDep, go_to
from app.pages.step_texts import NOTICE_MEANS
from app.pages.team.submission import described, topics_of
from app.submissions.models import Submission
from app.submissions.service import queries as submissions
from app.themes import service as themes

router = APIRouter()

STEPS = tuple(dict.fromkeys(step.action for step in LIFE.steps.values()))


class Said(BaseModel):
    """What is sent with a step of a notice."""

    model_config = ConfigDict(extra="forbid")

    reason: str = Field(default="", max_length=20_000)
    expected: str = Field(max_length=100)


SaidForm = Annotated[Form[Said], Depends(form_of(Said))]


def _found(session: Session, actor: Actor, key: UUID | str) -> tuple[Submission, PublicNotice]:
    """Return a challenge and its notice.

    Raises
    ------
    NotFound
        If there is no such challenge, or no notice of it that the actor may read.
    """
    challenge = submissions.find(session, actor, key)
    notice = queries.of_challenge(session, actor, challenge)
    if notice is None:
        raise NotFound(Message("There is no public notice {key}.", key=key))
    return challenge, notice


@router.get("/submissions/{submission}/notice")
@within(Action.NOTICE_READ)
def show_notice(
    page: PageDep, session: ReadSessionDep, actor: ActorDep, submission: Reference
) -> Response:
    """Show a notice as everybody will read it, beside what the challenge says."""
    challenge, notice = _found(session, actor, submission)
    state, offers = service.offers(session, actor, notice)
    values = _values(page, session, actor, challenge, notice)
    return page.under("show_notices", values["of"].code).render(
        "team/notice.html",
        **values,
        state=state,
        offers=[offer for offer in offers if _may(actor, notice, offer.name)],
        may_write=policy.allows(actor, Action.NOTICE_WRITE, notice.organisation_id),
        topics=topics_of(session, challenge, []),
    )


@router.get("/submissions/{submission}/notice/steps/{step}")
@within(*STEPS)
def show_notice_step(
    page: PageDep, session: ReadSessionDep, actor: ActorDep, submission: Reference, step: str
) -> Response:
    """Say what a step of a notice means, with the text that it is about."""
    return _step_page(page, session, actor, submission, step, Form())


@router.post("/submissions/{submission}/notice/steps/{step}")
@within(*STEPS)
def move_notice(
    page: PageDep,
    session: SessionDep,
    actor: ActorDep,
    submission: Reference,
    step: str,
    form: SaidForm,
) -> Response:
    """Take a step with what was read; if it was changed meanwhile, show it as it is now."""
    challenge, notice = _found(session, actor, submission)
    said = form.value
    if said is None:
        return _step_page(page, session, actor, submission, step, form, 422)
    try:
        taken = NoticeStepTaken(reason=said.reason)
        service.take_step(session, actor, notice.id, step, taken, Expected(said.expected))
    except Stale as refusal:
        return _step_page(page, session, actor, submission, step, Form(), refusal.status)
    except Unprocessable as refusal:
        form = form.refused(*refusal.errors)
        return _step_page(page, session, actor, submission, step, form, refusal.status)
    return go_to(f"/submissions/{challenge.code}/notice", done=f"notice-{step}")


def _may(actor: Actor, notice: PublicNotice, step: str) -> bool:
    return policy.allows(actor, LIFE.step(step).action, notice.organisation_id)


def _values(
    page: Page, session: Session, actor: Actor, challenge: Submission, notice: PublicNotice
) -> dict[str, Any]:
    """Return what all pages of a notice show."""
    return {
        **described(session, actor, challenge),
        "notice_read": NoticeRead.model_validate(notice),
        "found": queries.described(session, [notice])[0],
        "labels": themes.labels(session, page.language),
    }


def _step_page(
    page: Page,
    session: Session,
    actor: Actor,
    key: UUID | str,
    name: str,
    form: Form[Said],
    status: int = 200,
) -> Response:
    challenge, notice = _found(session, actor, key)
    step = LIFE.step(name)
    policy.require(actor, step.action, notice.organisation_id)
    _, offers = service.offers(session, actor, notice)
    values = _values(page, session, actor, challenge, notice)
    return page.under("show_notices", values["of"].code).render(
        "team/notice_step.html",
        status=status,
        **values,
        form=form,
        step=step,
        means=NOTICE_MEANS[name],
        offer=next((offer for offer in offers if offer.name == name), None),
        overtaken=status == Stale.status,
        expected=entity_tag(values["notice_read"]),
    )
