"""What a team does with what staff have entered for it: confirm it, or go on without them."""

from fastapi import APIRouter, Response

from app.access.policy import Action
from app.accounts.dependencies import ActorDep
from app.core.base.references import Reference
from app.core.http.access import needs
from app.core.http.database_sessions import SessionDep
from app.pages.layout import go_to
from app.teams.service import entries

router = APIRouter()


@router.post("/submissions/{submission}/entry/{step}")
@needs(Action.SUBMISSION_SUBMIT)
def move_entry(
    session: SessionDep, actor: ActorDep, submission: Reference, step: str
) -> Response:
    """Confirm what staff have sent for a team, or go on without them."""
    entries.move(session, actor, submission, step)
    return go_to(f"/submissions/{submission}", done=f"entry-{step}")
