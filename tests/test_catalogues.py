"""The catalogues: in line with the sources, nothing lost on the way, nothing left over."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import get_args

import pytest
from babel.messages.catalog import Catalog, Message
from jinja2 import Environment, nodes

from app.core.base.translations import ENGLISH, LANGUAGES, catalogue_file
from app.operations import messages
from app.operations.messages import Text
from app.operations.reference import LIVES
from matching.scoring.explanation import Band, Part

OTHERS = [tag for tag in LANGUAGES if tag != ENGLISH]
FOUND = messages.texts()
TEMPLATES = sorted((messages.APP / "pages").rglob("*.html"))

VALUES = re.compile(r"%\([a-z_]+\)s|%%|(?<!\$)\{[a-z_]*(?:![rsa])?(?::[^{}]*)?\}")
MARKUP = re.compile(r"<[^>]*>|`[^`]*`|https?://\S+|/[a-z]+(?:/[a-z]+)+")


def of(message: Message) -> Text:
    parts: list[str] = [message.id] if isinstance(message.id, str) else list(message.id)
    return Text(parts[0], message.context or "", parts[1] if len(parts) > 1 else "")


def translations(message: Message) -> list[str]:
    said = [message.string] if isinstance(message.string, str) else list(message.string or ())
    return [text for text in said if text]


def faults(catalogue: Catalog) -> Iterator[tuple[str, str]]:
    """Yield each translation that has lost or made up a value, a tag, a code or a line end."""
    for message in catalogue:
        if not message.id:
            continue
        text = of(message)
        for said in translations(message):
            for pattern in (VALUES, MARKUP):
                if sorted(pattern.findall(said)) != sorted(pattern.findall(text.text)):
                    yield text.text, said
            if said.endswith("\n") != text.text.endswith("\n"):
                yield text.text, said
            if '"' in said and '"' not in text.text:
                yield text.text, said


def doubtful(catalogue: Catalog) -> Iterator[str]:
    """Yield what somebody has still to look at."""
    for message in [*catalogue, *catalogue.obsolete.values()]:
        if message.fuzzy and message.id:
            yield of(message).text
    yield from (of(message).text for message in catalogue.obsolete.values())


def unmarked_by_name(source: str) -> list[int]:
    """Return the lines of a template that mark something that does not stand there."""
    environment = Environment(extensions=("jinja2.ext.i18n",), autoescape=True)
    names = {"_", "gettext", "ngettext", "pgettext", "npgettext"}
    return [
        call.lineno
        for call in environment.parse(source).find_all(nodes.Call)
        if isinstance(call.node, nodes.Name) and call.node.name in names
        if not isinstance(call.args[0], nodes.Const)
    ]


def test_the_texts_are_seen() -> None:
    """Without texts every rule would hold."""
    assert "app/core/http/problems.py" in FOUND[Text("There is nothing at this address.")]
    assert FOUND[Text("Not found")] == {"app/core/base/errors.py"}
    assert FOUND[Text("draft", "state")]
    assert "app/pages/templates/account/sign_in.html" in FOUND[Text("Sign in")]
    assert {file for files in FOUND.values() for file in files} >= {
        "app/access/lifecycle.py",
        "app/accounts/service/notices.py",
        "app/core/tables/importing/rows.py",
        "app/pages/navigation.py",
    }


def test_words_of_suggestions_are_those_of_the_library() -> None:
    assert {*messages.LITERALS["band"]} == {*get_args(Band)}
    assert {*messages.LITERALS["missing"]} == {*get_args(Part), "language"}


@pytest.mark.parametrize("tag", OTHERS)
def test_no_translation_loses_a_value_or_a_tag(tag: str) -> None:
    assert list(faults(messages.read(tag))) == []


@pytest.mark.parametrize("tag", OTHERS)
def test_no_translation_is_left_over_or_in_doubt(tag: str) -> None:
    catalogue = messages.read(tag)

    assert list(doubtful(catalogue)) == []
    assert {of(message) for message in catalogue if message.id} - {*FOUND} == set()


@pytest.mark.parametrize("tag", OTHERS)
def test_every_text_is_translated(tag: str) -> None:
    """`make messages` names those that are not, with the files in which they stand."""
    lacking = messages.untranslated(messages.read(tag), FOUND)

    assert {text.text: FOUND[text] for text in lacking} == {}


@pytest.mark.parametrize("tag", OTHERS)
def test_a_catalogue_is_as_make_messages_writes_it(tag: str) -> None:
    catalogue = messages.read(tag)

    assert messages.merged(tag, catalogue, FOUND) == catalogue_file(tag).read_bytes()


@pytest.mark.parametrize("tag", OTHERS)
def test_a_catalogue_names_no_date_no_tool_and_no_line(tag: str) -> None:
    text = catalogue_file(tag).read_text("utf-8")

    assert not re.search(r"^#|-Date: |Generated-By|Last-Translator", text, re.MULTILINE)
    assert text.startswith(messages.HEAD.format(tag=tag, plurals=messages.PLURALS[tag]))


def test_french_sets_its_signs_as_it_should() -> None:
    """A narrow blank, at which no line ends, stands before signs and in guillemets."""
    code = re.compile(r"`[^`]*`|<[^>]*>|\{[^}]*\}|https?:\S+|\S+://\S+|\b[a-z]+:[a-z0-9-]+")
    offenders = [
        said
        for message in messages.read("fr")
        for said in translations(message)
        if re.search(r"[^\u202f\s][;:!?»]|«[^\u202f]|[ \u00a0][;:!?»]|\w'", code.sub("x", said))
        and "," not in re.findall(r"'([^'])'", said)
        and ":" not in re.findall(r"'([^'])'", said)
    ]

    assert [said for said in offenders if not re.search(r"\d{2}:\d{2}", said)] == []


def test_templates_mark_only_what_stands_in_them() -> None:
    """A translation counts as safe markup: what a person wrote must never be taken for one."""
    offenders = {
        f"{path.name}:{line}"
        for path in TEMPLATES
        for line in unmarked_by_name(path.read_text("utf-8"))
    }

    assert offenders == set()


# --- each rule finds a planted offender, and leaves a good neighbour alone ---


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("There is no {run}.", "Il n'y a pas de calcul."),
        ("There is no {run}.", "Il n'y a pas de {calcul}."),
        ("It has {n:,} words.", "Il y a {n} mots."),
        ("Hello %(name)s", "Bonjour %(nom)s"),
        ('<a href="/x">Go</a>', '<a href="/y">Aller</a>'),
        ("<b>Go</b>", "Aller"),
        ("Go", "<script>Aller"),
        ("Send `If-Match`.", "Envoyez `Si-Match`."),
        ("Hello\n", "Bonjour"),
        ("Your table", 'Votre "tableau"'),
    ],
)
def test_a_planted_loss_is_found(text: str, said: str) -> None:
    catalogue = Catalog(locale="fr")
    catalogue.add(text, said)

    assert list(faults(catalogue)) == [(text, said)] * len(list(faults(catalogue)))
    assert list(faults(catalogue))


def test_values_in_another_order_are_no_loss() -> None:
    catalogue = Catalog(locale="fr")
    catalogue.add("{a} of {b!r}", "{b!r} : {a}")
    catalogue.add(("%(num)s call", "%(num)s calls"), ("%(num)s appel", "%(num)s appels"))

    assert list(faults(catalogue)) == []


def test_a_planted_doubt_is_found() -> None:
    catalogue = Catalog(locale="fr")
    catalogue.add("Sign in", "Connexion", flags={"fuzzy"})

    assert list(doubtful(catalogue)) == ["Sign in"]


def test_a_planted_name_is_found() -> None:
    assert unmarked_by_name('{{ _("Sign in") }}\n{{ _(title) }}') == [2]
    assert unmarked_by_name('{{ ngettext(a, "many", n) }}') == [1]
    assert unmarked_by_name("{% trans name=x %}Hello {{ name }}{% endtrans %}") == []


def test_every_kind_of_mark_is_found_in_python(tmp_path: Path) -> None:
    (tmp_path / "app").mkdir()
    (tmp_path / "app/one.py").write_text(
        """
