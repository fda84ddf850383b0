"""Finds every text for people in the sources, and brings the catalogues in line with it.

`make messages` writes `app/locales/<language>/LC_MESSAGES/counterpart.po` and says what lacks a
translation. A catalogue holds no line numbers and no dates, and stands in the order of its
texts: it changes where a text does.

Marked in Python are: `Message(...)` and, in the library, `Statement(...)`; sentences of
refusals, of `FieldError` and of `Fault`; titles and remedies of kinds of refusals; labels of
steps and of the navigation; and words of enumerations. In templates: what Jinja's own marks
are.
"""

import ast
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from types import MappingProxyType
from typing import Final

from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po, write_po
from jinja2 import Environment

from app.core.base import errors
from app.core.base.translations import catalogue_file

APP: Final = Path(__file__).parents[1]

PLACES: Final[Mapping[str, tuple[int | str, ...]]] = MappingProxyType(
    {
        "Message": (0,),
        "FieldError": (1, "detail"),
        "Fault": (3, 4, "problem", "remedy"),
        "mendable": (0, 1),
        "refuse": (1, 2),
        "fault": (2, 3),
        "BrokenChain": (2,),
        "Statement": (0,),
        "Wanted": (0,),
        "Rule": ("reason",),
        "Step": (1, "label"),
        "Life": (0,),
        "Entry": (0, "label"),
    }
)
"""Which arguments of a call are texts for people."""
REFUSAL: Final = (0, "detail", "remedy")
TOLD: Final = frozenset({"title", "remedy", "problem", "detail"})
"""Names of variables and of members of refusals that hold texts for people."""
WORDS: Final = frozenset(
    {
        "Role",
        "EnquiryState",
        "AskingState",
        "MeetingState",
        "AgreedState",
        "Kind",
        "CallKind",
        "Phase",
        "Outcome",
        "DecisionOutcome",
        "Recommendation",
        "Stance",
        "Confidence",
        "DeclineReason",
        "LetterKind",
        "Level",
        "Facet",
        "Basis",
        "FunnelStage",
        "InterestWord",
        "Experience",
        "Notice",
        "Flaw",
    }
)
"""Enumerations whose words people read, beside all states."""
LITERALS: Final[Mapping[str, tuple[str, ...]]] = MappingProxyType(
    {"band": ("strong", "fair", "weak"), "missing": ("text", "themes", "language")}
)
"""Words of suggestions that people read, by kind; the library has no enumerations for them."""
SUGGESTIONS: Final = "app/matchmaking/schemas/suggestions.py"
STATEMENTS: Final = APP.parent / "matching" / "assignment"
"""The one place of the library whose statements people read in their language."""
COMMANDS: Final = (
    "cli/",
    "operations/backup",
    "matchmaking/engine/files",
    "settings",
)
"""What only the commands say, which speak English."""


@dataclass(frozen=True, slots=True, order=True)
class Text:
    """One text for people.

    Attributes
    ----------
    text : str
        In English.
    context : str
        What tells it from the same text elsewhere; mostly empty.
    plural : str
        The text for numbers other than one; empty where it has no number.
    """

    text: str
    context: str = ""
    plural: str = ""


Found = dict[Text, set[str]]
"""Each text, and the files in which it stands."""


def texts(root: Path = APP) -> Found:
    """Return every text for people below a folder, with the files in which it stands."""
    found: Found = {}
    sources = [
        path
        for path in sorted(root.rglob("*.py"))
        if not path.relative_to(root).as_posix().startswith(COMMANDS)
    ]
    if root == APP:
        sources += sorted(STATEMENTS.glob("*.py"))
    python = {path: ast.parse(path.read_text("utf-8")) for path in sources}
    kinds = refusals(python.values())
    for path, tree in python.items():
        for text in in_python(tree, kinds):
            found.setdefault(text, set()).add(path.relative_to(root.parent).as_posix())
    for kind, literals in LITERALS.items() if root == APP else ():
        found |= {Text(word, kind): {SUGGESTIONS} for word in literals}
    for path in sorted(root.rglob("*.html")):
        for text in in_template(path.read_text("utf-8")):
            found.setdefault(text, set()).add(path.relative_to(root.parent).as_posix())
    return found


def refusals(trees: Iterable[ast.Module]) -> frozenset[str]:
    """Return the name of every kind of refusal: those of `errors`, and those made of them."""
    names = {name for name, kind in vars(errors).items() if _is_refusal(kind)}
    for tree in trees:
        for node in ast.walk(tree):
            if isinstance(node, ast.ClassDef) and {_name(base) for base in node.bases} & names:
                names.add(node.name)
    return frozenset(names)


def _is_refusal(kind: object) -> bool:
    return isinstance(kind, type) and issubclass(kind, errors.AppError)


def in_python(tree: ast.Module, kinds: frozenset[str]) -> Iterator[Text]:
    """Yield the texts of a module.

    Parameters
    ----------
    kinds : set of str
        The names of kinds of refusals.
    """
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            name = _name(node.func)
            places = PLACES.get(name, REFUSAL if name in kinds else ())
            for argument in _arguments(node, places):
                yield from map(Text, _sentences(argument))
        elif isinstance(node, ast.Assign):
            if any(_name(target) in TOLD for target in node.targets):
                yield from map(Text, _sentences(node.value))
        elif isinstance(node, ast.ClassDef):
            yield from _of_class(node, kinds)


