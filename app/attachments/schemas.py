"""What goes in and out about files of submissions."""

from datetime import datetime
from typing import Annotated, Final
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from app.attachments.content import FileKind
from app.attachments.lifecycle import FileState
from app.core.base.schemas import at_most

MOST_SHOWN: Final = 150
"""Files of one submission that are shown, with those that were removed."""


class AttachmentRead(BaseModel):
    """A file of a submission; `content` below its address is what it holds."""

    model_config = ConfigDict(from_attributes=True)

    id: UUID
    submission_id: UUID
    question: str | None = Field(
        description="The key of the question that it answers; null where it belongs to the "
        "submission as a whole."
    )
    name: str = Field(description="As it is called here: without what could do harm.")
    kind: FileKind = Field(description="What it is, told by what it holds.")
    size: int = Field(description="In bytes.")
    sha256: str = Field(description="The hash of what it holds, in hexadecimal digits.")
    state: FileState
    version: int = Field(description="Grows with each change.")
    created_at: datetime


class AttachmentsRead(BaseModel):
    """The files of a submission that one may read; its team sees those that it has removed."""

    items: Annotated[list[AttachmentRead], at_most(MOST_SHOWN)]
