"""From bytes to text: UTF-8, what spreadsheets of Western Europe write, and others by name."""

import codecs
import re
from collections.abc import Iterator
from typing import Final

from app.core.base.messages import Message
from app.core.tables.row_errors import Fault, FaultyTable, refuse

_MARKS: Final = {
    codecs.BOM_UTF32_LE: "UTF-32",
    codecs.BOM_UTF32_BE: "UTF-32",
    codecs.BOM_UTF16_LE: "UTF-16",
    codecs.BOM_UTF16_BE: "UTF-16",
}
_BEYOND_ASCII: Final = re.compile(rb"[\x80-\xff]")
_IN_UTF_8: Final = re.compile(
    rb"[\xc3-\xdf][\x80-\xbf]|[\xe1-\xef][\x80-\xbf]{2}|[\xf0-\xf4][\x80-\xbf]{3}"
)
# Letters of Central Europe (Wroc\u00b3aw) and of other alphabets, read as Windows-1252.
_OTHER_CODE_PAGE: Final = re.compile(
    r"[^\W\d_][\u00a1-\u00a7\u00a9\u00ac\u00ae\u00af\u00b1-\u00b6\u00b8\u00b9\u00bc-\u00bf]+[^\W\d_]"
    r"|[\u00a3\u00a5\u00b3\u00b9](?=[a-z\u00e0-\u00ff])"
    r"|[^\W\d_\x00-\x7f]{3}"
)


def decoded(content: bytes, name: str, notes: list[str]) -> str:
    """Return the text of a file; add to the notes what its reader has to know.

    Raises
    ------
    FaultyTable
        If it is in no encoding that can be recognised for certain.
    """
    if encoding := _wide(content):
        refuse(
            name,
            Message("The file is in {encoding}.", encoding=encoding),
            "Save it again in UTF-8 (CSV UTF-8).",
        )
    try:
        return content.decode("utf-8-sig").lstrip("\ufeff")
    except UnicodeDecodeError:
        if b"\0" in content:
            refuse(name, "This is not a text file.", "Save the table as CSV or JSONL.")
        text = _western(content)
        if text is None:
            raise FaultyTable(list(_badly_encoded(content, name))) from None
        words = dict.fromkeys(re.findall(r"\w*[^\W\x00-\x7f]\w*", text))
        notes.append(
            Message(
                "{name} is in Windows-1252 (cp1252), not in UTF-8. Check the accents: {words}.",
                name=name,
                words=", ".join(list(words)[:5]) or "there are none",
            )
        )
        return text


def _wide(content: bytes) -> str | None:
    """Return the name of an encoding of two or four bytes a character, if it is one."""
    for mark, encoding in _MARKS.items():
        if content.startswith(mark):
            return encoding
    if b"\0" not in content:
        return None
    for encoding, codec in (("UTF-32", "utf-32"), ("UTF-16", "utf-16")):
        for order in ("le", "be"):
            try:
                text = content.decode(f"{codec}-{order}")
            except UnicodeDecodeError:
                continue
            if "\0" not in text and re.search(r"[\n,;\t]", text):
                return encoding
    return None


def _western(content: bytes) -> str | None:
    """Return the text if it was written as Windows-1252; None if that is not likely."""
    beyond = len(_BEYOND_ASCII.findall(content))
    in_utf_8 = _IN_UTF_8.findall(content)
    if len(in_utf_8) >= beyond - sum(map(len, in_utf_8)):
        return None  # UTF-8 in which something is broken
    try:
        text = content.decode("cp1252")
    except UnicodeDecodeError:
        return None
    return None if _OTHER_CODE_PAGE.search(text) else text


def _badly_encoded(content: bytes, name: str) -> Iterator[Fault]:
    for line, part in enumerate(content.splitlines(), 1):
        try:
            part.decode()
        except UnicodeDecodeError as error:
            yield Fault(
                name,
                line,
                "",
                Message("Byte {start} of the line is not UTF-8.", start=error.start + 1),
                "Save the file again in UTF-8 (CSV UTF-8 in a spreadsheet program).",
            )