def _name(node: ast.expr) -> str:
    if isinstance(node, ast.Subscript):
        node = node.value
    return node.attr if isinstance(node, ast.Attribute) else getattr(node, "id", "")


def _arguments(call: ast.Call, places: Sequence[int | str]) -> Iterator[ast.expr]:
    for place, argument in enumerate(call.args):
        if place in places:
            yield argument
    for keyword in call.keywords:
        if keyword.arg in places:
            yield keyword.value


def _sentences(node: ast.expr) -> Iterator[str]:
    """Yield the sentences that an expression may turn out to be."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str) and node.value:
        yield node.value
    elif isinstance(node, ast.IfExp):
        yield from _sentences(node.body)
        yield from _sentences(node.orelse)
    elif isinstance(node, ast.BoolOp):
        for value in node.values:
            yield from _sentences(value)


def _of_class(node: ast.ClassDef, kinds: frozenset[str]) -> Iterator[Text]:
    bases = {_name(base) for base in node.bases}
    values = [
        (_name(target), part.value)
        for part in node.body
        if isinstance(part, ast.Assign | ast.AnnAssign) and part.value is not None
        for target in (part.targets if isinstance(part, ast.Assign) else [part.target])
    ]
    if node.name in kinds:
        for name, value in values:
            if name in TOLD:
                yield from map(Text, _sentences(value))
    elif "StrEnum" in bases and (node.name.endswith("State") or node.name in WORDS):
        kind = "state" if node.name.endswith("State") else node.name.lower()
        for _, value in values:
            for word in _sentences(value):
                yield Text(word.replace("_", " "), kind)


def in_template(source: str) -> Iterator[Text]:
    """Yield the texts of a template."""
    environment = Environment(  # noqa: S701 -- it makes no page
        extensions=("jinja2.ext.i18n",), trim_blocks=True, lstrip_blocks=True
    )
    environment.policies["ext.i18n.trimmed"] = True
    for _, function, message in environment.extract_translations(source):  # type: ignore[attr-defined]  # -- added by the extension
        parts = [message] if isinstance(message, str) else [p for p in message if p is not None]
        context = parts.pop(0) if function in {"pgettext", "npgettext"} else ""
        yield Text(parts[0], context, parts[1] if len(parts) > 1 else "")


# --- catalogues ---

PLURALS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "fr": "nplurals=2; plural=(n > 1);",
        "es": "nplurals=2; plural=(n != 1);",
        "pt": "nplurals=2; plural=(n != 1);",
    }
)
"""Which form goes with a number; the third one of CLDR, for whole millions, is left out."""

HEAD: Final = """\
msgid ""
msgstr ""
"Language: {tag}\\n"
"Content-Type: text/plain; charset=utf-8\\n"
"Plural-Forms: {plurals}\\n"
"""


def read(tag: str) -> Catalog:
    """Return the catalogue of a language; an empty one where it has none yet."""
    file = catalogue_file(tag)
    return parsed(tag, file.read_bytes()) if file.exists() else _empty(tag)


def parsed(tag: str, content: bytes) -> Catalog:
    """Return what a catalogue holds.

    Raises
    ------
    babel.messages.pofile.PoFileError
        If it is none.
    """
    return read_po(BytesIO(content), locale=tag, abort_invalid=True)


def _empty(tag: str) -> Catalog:
    catalogue = Catalog(locale=tag)
    catalogue.mime_headers = [("Plural-Forms", PLURALS[tag])]
    return catalogue


def merged(tag: str, before: Catalog, found: Iterable[Text]) -> bytes:
    """Return the catalogue of a language as a file, in line with the texts of the sources.

    What is translated stays translated; what stands in no source any longer goes.
    """
    after = _empty(tag)
    for text in sorted(found):
        known = before.get(text.text, text.context or None)
        fits = known is not None and known.pluralizable == bool(text.plural)
        after.add(
            (text.text, text.plural) if text.plural else text.text,
            known.string if known is not None and fits else None,
            context=text.context or None,
        )
    for message in after:
        message.flags.clear()
    written = BytesIO()
    write_po(written, after, omit_header=True, width=0)
    head = HEAD.format(tag=tag, plurals=PLURALS[tag])
    return head.encode() + b"\n" + written.getvalue().strip(b"\n") + b"\n"


def untranslated(catalogue: Catalog, found: Iterable[Text]) -> Iterator[Text]:
    """Yield each text that a catalogue lacks."""
    for text in found:
        message = catalogue.get(text.text, text.context or None)
        string = message.string if message is not None else ""
        if not (all(string) if isinstance(string, tuple | list) else string):
            yield text


def main() -> int:
    """Write the catalogues; return 1 if a text lacks a translation."""
    found = texts()
    lacking: dict[Text, list[str]] = {}
    for tag in PLURALS:
        before, file = read(tag), catalogue_file(tag)
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(merged(tag, before, found))
        for text in untranslated(before, found):
            lacking.setdefault(text, []).append(tag)
    for text, tags in sorted(lacking.items()):
        places = ", ".join(sorted(found[text]))
        context = f"[{text.context}] " if text.context else ""
        sys.stdout.write(f"{' '.join(tags)}: {context}{text.text!r} ({places})\n")
    sys.stdout.write(f"{len(found)} texts; {len(lacking)} lack a translation.\n")
    return int(bool(lacking))


if __name__ == "__main__":
    sys.exit(main())
