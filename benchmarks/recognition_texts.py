"""Texts whose language is known: what the project, its data and installed packages bring.

A text is five words, a title, English full of foreign names, or a passage. What a catalogue of
messages says in English in another language's file is no text of that language and is left out.
"""

import gettext
import importlib.util
import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Final, NamedTuple

import numpy as np
from babel import Locale
from babel.dates import get_timezone_location
from babel.messages.pofile import read_po

from benchmarks.corpora import parts_of, records
from benchmarks.manuals import pages_of

OURS: Final = Path(__file__).resolve().parent.parent
FIVE: Final = 5
ENOUGH: Final = 8
PASSAGE: Final = 40
MOST: Final = 200

# Whose names are put into English: people and places of these are met in our programmes.
NAMES: Final = ("de", "es", "fi", "fr", "hu", "it", "nl", "pl", "pt", "ro", "sv", "tr")
N_NAMES: Final = 4

_PLACES: Final = (
    "Africa/Algiers", "Africa/Cairo", "America/Sao_Paulo", "Asia/Seoul", "Asia/Tokyo",
    "Europe/Athens", "Europe/Berlin", "Europe/Brussels", "Europe/Bucharest",
    "Europe/Copenhagen", "Europe/Helsinki", "Europe/Lisbon", "Europe/Moscow", "Europe/Prague",
    "Europe/Rome", "Europe/Vienna", "Europe/Warsaw", "Europe/Zurich",
)  # fmt: skip

# Folders of catalogues and manual pages, where they are not the tag itself.
_TAGS: Final[Mapping[str, str]] = {"nb": "no", "nn": "", "pt_BR": "pt", "zh_CN": "zh"}

# Translations of manual pages leave some sentences in English, and letters of some in a code.
_ENGLISH: Final = frozenset(("the", "and", "with", "that", "this", "which", "are", "from"))
_CODED: Final = re.compile(r"\w:\w")

_PLACEHOLDER: Final = re.compile(r"[%{}<>&|\\]|https?:|--")
_SENTENCE: Final = re.compile(r"(?<=[.!?:;])\s+")


class Told(NamedTuple):
    """A text and what it is.

    Parameters
    ----------
    kind : {"five words", "title", "two words", "names", "passage"}
    language : str
    text : str
    """

    kind: str
    language: str
    text: str


def told(data: Path, manuals: Path, seed: int = 0) -> list[Told]:
    """Return the texts of all sources, at most `MOST` of each kind and language."""
    sources = (*_ours(), *_data(data), *_pages(manuals), *_packages())
    rng = np.random.default_rng(seed)
    found: dict[tuple[str, str], dict[str, None]] = {}
    for one in (*sources, *_with_names([one.text for one in sources if _is_english(one)])):
        found.setdefault(one[:2], {})[one.text] = None
    return [
        Told(*of, text)
        for of, texts in sorted(found.items())
        for text in rng.permutation(np.array(list(texts), dtype=object))[:MOST].tolist()
    ]


def of_text(language: str, text: str) -> Iterator[Told]:
    """Yield a passage, and the first five words of each of its sentences."""
    if len(text.split()) >= PASSAGE and _is_in(language, text):
        yield Told("passage", language, text)
    for sentence in _SENTENCE.split(text):
        if not _is_in(language, sentence):
            continue
        words = sentence.split()
        if len(words) >= ENOUGH and sentence[0].isalpha() and not _PLACEHOLDER.search(sentence):
            yield Told("five words", language, " ".join(words[:FIVE]))


def _is_in(language: str, text: str) -> bool:
    if language == "en":
        return True
    return not _CODED.search(text) and _ENGLISH.isdisjoint(text.lower().split())


def of_messages(language: str, messages: Mapping[str, str]) -> Iterator[Told]:
    """Yield what a catalogue says: headings as titles, sentences as texts."""
    for english, translated in messages.items():
        if translated == english and language != "en":
            continue
        plain = translated and not _PLACEHOLDER.search(translated)
        n_words = len(translated.split())
        heading = translated[:1].isupper() and not translated.endswith((".", "!", "?", ":"))
        if plain and heading and 1 < n_words <= ENOUGH:
            yield Told("title" if n_words > 2 else "two words", language, translated)
        yield from of_text(language, translated)


def _ours() -> Iterator[Told]:
    for folder in sorted((OURS / "app" / "locales").iterdir()):
        if folder.is_dir():
            with (folder / "LC_MESSAGES" / "counterpart.po").open("rb") as file:
                said = {
                    str(m.id): str(m.string) for m in read_po(file) if isinstance(m.id, str)
                }
            yield from of_messages(folder.name, said)
            yield from of_messages("en", {english: english for english in said})
    for file_of in sorted((OURS / "seeds").glob("*/*.jsonl")):
        for record in records(file_of):
            yield Told("title", "en", record["title"])
            for text in _strings(record):
                yield from of_text("en", text)


def _data(data: Path) -> Iterator[Told]:
    if not data.is_dir():
        return
    for record in records(data / "catalogue_challenges.jsonl"):
        yield Told("title", "en", record["title"])
        yield from of_text("en", record["text"])
    for folder in ("cranfield", "opportunity", "dblp_experts"):
        for document in records(data / folder / "docs.jsonl"):
            for text in parts_of(document).values():
                yield from of_text("en", text)


def _pages(manuals: Path) -> Iterator[Told]:
    for folder in sorted(manuals.iterdir()) if manuals.is_dir() else ():
        language = _TAGS.get(folder.name, folder.name)
        if re.fullmatch(r"[a-z]{2}", language):
            for text in (text for page in pages_of([folder]) for text in page):
                yield from of_text(language, text)


def has_messages() -> bool:
    """Tell whether there are messages of Django to read."""
    return importlib.util.find_spec("django") is not None


def _packages() -> Iterator[Told]:
    """Yield what Django says, where it is installed: the extra `bench` brings it."""
    found = importlib.util.find_spec("django")
    root = Path(found.origin).parent if found and found.origin else None
    for catalogue in sorted(root.glob("**/locale/*/LC_MESSAGES/django.mo")) if root else ():
        language = _TAGS.get(catalogue.parts[-3], catalogue.parts[-3])
        if re.fullmatch(r"[a-z]{2}", language):
            with catalogue.open("rb") as file:
                said = gettext.GNUTranslations(file)._catalog  # type: ignore[attr-defined]  # -- no other way in
            yield from of_messages(
                language, {k: v for k, v in said.items() if isinstance(k, str)}
            )


def _with_names(starts: Sequence[str]) -> Iterator[Told]:
    """Put names of places, as people elsewhere write them, behind five English words."""
    rng = np.random.default_rng(1)
    for tag in NAMES:
        locale = Locale.parse(tag)
        names = [get_timezone_location(zone, return_city=True, locale=tag) for zone in _PLACES]
        names += [locale.territories[code] for code in ("DE", "GR", "NO", "ZA", "CI", "CZ")]
        for start in rng.choice(np.array(starts, dtype=object), MOST // 10).tolist():
            drawn = ", ".join(rng.choice(names, N_NAMES, replace=False).tolist())
            yield Told("names", "en", f"{start} {drawn}")


def _is_english(one: Told) -> bool:
    return one.kind == "five words" and one.language == "en"


def _strings(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for part in value.values():
            yield from _strings(part)
    elif isinstance(value, list):
        for part in value:
            yield from _strings(part)
