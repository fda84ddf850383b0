"""What a file is, is told by what it holds; what may run is refused, nothing is unpacked."""

import io
import zipfile
import zlib

import pytest

from app.attachments import content
from app.attachments.content import MEDIA_TYPES, FileKind, recognised
from app.attachments.names import LONGEST, called, is_renamed
from tests.attachments.samples import PDF, PNG, archive, office

VBA = '<Override PartName="/v.bin" ContentType="application/vnd.ms-office.vbaProject"/>'


def told(file: bytes) -> FileKind:
    return recognised(io.BytesIO(file), len(file))


@pytest.mark.parametrize(
    ("file", "kind"),
    [
        (PDF, FileKind.PDF),
        (PNG, FileKind.PNG),
        (b"\xff\xd8\xff\xe0" + b"\0" * 20, FileKind.JPEG),
        (b"GIF89a" + b"\0" * 20, FileKind.GIF),
        (b"RIFF\0\0\0\0WEBPVP8 ", FileKind.WEBP),
        *(
            (office(kind), kind)
            for kind in FileKind
            if kind.value in {"docx", "xlsx", "pptx", "odt", "ods", "odp"}
        ),
    ],
    ids=lambda value: value.value if isinstance(value, FileKind) else "",
)
def test_each_kind_is_known_by_what_it_holds(file: bytes, kind: FileKind) -> None:
    assert told(file) is kind


@pytest.mark.parametrize(
    ("file", "why"),
    [
        (b"", "empty"),
        (b"MZ\x90\0" + b"\0" * 40, "a program"),
        (b"#!/bin/sh\nrm -r /\n", "a program"),
        (b"<!DOCTYPE html><script>1</script>", "HTML, SVG"),
        (b"\xef\xbb\xbf \n<svg onload='x'/>", "HTML, SVG"),
        ("<html>".encode("utf-16"), "HTML, SVG"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 40, "the old kind"),
        (b"Rar!\x1a\x07" + b"\0" * 20, "an archive"),
        (archive({"a.txt": b"a"}), "an archive"),
        (b"name,value\n1,2\n", "none of the files"),
        (b"%PDF-1.7\n1 0 obj <<>> endobj\n", "cut short"),
        (office(FileKind.DOCX)[:-30], "cut short"),
        (b"MZ\0\0" + office(FileKind.DOCX), "a program"),
        (b"PK\x03\x04", "cut short"),
        (office(FileKind.DOCX, VBA), "macros"),
        (b"PK\x03\x04" + b"\0" * 30 + office(FileKind.DOCX), "cut short"),
        (office(FileKind.XLSX, parts={"xl/vbaProject.bin": b"x"}), "macros"),
        (office(FileKind.XLSX, parts={"xl/macrosheets/sheet1.xml": b"x"}), "macros"),
        (office(FileKind.PPTX, parts={"ppt/embeddings/oleObject1.bin": b"x"}), "macros"),
        (office(FileKind.ODT, parts={"Basic/Standard/Module1.xml": b"x"}), "macros"),
        (office(FileKind.DOCX, '<Override ContentType="a&#109;acro"/>'), "an archive"),
        (office(FileKind.DOCX, "<!-- -->"), "an archive"),
        (archive({"mimetype": b"application/zip"}), "an archive"),
        *(
            (archive({"mimetype": MEDIA_TYPES[kind].encode(), "a.exe": b"MZ"}), "an archive")
            for kind in FileKind
            if not kind.value.startswith("od")
        ),
        (archive({"[Content_Types].xml": b"<Types/>"}), "an archive"),
        (archive({"mimetype": b"x" * 50}, zipfile.ZIP_BZIP2), "an archive"),
    ],
)
def test_what_is_not_taken_is_refused_with_a_reason(file: bytes, why: str) -> None:
    with pytest.raises(ValueError, match=why):
        told(file)


def test_a_macro_is_found_whichever_letters_its_name_has() -> None:
    with pytest.raises(ValueError, match="macros"):
        told(office(FileKind.DOCX, parts={"word\\VBAproject.BIN": b"x"}))


def test_an_office_file_with_a_password_is_refused() -> None:
    locked = bytearray(office(FileKind.DOCX))
    at = locked.find(b"PK\x01\x02")
    locked[at + 8] |= 1  # the flag of the first entry of the list

    with pytest.raises(ValueError, match="password"):
        told(bytes(locked))


def test_a_bomb_is_told_without_being_unpacked(monkeypatch: pytest.MonkeyPatch) -> None:
    bomb = office(FileKind.DOCX, parts={"word/bomb.xml": b"\0" * 20_000_000})
    declared = archive({"[Content_Types].xml": b"<Types>" + b" " * 30_000_000})
    unpacked = 0
    plain = zipfile.ZipExtFile.read

    def counted(self: zipfile.ZipExtFile, n: int | None = -1) -> bytes:
        nonlocal unpacked
        read = plain(self, n)
        unpacked += len(read)
        return read

    monkeypatch.setattr(zipfile.ZipExtFile, "read", counted)

    assert len(bomb) < 100_000
    assert told(bomb) is FileKind.DOCX
    with pytest.raises(ValueError, match="archive"):
        told(declared)
    assert unpacked < 1_000_000


def test_an_archive_with_too_long_a_list_is_refused_before_it_is_read(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(content, "MOST_PARTS", 10)
    many = office(FileKind.DOCX, parts={f"word/{number}.xml": b"" for number in range(20)})
    monkeypatch.setattr(zipfile, "ZipFile", zlib.error)  # whoever opens it fails otherwise

    with pytest.raises(ValueError, match="archive"):
        told(many)


@pytest.mark.parametrize(
    ("said", "name"),
    [
        ("plan.pdf", "plan.pdf"),
        ("Plan.PDF", "Plan.pdf"),
        ("C:\\Users\\ana\\plan.docx", "plan.pdf"),
        ("../../etc/passwd", "passwd.pdf"),
        ("/etc/cron.d/..", "file.pdf"),
        ("invoice.pdf.exe", "invoice.pdf.pdf"),
        ("a\u202efdp.exe", "afdp.pdf"),
        ("a\r\nSet-Cookie: x.pdf", "a Set-Cookie x.pdf"),
        ('a"b;c|d.pdf', "a b c d.pdf"),
        ("CON.pdf", "file CON.pdf"),
        ("", "file.pdf"),
        ("\0\0", "file.pdf"),
        ("e\u0301tude.pdf", "\u00e9tude.pdf"),
        ("計画.pdf", "計画.pdf"),
        ("x" * 500, "x" * (LONGEST - 4) + ".pdf"),
        ("界" * 500, "界" * 78 + ".pdf"),
        ("a\x9b2J.pdf", "a 2J.pdf"),
    ],
)
def test_a_name_keeps_what_people_read_and_nothing_that_could_do_harm(
    said: str, name: str
) -> None:
    assert called(said, FileKind.PDF) == name


def test_two_files_have_two_names_and_a_long_one_keeps_its_number() -> None:
    assert called("Plan.pdf", FileKind.PDF, ["plan.pdf"]) == "Plan (2).pdf"
    assert called("x" * 500, FileKind.PDF, [called("x" * 500, FileKind.PDF)]).endswith(
        "x (2).pdf"
    )
    assert called("a.jpeg", FileKind.JPEG) == "a.jpeg"
    assert called("a.png", FileKind.JPEG) == "a.jpg"


def test_who_sent_a_file_is_told_when_it_got_another_name() -> None:
    assert not is_renamed("C:\\plan.PDF", "plan.pdf")
    assert is_renamed("plan.png", "plan.jpg")
