"""From a document to a PDF that screen readers can read: tagged, PDF/UA-1, always the same.

And from a card to the picture that other sites show beside a link.

Typst sets it with a template of ours, which takes everything as data: what people wrote is
neither markup nor the name of a file. Its letters are those that Typst brings, on every machine
the same; what they lack is shown as a white question mark, and the document says so.
"""

import json
import re
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Any, Final

from app.documents.blocks import Card, Document

TEMPLATES: Final = Path(__file__).parent / "templates"
"""All that Typst may read; nothing but the template stands in it."""
MEDIA_TYPE: Final = "application/pdf"
PRIVATE: Final = {"Cache-Control": "no-store"}
"""Headers of a document about what not everybody may read."""
UNKNOWN: Final = "\N{REPLACEMENT CHARACTER}"

PANIC: Final = "PanicException"
"""What comes where Typst itself fails, as at some mixtures of scripts; it is no `Exception`."""
_TRIES: Final = 3
"""Within text that turns its direction what is left out can bring another cluster forth."""
# No letters, but for the ends of lines: NUL and its like, halves of pairs, no characters, and
# tags, with which a text can be hidden within another one.
_UNSEEN: Final = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\ud800-\udfff\ufeff\ufffe\uffff\U000e0000-\U000e0fff]"
)
_LONG: Final = re.compile(r"\S{30}(?=[^\W_])")
_BREAKS: Final = re.compile("\r\n|[\r\x0b\x0c\x85\u2028\u2029]")
_MISSING: Final = re.compile(r'the text `"((?:[^"\\]|\\.)+)"` could not be displayed')
_ESCAPED: Final = re.compile(r"\\(?:u\{([0-9a-f]+)\}|(.))")
# What the letters have for certain: Latin, Greek and Cyrillic with their signs.
_BEYOND: Final = re.compile("[^\n\t -~\xa0-\u0377\u0400-\u045f\u200b\u2010-\u2027\u20ac]")


def pdf(document: Document) -> bytes:
    """Return a document as PDF; the same document gives the same bytes."""
    return _tried(document.plain(), lambda content: _set(document, content))


def picture(card: Card) -> bytes:
    """Return a card as PNG, 1,200 by 630 pixels; the same card gives the same bytes."""
    return _tried(asdict(card), _drawn)


def _tried(plain: Any, make: Callable[[Any], bytes]) -> bytes:
    """Return what is made of a content, without the letters of it that cannot be shown."""
    from typst import TypstError  # noqa: PLC0415 -- loads slowly, and few want a document

    content = _readable(plain)
    for _ in range(_TRIES):
        try:
            return make(content)
        except BaseException as error:
            if not isinstance(error, TypstError) and type(error).__name__ != PANIC:
                raise
            said = error.diagnostic if isinstance(error, TypstError) else ""
            missing = [_unescaped(found) for found in _MISSING.findall(said)]
            if not missing:
                break
            pattern = re.compile("|".join(sorted(map(re.escape, set(missing)), reverse=True)))
            content = _replaced(content, pattern)
    return make(_replaced(content, _BEYOND))


def _set(document: Document, content: Any) -> bytes:
    import typst  # noqa: PLC0415 -- as above

    if UNKNOWN in json.dumps(content, ensure_ascii=False):
        content = content | {"unknown": document.unknown}
    made = typst.compile(
        TEMPLATES / "document.typ",
        root=TEMPLATES,
        ignore_system_fonts=True,
        sys_inputs={"data": json.dumps(content)},
        format="pdf",
        pdf_standards=["ua-1"],
        timestamp=int(document.at.timestamp()),
    )
    assert isinstance(made, bytes)  # noqa: S101 -- a PDF is one file, and none was named to write it to
    return made


def _drawn(content: Any) -> bytes:
    import typst  # noqa: PLC0415 -- as above

    made = typst.compile(
        TEMPLATES / "card.typ",
        root=TEMPLATES,
        ignore_system_fonts=True,
        sys_inputs={"data": json.dumps(content)},
        format="png",
        ppi=72,  # a point is a pixel
    )
    assert isinstance(made, bytes)  # noqa: S101 -- it has one page
    return made


def _readable(value: Any) -> Any:
    """Return a value with line feeds at the ends of lines, and without what no letter is.

    A word longer than a line may be parted, as nobody could read what runs over the edge.
    """
    plain = _replaced(_replaced(value, _BREAKS, "\n"), _UNSEEN)
    return _replaced(plain, _LONG, "\\g<0>\u200b")


def _replaced(value: Any, pattern: re.Pattern[str], by: str = UNKNOWN) -> Any:
    if isinstance(value, str):
        return pattern.sub(by, value)
    if isinstance(value, dict):
        return {name: _replaced(part, pattern, by) for name, part in value.items()}
    if isinstance(value, list | tuple):
        return [_replaced(part, pattern, by) for part in value]
    return value


def _unescaped(text: str) -> str:
    """Return a text as it was before Typst wrote it into a message."""
    return _ESCAPED.sub(lambda found: chr(int(found[1], 16)) if found[1] else found[2], text)
