"""How files are called: what their sender says, without what could do harm on a disk."""

import re
import unicodedata
from collections.abc import Collection
from typing import Final

from app.attachments.content import ENDINGS, FileKind
from app.core.base.text import comparable, in_one_form

LONGEST: Final = 120
"""Characters of a name."""
LONGEST_BYTES: Final = 240
"""The same in bytes; file systems take no more than 255, and programs add to a name."""
_NAMELESS: Final = "file"
# What Windows does not take, what separates names in a table, and line breaks.
_UNWANTED: Final = re.compile(r'[<>:"|?*;\x00-\x1f\x7f-\x9f]|\s')
# Names of devices: on Windows they are no files, whatever ends them.
_DEVICES: Final = re.compile(r"(?i)^(con|prn|aux|nul|com[0-9]|lpt[0-9])$")
_ENDING: Final = re.compile(r"\.([A-Za-z0-9]{1,10})$")


def called(said: str, kind: FileKind, taken: Collection[str] = ()) -> str:
    r"""Return what a file is called.

    Parameters
    ----------
    said : str
        What its sender calls it; a path is cut down to its last part.
    kind : FileKind
        What it is: a name that ends otherwise gets the ending of what it is.
    taken : collection of str
        Names that it cannot have; it gets a number then.

    Examples
    --------
    >>> called(r"C:\Users\ana\plan.final.exe", FileKind.PDF, {"plan.final.pdf"})
    'plan.final (2).pdf'
    """
    last = in_one_form(re.split(r"[/\\]", said)[-1])
    shown = "".join(
        " " if _UNWANTED.match(one) else one
        for one in last
        if unicodedata.category(one) not in {"Cf", "Cs", "Co", "Cn"}
    )
    stem, ending = " ".join(shown.split()), ENDINGS[kind][0]
    if found := _ENDING.search(stem):
        stem = stem[: found.start()]
        if found[1].lower() in ENDINGS[kind]:
            ending = found[1].lower()
    stem = stem.strip(". ") or _NAMELESS
    if _DEVICES.match(stem.partition(".")[0]):
        stem = f"{_NAMELESS} {stem}"
    others = {comparable(name) for name in taken}
    number, name = 1, _with(stem, "", ending)
    while comparable(name) in others:
        number += 1
        name = _with(stem, f" ({number})", ending)
    return name


def _with(stem: str, number: str, ending: str) -> str:
    around = len(number) + len(ending) + 1
    cut = stem[: LONGEST - around].encode()[: LONGEST_BYTES - around].decode(errors="ignore")
    return f"{cut.strip('. ')}{number}.{ending}"


def is_renamed(said: str, name: str) -> bool:
    """Tell whether a file got another name than its sender gave it, as people read it."""
    return comparable(re.split(r"[/\\]", said)[-1]) != comparable(name)
