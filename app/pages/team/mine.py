"""One's own submissions: what the team has written, and beginning another one."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Response
from pydantic import BaseModel, ConfigDict
from sqlmodel import Session

from app.access import policy
from app.access.policy import Action, Actor
from app.accounts.dependencies import ActorDep, SettingsDep
from app.core.base.clock import now
from app.core.base.errors import Unprocessable
from app.core.base.references import Reference, reference
from app.core.http.access import needs, within
from app.core.http.database_sessions import ReadSessionDep, SessionDep
from app.core.http.forms import Form, form_of
from app.organisations.service import organisations
from app.pages.layout import Page, PageDep, go_to
from app.programmes import service as programmes
from app.programmes.lifecycle import Phase
from app.programmes.schemas import CallQuery
from app.questions import service as questions
from app.submissions.lifecycle import KINDS, Kind
from app.submissions.schemas import (
    NewChallenge,
    NewSolution,
    Title,
)
from app.submissions.service import asking, drafts, late_permits, queries

router = APIRouter()


class Beginning(BaseModel):
    """What is said to begin a submission."""

    model_config = ConfigDict(extra="forbid")

    call_id: Reference
    organisation_id: UUID | None = None
    like: Reference | None = None
    title: Title


BeginningForm = Annotated[Form[Beginning], Depends(form_of(Beginning))]


@router.get("/submissions")
@within(Action.DRAFT_READ)
def show_submissions(page: PageDep, session: ReadSessionDep, actor: ActorDep) -> Response:
    """List what the reader's teams have written, and the calls that are open."""
    if actor.roles:  # who has none works with teams of others, or did so
        policy.require_somewhere(actor, Action.DRAFT_READ)
    own = policy.own_reach(actor, Action.DRAFT_WRITE)
    return page.render(
        "team/submissions.html",
        submissions=queries.own(session, actor),
        shared=policy.shared_reach(actor, Action.DRAFT_READ),
        may_begin=bool(own),
        calls=programmes.calls(session, actor, CallQuery(phase=[Phase.OPEN])).rows,
        permitted=late_permits.calls_of(session, own, now()),
    )


@router.get("/submissions/new")
@needs(Action.DRAFT_WRITE)
def show_new(
    page: PageDep,
    session: ReadSessionDep,
    actor: ActorDep,
    call: Annotated[Reference, Query()],
) -> Response:
    """Ask for a title, and for which organisation a submission is, where there are several."""
    return _new_page(page, session, actor, call, Form())


@router.post("/submissions")
@needs(Action.DRAFT_WRITE)
def begin(
    page: PageDep,
    session: SessionDep,
    actor: ActorDep,
    settings: SettingsDep,
    form: BeginningForm,
) -> Response:
    """Begin a draft, and lead on to its topics."""
    new = form.value
    if new is not None:
        call = programmes.call(session, actor, new.call_id)
        said = {**new.model_dump(exclude_none=True), "call_id": call.id, "content": {}}
        made = (
            NewChallenge.model_validate(said)
            if KINDS[call.kind] is Kind.CHALLENGE
            else NewSolution.model_validate(said)
        )
        try:
            submission = drafts.create(
                session, actor, KINDS[call.kind], made, most=settings.max_drafts
            )
        except Unprocessable as refusal:
            form = form.refused(*refusal.errors)
            return _new_page(page, session, actor, call.id, form, 422)
        return go_to(f"/submissions/{submission.code}")
    if form.message("call_id") is not None:
        raise Unprocessable("The call cannot be used.", errors=form.errors)
    return _new_page(page, session, actor, reference(form.written["call_id"]), form, 422)


def _new_page(
    page: Page,
    session: Session,
    actor: Actor,
    call: UUID | str,
    form: Form[Beginning],
    status: int = 200,
) -> Response:
    found = programmes.call(session, actor, call)
    own = sorted(policy.own_reach(actor, Action.DRAFT_WRITE))
    return page.render(
        "team/new.html",
        status=status,
        form=form,
        call=programmes.describe(actor, found),
        is_on=any(late_permits.refusal(session, found, key, now()) is None for key in own),
        of=programmes.programme(session, found.programme_id),
        form_of_call=questions.form_of_call(session, found),
        excluded=[
            (key, one.rule)
            for key in own
            for one in asking.conditions_for(session, found, key)
            if one.is_met is False
        ],
        teams=[organisations.organisation(session, actor, key) for key in own],
        earlier=queries.own_of_kind(session, actor, KINDS[found.kind]),
    )
