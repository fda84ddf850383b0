"""Real text in other languages: translated manual pages of this system, where it has some.

They are no prose of governments: they show that nothing breaks in a language.
"""

import gzip
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

import numpy as np

from benchmarks.known_items import ENOUGH, halves
from benchmarks.tasks import Retrieval, profiles

# Folders of each language.
LANGUAGES: Final = {"fr": ("fr",), "es": ("es",), "pt": ("pt", "pt_BR"), "de": ("de",)}
LEAST: Final = 20

_TEXT_MACROS: Final = re.compile(r"\.(?:[BI]|SM|SB|BR|RB|BI|IB|IR|RI)\s+(.*)")
_ESCAPES: Final = (
    (re.compile(r"\\f(?:\[\w*\]|\(\w\w|\w)"), ""),
    (re.compile(r"\\s[-+]?\d"), ""),
    (re.compile(r"\\(?:\(\w\w|\[\w+\]|\*\(..|\*.)"), " "),
    (re.compile(r"\\[-]"), "-"),
    (re.compile(r"\\."), ""),
)


def foreign(manuals: Path) -> Iterator[Retrieval]:
    """Yield two sets for each language with enough sections in the folder of manual pages."""
    for language, folders in LANGUAGES.items():
        pages = list(pages_of([manuals / folder for folder in folders]))
        sections = [text for page in pages for text in page]
        if len(sections) < LEAST:
            continue
        yield halves(f"{language}_half", sections, language)
        yield siblings(f"{language}_page", pages, language)


def siblings(name: str, pages: Sequence[Sequence[str]], language: str) -> Retrieval:
    """Set the first section of each page against the other sections of all pages."""
    several = [page for page in pages if len(page) > 1]
    return Retrieval(
        name,
        profiles("q", [[page[0]] for page in several], language),
        profiles("p", [page[1:] for page in several], language),
        np.eye(len(several)),
        one_right=True,
    )


def pages_of(folders: Sequence[Path]) -> Iterator[list[str]]:
    """Yield the long sections of each page that no other page begins alike."""
    paths = sorted(p for folder in folders for p in folder.glob("man*/*.gz"))
    pages = [list(sections(_read(path))) for path in paths if not path.is_symlink()]
    heads = Counter(_head(text) for page in pages for text in page)
    for page in pages:
        if kept := [text for text in page if heads[_head(text)] == 1]:
            yield kept


def sections(source: str) -> Iterator[str]:
    """Yield the prose of each long section of a page in roff, without code and macros."""
    for section in re.split(r"^\.S[HS]\b.*$", source, flags=re.MULTILINE):
        prose = re.sub(
            r"^\.(?:nf|EX)\b.*?^\.(?:fi|EE)\b", "", section, flags=re.MULTILINE | re.DOTALL
        )
        words = " ".join(_prose(prose)).split()
        if len(words) >= ENOUGH:
            yield " ".join(words)


def _prose(section: str) -> Iterator[str]:
    for line in section.splitlines():
        told = _TEXT_MACROS.fullmatch(line)
        if told is None and line.startswith((".", "'", '\\"')):
            continue
        text = told.group(1).replace('"', "") if told else line
        for pattern, instead in _ESCAPES:
            text = pattern.sub(instead, text)
        yield text


def _read(path: Path) -> str:
    return gzip.decompress(path.read_bytes()).decode("utf-8", "replace")


def _head(text: str) -> str:
    return " ".join(text.split()[:8])
