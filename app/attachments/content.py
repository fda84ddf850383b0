"""What a file is, told by what it holds and never by its name; and what it may be.

Only what is known is taken: each kind has a mark at its beginning that no other file has, and
office files are told apart by the list of their parts, without unpacking them. A part that may
run (a macro, an object of another program) is a reason to refuse the whole.
"""

import struct
import zipfile
import zlib
from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType
from typing import BinaryIO, Final

from app.core.base.messages import Message


class FileKind(StrEnum):
    """What a file may be."""

    PDF = "pdf"
    PNG = "png"
    JPEG = "jpeg"
    GIF = "gif"
    WEBP = "webp"
    DOCX = "docx"
    XLSX = "xlsx"
    PPTX = "pptx"
    ODT = "odt"
    ODS = "ods"
    ODP = "odp"


_OFFICE: Final = "application/vnd.openxmlformats-officedocument."
_OPEN: Final = "application/vnd.oasis.opendocument."

MEDIA_TYPES: Final[Mapping[FileKind, str]] = MappingProxyType(
    {
        FileKind.PDF: "application/pdf",
        FileKind.PNG: "image/png",
        FileKind.JPEG: "image/jpeg",
        FileKind.GIF: "image/gif",
        FileKind.WEBP: "image/webp",
        FileKind.DOCX: f"{_OFFICE}wordprocessingml.document",
        FileKind.XLSX: f"{_OFFICE}spreadsheetml.sheet",
        FileKind.PPTX: f"{_OFFICE}presentationml.presentation",
        FileKind.ODT: f"{_OPEN}text",
        FileKind.ODS: f"{_OPEN}spreadsheet",
        FileKind.ODP: f"{_OPEN}presentation",
    }
)
"""How each is called when it is handed out."""
ENDINGS: Final[Mapping[FileKind, tuple[str, ...]]] = MappingProxyType(
    {kind: (kind.value,) for kind in FileKind} | {FileKind.JPEG: ("jpg", "jpeg")}
)
"""How names of each end; the first is given to a name that ends otherwise."""

_HEAD: Final = 16
_TAIL: Final = 4_096
"""Bytes at the end of a PDF within which it says that it ends."""
_END: Final = struct.Struct("<4s4H2LH")
"""The end of an archive: mark, two disks, entries here and in all, bytes, place, comment."""
MOST_PARTS: Final = 5_000
"""Parts that an office file may have."""
MOST_LISTED: Final = 2_000_000
"""Bytes of the list of its parts."""
_PACKED: Final = frozenset({zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED})
"""How office programs pack; of others a small part may be unpacked to a large one at once."""
_DECLARED: Final = 500_000
"""Bytes in which an office file says what its parts are."""

_MAIN: Final = {
    f'"{MEDIA_TYPES[kind]}.main+xml"'.encode(): kind
    for kind in (FileKind.DOCX, FileKind.XLSX, FileKind.PPTX)
}
_NAMED: Final = {
    MEDIA_TYPES[kind].encode(): kind for kind in (FileKind.ODT, FileKind.ODS, FileKind.ODP)
}
"""What an office file of the open kind says that it is; no other kind says it in that way."""
_TYPES: Final = "[Content_Types].xml"
_RUNS: Final = (b"macro", b"vba", b"activex", b"oleobject", b"ole2")
"""What the kinds of parts have in their names that may run."""
_RUNNING: Final = ("vba", "macrosheets/", "activex/", "oleobject", "basic/", "scripts/")
"""The same of the names of parts."""

NOT_TAKEN: Final = Message(
    "It is none of the files that we take: PDF, pictures (PNG, JPEG, GIF, WebP) and office "
    "files (docx, xlsx, pptx, odt, ods, odp). Save it as a PDF."
)
_PROGRAM: Final = Message("It is a program. Send a PDF, a picture or an office file.")
_DRAWN: Final = Message(
    "It is a web page or a drawing that can run programs (HTML, SVG, XML). Save it as a PDF."
)
_OLD: Final = Message(
    "It is an office file of the old kind, or one that is locked with a password. Save it "
    "without a password as docx, xlsx, pptx or PDF."
)
_RUNNABLE: Final = Message(
    "It holds macros or objects of other programs. Save it without them, or as a PDF."
)
_ARCHIVE: Final = Message("It is an archive. Send the files in it one by one.")
_DAMAGED: Final = Message("It is damaged or was cut short. Save it anew, and send that.")
_EMPTY: Final = Message("The file is empty.")


