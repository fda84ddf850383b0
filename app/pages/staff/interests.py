"""Staff show a solution to the owner of a challenge, so that the owner can say an interest."""

from typing import Annotated

from fastapi import APIRouter, Depends, Response
from pydantic import BaseModel, ConfigDict

from app.access.policy import Action
from app.accounts.dependencies import ActorDep
from app.core.base.errors import Unprocessable
from app.core.base.messages import Message
from app.core.base.references import Reference
from app.core.http.access import needs
from app.core.http.database_sessions import SessionDep
from app.core.http.forms import Form, form_of
from app.interests import service
from app.interests.schemas import NewAsking
from app.pages.layout import go_to
from app.pages.staff.rooms import place_of, run_of

router = APIRouter()


class Asked(BaseModel):
    """Which pair it is about, as the bench tells it."""

    model_config = ConfigDict(extra="forbid")

    challenge_id: Reference
    solution_id: Reference


AskedForm = Annotated[Form[Asked], Depends(form_of(Asked))]


@router.post("/programmes/{programme}/runs/{run}/interests")
@needs(Action.INTEREST_ASK)
def ask_owner(
    session: SessionDep,
    actor: ActorDep,
    programme: Reference,
    run: Reference,
    form: AskedForm,
) -> Response:
    """Show a solution to the owner of a challenge, and come back to the pair."""
    found, of = run_of(session, actor, programme, run)
    if form.value is None:
        raise Unprocessable(
            Message("No pair is named."), remedy="Go back to the bench, and ask there."
        )
    said = form.value
    new = NewAsking(challenge_id=said.challenge_id, solutions=[said.solution_id])
    service.ask(session, actor, new)
    pair = f"challenge={said.challenge_id}&solution={said.solution_id}"
    return go_to(f"{place_of(found, of)}/bench?{pair}", done="interest-asked")
