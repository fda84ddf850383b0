"""How much a team would like to work with each of the other side: told for the staff alone."""

from typing import Annotated, Any, Final

from fastapi import APIRouter, Depends, Query, Response
from pydantic import BaseModel, ConfigDict, Field, ValidationError
from sqlmodel import Session

from app.access import policy
from app.access.policy import Action, Actor
from app.accounts.dependencies import ActorDep
from app.core.base.entity_tags import Expected, entity_tag
from app.core.base.errors import Conflict, FieldError, Stale
from app.core.base.messages import Message
from app.core.base.references import LONGEST, Reference
from app.core.base.validation_errors import field_errors
from app.core.http.access import needs
from app.core.http.database_sessions import ReadSessionDep, SessionDep
from app.core.http.forms import Form, form_of
from app.interests import queries, service
from app.interests.scale import InterestWord
from app.interests.schemas import InterestDraft
from app.pages.layout import Page, PageDep, go_to
from app.pages.notices import Notice
from app.pages.team.submission import described
from app.submissions.lifecycle import OUT

router = APIRouter()

SAVED = Message("Saved: {code}. Only the staff of the incubator read it.")
"""What the page says after something was told."""

WORDS: Final = {
    InterestWord.CANNOT: Message("We cannot work with them"),
    InterestWord.RATHER_NOT: Message("We would rather not"),
    InterestWord.OPEN: Message("We are open to it"),
    InterestWord.INTERESTED: Message("We are interested"),
    InterestWord.VERY: Message("We are very interested"),
}
"""The five words as a team says them."""

_Typed = Annotated[str, Field(max_length=2_000)]
About = Annotated[str | None, Query(max_length=LONGEST)]


class Told(BaseModel):
    """What a team says of one of the other side, as a form tells it."""

    model_config = ConfigDict(extra="forbid")

    value: _Typed = ""
    reason: _Typed = ""
    expected: _Typed = ""


ToldForm = Annotated[Form[Told], Depends(form_of(Told))]


@router.get("/submissions/{submission}/interests")
@needs(Action.INTEREST_WRITE)
def show_interests(
    page: PageDep,
    session: ReadSessionDep,
    actor: ActorDep,
    submission: Reference,
    saved: About = None,
) -> Response:
    """List all of the other side of which the team can say something, and what it has said."""
    return _page(page, session, actor, submission, Form(), saved=saved)


@router.post("/submissions/{submission}/interests/{counterpart}")
@needs(Action.INTEREST_WRITE)
def tell_interest_on_page(
    page: PageDep,
    session: SessionDep,
    actor: ActorDep,
    submission: Reference,
    counterpart: Reference,
    form: ToldForm,
) -> Response:
    """Keep what the team says of one of the other side, and come back to the list."""
    if form.value is None:
        return _page(page, session, actor, submission, form, counterpart, 422)
    said = form.value
    if not said.value:
        form = form.refused(FieldError("/value", "Choose one of the five words."))
        return _page(page, session, actor, submission, form, counterpart, 422)
    try:
        draft = InterestDraft.model_validate({"value": said.value, "reason": said.reason})
        seen = Expected(said.expected)
        told = service.tell(session, actor, submission, counterpart, draft, seen)
    except ValidationError as wrong:
        form = form.refused(*field_errors(wrong.errors()))
        return _page(page, session, actor, submission, form, counterpart, 422)
    except (Stale, Conflict) as refusal:
        problem = Message("{problem} {remedy}", problem=refusal.detail, remedy=refusal.remedy)
        form = form.refused(FieldError("/value", problem))
        return _page(page, session, actor, submission, form, counterpart, refusal.status)
    code = told.counterpart.code
    return go_to(f"/submissions/{submission}/interests?saved={code}#i-{code}")


@router.post("/submissions/{submission}/interests/{counterpart}/undo")
@needs(Action.INTEREST_WRITE)
def undo_interest(
    session: SessionDep, actor: ActorDep, submission: Reference, counterpart: Reference
) -> Response:
    """Take back what the team has said of one of the other side."""
    service.take_back(session, actor, submission, counterpart)
    return go_to(f"/submissions/{submission}/interests", done="interest-taken-back")


def _page(
    page: Page,
    session: Session,
    actor: Actor,
    submission: Any,
    form: Form[Told],
    about: Any = None,
    status: int = 200,
    *,
    saved: str | None = None,
) -> Response:
    found = queries.of_team(session, actor, submission)
    policy.require(actor, Action.INTEREST_WRITE, found.organisation_id)
    rows = queries.listed(session, actor, found.id)
    said = {row.counterpart.code for row in rows if row.value is not None}
    return page.render(
        "team/interests.html",
        status=status,
        **described(session, actor, found),
        rows=[(row, entity_tag(row)) for row in rows],
        n_said=len(said),
        words=WORDS,
        form=form,
        about=str(about).upper() if about is not None else None,
        is_open=found.submitted_at is not None and found.state not in OUT,
        done=_done(found.code, saved) if saved in said else page.notice,
    )


def _done(code: str, saved: str | None) -> Notice:
    """Return what was done, with where it is undone."""
    undo = f"/submissions/{code}/interests/{saved}/undo"
    return Notice(Message(SAVED.template, code=saved), undo)