def recognised(file: BinaryIO, size: int) -> FileKind:
    """Return what a file is.

    Raises
    ------
    ValueError
        If it is none that may be taken, with the reason and what to do as a `Message`.
    """
    if size == 0:
        raise ValueError(_EMPTY)
    file.seek(0)
    head = file.read(_HEAD)
    if head.startswith(b"%PDF-"):
        return _whole_pdf(file, size)
    if head.startswith(b"PK"):
        return _office(file, size)
    for mark, kind in (
        (b"\x89PNG\r\n\x1a\n", FileKind.PNG),
        (b"\xff\xd8\xff", FileKind.JPEG),
        (b"GIF87a", FileKind.GIF),
        (b"GIF89a", FileKind.GIF),
    ):
        if head.startswith(mark):
            return kind
    if head.startswith(b"RIFF") and head[8:12] == b"WEBP":
        return FileKind.WEBP
    raise ValueError(_what_else(head))


def _what_else(head: bytes) -> Message:
    """Return why a file is not taken, as far as its beginning tells."""
    if head.startswith((b"MZ", b"\x7fELF", b"#!", b"\xca\xfe\xba\xbe", b"\xcf\xfa\xed\xfe")):
        return _PROGRAM
    if head.startswith(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"):
        return _OLD
    plain = head.replace(b"\0", b"").lstrip(b"\xef\xbb\xbf\xff\xfe \t\r\n")
    if plain.startswith(b"<"):
        return _DRAWN
    if head.startswith((b"\x1f\x8b", b"7z\xbc\xaf", b"Rar!", b"BZh", b"\xfd7zXZ")):
        return _ARCHIVE
    return NOT_TAKEN


def _whole_pdf(file: BinaryIO, size: int) -> FileKind:
    file.seek(max(0, size - _TAIL))
    if b"%%EOF" not in file.read(_TAIL):
        raise ValueError(_DAMAGED)
    return FileKind.PDF


def _office(file: BinaryIO, size: int) -> FileKind:
    """Return which office file an archive is; of its parts one alone is unpacked."""
    _require_plain_archive(file, size)
    try:
        with zipfile.ZipFile(file) as archive:
            parts = archive.infolist()
            names = [part.filename.replace("\\", "/").lower() for part in parts]
            if any(part.flag_bits & 1 for part in parts):
                raise ValueError(_OLD)
            if any(part.compress_type not in _PACKED for part in parts):
                raise ValueError(_ARCHIVE)
            kind = _declared(archive, parts)
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, KeyError) as error:
        raise ValueError(_DAMAGED) from error
    if kind is None:
        raise ValueError(_ARCHIVE)
    if any(running in name for name in names for running in _RUNNING):
        raise ValueError(_RUNNABLE)
    return kind


def _require_plain_archive(file: BinaryIO, size: int) -> None:
    """Do nothing, or refuse an archive with too long a list, or with something around it.

    Before anything reads the list: it would be read whole.
    """
    file.seek(max(0, size - _END.size - 20))
    tail = file.read(_END.size + 20)
    if len(tail) < _END.size or not tail[-_END.size :].startswith(b"PK\x05\x06"):
        raise ValueError(_DAMAGED)
    _, disk, first, here, entries, listed, place, comment = _END.unpack(tail[-_END.size :])
    if tail.startswith(b"PK\x06\x07") or disk or first or comment or here != entries:
        raise ValueError(_ARCHIVE)
    if entries > MOST_PARTS or listed > MOST_LISTED:
        raise ValueError(_ARCHIVE)
    # What stands before the archive, or between its list and its end, belongs to another file.
    if place + listed + _END.size != size:
        raise ValueError(_DAMAGED)


def _declared(archive: zipfile.ZipFile, parts: list[zipfile.ZipInfo]) -> FileKind | None:
    """Return what an archive says that it is; None if it is no office file."""
    first = parts[0] if parts else None
    if first is not None and first.filename == "mimetype":
        with archive.open(first) as text:
            return _NAMED.get(text.read(100))
    if sum(part.filename.lower() == _TYPES.lower() for part in parts) != 1:
        return None
    with archive.open(_TYPES) as text:
        said = text.read(_DECLARED + 1)
    # Written otherwise than office programs do: a reader could take it for something else.
    if len(said) > _DECLARED or b"<Types" not in said or b"&" in said or b"<!" in said:
        return None
    if any(running in said.lower() for running in _RUNS):
        raise ValueError(_RUNNABLE)
    found = [kind for mark, kind in _MAIN.items() if mark in said]
    return found[0] if len(found) == 1 else None
