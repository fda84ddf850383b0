"""Who works on a submission from elsewhere: its team names them, and takes them off."""

from typing import Annotated, Any, Final
from uuid import UUID

from fastapi import APIRouter, Depends, Response
from pydantic import BaseModel, ConfigDict, Field, ValidationError
from sqlmodel import Session

from app.access.policy import Action, Actor, May
from app.accounts.dependencies import ActorDep, SettingsDep
from app.core.base.errors import Conflict, FieldError, TransitionNotAllowed, Unprocessable
from app.core.base.messages import Message
from app.core.base.references import Reference
from app.core.base.validation_errors import field_errors
from app.core.http.access import needs
from app.core.http.database_sessions import ReadSessionDep, SessionDep
from app.core.http.forms import Form, form_of
from app.pages.layout import Page, PageDep, go_to
from app.pages.team.submission import described
from app.submissions.lifecycle import EDITABLE
from app.submissions.service import queries
from app.teams.schemas import NewCollaborator
from app.teams.service import collaborators

router = APIRouter()

MAY: Final = {
    May.WRITE: Message("Change answers and files, and comment"),
    May.COMMENT: Message("Read and comment"),
    May.READ: Message("Read"),
}

_Typed = Annotated[str, Field(max_length=1_000)]


class Named(BaseModel):
    """Whom a team names, as a form tells it."""

    model_config = ConfigDict(extra="forbid")

    email: _Typed = ""
    name: _Typed = ""
    may: _Typed = ""


NamedForm = Annotated[Form[Named], Depends(form_of(Named))]


@router.get("/submissions/{submission}/team")
@needs(Action.DRAFT_SHARE)
def show_team(
    page: PageDep, session: ReadSessionDep, actor: ActorDep, submission: Reference
) -> Response:
    """List who works on a submission beside its team, and ask for one more."""
    return _page(page, session, actor, submission, Form())


@router.post("/submissions/{submission}/team")
@needs(Action.DRAFT_SHARE)
def name_for_team(
    page: PageDep,
    session: SessionDep,
    actor: ActorDep,
    settings: SettingsDep,
    submission: Reference,
    form: NamedForm,
) -> Response:
    """Let somebody work on a submission, or change what they may do."""
    if form.value is None:
        return _page(page, session, actor, submission, form, 422)
    said: dict[str, Any] = {
        name: value for name, value in form.value.model_dump().items() if value
    }
    try:
        new = NewCollaborator.model_validate(said | {"language": page.language})
        collaborators.name(session, actor, submission, new, public_url=settings.public_url)
    except ValidationError as wrong:
        form = form.refused(*field_errors(wrong.errors()))
        return _page(page, session, actor, submission, form, 422)
    except TransitionNotAllowed:
        raise
    except (Unprocessable, Conflict) as refusal:
        problem = Message("{problem} {remedy}", problem=refusal.detail, remedy=refusal.remedy)
        form = form.refused(*(refusal.errors or [FieldError("/email", problem)]))
        return _page(page, session, actor, submission, form, refusal.status)
    return go_to(f"/submissions/{submission}/team", done="collaborator-named")


@router.post("/submissions/{submission}/team/{collaborator}/end")
@needs(Action.DRAFT_SHARE)
def take_off_team(
    session: SessionDep, actor: ActorDep, submission: Reference, collaborator: UUID
) -> Response:
    """Take somebody off a submission."""
    collaborators.take_off(session, actor, submission, collaborator)
    return go_to(f"/submissions/{submission}/team", done="collaborator-ended")


def _page(
    page: Page,
    session: Session,
    actor: Actor,
    submission: UUID | str,
    form: Form[Named],
    status: int = 200,
) -> Response:
    found = queries.find(session, actor, submission)
    return page.render(
        "team/team.html",
        status=status,
        **described(session, actor, found),
        rows=collaborators.listed(session, actor, found.id),
        form=form,
        may=MAY,
        is_open=found.state in EDITABLE,
    )
