"""What a team does with what staff have entered for it: confirm it, or go on without them."""

from typing import Annotated

from fastapi import APIRouter, Depends, Response
from pydantic import BaseModel, ConfigDict, Field

from app.access.policy import Action
from app.accounts.dependencies import ActorDep
from app.core.base.entity_tags import Expected
from app.core.base.errors import Stale
from app.core.base.references import Reference
from app.core.http.access import needs
from app.core.http.database_sessions import SessionDep
from app.core.http.forms import Form, form_of
from app.pages.layout import go_to
from app.teams.service import entries

router = APIRouter()


class Read(BaseModel):
    """How the submission was read."""

    model_config = ConfigDict(extra="forbid")

    expected: str = Field(default="", max_length=100)


ReadForm = Annotated[Form[Read], Depends(form_of(Read))]


@router.post("/submissions/{submission}/entry/{step}")
@needs(Action.SUBMISSION_SUBMIT)
def move_entry(
    session: SessionDep, actor: ActorDep, submission: Reference, step: str, form: ReadForm
) -> Response:
    """Confirm what staff have sent for a team, or go on without them."""
    expected = Expected(form.value.expected if form.value else "")
    try:
        entries.move(session, actor, submission, step, expected)
    except Stale:  # somebody has changed it since: read it first
        return go_to(f"/submissions/{submission}", done="entry-changed")
    return go_to(f"/submissions/{submission}", done=f"entry-{step}")
