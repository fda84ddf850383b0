"""Staff write public notices: which there are, which could be, and the form of one."""

from collections.abc import Sequence
from typing import Annotated, Any, Final
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Response
from pydantic import BaseModel, ConfigDict, Field, ValidationError
from sqlmodel import Session

from app.access.policy import Action, Actor
from app.accounts.dependencies import ActorDep
from app.core.base.entity_tags import Expected, entity_tag
from app.core.base.errors import FieldError, NotFound, Stale, Unprocessable
from app.core.base.messages import Message
from app.core.base.references import Reference
from app.core.base.validation_errors import field_errors
from app.core.http.access import needs
from app.core.http.database_sessions import ReadSessionDep, SessionDep
from app.core.http.forms import Form, form_of
from app.core.tables.languages import OFFERED
from app.enquiries import queries as enquiries
from app.notices import queries, service
from app.notices.models import PublicNotice
from app.notices.schemas import (
    MOST_LANGUAGES,
    NewNotice,
    NoticeDraft,
    NoticeQuery,
    NoticeRead,
    NoticeText,
)
from app.pages.layout import Page, PageDep, go_to
from app.pages.topics import TOPICS
from app.programmes import service as programmes
from app.submissions.content import LONGEST
from app.submissions.lifecycle import Kind
from app.submissions.models import Submission
from app.submissions.schemas import MOST_THEMES
from app.submissions.service import queries as submissions
from app.themes import service as themes
from app.themes.facets import Facet
from app.themes.schemas import ThemeQuery

router = APIRouter()

PAGE: Final = 100
"""How many notices a page of the list has."""
PASSAGES: Final = ("title", "summary", "problem", "outcome", "help_wanted")

# As they are typed: the schema of the draft says what is wrong with them, in its own words.
_Typed = Annotated[str, Field(max_length=2 * LONGEST)]


class TextForm(BaseModel):
    """What a form says of a notice in one language."""

    model_config = ConfigDict(extra="forbid")

    language: _Typed = ""
    title: _Typed = ""
    summary: _Typed = ""
    problem: _Typed = ""
    outcome: _Typed = ""
    help_wanted: _Typed = ""

    @property
    def is_left_out(self) -> bool:
        """Whether nothing is said in this language any more."""
        return not any(getattr(self, name) for name in PASSAGES)


class NoticeForm(BaseModel):
    """A notice as a form tells it."""

    model_config = ConfigDict(extra="forbid")

    expected: _Typed = ""
    texts: Annotated[list[TextForm], Field(max_length=2 * MOST_LANGUAGES)] = []
    themes: Annotated[list[_Typed], Field(max_length=2 * MOST_THEMES)] = []
    names_country: _Typed = ""
    names_organisation: _Typed = ""


NoticeFormDep = Annotated[Form[NoticeForm], Depends(form_of(NoticeForm))]


@router.get("/programmes/{programme}/notices")
@needs(Action.NOTICE_WRITE)
def show_notices(
    page: PageDep,
    session: ReadSessionDep,
    actor: ActorDep,
    programme: Reference,
    cursor: Annotated[str | None, Query(max_length=1000)] = None,
) -> Response:
    """List the public notices of a programme, and the selected challenges without one."""
    of = programmes.programme(session, programme)
    query = NoticeQuery(programme=[of.id], limit=PAGE, cursor=cursor)
    found = queries.search(session, actor, query)
    return page.render(
        "staff/notices.html",
        programme=of,
        rows=found.rows,
        asked=enquiries.counted(session, actor, [row.id for row in found.rows]),
        cursor=found.cursor,
        without=queries.without_notice(session, actor, of.id),
    )


@router.post("/submissions/{submission}/notice")
@needs(Action.NOTICE_WRITE)
def begin_notice(session: SessionDep, actor: ActorDep, submission: Reference) -> Response:
    """Begin a notice with what the challenge says, and lead on to its form."""
    notice = service.begin(session, actor, NewNotice(challenge_id=submission))
    return go_to(f"/submissions/{notice.code}/notice/write", done="notice-begun")


