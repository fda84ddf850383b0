"""Files that a page takes: read from a form, and kept by the browser until they are stored.

Between looking at a file and storing it the browser keeps it, in a field of the form that
stores it: the service keeps nothing that nobody has decided to store.
"""

import binascii
from base64 import urlsafe_b64decode, urlsafe_b64encode
from pathlib import PurePath
from typing import Annotated, Final

from fastapi import Depends, Request
from pydantic import BaseModel, ConfigDict, Field
from starlette.datastructures import UploadFile

from app.core.base.messages import Message
from app.core.http.forms import Form, form_of
from app.settings import Settings
from app.submissions.service.importing import Sent

MOST_CONTENT: Final = 100_000_000
"""Letters of a file that a form may hold; what one request may have says less."""
FRAME: Final = 10_000
"""Bytes of the form around the file."""


class Kept(BaseModel):
    """A file that the browser has kept between looking and storing."""

    model_config = ConfigDict(extra="forbid")

    name: str = Field(max_length=200)
    content: str = Field(max_length=MOST_CONTENT)
    organisation_id: str = Field(default="", max_length=100)
    is_mine: str = Field(default="", max_length=10)


KeptForm = Annotated[Form[Kept], Depends(form_of(Kept))]


async def _file_of(request: Request) -> Sent | None:
    """Read the file of a form; None if there is none."""
    async with request.form(max_files=1, max_fields=5) as form:
        file = form.get("file")
        if not isinstance(file, UploadFile) or not file.filename:
            return None
        return Sent(PurePath(file.filename).name[-200:], await file.read())


FileDep = Annotated[Sent | None, Depends(_file_of)]


def most_bytes(settings: Settings) -> int:
    """Return how many bytes a file may have: it is sent again, four letters for three bytes."""
    return (settings.max_body_bytes - FRAME) * 3 // 4


def unusable(file: Sent | None, most: int) -> Message | None:
    """Return why a file cannot be looked at, if so."""
    if file is None:
        return Message("Choose a file.")
    if len(file.content) > most:
        return Message(
            "The file has {size:,} bytes; at most {most:,} can be taken in here. Split it.",
            size=len(file.content),
            most=most,
        )
    return None


def packed(file: Sent) -> str:
    """Return what a file holds, as a field of a form keeps it."""
    return urlsafe_b64encode(file.content).decode("ascii")


def unpacked(kept: Kept | None) -> Sent | None:
    """Return the file that the browser has kept; None where it is none."""
    if kept is None:
        return None
    try:
        return Sent(kept.name, urlsafe_b64decode(kept.content.encode("ascii")))
    except (binascii.Error, UnicodeEncodeError):
        return None