class Torn(NotFound):
    title = "Torn"
    remedy = "Mend " "it."

class TearState(StrEnum):
    HALF_TORN = "half_torn"

class Silent(StrEnum):
    ONE = "not said"

CONSTANT = Message("A constant")
raise Torn("It is torn." if x else "It is gone.", remedy=y or "Ask.")
raise errors.Conflict(Message("There is no {x}.", x=x))
FieldError("/place", "This is wrong.")
Step("tear", "Tear it", sources)
problem = "It hurts."
log.info("Not for people.")
raise RuntimeError("Not for people either.")
""",
        encoding="utf-8",
    )

    found = messages.texts(tmp_path / "app")

    assert {(text.text, text.context) for text in found} == {
        ("Torn", ""),
        ("Mend it.", ""),
        ("half torn", "state"),
        ("A constant", ""),
        ("It is torn.", ""),
        ("It is gone.", ""),
        ("Ask.", ""),
        ("There is no {x}.", ""),
        ("This is wrong.", ""),
        ("Tear it", ""),
        ("It hurts.", ""),
    }


def test_a_catalogue_keeps_what_is_translated_and_loses_what_nobody_says() -> None:
    first = messages.merged(
        "fr", Catalog(), [Text("Go"), Text("Stop"), Text("{n}", "", "{n}s")]
    )
    filled = first.replace(b'"Go"\nmsgstr ""', b'"Go"\nmsgstr "Aller"')

    again = messages.merged("fr", messages.parsed("fr", filled), [Text("Wait"), Text("Go")])

    kept = messages.parsed("fr", again)
    assert re.findall(r'^msg(?:id|str) "(.+)"', again.decode(), re.MULTILINE) == [
        *("Go", "Aller", "Wait")
    ]
    assert messages.merged("fr", kept, [Text("Go"), Text("Wait")]) == again
    assert list(messages.untranslated(kept, [Text("Go"), Text("Wait")])) == [Text("Wait")]


def test_what_people_read_of_each_step_is_a_text_that_is_found() -> None:
    labels = {life.step(name).label for _, life in LIVES for name in life.steps}

    assert {label for label in labels if Text(label) not in FOUND} == set()
