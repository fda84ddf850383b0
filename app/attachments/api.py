"""Routes about the files of challenges and solutions."""

from collections.abc import Sequence
from typing import Annotated, Any, Final
from uuid import UUID

from fastapi import APIRouter, Path, Response, status

from app.access.policy import Action
from app.accounts.dependencies import ActorDep, DatabaseDep, SettingsDep
from app.attachments.content import MEDIA_TYPES
from app.attachments.lifecycle import LIFE
from app.attachments.models import Attachment, AttachmentPiece
from app.attachments.schemas import AttachmentRead, AttachmentsRead
from app.attachments.service import reading, writing
from app.attachments.service.storing import Sent, pieces
from app.core.base.errors import TooLarge, TooSlow, Unprocessable, UnsupportedMedia
from app.core.base.references import Reference
from app.core.base.schemas import OffersRead
from app.core.http.access import within
from app.core.http.database_sessions import ReadSessionDep, SessionDep
from app.core.http.etags import ExpectedIfStatedDep
from app.core.http.idempotency import without_key
from app.core.http.openapi import responses
from app.core.http.routing import Route
from app.core.http.uploads import Upload, UploadDep, body_with, handed_out
from app.submissions.api import READ
from app.submissions.lifecycle import Kind
from app.submissions.service import queries

router = APIRouter(route_class=Route, tags=["attachments"])

FILE: Final[dict[int | str, dict[str, Any]]] = {
    200: {
        "description": "What the file holds.",
        "content": {
            kind: {"schema": {"type": "string", "format": "binary"}}
            for kind in MEDIA_TYPES.values()
        },
    }
}
BODY: Final = body_with(
    question={
        "type": "string",
        "maxLength": 40,
        "description": "The key of the question that it answers; without it, the file belongs "
        "to the submission as a whole.",
    }
)
UPLOADED: Final = responses(TooLarge, TooSlow, UnsupportedMedia, Unprocessable)
StepName = Annotated[str, Path(json_schema_extra={"enum": list(LIFE.steps)})]


def sent_of(upload: Upload) -> Sent:
    """Return a file that has arrived as the service takes it."""
    return Sent(upload.name, upload.file, upload.size, upload.fields.get("question") or None)


@router.get("/challenges/{challenge_id}/attachments")
@within(*READ)
def list_challenge_attachments(
    session: ReadSessionDep, actor: ActorDep, challenge_id: Reference
) -> AttachmentsRead:
    """List the files of a challenge that you may read."""
    found = queries.get(session, actor, Kind.CHALLENGE, challenge_id)
    return _read(reading.listed(session, actor, found))


@router.post(
    "/challenges/{challenge_id}/attachments",
    response_model=AttachmentRead,
    status_code=status.HTTP_201_CREATED,
    openapi_extra=BODY,
    responses=UPLOADED,
)
@within(Action.DRAFT_WRITE)
@without_key  # the same file for the same place is kept once, however often it is sent
def attach_to_challenge(
    upload: UploadDep,
    session: SessionDep,
    actor: ActorDep,
    settings: SettingsDep,
    challenge_id: Reference,
) -> Attachment:
    """Add a file to a challenge that is being written: PDF, pictures, office files."""
    found = queries.get(session, actor, Kind.CHALLENGE, challenge_id)
    return writing.add(session, actor, found, sent_of(upload), settings)


@router.get("/solutions/{solution_id}/attachments")
@within(*READ)
def list_solution_attachments(
    session: ReadSessionDep, actor: ActorDep, solution_id: Reference
) -> AttachmentsRead:
    """List the files of a solution that you may read."""
    found = queries.get(session, actor, Kind.SOLUTION, solution_id)
    return _read(reading.listed(session, actor, found))


@router.post(
    "/solutions/{solution_id}/attachments",
    response_model=AttachmentRead,
    status_code=status.HTTP_201_CREATED,
    openapi_extra=BODY,
    responses=UPLOADED,
)
@within(Action.DRAFT_WRITE)
@without_key
def attach_to_solution(
    upload: UploadDep,
    session: SessionDep,
    actor: ActorDep,
    settings: SettingsDep,
    solution_id: Reference,
) -> Attachment:
    """Add a file to a solution that is being written: PDF, pictures, office files."""
    found = queries.get(session, actor, Kind.SOLUTION, solution_id)
    return writing.add(session, actor, found, sent_of(upload), settings)


@router.get("/attachments/{attachment_id}", response_model=AttachmentRead)
@within(*READ)
def read_attachment(
    session: ReadSessionDep, actor: ActorDep, attachment_id: UUID
) -> Attachment:
    """Read what a file is called, and what it is."""
    return reading.get(session, actor, attachment_id)


@router.get("/attachments/{attachment_id}/content", responses=FILE, response_class=Response)
@within(*READ)
def read_attachment_content(
    session: ReadSessionDep, actor: ActorDep, database: DatabaseDep, attachment_id: UUID
) -> Response:
    """Read what a file holds. Whether you may is asked each time."""
    return download_of(reading.get(session, actor, attachment_id), database)


def download_of(attachment: Attachment, database: DatabaseDep) -> Response:
    """Return a file that its reader may read, for keeping."""
    of = (attachment.id, attachment.size, attachment.sha256)
    return handed_out(
        attachment.name,
        MEDIA_TYPES[attachment.kind],
        lambda: pieces(database, AttachmentPiece, *of),
    )


@router.get("/attachments/{attachment_id}/steps")
@within(*READ)
def list_attachment_steps(
    session: ReadSessionDep, actor: ActorDep, settings: SettingsDep, attachment_id: UUID
) -> OffersRead:
    """List every step from where a file stands: remove it, put it back."""
    return OffersRead.of(*writing.offers(session, actor, attachment_id, settings))


@router.post("/attachments/{attachment_id}/steps/{step}", response_model=AttachmentRead)
@within(Action.DRAFT_WRITE)
def take_attachment_step(
    session: SessionDep,
    actor: ActorDep,
    settings: SettingsDep,
    attachment_id: UUID,
    step: StepName,
    expected: ExpectedIfStatedDep,
) -> Attachment:
    """Remove a file from what is being written, or put it back."""
    return writing.move(session, actor, attachment_id, step, settings, expected)


def _read(rows: Sequence[Attachment]) -> AttachmentsRead:
    return AttachmentsRead(items=[AttachmentRead.model_validate(row) for row in rows])
