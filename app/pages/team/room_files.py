"""The files of the room of a match: added, removed, put back and handed out."""

from typing import Any
from uuid import UUID

from fastapi import APIRouter, Response
from sqlmodel import Session

from app.access.policy import Action, Actor
from app.accounts.dependencies import ActorDep, DatabaseDep, SettingsDep
from app.attachments.api import sent_of
from app.attachments.lifecycle import FileState
from app.attachments.names import is_renamed
from app.conversations import queries
from app.conversations.api import download_of
from app.conversations.service import files
from app.core.base.errors import (
    Conflict,
    TooLarge,
    TransitionNotAllowed,
    Unprocessable,
)
from app.core.base.references import Reference
from app.core.http.access import needs, within
from app.core.http.database_sessions import ReadSessionDep, SessionDep
from app.core.http.forms import Form
from app.core.http.uploads import UploadDep
from app.pages.layout import Page, PageDep, go_to
from app.pages.team.conversation import READING, framed
from app.pages.team.files import ACCEPTED, wrong_with
from app.settings import Settings

router = APIRouter()

PLACE = "/matches/{match}/conversation/attachments"


@router.get(PLACE)
@within(*READING)
def show_room_files(
    page: PageDep,
    session: ReadSessionDep,
    actor: ActorDep,
    settings: SettingsDep,
    match: Reference,
) -> Response:
    """Show the files that both teams have given each other, and take further ones in."""
    return _page(page, session, actor, settings, match, Form())


@router.post(PLACE)
@needs(Action.CONVERSATION_WRITE)
def add_file_to_room(
    page: PageDep,
    upload: UploadDep,
    session: SessionDep,
    actor: ActorDep,
    settings: SettingsDep,
    match: Reference,
) -> Response:
    """Keep a file, and show it among the others."""
    sent = sent_of(upload)
    try:
        made = files.add(session, actor, match, sent, settings)
    except (Unprocessable, Conflict, TooLarge) as refusal:
        form: Form[Any] = Form(errors=wrong_with(refusal))
        return _page(page, session, actor, settings, match, form)
    done = "file-renamed" if is_renamed(sent.name, made.name) else "file-added"
    return go_to(PLACE.format(match=match), done=done)


@router.get(PLACE + "/{file}")
@within(*READING)
def download_file_of_room(
    session: ReadSessionDep,
    actor: ActorDep,
    database: DatabaseDep,
    match: Reference,
    file: UUID,
) -> Response:
    """Hand a file over. Whether its reader may read it is asked each time."""
    return download_of(files.get(session, actor, match, file), database)


@router.post(PLACE + "/{file}/steps/{step}")
@needs(Action.CONVERSATION_WRITE)
def move_file_of_room(
    page: PageDep,
    session: SessionDep,
    actor: ActorDep,
    settings: SettingsDep,
    match: Reference,
    file: UUID,
    step: str,
) -> Response:
    """Remove a file of one's own team, or put it back."""
    try:
        files.move(session, actor, match, file, step, settings)
    except TransitionNotAllowed:
        raise
    except Conflict as refusal:
        form: Form[Any] = Form(errors=wrong_with(refusal))
        return _page(page, session, actor, settings, match, form)
    return go_to(PLACE.format(match=match), done=f"file-{step}")


def _page(
    page: Page,
    session: Session,
    actor: Actor,
    settings: Settings,
    key: UUID | str,
    form: Form[Any],
) -> Response:
    room = queries.of_readers(session, actor, key)
    page, frame = framed(page, session, actor, room)
    rows = files.listed(session, actor, key).files
    kept = [row for row in rows if row.state is FileState.KEPT]
    return page.render(
        "team/room_files.html",
        status=422 if form.errors else 200,
        **frame,
        kept=kept,
        removed=[row for row in rows if row.state is FileState.REMOVED],
        is_full=sum(row.side is room.side for row in kept) >= settings.max_room_files,
        most=settings.max_room_files,
        form=form,
        accepted=ACCEPTED,
        largest=settings.max_file_bytes,
    )
