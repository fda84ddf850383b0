"""Another edition of a programme: how it is called, and when."""

from typing import Annotated

from fastapi import APIRouter, Depends, Response
from pydantic import BaseModel, ConfigDict, Field, ValidationError
from sqlmodel import Session

from app.access.policy import Action, Actor
from app.accounts.dependencies import ActorDep
from app.core.base.errors import Conflict, FieldError, Unprocessable
from app.core.base.references import Reference
from app.core.base.validation_errors import field_errors
from app.core.http.access import needs
from app.core.http.database_sessions import ReadSessionDep, SessionDep
from app.core.http.forms import Form, form_of
from app.pages.layout import Page, PageDep, go_to
from app.programmes import service as programmes
from app.programmes.models import Programme
from app.programmes.schemas import CallQuery
from app.questions import editions
from app.questions.schemas import NextEdition

router = APIRouter()

_Typed = Annotated[str, Field(max_length=10_000)]


class EditionForm(BaseModel):
    """Another edition, as a form tells it."""

    model_config = ConfigDict(extra="forbid")

    code: _Typed = ""
    title: _Typed = ""
    days: _Typed = ""


EditionFormDep = Annotated[Form[EditionForm], Depends(form_of(EditionForm))]


@router.get("/programmes/{programme}/next-edition")
@needs(Action.PROGRAMME_WRITE)
def show_next_edition(
    page: PageDep, session: ReadSessionDep, actor: ActorDep, programme: Reference
) -> Response:
    """Ask how the next edition of a programme is called, and when it is."""
    found = programmes.programme(session, programme)
    return _page(page, session, actor, found, Form(written={"days": "364"}))


@router.post("/programmes/{programme}/next-edition")
@needs(Action.PROGRAMME_WRITE)
def begin_edition(
    page: PageDep,
    session: SessionDep,
    actor: ActorDep,
    programme: Reference,
    form: EditionFormDep,
) -> Response:
    """Begin the next edition of a programme, and show its calls."""
    found = programmes.programme(session, programme)
    if form.value is None:
        return _page(page, session, actor, found, form, 422)
    try:
        said = {name: value for name, value in form.value.model_dump().items() if value}
        draft = NextEdition.model_validate(said)
        made = editions.begin(session, actor, found.id, draft)
    except ValidationError as wrong:
        form = form.refused(*field_errors(wrong.errors()))
        return _page(page, session, actor, found, form, 422)
    except (Conflict, Unprocessable) as refusal:
        form = form.refused(*(refusal.errors or [FieldError("/code", refusal.detail)]))
        return _page(page, session, actor, found, form, refusal.status)
    return go_to(f"/programmes/{made.code}/calls", done="edition-begun")


def _page(
    page: Page,
    session: Session,
    actor: Actor,
    of: Programme,
    form: Form[EditionForm],
    status: int = 200,
) -> Response:
    query = CallQuery(programme=[of.code], sort="opens_at", limit=50)
    return page.render(
        "staff/next_edition.html",
        status=status,
        programme=of,
        form=form,
        calls=programmes.calls(session, actor, query).rows,
    )
