"""Inviting a team to a call: why, the letter as it will be read, and sending it."""

from functools import partial
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Query, Request, Response
from pydantic import BaseModel, ConfigDict, Field, ValidationError
from sqlmodel import Session

from app.access.policy import Action, Actor
from app.accounts.dependencies import ActorDep
from app.core.base.clock import now
from app.core.base.errors import Conflict, FieldError, NotFound, Unprocessable
from app.core.base.references import Reference
from app.core.base.translations import language as language_of
from app.core.base.validation_errors import field_errors
from app.core.http.access import needs
from app.core.http.computing import InTurn
from app.core.http.database_sessions import ReadSessionDep, SessionDep
from app.core.http.forms import Form, form_of
from app.core.storage.database import reading
from app.gaps.schemas import ElsewhereRead, GapsRead, NewCallInvitation
from app.gaps.service import inviting, watching
from app.gaps.service.inviting import Invitable
from app.notifications import letter_faults
from app.notifications.letter_texts import FIELDS, ONE_LINE, TEXTS, Template
from app.notifications.schemas import LetterDraft
from app.notifications.service import templates
from app.pages.layout import Page, PageDep, go_to
from app.pages.staff.calls import call_of, place_of
from app.programmes.lifecycle import phase
from app.themes import service as themes

router = APIRouter()

_Typed = Annotated[str, Field(max_length=20_000)]


class Whom(BaseModel):
    """Who is invited, for which challenge."""

    model_config = ConfigDict(extra="forbid")

    challenge: Reference
    solution: Reference


class InvitationForm(BaseModel):
    """The letter of an invitation, and what becomes of it, as a form tells it."""

    model_config = ConfigDict(extra="forbid")

    subject: _Typed = ""
    body: _Typed = ""
    act: Literal["look", "send", "note"] = "look"


InvitationFormDep = Annotated[Form[InvitationForm], Depends(form_of(InvitationForm))]


@router.get("/programmes/{programme}/calls/{call}/invite")
@needs(Action.GAP_INVITE)
def show_call_invitation(
    request: Request,
    page: PageDep,
    session: ReadSessionDep,
    actor: ActorDep,
    programme: Reference,
    call: Reference,
    whom: Annotated[Whom, Query()],
) -> Response:
    """Show why a team may help, and the letter that it would get."""
    state = request.app.state
    named, _ = call_of(session, actor, programme, call)
    found = _invitable(session, actor, named.id, whom.challenge, whom.solution)
    opened = partial(reading, state.database)
    compute = watching.gaps(session, actor, found.call.id, state.settings, opened)
    labels = themes.labels(session, page.language)
    text = inviting.text(session, found, _spoken(page, found))
    form: Form[InvitationForm] = Form(written={"subject": text.subject, "body": text.body})
    values = _values(page, session, found, form)
    challenge, solution = found.challenge.code, found.solution.code
    return InTurn(
        lambda: _page(
            page, values, why=_why(compute(), challenge, solution), labels=labels, form=form
        )
    )


@router.post("/programmes/{programme}/calls/{call}/invite")
@needs(Action.GAP_INVITE)
def invite_team(
    page: PageDep,
    session: SessionDep,
    actor: ActorDep,
    programme: Reference,
    call: Reference,
    whom: Annotated[Whom, Query()],
    form: InvitationFormDep,
) -> Response:
    """Show what a text becomes, send it, or note that staff bring it themselves."""
    named, of = call_of(session, actor, programme, call)
    found = _invitable(session, actor, named.id, whom.challenge, whom.solution)
    if (said := form.value) is None:
        return _page(page, _values(page, session, found, form), form=form, status=422)
    try:
        # as a browser sends it, each line ends with two signs
        draft = LetterDraft(subject=said.subject, body=said.body.replace("\r\n", "\n"))
        templates.checked(inviting.KIND, draft)
        if said.act == "look":
            return _page(page, _values(page, session, found, form), form=form)
        usual = inviting.text(session, found, _spoken(page, found))
        own = None if draft == LetterDraft(subject=usual.subject, body=usual.body) else draft
        new = NewCallInvitation(
            challenge=found.challenge.id,
            solution=found.solution.id,
            letter=own,
            by_hand=said.act == "note",
        )
        inviting.invite(session, actor, named.id, new)
    except ValidationError as wrong:
        form = form.refused(*field_errors(wrong.errors()))
        return _page(page, _values(page, session, found, form), form=form, status=422)
    except (Unprocessable, Conflict) as refusal:
        form = form.refused(*(refusal.errors or [FieldError("/body", refusal.detail)]))
        values = _values(page, session, found, form)
        return _page(page, values, form=form, status=refusal.status)
    done = "team-noted" if said.act == "note" else "team-invited"
    return go_to(f"/programmes/{of.code}/gaps?call={named.code}", done=done)


def _invitable(
    session: Session, actor: Actor, call: Any, challenge: Any, solution: Any
) -> Invitable:
    """Return who would be invited; a page of somebody who may not be is not there."""
    try:
        return inviting.invitable(session, actor, call, challenge, solution)
    except (Unprocessable, Conflict) as refusal:
        errors = [error.detail for error in refusal.errors] or [refusal.detail]
        raise NotFound(errors[0]) from refusal


def _spoken(page: Page, found: Invitable) -> Any:
    return inviting.language_of(found, language_of(page.language))


def _why(found: GapsRead, challenge: str, solution: str) -> ElsewhereRead | None:
    return next(
        (
            one
            for line in found.challenges
            if line.challenge.code == challenge
            for one in line.elsewhere
            if one.solution.code == solution
        ),
        None,
    )


def _values(
    page: Page, session: Session, found: Invitable, form: Form[InvitationForm]
) -> dict[str, Any]:
    spoken = _spoken(page, found)
    written = Template(str(form.written.get("subject", "")), str(form.written.get("body", "")))
    wrong = [*form.errors, *letter_faults.faults(inviting.KIND, written)]
    allowed = TEXTS[inviting.KIND].allowed
    return {
        "programme": found.programme,
        "call": found.call,
        "phase": phase(found.call, now()),
        "place": place_of(found.call, found.programme),
        "challenge": found.challenge,
        "solution": found.solution,
        "team": found.organisation,
        "n_readers": len(found.readers),
        "reach": found.reach,
        "invitation": found.invitation,
        "spoken": spoken.tag,
        "letter": None if wrong else inviting.preview(session, found, written, spoken),
        "fields": [(name, text) for name, text in FIELDS.items() if name in allowed],
        "in_subject": ONE_LINE,
    }


def _page(
    page: Page,
    values: dict[str, Any],
    *,
    form: Form[InvitationForm],
    why: ElsewhereRead | None = None,
    labels: Any = None,
    status: int = 200,
) -> Response:
    return page.under("show_gaps", values["programme"].code).render(
        "staff/invite_to_call.html",
        status=status,
        form=form,
        why=why,
        labels=labels or {},
        **values,
    )
