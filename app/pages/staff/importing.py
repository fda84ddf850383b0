"""Import: a file is looked through, then shown as it would be stored, then stored.

Between the two requests the browser keeps the file (`app.pages.uploads`), and the service looks
at all of it again.
"""

from dataclasses import dataclass
from typing import Any, Final

from fastapi import APIRouter, Response
from sqlmodel import Session

from app.access.policy import Action, Actor
from app.accounts.dependencies import ActorDep, DatabaseDep, SettingsDep
from app.core.base.messages import Message
from app.core.base.references import Reference
from app.core.http.access import needs
from app.core.http.database_sessions import ReadSessionDep, SessionDep
from app.core.storage.database import reading, transaction
from app.core.tables.row_errors import Fault, FaultyTable
from app.insights.queries import names_of
from app.pages.layout import Page, PageDep, go_to
from app.pages.staff.calls import call_of, place_of
from app.pages.uploads import FileDep, KeptForm, most_bytes, packed, unpacked, unusable
from app.programmes import service as programmes
from app.programmes.models import Call, Programme
from app.settings import Settings
from app.submissions.lifecycle import KINDS
from app.submissions.models import Submission
from app.submissions.service import importing
from app.submissions.service.importing import Sent

router = APIRouter()

SHOWN: Final = 200
"""Faults, and submissions, that a page shows."""


@dataclass(frozen=True, slots=True)
class Row:
    """A submission as it would be stored."""

    code: str
    id: str
    title: str
    organisation: str


@dataclass(frozen=True, slots=True)
class Preview:
    """What a file would add and change; what was read in another way than people may think."""

    added: list[Row]
    updated: list[Row]
    notes: list[str]


class _LookedAtError(Exception):
    """Ends a transaction in which a file was taken in, so that nothing of it stays."""

    def __init__(self, preview: Preview) -> None:
        super().__init__()
        self.preview = preview


@router.get("/programmes/{programme}/calls/{call}/import")
@needs(Action.SUBMISSION_IMPORT)
def show_import(
    page: PageDep,
    session: ReadSessionDep,
    actor: ActorDep,
    settings: SettingsDep,
    programme: Reference,
    call: Reference,
) -> Response:
    """Ask for a file."""
    found, of = call_of(session, actor, programme, call)
    return _import_page(page, actor, settings, found, of)


@router.post("/programmes/{programme}/calls/{call}/import")
@needs(Action.SUBMISSION_IMPORT)
def look_through(
    page: PageDep,
    database: DatabaseDep,
    actor: ActorDep,
    settings: SettingsDep,
    programme: Reference,
    call: Reference,
    file: FileDep,
) -> Response:
    """Show all that is wrong with a file, or what it would add and change; store nothing."""
    with reading(database) as session:
        found, of = call_of(session, actor, programme, call)
    wrong = unusable(file, most_bytes(settings))
    if file is None or wrong is not None:
        return _import_page(page, actor, settings, found, of, wrong=wrong, status=422)
    try:
        with transaction(database) as session:
            raise _LookedAtError(_taken_in(session, actor, found, file))
    except _LookedAtError as looked:
        return _import_page(page, actor, settings, found, of, preview=looked.preview, file=file)
    except FaultyTable as refusal:
        return _import_page(
            page, actor, settings, found, of, faults=refusal.faults, file=file, status=422
        )


def _taken_in(session: Session, actor: Actor, call: Call, file: Sent) -> Preview:
    notes: list[str] = []
    taken = importing.update_from_file(session, actor, call, file, notes=notes)
    keys = {one.organisation_id for one in (*taken.added, *taken.updated)}
    names = names_of(session, actor, {"organisation": keys})

    def row(one: Submission) -> Row:
        return Row(one.code, one.external_id or "", one.title, names[one.organisation_id][0])

    return Preview([*map(row, taken.added)], [*map(row, taken.updated)], notes)


@router.post("/programmes/{programme}/calls/{call}/import/store")
@needs(Action.SUBMISSION_IMPORT)
def store_import(
    page: PageDep,
    session: SessionDep,
    actor: ActorDep,
    settings: SettingsDep,
    programme: Reference,
    call: Reference,
    form: KeptForm,
) -> Response:
    """Store a file that was looked through; what is wrong with it by now is shown again."""
    found, of = call_of(session, actor, programme, call)
    file = unpacked(form.value)
    if file is None:
        wrong = Message("Choose a file.")
        return _import_page(page, actor, settings, found, of, wrong=wrong, status=422)
    try:
        importing.update_from_file(session, actor, found, file)
    except FaultyTable as refusal:  # raised before anything of the file is taken in
        return _import_page(
            page, actor, settings, found, of, faults=refusal.faults, file=file, status=422
        )
    return go_to(f"/programmes/{of.code}/{KINDS[found.kind]}s", done="imported")


def _import_page(
    page: Page,
    actor: Actor,
    settings: Settings,
    call: Call,
    of: Programme,
    *,
    status: int = 200,
    wrong: Message | None = None,
    faults: tuple[Fault, ...] = (),
    preview: Preview | None = None,
    file: Sent | None = None,
) -> Response:
    more: dict[str, Any] = {}
    if preview is not None and file is not None:
        more["content"] = packed(file)
    return page.render(
        "staff/import.html",
        status=status,
        programme=of,
        call=programmes.describe(actor, call),
        place=place_of(call, of),
        kind=KINDS[call.kind],
        wrong=wrong,
        faults=faults,
        preview=preview,
        file_name=file.name if file is not None else "",
        most=most_bytes(settings),
        shown=SHOWN,
        **more,
    )
