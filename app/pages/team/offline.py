"""Filling a form in without a connection: downloading it, and bringing it back."""

from dataclasses import dataclass
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Response
from sqlmodel import Session

from app.access import policy
from app.access.policy import Action, Actor
from app.accounts.dependencies import ActorDep, DatabaseDep, SettingsDep
from app.core.base.errors import AppError, NotFound, NotPermitted, Stale, Unprocessable
from app.core.base.messages import Message
from app.core.base.translations import language
from app.core.http.access import needs
from app.core.http.database_sessions import ReadSessionDep, SessionDep
from app.core.storage.database import reading
from app.core.tables.row_errors import Fault, FaultyTable
from app.organisations.service import organisations
from app.pages.layout import Page, PageDep, go_to
from app.pages.uploads import FileDep, Kept, KeptForm, most_bytes, packed, unpacked, unusable
from app.programmes import service as programmes
from app.programmes.lifecycle import Phase
from app.programmes.schemas import CallQuery
from app.settings import Settings
from app.submissions.lifecycle import EDITABLE, KINDS
from app.submissions.service import form_files, form_workbooks, queries
from app.submissions.service.form_files import Taken
from app.submissions.service.form_workbooks import Filled
from app.submissions.service.importing import Sent

router = APIRouter()


@router.get("/form-files")
@needs(Action.DRAFT_WRITE)
def show_form_files(
    page: PageDep, session: ReadSessionDep, actor: ActorDep, settings: SettingsDep
) -> Response:
    """Offer forms as files, and ask for one that was filled in."""
    return _page(page, session, actor, settings)


@dataclass(frozen=True, slots=True)
class _Read:
    """A file that was brought, with what it holds, or why it holds no form."""

    file: Sent | None
    filled: Filled | None = None
    refusal: FaultyTable | None = None

    def answers(self) -> Filled:
        """Return what it holds, or refuse it."""
        if self.refusal is not None:
            raise self.refusal
        assert self.filled is not None  # noqa: S101 -- a file was brought
        return self.filled


def _read(file: Sent | None) -> _Read:
    if file is None:
        return _Read(None)
    try:
        return _Read(file, form_workbooks.read(file.content, file.name))
    except FaultyTable as refusal:
        return _Read(file, refusal=refusal)


def _kept(form: KeptForm) -> _Read:
    return _read(unpacked(form.value))


KeptDep = Annotated[_Read, Depends(_kept)]
"""What the browser has kept; it stands before a session, which is not held while it is read."""


@router.post("/form-files")
@needs(Action.DRAFT_WRITE)
def look_at_form_file(
    page: PageDep,
    database: DatabaseDep,
    actor: ActorDep,
    settings: SettingsDep,
    file: FileDep,
) -> Response:
    """Show all that is wrong with a file, or what it would write; write nothing."""
    wrong = unusable(file, most_bytes(settings))
    read = _read(file if wrong is None else None)
    with reading(database) as session:
        if file is None or wrong is not None:
            return _page(page, session, actor, settings, wrong=wrong, status=422)
        into = language(page.language)
        try:
            found = form_files.look_through(session, actor, file.name, read.answers(), into)
        except FaultyTable as refusal:
            return _page(
                page, session, actor, settings, faults=refusal.faults, file=file, status=422
            )
        return _page(page, session, actor, settings, found=found, file=file)


@router.post("/form-files/store")
@needs(Action.DRAFT_WRITE)
def store_form_file(
    page: PageDep,
    kept: KeptDep,
    session: SessionDep,
    actor: ActorDep,
    settings: SettingsDep,
    form: KeptForm,
) -> Response:
    """Write what a file says; where a colleague was quicker, ask which shall stand."""
    file, into = kept.file, language(page.language)
    if file is None or form.value is None:
        wrong = Message("Choose a file.")
        return _page(page, session, actor, settings, wrong=wrong, status=422)
    try:
        found = form_files.take_in(
            session,
            actor,
            file.name,
            kept.answers(),
            into,
            most=settings.max_drafts,
            organisation_id=_team(form.value),
            is_mine=bool(form.value.is_mine),
        )
    except FaultyTable as refusal:
        return _page(
            page, session, actor, settings, faults=refusal.faults, file=file, status=422
        )
    except Stale as refusal:
        found = form_files.look_through(session, actor, file.name, kept.answers(), into)
        status = refusal.status
        return _page(page, session, actor, settings, found=found, file=file, status=status)
    except (NotFound, NotPermitted):
        raise
    except (Unprocessable, AppError) as refusal:
        status, wrong = refusal.status, Message.of(refusal.detail)
        return _page(page, session, actor, settings, wrong=wrong, status=status)
    code = found.submission.code if found.submission else ""
    return go_to(f"/submissions/{code}", done="form-taken")


def _team(kept: Kept) -> UUID | None:
    try:
        return UUID(kept.organisation_id) if kept.organisation_id else None
    except ValueError:
        return None


def _page(
    page: Page,
    session: Session,
    actor: Actor,
    settings: Settings,
    *,
    status: int = 200,
    wrong: Message | None = None,
    faults: tuple[Fault, ...] = (),
    found: Taken | None = None,
    file: Sent | None = None,
) -> Response:
    own = policy.own_reach(actor, Action.DRAFT_WRITE)
    more: dict[str, Any] = {}
    if found is not None and file is not None:
        more["content"] = packed(file)
    return page.render(
        "team/form_files.html",
        status=status,
        drafts=[row for row in queries.own(session, actor) if row.state in EDITABLE],
        calls=[
            call
            for call in programmes.calls(session, actor, CallQuery(phase=[Phase.OPEN])).rows
            if call.kind in KINDS
        ],
        teams=[organisations.organisation(session, actor, key) for key in sorted(own)],
        wrong=wrong,
        faults=faults,
        found=found,
        file_name=file.name if file else "",
        most=most_bytes(settings),
        **more,
    )
