"""The same step for many submissions: first what would happen to each, then a button."""

from typing import Annotated, Final
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Response
from pydantic import BaseModel, ConfigDict, Field
from sqlmodel import Session

from app.access.policy import Action, Actor
from app.accounts.dependencies import ActorDep
from app.core.base.errors import Unprocessable
from app.core.base.references import Reference
from app.core.http.access import needs
from app.core.http.database_sessions import ReadSessionDep, SessionDep
from app.core.http.forms import Form, form_of
from app.matchmaking.service.queries import parties
from app.pages.layout import Page, PageDep, go_to
from app.pages.step_texts import MEANS
from app.programmes import service as programmes
from app.programmes.models import Programme
from app.submissions.lifecycle import LIFE, Kind
from app.submissions.schemas import StepTaken
from app.submissions.service import many_steps

router = APIRouter()

STEPS: Final = ("pass", "return")
"""Steps of staff that many submissions take at once."""

Codes = Annotated[list[Reference], Field(max_length=many_steps.MOST)]


class ManyTaken(BaseModel):
    """Which submissions take which step."""

    model_config = ConfigDict(extra="forbid")

    code: Codes = []
    step: str = Field(max_length=20)
    reason: str = Field(default="", max_length=20_000)


ManyForm = Annotated[Form[ManyTaken], Depends(form_of(ManyTaken))]


@router.get("/programmes/{programme}/steps/{kind}")
@needs(Action.SUBMISSION_SCREEN)
def show_many(
    page: PageDep,
    session: ReadSessionDep,
    actor: ActorDep,
    programme: Reference,
    kind: Kind,
    step: str,
    code: Annotated[list[Reference], Query(max_length=many_steps.MOST)] = [],  # noqa: B006 -- FastAPI copies it
) -> Response:
    """Say what a step would do to each of the submissions that were ticked."""
    found = programmes.programme(session, programme)
    if not code:
        return go_to(f"/programmes/{found.code}/{kind}s", done="nothing-ticked")
    return _page(page, session, actor, found, kind, code, step, Form())


@router.post("/programmes/{programme}/steps/{kind}")
@needs(Action.SUBMISSION_SCREEN)
def take_many(
    page: PageDep,
    session: SessionDep,
    actor: ActorDep,
    programme: Reference,
    kind: Kind,
    form: ManyForm,
) -> Response:
    """Let each of them take the step that can."""
    found = programmes.programme(session, programme)
    if (said := form.value) is None:
        raise Unprocessable("The content cannot be accepted.", errors=form.errors)
    taken = StepTaken(reason=said.reason)
    try:
        many_steps.take(session, actor, found.id, kind, said.code, said.step, taken)
    except Unprocessable as refusal:
        form = form.refused(*refusal.errors)
        return _page(page, session, actor, found, kind, said.code, said.step, form, 422)
    return go_to(f"/programmes/{found.code}/{kind}s", done="many")


def _page(
    page: Page,
    session: Session,
    actor: Actor,
    programme: Programme,
    kind: Kind,
    codes: list[UUID | str],
    name: str,
    form: Form[ManyTaken],
    status: int = 200,
) -> Response:
    rows = many_steps.prospects(session, actor, programme.id, kind, codes, name)
    return page.render(
        "staff/many_steps.html",
        status=status,
        programme=programme,
        kind=kind,
        step=LIFE.step(name),
        means=MEANS,
        form=form,
        rows=rows,
        able=[row.submission for row in rows if row.obstacle is None],
        sides=parties(session, (row.submission.id for row in rows)),
    )
