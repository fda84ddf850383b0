"""Taking a step of a submission: what it means, what is said with it, and then it is taken."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Response
from pydantic import BaseModel, ConfigDict, Field, ValidationError
from sqlmodel import Session

from app.access import policy
from app.access.policy import Action, Actor
from app.accounts.dependencies import ActorDep
from app.core.base.entity_tags import ANYTHING, Expected, entity_tag
from app.core.base.errors import Stale, Unprocessable
from app.core.base.references import Reference
from app.core.base.validation_errors import field_errors
from app.core.http.access import within
from app.core.http.database_sessions import ReadSessionDep, SessionDep
from app.core.http.forms import Form, form_of
from app.matches.service import withdrawals
from app.pages.instants import announced_at, in_two_weeks
from app.pages.layout import Page, PageDep, go_to
from app.pages.origins import Origin, OriginDep
from app.pages.step_texts import MEANS
from app.pages.team.submission import SENDING, described, in_list, place_of
from app.programmes import service as programmes
from app.submissions.lifecycle import GONE, LIFE, State
from app.submissions.models import Submission
from app.submissions.schemas import MOST_ANSWERS, READS, StepTaken
from app.submissions.service import asking, queries, returning, steps

router = APIRouter()

STEPS = tuple(dict.fromkeys(step.action for step in LIFE.steps.values()))


class Question(BaseModel):
    """What staff ask about one answer."""

    model_config = ConfigDict(extra="forbid")

    key: str = Field(max_length=80)
    text: str = Field(default="", max_length=20_000)


class Said(BaseModel):
    """What is sent with a step."""

    model_config = ConfigDict(extra="forbid")

    reason: str = Field(default="", max_length=20_000)
    answer_by: str = Field(default="", max_length=100)
    asked: list[Question] = Field(default=[], max_length=MOST_ANSWERS)
    expected: str = Field(max_length=100)


SaidForm = Annotated[Form[Said], Depends(form_of(Said))]


@router.post("/submissions/{submission}/newest-form")
@within(Action.DRAFT_WRITE)
def take_newest_form(
    session: SessionDep, actor: ActorDep, submission: Reference, form: SaidForm
) -> Response:
    """Let a draft answer what its call asks now, and show its topics."""
    found = queries.find(session, actor, submission)
    expected = Expected(form.value.expected) if form.value else ANYTHING
    try:
        asking.renew(session, actor, found, expected)
    except Stale:
        return go_to(f"/submissions/{found.code}")  # somebody of the team was quicker
    return go_to(f"/submissions/{found.code}", done="newest-form")


@router.get("/submissions/{submission}/steps/{step}")
@within(*STEPS)
def show_step(
    page: PageDep,
    session: ReadSessionDep,
    actor: ActorDep,
    submission: Reference,
    step: str,
    origin: OriginDep,
) -> Response:
    """Say what a step means, before it is taken."""
    return _step_page(page, session, actor, submission, step, origin, Form())


@router.post("/submissions/{submission}/steps/{step}")
@within(*STEPS)
def take_step(
    page: PageDep,
    session: SessionDep,
    actor: ActorDep,
    submission: Reference,
    step: str,
    origin: OriginDep,
    form: SaidForm,
) -> Response:
    """Take a step, and show what has become of the submission."""
    found = queries.find(session, actor, submission)
    if step in SENDING and found.state is State.SUBMITTED:
        return go_to(f"/submissions/{found.code}/receipt")  # a second click sends nothing
    said = form.value
    if said is None:
        return _step_page(page, session, actor, submission, step, origin, form, 422)
    try:
        taken = _taken(session, found, said)
        steps.take(session, actor, found.kind, found.id, step, taken, Expected(said.expected))
    except ValidationError as refusal:
        errors = field_errors(refusal.errors())
        form = form.refused(*errors)
        return _step_page(page, session, actor, submission, step, origin, form, 422)
    except Unprocessable as refusal:
        if step in SENDING:
            return go_to(f"/submissions/{found.code}/check")
        return _step_page(
            page,
            session,
            actor,
            submission,
            step,
            origin,
            form.refused(*refusal.errors),
            422,
        )
    if step in SENDING:
        return go_to(f"/submissions/{found.code}/receipt")
    return go_to(place_of(found, origin), done=step)


def _taken(session: Session, submission: Submission, said: Said) -> StepTaken:
    """Return what was filled in, with the date as an instant of the call.

    Raises
    ------
    Unprocessable
        If the clocks of the call leave the date out.
    ValidationError
        If it is no date.
    """
    zone = programmes.call_of(session, submission.call_id).zone
    answer_by = announced_at("/answer_by", said.answer_by, zone) if said.answer_by else None
    asked = {one.key: one.text for one in said.asked if one.text.strip()}
    return StepTaken.model_validate(
        {"reason": said.reason, "asked": asked, "answer_by": answer_by}
    )


def _asking(
    session: Session, submission: Submission, step: str, form: Form[Said]
) -> tuple[dict[str, str], Form[Said]]:
    """Return what a team can be asked with a step, and a form that proposes a date."""
    if step != "return":
        return {}, form
    titles = returning.titles(session, submission)
    if form.written:
        return titles, form
    zone = programmes.call_of(session, submission.call_id).zone
    before = submission.asked or {}
    written = {f"asked.{row}.text": before.get(key, "") for row, key in enumerate(titles)}
    return titles, Form(written=written | {"answer_by": in_two_weeks(zone)})


def _step_page(
    page: Page,
    session: Session,
    actor: Actor,
    key: UUID | str,
    name: str,
    origin: Origin | None,
    form: Form[Said],
    status: int = 200,
) -> Response:
    found = queries.find(session, actor, key)
    step = LIFE.step(name)
    policy.require(actor, step.action, found.organisation_id)
    _, offers = steps.offers(session, actor, found.kind, found.id)
    values = described(session, actor, found)
    titles, form = _asking(session, found, name, form)
    return in_list(page, found, values).render(
        "team/step.html",
        status=status,
        **values,
        origin=origin,
        form=form,
        step=step,
        means=MEANS,
        titles=titles,
        consequences=withdrawals.consequences(session, actor, found)
        if step.target in GONE
        else [],
        offer=next((o for o in offers if o.name == name), None),
        expected=form.written.get("expected")
        or entity_tag(READS[found.kind].model_validate(found)),
    )
