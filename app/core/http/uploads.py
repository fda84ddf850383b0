"""Files that are sent and handed out: onto the disk as they come, and never further.

A file arrives as a part of a form (`multipart/form-data`), from a browser and from a program
alike. It waits in a file without a name, which is gone when the request ends, however that
happens: of an upload that is cut short nothing is left.
"""

from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Annotated, Any, BinaryIO, Final
from urllib.parse import quote

import anyio
from fastapi import Depends, Request
from starlette.datastructures import UploadFile
from starlette.formparsers import MultiPartException, MultiPartParser
from starlette.requests import ClientDisconnect
from starlette.responses import Response

from app.core.base.errors import TooSlow, UnsupportedMedia
from app.core.base.messages import Message
from app.core.http.computing import ComputedFile

MEDIA_TYPE: Final = "multipart/form-data"
FIELDS: Final = 5
"""Fields that a form has beside its file."""
LONGEST_FIELD: Final = 2_000
"""Bytes of each of them."""
AROUND: Final = 20_000
"""Bytes that a form has beside the content of its file."""
FILE_FIELD: Final = {
    "type": "string",
    "format": "binary",
    "description": "What to keep, with its name.",
}


def body_with(**fields: Mapping[str, Any]) -> dict[str, Any]:
    """Return what a route says of a body with a file, and with further fields beside it."""
    schema = {
        "type": "object",
        "required": ["file"],
        "properties": {"file": FILE_FIELD, **fields},
    }
    content = {MEDIA_TYPE: {"schema": schema}}
    return {"requestBody": {"required": True, "content": content}}


@dataclass(frozen=True, slots=True)
class Upload:
    """A file that has arrived whole, and the fields beside it.

    Attributes
    ----------
    name : str
        As its sender calls it; nothing is known of it.
    file : binary file or None
        At its beginning; None where none was sent.
    size : int
        In bytes.
    fields : mapping
        Texts by name.
    """

    name: str = ""
    file: BinaryIO | None = None
    size: int = 0
    fields: Mapping[str, str] = field(default_factory=dict)


async def _arrived(request: Request) -> AsyncIterator[Upload]:
    """Yield the file that a request brings, once all of it is there.

    Raises
    ------
    UnsupportedMedia
        If it is no form with a file.
    TooLarge
        If it is larger than a file may be (`request_limits`).
    TooSlow
        If it does not arrive in time, or not whole.
    """
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind != MEDIA_TYPE or request.headers.get("content-encoding", "identity") != "identity":
        raise UnsupportedMedia(
            "This address takes a form with a file.",
            remedy=Message("Send it with the header `Content-Type: {kind}`.", kind=MEDIA_TYPE),
        )
    parser = MultiPartParser(
        request.headers,
        request.stream(),
        max_files=1,
        max_fields=FIELDS,
        max_part_size=LONGEST_FIELD,
    )
    seconds = request.app.state.settings.max_upload_seconds
    try:
        with anyio.fail_after(seconds):
            form = await parser.parse()
    except (MultiPartException, UnicodeError) as error:
        # A form says itself in which letters it is written, and may name some that cannot be.
        raise UnsupportedMedia(
            "The form cannot be read, or has more than one file.",
            remedy=Message("Send one file, as `{kind}` with its boundary.", kind=MEDIA_TYPE),
        ) from error
    except ClientDisconnect as error:
        raise TooSlow("The file did not arrive whole.") from error
    except TimeoutError as error:
        late = Message("The file did not arrive within {n:g} seconds.", n=seconds)
        raise TooSlow(late) from error
    try:
        yield _upload(form.multi_items())
    finally:
        await form.close()


def _upload(items: list[tuple[str, UploadFile | str]]) -> Upload:
    fields = {name: value for name, value in items if isinstance(value, str)}
    for name, value in items:
        # A browser sends a part without a name or content where nothing was chosen.
        if name == "file" and isinstance(value, UploadFile) and (value.filename or value.size):
            return Upload(value.filename or "", value.file, value.size or 0, fields)
    return Upload(fields=fields)


UploadDep = Annotated[Upload, Depends(_arrived, scope="function")]
"""What was sent; it stands before a session, which is not held while a file arrives."""


def handed_out(name: str, media_type: str, pieces: Callable[[], Iterator[bytes]]) -> Response:
    """Return a file for its reader to keep: a browser does not open it, and nobody else has it.

    Parameters
    ----------
    name : str
        What the file is called.
    media_type : str
        What it is; a browser that shows it all the same lets nothing in it run.
    pieces : callable
        Yields what it holds; each piece may open a session of its own for a short time.
    """
    return ComputedFile(
        pieces,
        name,
        media_type,
        {
            "Content-Disposition": f"attachment; filename*=UTF-8''{quote(name, safe='')}",
            "Content-Security-Policy": "sandbox; default-src 'none'; frame-ancestors 'none'",
            "Cache-Control": "private, no-store",
            "X-Content-Type-Options": "nosniff",
        },
    )
