"""What verdicts teach: how rankings agreed with people, and a weight for the next programme."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from app.access import policy
from app.access.policy import Action
from app.accounts.dependencies import ActorDep, DatabaseDep
from app.core.base.errors import Conflict, FieldError, NotFound
from app.core.base.references import Reference
from app.core.http.access import needs, within
from app.core.http.computing import InTurn, worked_out
from app.core.http.database_sessions import ReadSessionDep, SessionDep
from app.core.http.forms import Form, form_of
from app.core.storage.database import reading
from app.matchmaking.schemas.learning import TaughtRead
from app.matchmaking.service import learning
from app.pages.layout import PageDep, go_to
from app.programmes import service as programmes

router = APIRouter()


class AdoptionForm(BaseModel):
    """Which programme takes the proposal over."""

    model_config = ConfigDict(extra="forbid")

    programme: str = Field(default="", max_length=200)


AdoptionFormDep = Annotated[Form[AdoptionForm], Depends(form_of(AdoptionForm))]


def _taught(
    request: Request, database: DatabaseDep, actor: ActorDep, programme: Reference
) -> TaughtRead:
    """Compute what the verdicts teach before anybody waits for the writer."""
    with reading(database) as session:
        compute = learning.taught(session, actor, programme)
    return worked_out(request, compute)


TaughtDep = Annotated[TaughtRead, Depends(_taught)]


@router.get("/programmes/{programme}/agreement")
@within(Action.RUN_READ)
def show_agreement(
    page: PageDep, session: ReadSessionDep, actor: ActorDep, programme: Reference
) -> Response:
    """Show how well rankings agree with verdicts, and which weight these propose, if any."""
    found = programmes.programme(session, programme)
    compute = learning.taught(session, actor, found.id)
    may_adopt = policy.has_any_reach(actor, Action.WEIGHT_ADOPT)
    values: dict[str, Any] = {
        "programme": found,
        "may_adopt": may_adopt,
        "others": learning.not_begun(session) if may_adopt else (),
    }
    return InTurn(
        lambda: page.render("staff/agreement.html", **values, form=Form(), taught=compute())
    )


@router.post("/programmes/{programme}/agreement")
@needs(Action.WEIGHT_ADOPT)
def adopt_weight(
    page: PageDep,
    session: SessionDep,
    actor: ActorDep,
    programme: Reference,
    form: AdoptionFormDep,
    taught: TaughtDep,
) -> Response:
    """Let a programme that has not begun rank as these verdicts propose."""
    by = programmes.programme(session, programme)
    said = form.value.programme if form.value else ""
    try:
        if said:
            changed = learning.adopt(session, actor, said, by, taught.proposal)
            return go_to(f"/programmes/{changed.code}/agreement", done="weight-adopted")
        form = form.refused(FieldError("/programme", "Choose a programme."))
    except (Conflict, NotFound) as refusal:
        form = form.refused(FieldError("/programme", refusal.detail))
    return page.render(
        "staff/agreement.html",
        status=422,
        programme=by,
        may_adopt=True,
        others=learning.not_begun(session),
        form=form,
        taught=taught,
    )


@router.post("/programmes/{programme}/agreement/usual")
@needs(Action.WEIGHT_ADOPT)
def drop_weight(session: SessionDep, actor: ActorDep, programme: Reference) -> Response:
    """Let a programme that has not begun rank by the usual weight again."""
    changed = learning.drop(session, actor, programme)
    return go_to(f"/programmes/{changed.code}/agreement", done="weight-dropped")