@router.get("/submissions/{submission}/notice/write")
@needs(Action.NOTICE_WRITE)
def show_notice_form(
    page: PageDep, session: ReadSessionDep, actor: ActorDep, submission: Reference
) -> Response:
    """Ask what a notice says, beside what the challenge says."""
    return _form_page(page, session, actor, submission, Form())


@router.post("/submissions/{submission}/notice/write")
@needs(Action.NOTICE_WRITE)
def write_notice(
    page: PageDep,
    session: SessionDep,
    actor: ActorDep,
    submission: Reference,
    form: NoticeFormDep,
) -> Response:
    """Save what a notice says; of two who do so at once, the second sees both versions."""
    challenge, notice = _writable(session, actor, submission)
    if form.value is None:
        return _form_page(page, session, actor, submission, form, 422)
    kept = [row for row, text in enumerate(form.value.texts) if not text.is_left_out]
    try:
        draft = _draft(form.value, kept)
        service.replace(session, actor, notice.id, draft, Expected(form.value.expected))
    except Stale as refusal:
        return _form_page(page, session, actor, submission, form, refusal.status)
    except Unprocessable as refusal:
        form = form.refused(*(_at_its_row(error, kept) for error in refusal.errors))
        return _form_page(page, session, actor, submission, form, refusal.status)
    return go_to(f"/submissions/{challenge.code}/notice", done="notice-written")


def _draft(form: NoticeForm, kept: Sequence[int]) -> NoticeDraft:
    """Return what was filled in, without the languages in which nothing is said.

    Raises
    ------
    Unprocessable
        With all that cannot be taken.
    """
    said = form.model_dump(exclude={"expected", "texts"})
    said["texts"] = [form.texts[row].model_dump() for row in kept]
    for name in ("names_country", "names_organisation"):
        said[name] = bool(said[name])
    try:
        return NoticeDraft.model_validate(said)
    except ValidationError as error:
        raise Unprocessable(
            "The content cannot be accepted.", errors=field_errors(error.errors())
        ) from error


def _at_its_row(error: FieldError, kept: Sequence[int]) -> FieldError:
    """Return what is wrong by the row of the form, in which some languages were left out."""
    parts = error.pointer.split("/")
    if parts[1] != "texts" or len(parts) < 3:
        return error
    return FieldError(
        "/".join(["", "texts", str(kept[int(parts[2])]), *parts[3:]]), error.detail
    )


def _writable(
    session: Session, actor: Actor, key: UUID | str
) -> tuple[Submission, PublicNotice]:
    challenge = submissions.get(session, actor, Kind.CHALLENGE, key)
    notice = queries.of_challenge(session, actor, challenge)
    if notice is None:
        raise NotFound(Message("There is no public notice {key}.", key=key))
    return challenge, notice


def _form_page(
    page: Page,
    session: Session,
    actor: Actor,
    key: UUID | str,
    form: Form[NoticeForm],
    status: int = 200,
) -> Response:
    challenge, notice = _writable(session, actor, key)
    of = programmes.programme(session, challenge.programme_id)
    stored = _shown(notice)
    form = form if form.written else Form(written=stored)
    offered = themes.search(session, ThemeQuery(limit=200)).rows
    return page.under("show_notices", of.code).render(
        "staff/notice_form.html",
        status=status,
        of=of,
        challenge=challenge,
        notice_read=NoticeRead.model_validate(notice),
        form=form,
        rows=list(form.rows("texts")),
        passages=PASSAGES,
        most=MOST_LANGUAGES,
        topics=TOPICS[Kind.CHALLENGE],
        facets=[(facet, [t for t in offered if t.facet == facet]) for facet in Facet],
        languages_offered=OFFERED,
        stored=stored,
        expected=entity_tag(NoticeRead.model_validate(notice)),
        overtaken=status == Stale.status,
    )


def _shown(notice: PublicNotice) -> dict[str, Any]:
    """Return a notice as the form shows it."""
    return {
        "themes": notice.themes,
        "names_country": "true" if notice.names_country else "",
        "names_organisation": "true" if notice.names_organisation else "",
        **{
            f"texts.{row}.{name}": text[name]
            for row, text in enumerate(notice.texts)
            for name in NoticeText.model_fields
        },
    }
