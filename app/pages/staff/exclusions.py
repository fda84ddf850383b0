"""The steps of what is proposed: that a submission is not eligible."""

from typing import Annotated

from fastapi import APIRouter, Depends, Response
from pydantic import BaseModel, ConfigDict, Field, ValidationError
from sqlmodel import Session

from app.access import policy
from app.access.policy import Actor
from app.accounts.dependencies import ActorDep
from app.core.base.entity_tags import Expected, entity_tag
from app.core.base.errors import Unprocessable
from app.core.base.references import Reference
from app.core.base.validation_errors import field_errors
from app.core.http.access import within
from app.core.http.database_sessions import ReadSessionDep, SessionDep
from app.core.http.forms import Form, form_of
from app.pages.layout import Page, PageDep, go_to
from app.pages.step_texts import EXCLUSION_MEANS
from app.programmes import service as programmes
from app.screening import queries
from app.screening.lifecycle import LIFE
from app.screening.schemas import ExclusionRead, ExclusionStepTaken
from app.screening.service import exclusions
from app.submissions.service import queries as submissions

router = APIRouter()

STEPS = tuple(dict.fromkeys(step.action for step in LIFE.steps.values()))


class Said(BaseModel):
    """What is sent with a step of an exclusion."""

    model_config = ConfigDict(extra="forbid")

    reason: str = Field(default="", max_length=20_000)
    expected: str = Field(max_length=100)


SaidForm = Annotated[Form[Said], Depends(form_of(Said))]


@router.get("/submissions/{submission}/exclusion/steps/{step}")
@within(*STEPS)
def show_exclusion_step(
    page: PageDep, session: ReadSessionDep, actor: ActorDep, submission: Reference, step: str
) -> Response:
    """Say what a step means, with what was proposed."""
    return _page(page, session, actor, submission, step, Form())


@router.post("/submissions/{submission}/exclusion/steps/{step}")
@within(*STEPS)
def move_exclusion(
    page: PageDep,
    session: SessionDep,
    actor: ActorDep,
    submission: Reference,
    step: str,
    form: SaidForm,
) -> Response:
    """Take a step, and show where the submission stands then."""
    if (said := form.value) is None:
        return _page(page, session, actor, submission, step, form, 422)
    row = queries.get(session, actor, submission)
    try:
        taken = ExclusionStepTaken(reason=said.reason)
        exclusions.take(session, actor, row.id, step, taken, Expected(said.expected))
    except ValidationError as refusal:
        form = form.refused(*field_errors(refusal.errors()))
        return _page(page, session, actor, submission, step, form, 422)
    except Unprocessable as refusal:
        form = form.refused(*refusal.errors)
        return _page(page, session, actor, submission, step, form, refusal.status)
    return go_to(f"/submissions/{row.code}/screening", done=f"exclusion-{step}")


def _page(
    page: Page,
    session: Session,
    actor: Actor,
    key: Reference,
    name: str,
    form: Form[Said],
    status: int = 200,
) -> Response:
    step = LIFE.step(name)
    row = queries.get(session, actor, key)
    policy.require(actor, step.action)
    of = programmes.programme(session, row.programme_id)
    _, offers = exclusions.offers(session, actor, row)
    tag = entity_tag(ExclusionRead.model_validate(row))
    return page.under("show_screening", of.code).render(
        "staff/exclusion_step.html",
        status=status,
        exclusion=row,
        submission=submissions.find(session, actor, row.submission_id),
        step=step,
        means=EXCLUSION_MEANS[name],
        offer=next((one for one in offers if one.name == name), None),
        form=form,
        expected=form.written.get("expected") or tag,
    )
