"""Import: a file is looked through, then shown as it would be stored, then stored.

Between the two requests the browser keeps the file, in a field of the form that stores it: the
service keeps nothing that nobody has decided to store, and looks at all of it again.
"""

import binascii
from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import dataclass
from pathlib import PurePath
from typing import Annotated, Any, Final

from fastapi import APIRouter, Depends, Request, Response
from pydantic import BaseModel, ConfigDict, Field
from sqlmodel import Session
from starlette.datastructures import UploadFile

from app.access.policy import Action, Actor
from app.accounts.dependencies import ActorDep, DatabaseDep, SettingsDep
from app.core.base.messages import Message
from app.core.base.references import Reference
from app.core.http.access import needs
from app.core.http.database_sessions import ReadSessionDep, SessionDep
from app.core.http.forms import Form, form_of
from app.core.storage.database import reading, transaction
from app.core.tables.row_errors import Fault, FaultyTable
from app.insights.queries import names_of
from app.pages.layout import Page, PageDep, go_to
from app.pages.staff.calls import call_of, place_of
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
MOST_CONTENT: Final = 100_000_000
"""Letters of a file that a form may hold; what one request may have says less."""
FRAME: Final = 10_000
"""Bytes of the form around the file."""


class Kept(BaseModel):
    """A file that the browser has kept between looking and storing."""

    model_config = ConfigDict(extra="forbid")

    name: str = Field(max_length=200)
    content: str = Field(max_length=MOST_CONTENT)


KeptForm = Annotated[Form[Kept], Depends(form_of(Kept))]


async def _file_of(request: Request) -> Sent | None:
    """Read the file of a form; None if there is none."""
    async with request.form(max_files=1, max_fields=5) as form:
        file = form.get("file")
        if not isinstance(file, UploadFile) or not file.filename:
            return None
        return Sent(PurePath(file.filename).name[-200:], await file.read())


FileDep = Annotated[Sent | None, Depends(_file_of)]


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
    wrong = _unusable(file, _most(settings))
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


def _most(settings: Settings) -> int:
    """Return how many bytes a file may have: it is sent again, four letters for three bytes."""
    return (settings.max_body_bytes - FRAME) * 3 // 4


def _unusable(file: Sent | None, most: int) -> Message | None:
    if file is None:
        return Message("Choose a file.")
    if len(file.content) > most:
        return Message(
            "The file has {size:,} bytes; at most {most:,} can be taken in here. Split it.",
            size=len(file.content),
            most=most,
        )
    return None


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
    file = _unpacked(form.value)
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


def _unpacked(kept: Kept | None) -> Sent | None:
    if kept is None:
        return None
    try:
        return Sent(kept.name, urlsafe_b64decode(kept.content.encode("ascii")))
    except (binascii.Error, UnicodeEncodeError):
        return None


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
        more["content"] = urlsafe_b64encode(file.content).decode("ascii")
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
        most=_most(settings),
        shown=SHOWN,
        **more,
    )
