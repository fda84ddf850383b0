"""Where a superior says whether they support a submission: by the link of a letter alone."""

from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Response
from pydantic import BaseModel, ConfigDict, Field, ValidationError
from sqlmodel import Session

from app.core.base.errors import Conflict, FieldError
from app.core.base.messages import Message
from app.core.base.validation_errors import field_errors
from app.core.http.access import public
from app.core.http.database_sessions import ReadSessionDep, SessionDep
from app.core.http.forms import Form, form_of
from app.organisations.models import Organisation
from app.pages.layout import Page, PageDep
from app.pages.topics import FIELDS
from app.programmes.models import Call
from app.teams.schemas import SupportAnswer
from app.teams.service import support

router = APIRouter()


class Answer(BaseModel):
    """What a superior says, as a form tells it."""

    model_config = ConfigDict(extra="forbid")

    code: str = Field(max_length=200)
    read: str = Field(default="", max_length=100)
    supports: Literal["", "yes", "no"] = ""
    words: str = Field(default="", max_length=20_000)


AnswerForm = Annotated[Form[Answer], Depends(form_of(Answer))]


@router.get("/support")
@public
def show_support_asked(page: PageDep, session: ReadSessionDep, code: str = "") -> Response:
    """Show what a superior is asked to support, and ask what they say."""
    return _page(page, session, Form(written={"code": code}))


@router.post("/support")
@public
def give_support(page: PageDep, session: SessionDep, form: AnswerForm) -> Response:
    """Take what a superior says; the link ends with it."""
    sent = form.value
    if sent is None:
        return _page(page, session, form, 422)
    if not sent.supports:
        form = form.refused(FieldError("/supports", "Say whether you support it."))
        return _page(page, session, form, 422)
    try:
        said = SupportAnswer(supports=sent.supports == "yes", words=sent.words)
    except ValidationError as wrong:
        return _page(page, session, form.refused(*field_errors(wrong.errors())), 422)
    try:
        one = support.answer(session, sent.code, said, sent.read)
    except Conflict as refusal:
        form = form.refused(FieldError("/supports", refusal.detail))
        return _page(page, session, form, refusal.status)
    return page.render("public/support_given.html", supports=one.supports)


def _page(page: Page, session: Session, form: Form[Answer], status: int = 200) -> Response:
    one, submission = support.find(session, str(form.written.get("code", "")))
    _, text = support.shown(submission)
    told = FIELDS[support.TOLD[submission.kind]]
    return page.render(
        "public/support.html",
        status=status,
        form=form,
        asked=one,
        submission=submission,
        team=session.get_one(Organisation, submission.organisation_id),
        call=session.get_one(Call, submission.call_id),
        heading=Message("Summary") if submission.summary else told,
        text=text,
        read=support.seen(submission),
    )
