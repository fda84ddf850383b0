"""How the letters of a call read: which there are, and the text of one with its preview."""

from collections.abc import Sequence
from typing import Annotated, Final, Literal

from fastapi import APIRouter, Depends, Query, Response
from pydantic import BaseModel, ConfigDict, Field, ValidationError
from sqlmodel import Session

from app.access import policy
from app.access.policy import Action, Actor
from app.accounts.dependencies import ActorDep
from app.core.base.errors import Unprocessable
from app.core.base.references import Reference
from app.core.base.translations import LANGUAGES, Tag
from app.core.base.translations import language as language_of
from app.core.base.validation_errors import field_errors
from app.core.http.access import needs
from app.core.http.database_sessions import ReadSessionDep, SessionDep
from app.core.http.forms import Form, form_of
from app.decisions import queries
from app.decisions.models import Decision
from app.decisions.schemas import TableQuery
from app.decisions.service import writing
from app.notifications.letter_texts import FIELDS, ONE_LINE, TEXTS, LetterKind, Template
from app.notifications.schemas import LetterDraft
from app.notifications.service import templates
from app.notifications.service.telling import Teller
from app.pages.layout import Page, PageDep, go_to
from app.pages.staff.calls import call_of, place_of
from app.programmes.models import Call, Programme
from app.submissions.lifecycle import KINDS
from app.submissions.models import Submission
from app.submissions.schemas import SubmissionQuery
from app.submissions.service import letters
from app.submissions.service import queries as submissions

router = APIRouter()

MOST_CHOICES: Final = 100
"""Submissions of which one is chosen for the preview."""


class LetterForm(BaseModel):
    """The text of a letter as a form tells it."""

    model_config = ConfigDict(extra="forbid")

    subject: Annotated[str, Field(max_length=20_000)] = ""
    body: Annotated[str, Field(max_length=20_000)] = ""
    about: Annotated[str, Field(max_length=60)] = ""
    """Code of the submission for which the preview is shown."""
    act: Literal["look", "save", "remove"] = "look"


LetterFormDep = Annotated[Form[LetterForm], Depends(form_of(LetterForm))]


@router.get("/programmes/{programme}/calls/{call}/letters")
@needs(Action.DECISION_READ)
def show_call_letters(
    page: PageDep,
    session: ReadSessionDep,
    actor: ActorDep,
    programme: Reference,
    call: Reference,
) -> Response:
    """List the letters of a call, by what they tell and in which language."""
    found, of = call_of(session, actor, programme, call)
    return page.under("show_decisions", of.code).render(
        "staff/call_letters.html",
        programme=of,
        call=found,
        place=place_of(found, of),
        kinds=[kind for kind, text in TEXTS.items() if text.written_by],
        told={kind: text.told for kind, text in TEXTS.items()},
        written=Teller(session).written(found.id),
    )


@router.get("/programmes/{programme}/calls/{call}/letters/{kind}/{language}")
@needs(Action.DECISION_READ)
def show_call_letter(
    page: PageDep,
    session: ReadSessionDep,
    actor: ActorDep,
    programme: Reference,
    call: Reference,
    kind: LetterKind,
    language: Tag,
    about: Annotated[str | None, Query(max_length=60)] = None,
) -> Response:
    """Show how a letter of a call reads, and what it becomes for one submission."""
    found, of = call_of(session, actor, programme, call)
    stored, _ = templates.template(session, actor, found.id, kind, language_of(language))
    form: Form[LetterForm] = Form(
        written={"subject": stored.subject, "body": stored.body, "about": about or ""}
    )
    return _page(page, session, actor, (found, of), (kind, language), form)


@router.post("/programmes/{programme}/calls/{call}/letters/{kind}/{language}")
@needs(Action.CALL_WRITE)
def write_call_letter(
    page: PageDep,
    session: SessionDep,
    actor: ActorDep,
    programme: Reference,
    call: Reference,
    kind: LetterKind,
    language: Tag,
    form: LetterFormDep,
) -> Response:
    """Show what a text becomes, keep it, or go back to the one of the service."""
    found, of = call_of(session, actor, programme, call)
    spoken, place = language_of(language), f"{place_of(found, of)}/letters"
    if (said := form.value) is None:
        return _page(page, session, actor, (found, of), (kind, language), form, 422)
    if said.act == "remove":
        templates.remove(session, actor, found.id, kind, spoken)
        return go_to(place, done="letter-removed")
    try:
        draft = LetterDraft(subject=said.subject, body=said.body)
        if said.act == "look":
            templates.checked(kind, draft)
            return _page(page, session, actor, (found, of), (kind, language), form)
        templates.write(session, actor, found.id, kind, spoken, draft)
    except ValidationError as refusal:
        form = form.refused(*field_errors(refusal.errors()))
    except Unprocessable as refusal:
        form = form.refused(*refusal.errors)
    else:
        return go_to(place, done="letter-written")
    return _page(page, session, actor, (found, of), (kind, language), form, 422)


def _page(
    page: Page,
    session: Session,
    actor: Actor,
    where: tuple[Call, Programme],
    which: tuple[LetterKind, Tag],
    form: Form[LetterForm],
    status: int = 200,
) -> Response:
    (found, of), (kind, language) = where, which
    tells_decision = TEXTS[kind].written_by is Action.DECISION_RELEASE
    examples = _examples(session, actor, found, tells_decision=tells_decision)
    return page.under("show_decisions", of.code).render(
        "staff/call_letter.html",
        status=status,
        programme=of,
        call=found,
        place=f"{place_of(found, of)}/letters",
        kind=kind,
        spoken=language,
        languages_known=LANGUAGES,
        form=form,
        examples=[submission for submission, _ in examples],
        told=TEXTS[kind].told,
        fields=[(name, text) for name, text in FIELDS.items() if name in TEXTS[kind].allowed],
        in_subject=ONE_LINE,
        is_written=templates.template(session, actor, found.id, kind, language_of(language))[1],
        letter=_preview(session, actor, examples, which, form) if not form.errors else None,
        may_write=policy.allows(actor, templates.writing_of(kind)),
        tells_decision=tells_decision,
    )


Example = tuple[Submission, Decision | None]
"""A submission for which a letter is shown; with its decision, where the letter tells of it."""


def _examples(
    session: Session, actor: Actor, call: Call, *, tells_decision: bool
) -> list[Example]:
    if tells_decision:
        lines = queries.table(session, actor, call, TableQuery(limit=MOST_CHOICES)).rows
        return [(line.submission, line.current) for line in lines if line.current is not None]
    query = SubmissionQuery(call=[call.id], limit=MOST_CHOICES)
    found = submissions.search(session, actor, KINDS[call.kind], query)
    return [(submission, None) for submission in found.rows]


def _preview(
    session: Session,
    actor: Actor,
    examples: Sequence[Example],
    which: tuple[LetterKind, Tag],
    form: Form[LetterForm],
) -> Template | None:
    """Return what the text becomes for the submission that was chosen, or for the first."""
    kind, language = which
    about = form.written.get("about")
    chosen = [one for one in examples if one[0].code == about] or examples
    if not chosen:
        return None
    written = Template(str(form.written.get("subject", "")), str(form.written.get("body", "")))
    (submission, decision), spoken = chosen[0], language_of(language)
    if decision is not None:
        return writing.preview(session, actor, decision, kind, written, spoken)
    return letters.preview(session, submission, written, spoken)
