"""Which letters the reader gets, and which of them they can do without."""

from typing import Annotated

from fastapi import APIRouter, Depends, Response
from pydantic import BaseModel, ConfigDict, Field
from sqlmodel import Session

from app.access import policy
from app.access.policy import Action, Actor
from app.accounts.dependencies import ActorDep
from app.accounts.service import browser_sessions
from app.core.http.access import signed_in
from app.core.http.database_sessions import ReadSessionDep, SessionDep
from app.core.http.forms import Form, form_of
from app.notifications.letter_texts import TEXTS, LetterKind
from app.notifications.service import choices
from app.pages.layout import Page, PageDep, go_to

router = APIRouter()


class LettersForm(BaseModel):
    """The letters that the reader wants, among those that they can do without."""

    model_config = ConfigDict(extra="forbid")

    wanted: Annotated[list[LetterKind], Field(max_length=len(LetterKind))] = []


LettersFormDep = Annotated[Form[LettersForm], Depends(form_of(LettersForm))]


@router.get("/profile/letters")
@signed_in
def show_letter_choices(page: PageDep, session: ReadSessionDep, actor: ActorDep) -> Response:
    """Show which letters the reader gets."""
    browser_sessions.require_browser(actor)
    return _page(page, session, actor, Form())


@router.post("/profile/letters")
@signed_in
def choose_letters(
    page: PageDep, session: SessionDep, actor: ActorDep, form: LettersFormDep
) -> Response:
    """Choose which letters the reader gets."""
    if form.value is None:
        return _page(page, session, actor, form, 422)
    browser_sessions.require_browser(actor)
    offered, wanted = set(_kinds(actor, optional=True)), set(form.value.wanted)
    # what is not offered to the reader at present stays as they chose it before
    before = set(choices.unwanted(session, actor))
    choices.choose(session, actor, before - offered | offered - wanted)
    return go_to("/profile/letters", done="letters-chosen")


def _page(
    page: Page, session: Session, actor: Actor, form: Form[LettersForm], status: int = 200
) -> Response:
    return page.render(
        "account/letters.html",
        status=status,
        form=form,
        texts=TEXTS,
        optional=_kinds(actor, optional=True),
        always=_kinds(actor, optional=False),
        unwanted=choices.unwanted(session, actor),
    )


def _kinds(actor: Actor, *, optional: bool) -> list[LetterKind]:
    """Return the kinds of letters that somebody in the actor's roles can get."""
    writes = bool(policy.own_reach(actor, Action.DRAFT_WRITE))
    screens = policy.has_any_reach(actor, Action.SUBMISSION_SCREEN)
    return [
        kind
        for kind, text in TEXTS.items()
        if text.is_optional is optional and (writes if text.written_by else screens)
    ]
