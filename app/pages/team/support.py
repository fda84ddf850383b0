"""The statement of support: a team names a superior; it and staff read what they say."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Response
from pydantic import BaseModel, ConfigDict, Field, ValidationError
from sqlmodel import Session

from app.access.policy import Action, Actor
from app.accounts.dependencies import ActorDep, SettingsDep
from app.core.base.errors import Conflict, FieldError, TransitionNotAllowed
from app.core.base.messages import Message
from app.core.base.references import Reference
from app.core.base.validation_errors import field_errors
from app.core.http.access import within
from app.core.http.database_sessions import ReadSessionDep, SessionDep
from app.core.http.forms import Form, form_of
from app.pages.layout import Page, PageDep, go_to
from app.pages.team.submission import READ, described
from app.submissions.lifecycle import EDITABLE
from app.submissions.models import Submission
from app.submissions.service import queries
from app.teams.schemas import NewSupport, SupportState
from app.teams.service import support

router = APIRouter()

_Typed = Annotated[str, Field(max_length=1_000)]


class Superior(BaseModel):
    """Whom a team asks, as a form tells it."""

    model_config = ConfigDict(extra="forbid")

    name: _Typed = ""
    office: _Typed = ""
    email: _Typed = ""


SuperiorForm = Annotated[Form[Superior], Depends(form_of(Superior))]


@router.get("/submissions/{submission}/support")
@within(*READ)
def show_support(
    page: PageDep, session: ReadSessionDep, actor: ActorDep, submission: Reference
) -> Response:
    """Show who is asked for support and what they say, and ask whom to name."""
    found = queries.find(session, actor, submission)
    return _page(page, session, actor, found, Form())


@router.post("/submissions/{submission}/support")
@within(Action.DRAFT_SHARE, Action.SUBMISSION_ENTER)
def ask_superior(
    page: PageDep,
    session: SessionDep,
    actor: ActorDep,
    settings: SettingsDep,
    submission: Reference,
    form: SuperiorForm,
) -> Response:
    """Write to a superior, or write again."""
    found = queries.find(session, actor, submission)
    if form.value is None:
        return _page(page, session, actor, found, form, 422)
    said: dict[str, Any] = {
        name: value for name, value in form.value.model_dump().items() if value
    }
    try:
        new = NewSupport.model_validate(said | {"language": page.language})
        support.ask(session, actor, found.id, new, public_url=settings.public_url)
    except ValidationError as wrong:
        form = form.refused(*field_errors(wrong.errors()))
        return _page(page, session, actor, found, form, 422)
    except TransitionNotAllowed:
        raise
    except Conflict as refusal:
        problem = Message("{problem} {remedy}", problem=refusal.detail, remedy=refusal.remedy)
        form = form.refused(FieldError("/email", problem))
        return _page(page, session, actor, found, form, refusal.status)
    return go_to(f"/submissions/{found.code}/support", done="support-asked")


def _page(
    page: Page,
    session: Session,
    actor: Actor,
    submission: Submission,
    form: Form[Superior],
    status: int = 200,
) -> Response:
    values = described(session, actor, submission)
    read = support.described(session, submission)
    asked = support.current(session, submission)
    works_on_it = values["is_member"] or support.enters(actor, submission)
    may_ask = works_on_it and read.required and submission.state in EDITABLE
    if asked is not None and read.state is not SupportState.SUPPORTED and not form.written:
        # Who sends it again has nothing to write twice.
        form = Form(written={name: getattr(asked, name) for name in Superior.model_fields})
    return page.render(
        "team/support.html",
        status=status,
        **values,
        support=read,
        email=asked.email if asked is not None and works_on_it else "",
        may_ask=may_ask,
        form=form,
    )
