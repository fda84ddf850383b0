"""The decision about one submission: write it beside its letter, and move it along."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Response
from pydantic import BaseModel, ConfigDict, Field, ValidationError
from sqlmodel import Session

from app.access import policy
from app.access.policy import Action, Actor
from app.accounts.dependencies import ActorDep
from app.advice.service import counting
from app.core.base.entity_tags import Expected, entity_tag
from app.core.base.errors import ConfirmFirst, Stale, Unprocessable
from app.core.base.references import Reference
from app.core.base.validation_errors import field_errors
from app.core.http.access import needs, within
from app.core.http.database_sessions import ReadSessionDep, SessionDep
from app.core.http.forms import Form, form_of
from app.core.tables.languages import OFFERED
from app.decisions import queries
from app.decisions.lifecycle import LIFE, OPEN, DecisionOutcome, DecisionState
from app.decisions.models import Decision
from app.decisions.schemas import DecisionDraft, DecisionRead, DecisionStepTaken, NewDecision
from app.decisions.service import drafts, places, steps, writing
from app.organisations.service import organisations
from app.pages.instants import announced_at, local
from app.pages.layout import Page, PageDep, go_to
from app.pages.staff.calls import place_of
from app.pages.staff.releases import confirm_path
from app.pages.step_texts import DECISION_MEANS
from app.programmes import service as programmes
from app.submissions.lifecycle import DECIDED, State
from app.submissions.models import Submission
from app.submissions.service import queries as submissions

router = APIRouter()

STEPS = tuple(dict.fromkeys(step.action for step in LIFE.steps.values()))
# As they are typed: the schema of the draft says what is wrong with them, in its own words.
_Typed = Annotated[str, Field(max_length=20_000)]


class DecisionForm(BaseModel):
    """A decision as a form tells it."""

    model_config = ConfigDict(extra="forbid")

    expected: _Typed = ""
    outcome: _Typed = ""
    reasons: _Typed = ""
    feedback: _Typed = ""
    language: _Typed = ""
    answer_by: _Typed = ""
    in_place_of: _Typed = ""


class Said(BaseModel):
    """What is sent with a step of a decision."""

    model_config = ConfigDict(extra="forbid")

    reason: _Typed = ""
    expected: str = Field(max_length=100)


DecisionFormDep = Annotated[Form[DecisionForm], Depends(form_of(DecisionForm))]
SaidForm = Annotated[Form[Said], Depends(form_of(Said))]


@router.get("/submissions/{submission}/decision")
@needs(Action.DECISION_READ)
def show_decision(
    page: PageDep, session: ReadSessionDep, actor: ActorDep, submission: Reference
) -> Response:
    """Show what is decided about a submission, its form while it is a draft, and its letter."""
    return _page(page, session, actor, submission, Form())


@router.post("/submissions/{submission}/decision")
@needs(Action.DECISION_WRITE)
def write_decision(
    page: PageDep,
    session: SessionDep,
    actor: ActorDep,
    submission: Reference,
    form: DecisionFormDep,
) -> Response:
    """Save a decision; of two who do so at once, the second sees both versions."""
    found = submissions.find(session, actor, submission)
    if (said := form.value) is None:
        return _page(page, session, actor, submission, form, 422)
    made = queries.of_submission(session, found.id, OPEN)
    try:
        fields = _fields(session, found, said)
        if made is None:
            drafts.draft(session, actor, NewDecision(**fields, submission_id=found.id))
        else:
            draft = DecisionDraft(**fields)
            drafts.replace(session, actor, made.id, draft, Expected(said.expected))
    except ValidationError as refusal:
        form = form.refused(*field_errors(refusal.errors()))
        return _page(page, session, actor, submission, form, 422)
    except Stale as refusal:
        return _page(page, session, actor, submission, form, refusal.status)
    except Unprocessable as refusal:
        form = form.refused(*refusal.errors)
        return _page(page, session, actor, submission, form, refusal.status)
    return go_to(f"/submissions/{found.code}/decision", done="decision-written")


def _fields(session: Session, submission: Submission, said: DecisionForm) -> dict[str, Any]:
    """Return what was filled in, with the date as an instant of the programme.

    Raises
    ------
    Unprocessable
        If the clocks of the programme leave the date out.
    """
    fields = said.model_dump(exclude={"expected"})
    zone = programmes.programme(session, submission.programme_id).zone
    fields["answer_by"] = (
        announced_at("/answer_by", said.answer_by, zone) if said.answer_by else None
    )
    return {name: value or None for name, value in fields.items()} | {
        "reasons": said.reasons,
        "feedback": said.feedback,
    }


def _page(
    page: Page,
    session: Session,
    actor: Actor,
    key: UUID | str,
    form: Form[DecisionForm],
    status: int = 200,
) -> Response:
    submission = submissions.find(session, actor, key)
    of = programmes.programme(session, submission.programme_id)
    call = programmes.call_of(session, submission.call_id)
    made = queries.of_submission(session, submission.id, OPEN)
    counts = queries.of_submission(session, submission.id, {DecisionState.RELEASED})
    current = made or counts
    stored = _shown(made, of.zone) if made else {}
    may_write = policy.allows(actor, Action.DECISION_WRITE)
    corrects = submission.state in DECIDED and counts is not None
    form = form if form.written else Form(written=stored)
    return page.under("show_decisions", of.code).render(
        "staff/decision.html",
        status=status,
        programme=of,
        call=call,
        table=f"{place_of(call, of)}/decisions",
        submission=submission,
        team=organisations.organisation(session, actor, submission.organisation_id),
        made=made,
        counts=counts,
        current=current,
        form=form,
        stored=stored,
        overtaken=status == Stale.status,
        writable=may_write
        and (
            made.state is DecisionState.DRAFT
            if made
            else submission.state is State.ELIGIBLE or corrects
        ),
        corrects=corrects,
        may_ask=corrects and submission.state is not State.ACCEPTED,
        free=places.free_places(session, actor, call.id, made.id if made else None)
        if corrects and submission.state is State.RESERVE
        else [],
        outcomes=list(DecisionOutcome),
        languages_offered=OFFERED,
        expected=form.written.get("expected") or (_tag(made) if made else ""),
        offers=_offers(session, actor, made),
        letters=writing.in_each_language(session, current) if current else {},
        readers=writing.count_readers(session, current) if current else 0,
        earlier=[
            one for one in queries.history(session, actor, submission.id) if one is not current
        ],
        people=writing.names(session, current) if current else {},
        heard=counting.of_submission(session, actor, submission.id),
        is_drafter=made is not None and made.drafted_by == actor.user_id,
    )


def _offers(session: Session, actor: Actor, made: Decision | None) -> list[Any]:
    if made is None:
        return []
    _, offers = steps.offers(session, actor, made)
    return [one for one in offers if policy.allows(actor, LIFE.step(one.name).action)]


def _tag(decision: Decision) -> str:
    return entity_tag(DecisionRead.model_validate(decision))


def _shown(decision: Decision, zone: str) -> dict[str, str]:
    """Return a decision as the form shows it."""
    by = decision.answer_by
    return {
        "outcome": decision.outcome.value,
        "reasons": decision.reasons,
        "feedback": decision.feedback,
        "language": decision.language,
        "answer_by": local(by, zone) if by else "",
        "in_place_of": str(decision.in_place_of_id or ""),
    }


@router.get("/submissions/{submission}/decision/steps/{step}")
@within(*STEPS)
def show_decision_step(
    page: PageDep, session: ReadSessionDep, actor: ActorDep, submission: Reference, step: str
) -> Response:
    """Say what a step of a decision means, with the text that it is about."""
    return _step_page(page, session, actor, submission, step, Form())


@router.post("/submissions/{submission}/decision/steps/{step}")
@within(*STEPS)
def move_decision(
    page: PageDep,
    session: SessionDep,
    actor: ActorDep,
    submission: Reference,
    step: str,
    form: SaidForm,
) -> Response:
    """Take a step of a decision, and show where it stands then."""
    if (said := form.value) is None:
        return _step_page(page, session, actor, submission, step, form, 422)
    decision = queries.get(session, actor, submission)
    try:
        taken = DecisionStepTaken(reason=said.reason)
        steps.take(session, actor, decision.id, step, taken, Expected(said.expected))
    except ConfirmFirst:
        return go_to(confirm_path(f"/submissions/{decision.code}/decision/steps/{step}"))
    except ValidationError as refusal:
        form = form.refused(*field_errors(refusal.errors()))
        return _step_page(page, session, actor, submission, step, form, 422)
    except Unprocessable as refusal:
        form = form.refused(*refusal.errors)
        return _step_page(page, session, actor, submission, step, form, refusal.status)
    return go_to(f"/submissions/{decision.code}/decision", done=f"decision-{step}")


def _step_page(
    page: Page,
    session: Session,
    actor: Actor,
    key: UUID | str,
    name: str,
    form: Form[Said],
    status: int = 200,
) -> Response:
    step = LIFE.step(name)
    decision = queries.get(session, actor, key)
    policy.require(actor, step.action)
    submission = submissions.find(session, actor, decision.code)
    of = programmes.programme(session, decision.programme_id)
    _, offers = steps.offers(session, actor, decision)
    letters = writing.in_each_language(session, decision)
    return page.under("show_decisions", of.code).render(
        "staff/decision_step.html",
        status=status,
        decision=decision,
        submission=submission,
        step=step,
        means=DECISION_MEANS[name],
        offer=next((one for one in offers if one.name == name), None),
        form=form,
        expected=form.written.get("expected") or _tag(decision),
        letter=letters[page.language],
    )
