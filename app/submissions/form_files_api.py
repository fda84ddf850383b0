"""Routes of forms that are filled in without a connection."""

import binascii
from base64 import b64decode
from enum import StrEnum
from typing import Annotated, Any, Final
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Response
from pydantic import BaseModel, ConfigDict, Field

from app.access.policy import Action
from app.accounts.dependencies import ActorDep, SettingsDep
from app.core.base.errors import FieldError, Unprocessable
from app.core.base.references import Reference
from app.core.base.schemas import at_most
from app.core.base.text import Line
from app.core.base.translations import ENGLISH, language
from app.core.http.access import needs, signed_in, within
from app.core.http.database_sessions import ReadSessionDep, SessionDep
from app.core.http.routing import Route
from app.core.tables.exporting import MEDIA, Format
from app.programmes import service as programmes
from app.submissions.lifecycle import Kind
from app.submissions.schemas import MOST_ANSWERS
from app.submissions.service import form_files, form_workbooks
from app.submissions.service.form_workbooks import Filled

router = APIRouter(route_class=Route, tags=["forms without a connection"])


class FormFormat(StrEnum):
    """As what a form is handed out."""

    XLSX = "xlsx"
    JSON = "json"


MEDIA_TYPES: Final = {
    FormFormat.XLSX: MEDIA[Format.XLSX],
    FormFormat.JSON: "application/json",
}
HANDED_OUT: Final[dict[str, Any]] = {
    "response_class": Response,
    "responses": {
        200: {
            "description": "The form, as a workbook or as JSON.",
            "content": {media: {} for media in MEDIA_TYPES.values()},
        }
    },
}
FormatDep = Annotated[FormFormat, Query(alias="format")]
LanguageDep = Annotated[
    str, Query(pattern="^(en|fr|es|pt)$", description="In which it speaks: en, fr, es or pt.")
]


class FormFile(BaseModel):
    """A form that comes back."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [{"name": "CH-2027-001-version-3.xlsx", "content": "UEsDBBQAAAAI"}]
        },
    )

    name: Annotated[Line, Field(min_length=1, max_length=200)] = Field(
        description="What the file is called; it ends with .xlsx or .json."
    )
    content: Annotated[str, Field(max_length=8 * 2**20)] = Field(
        description="What it holds, in Base64."
    )
    organisation_id: UUID | None = Field(
        default=None, description="Of a new draft: which of your organisations."
    )
    is_mine: bool = Field(
        default=False,
        description="Whether the file counts where somebody has changed an answer since.",
    )


class FormChangeRead(BaseModel):
    """An answer that the file writes."""

    name: str = Field(description="Such as `title` or `content.problem`.")
    title: str
    before: str
    after: str
    is_overtaken: bool = Field(
        description="Whether somebody has changed it since the form was handed out."
    )
    place: str = Field(description="Where it stands in the file.")


class FormTakenRead(BaseModel):
    """What was written; of a dry run, what would be."""

    submission: str | None = Field(description="Its code; null where nothing is begun.")
    changes: Annotated[list[FormChangeRead], at_most(MOST_ANSWERS)]


def _handed_out(file: tuple[str, bytes], as_what: FormFormat) -> Response:
    name, content = file
    return Response(
        content,
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
        media_type=MEDIA_TYPES[as_what],
    )


@router.get("/calls/{call_id}/form-file", **HANDED_OUT)
@signed_in
def read_form_file(
    session: ReadSessionDep,
    actor: ActorDep,
    call_id: Reference,
    as_what: FormatDep = FormFormat.XLSX,
    language_: Annotated[LanguageDep, Query(alias="language")] = ENGLISH,
) -> Response:
    """Read the form of a call as a file, to be filled in without a connection."""
    call = programmes.call(session, actor, call_id)
    as_json = as_what is FormFormat.JSON
    into = language(language_)
    return _handed_out(form_files.hand_out(session, call, into, as_json=as_json), as_what)


@router.get("/challenges/{challenge_id}/form-file", **HANDED_OUT)
@within(Action.DRAFT_READ)
def read_challenge_form_file(
    session: ReadSessionDep,
    actor: ActorDep,
    challenge_id: Reference,
    as_what: FormatDep = FormFormat.XLSX,
    language_: Annotated[LanguageDep, Query(alias="language")] = ENGLISH,
) -> Response:
    """Read the form of a challenge with what stands there, as a file; its team may."""
    as_json, into = as_what is FormFormat.JSON, language(language_)
    file = form_files.hand_out_filled(
        session, actor, Kind.CHALLENGE, challenge_id, into, as_json=as_json
    )
    return _handed_out(file, as_what)


@router.get("/solutions/{solution_id}/form-file", **HANDED_OUT)
@within(Action.DRAFT_READ)
def read_solution_form_file(
    session: ReadSessionDep,
    actor: ActorDep,
    solution_id: Reference,
    as_what: FormatDep = FormFormat.XLSX,
    language_: Annotated[LanguageDep, Query(alias="language")] = ENGLISH,
) -> Response:
    """Read the form of a solution with what stands there, as a file; its team may."""
    as_json, into = as_what is FormFormat.JSON, language(language_)
    file = form_files.hand_out_filled(
        session, actor, Kind.SOLUTION, solution_id, into, as_json=as_json
    )
    return _handed_out(file, as_what)


def _read(file: FormFile) -> Filled:
    try:
        content = b64decode(file.content, validate=True)
    except (binascii.Error, ValueError) as error:
        errors = [FieldError("/content", "It is no Base64.")]
        raise Unprocessable("The content cannot be accepted.", errors=errors) from error
    return form_workbooks.read(content, file.name)


FilledDep = Annotated[Filled, Depends(_read)]
"""What a file holds; it stands before a session, which is not held while it is read."""


@router.post("/form-files")
@needs(Action.DRAFT_WRITE)
def create_from_form_file(
    filled: FilledDep,
    session: SessionDep,
    actor: ActorDep,
    settings: SettingsDep,
    file: FormFile,
) -> FormTakenRead:
    """Take a form back that was filled in: a new draft, or a change of one; nothing is sent.

    With `dry_run=true` it says what would be written.
    """
    found = form_files.take_in(
        session,
        actor,
        file.name,
        filled,
        language(ENGLISH),
        most=settings.max_drafts,
        organisation_id=file.organisation_id,
        is_mine=file.is_mine,
    )
    return FormTakenRead(
        submission=found.submission.code if found.submission else None,
        changes=[
            FormChangeRead.model_validate(one, from_attributes=True) for one in found.changes
        ],
    )
