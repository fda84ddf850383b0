"""The release of a call: what is missing, every letter as it will be sent, and one button."""

from typing import Annotated, Any, Final
from urllib.parse import urlencode
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Response
from pydantic import BaseModel, ConfigDict, Field, ValidationError
from sqlmodel import Session

from app.access import policy
from app.access.policy import Action, Actor
from app.accounts.dependencies import ActorDep
from app.core.base.errors import ConfirmFirst, Stale, Unprocessable
from app.core.base.references import Reference
from app.core.base.validation_errors import field_errors
from app.core.http.access import needs
from app.core.http.database_sessions import ReadSessionDep, SessionDep
from app.core.http.forms import Form, form_of
from app.decisions.schemas import NewRelease
from app.decisions.service import releases, steps, writing
from app.pages.instants import announced_at
from app.pages.layout import Page, PageDep, go_to
from app.pages.staff.calls import call_of, place_of

router = APIRouter()

LETTERS: Final = 25
"""Of how many decisions a page shows the letters."""
MOST_SHOWN: Final = 100
"""How much of what is missing a page tells."""


class ReleaseForm(BaseModel):
    """What is said with a release."""

    model_config = ConfigDict(extra="forbid")

    answer_by: Annotated[str, Field(max_length=100)] = ""
    expected: str = Field(max_length=100)
    """The tag of what the person has seen."""


ReleaseFormDep = Annotated[Form[ReleaseForm], Depends(form_of(ReleaseForm))]


def confirm_path(following: str) -> str:
    """Return the address at which a person confirms who they are before something else."""
    return f"/confirm?{urlencode({'next': following})}"


@router.get("/programmes/{programme}/calls/{call}/release")
@needs(Action.DECISION_READ)
def show_release(
    page: PageDep,
    session: ReadSessionDep,
    actor: ActorDep,
    programme: Reference,
    call: Reference,
    start: Annotated[int, Query(ge=0, le=100_000)] = 0,
    expected: Annotated[str | None, Query(max_length=100)] = None,
) -> Response:
    """Show what a release would do, and what is missing before it.

    Whoever turns the page still releases what the first one has shown, or nothing.
    """
    seen = (programme, call)
    return _page(page, session, actor, seen, Form(), start=start, expected=expected)


@router.post("/programmes/{programme}/calls/{call}/release")
@needs(Action.DECISION_RELEASE)
def release_call(
    page: PageDep,
    session: SessionDep,
    actor: ActorDep,
    programme: Reference,
    call: Reference,
    form: ReleaseFormDep,
) -> Response:
    """Release all decisions of a call, or none of them."""
    found, of = call_of(session, actor, programme, call)
    place = place_of(found, of)
    if (said := form.value) is None:
        return _page(page, session, actor, (programme, call), form, 422)
    try:
        steps.require_confirmed(actor)
        answer_by = (
            announced_at("/answer_by", said.answer_by, of.zone) if said.answer_by else None
        )
        new = NewRelease.model_validate(
            {"call_id": found.id, "answer_by": answer_by, "expected": said.expected}
        )
        releases.release(session, actor, new)
    except ConfirmFirst:
        return go_to(confirm_path(f"{place}/release"))
    except Stale as refusal:
        return _page(page, session, actor, (programme, call), form, refusal.status)
    except ValidationError as refusal:
        errors = field_errors(refusal.errors())
    except Unprocessable as refusal:
        errors = list(refusal.errors)
    else:
        return go_to(f"{place}/decisions?show=released", done="released")
    return _page(page, session, actor, (programme, call), form.refused(*errors), 422)


def _page(
    page: Page,
    session: Session,
    actor: Actor,
    names: tuple[UUID | str, UUID | str],
    form: Form[ReleaseForm],
    status: int = 200,
    *,
    start: int = 0,
    expected: str | None = None,
) -> Response:
    found, of = call_of(session, actor, *names)
    look = releases.outlook(session, actor, found)
    place = place_of(found, of)
    shown = look.batch[start : start + LETTERS]
    behind = start + LETTERS
    if status != Stale.status:
        expected = expected or str(form.written.get("expected", ""))
    expected = expected or look.tag
    following = urlencode({"start": behind, "expected": expected})
    return page.under("show_decisions", of.code).render(
        "staff/release.html",
        status=status,
        programme=of,
        call=found,
        place=place,
        look=look,
        missing=look.missing[:MOST_SHOWN],
        letters=_letters(session, shown),
        following=f"{place}/release?{following}" if behind < len(look.batch) else None,
        first=f"{place}/release" if start else None,
        form=form,
        expected=expected,
        overtaken=status == Stale.status,
        may_release=policy.allows(actor, Action.DECISION_RELEASE),
        silent=writing.teams_without_readers(session, look.batch),
    )


def _letters(session: Session, batch: Any) -> list[tuple[Any, list[tuple[str, int, Any]]]]:
    """Return the letters of some decisions, in each language in which somebody reads one."""
    return [
        (decision, writing.as_sent(session, decision, submission))
        for decision, submission in batch
    ]
