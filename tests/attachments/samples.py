"""Files as people have them, made on the spot: small, and whole in what matters."""

import io
import zipfile
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Final
from uuid import UUID

from sqlmodel import Session

from app.access.policy import Actor, Role
from app.attachments.content import MEDIA_TYPES, FileKind
from app.attachments.models import Attachment
from app.attachments.service import writing
from app.attachments.service.storing import Sent
from app.settings import Settings
from app.submissions.models import Submission

PDF: Final = b"%PDF-1.7\n1 0 obj <<>> endobj\ntrailer <<>>\n%%EOF\n"
PNG: Final = b"\x89PNG\r\n\x1a\n" + b"\0" * 40
_TYPES: Final = (
    '<?xml version="1.0" encoding="UTF-8"?><Types xmlns="http://schemas.openxmlformats.org/'
    'package/2006/content-types"><Override PartName="/main.xml" ContentType="{}.main+xml"/>'
    "{}</Types>"
)


def archive(parts: Mapping[str, bytes], how: int = zipfile.ZIP_DEFLATED) -> bytes:
    """An archive of these parts."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", how) as made:
        for name, content in parts.items():
            made.writestr(name, content)
    return file.getvalue()


def office(
    kind: FileKind, said: str = "", parts: Mapping[str, bytes] = MappingProxyType({})
) -> bytes:
    """An office file of a kind; `said` stands among the kinds of its parts."""
    if kind in {FileKind.ODT, FileKind.ODS, FileKind.ODP}:
        return archive(
            {"mimetype": MEDIA_TYPES[kind].encode(), "content.xml": b"<a/>", **parts}
        )
    types = _TYPES.format(MEDIA_TYPES[kind], said).encode()
    return archive({"[Content_Types].xml": types, "main.xml": b"<a/>", **parts})


def sent(content: bytes = PDF, name: str = "plan.pdf", question: str | None = None) -> Sent:
    """A file as it arrives."""
    return Sent(name, io.BytesIO(content), len(content), question)


def another(number: int) -> bytes:
    """A file that is like no other one."""
    return PDF.replace(b"endobj", b"endobj %d" % number)


def of_team(organisation_id: UUID) -> Actor:
    """Somebody of a team."""
    return Actor(None, {Role.MEMBER: frozenset({organisation_id})})


def an_attachment(
    session: Session, submission: Submission, content: bytes = PDF, **said: Any
) -> Attachment:
    """A file of a submission, added while it was written."""
    state = submission.state
    submission.state = type(state).DRAFT
    session.flush()
    actor = of_team(submission.organisation_id)
    made = writing.add(session, actor, submission, sent(content, **said), Settings())
    submission.state = state
    session.flush()
    return made
