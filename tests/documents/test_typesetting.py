"""Documents show what people wrote as they wrote it, can be read aloud, and stay the same."""

import re
import socket
import struct
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from app.documents import typesetting
from app.documents.blocks import (
    Block,
    Card,
    Document,
    Facts,
    Heading,
    Items,
    Notice,
    Paragraph,
    Table,
    Text,
    Written,
)
from tests.documents.pdf import tags_of, words_of

AT = datetime(2026, 11, 24, 10, tzinfo=UTC)
MARKUP = (
    '#import "@preview/x:1.0.0": * #read("/etc/passwd") #include "document.typ" #sys.inputs '
    "$ x^2 $ *bold* _slanted_ `code` \\ \\u{41} <label> @reference // comment /* another */ "
    "-- --- ~ ... \"quotes\" 'single' = heading + item [content] {code}"
)


def a_document(*blocks: Block, **fields: Any) -> Document:
    said: dict[str, Any] = {
        **{"title": "A title", "over": "Above", "code": "RUN-2026-001"},
        **{"language": "en", "at": AT, "unknown": "Something is not shown."},
    }
    return Document(**said | fields, blocks=blocks)


def without_blanks(text: str) -> str:
    return re.sub(r"\s", "", text)


PLACES: dict[str, Callable[[str], Block]] = {
    "heading": lambda text: Heading(text),
    "paragraph": lambda text: Paragraph(text),
    "small": lambda text: Paragraph(text, is_small=True),
    "notice": lambda text: Notice(text),
    "list": lambda text: Items([text]),
    "numbers": lambda text: Items([text], is_numbered=True),
    "fact": lambda text: Facts([(text, "x")]),
    "value": lambda text: Facts([("x", text)]),
    "cell": lambda text: Table(["x"], [[text]], [1]),
    "of a person": lambda text: Paragraph(Written(text, "en")),
}


@pytest.mark.parametrize("place", PLACES)
def test_markup_is_text_wherever_it_stands(place: str) -> None:
    made = typesetting.pdf(a_document(PLACES[place](MARKUP)))

    assert without_blanks(MARKUP) in words_of(made)
    assert b"root:" not in made


def test_markup_is_text_in_titles_and_heads_of_columns() -> None:
    table = Table([MARKUP], [["x"]], [1])

    words = words_of(typesetting.pdf(a_document(table, title=MARKUP, over=MARKUP, code=MARKUP)))

    assert words.count(without_blanks(MARKUP)) == 4


def test_nothing_is_fetched_whatever_it_holds(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise AssertionError("somebody is called")

    monkeypatch.setattr(socket, "socket", refuse)
    monkeypatch.setenv("HTTPS_PROXY", "http://127.0.0.1:9")

    assert typesetting.pdf(a_document(Paragraph(MARKUP))).startswith(b"%PDF-")


def test_nothing_but_the_templates_stands_where_typst_may_read() -> None:
    found = sorted(typesetting.TEMPLATES.iterdir())

    assert [path.name for path in found] == ["card.typ", "document.typ"]
    assert not any("#import" in path.read_text("utf-8") for path in found)


@pytest.mark.slow
def test_a_text_of_any_length_is_shown_whole() -> None:
    words, word = "water " * 20_000, "x" * 100_000

    said = words_of(typesetting.pdf(a_document(Paragraph(words), Paragraph(word))))

    assert said.count("water") == 20_000
    assert said.count("x") == 100_000


@pytest.mark.parametrize(
    "text", ["Ærø, Łódź, İzmir, Ŵ", "Ελλάδα", "Україна", "e\u0301", "naïve ½ № € ≥ →"]
)
def test_letters_of_europe_are_shown(text: str) -> None:
    made = typesetting.pdf(a_document(Paragraph(text)))

    assert without_blanks(text) in words_of(made)
    assert "Somethingisnotshown." not in words_of(made)


@pytest.mark.parametrize(("text", "language"), [("שלום", "he"), ("الماء", "ar")])
def test_what_is_written_from_the_right_is_there_and_carries_its_language(
    text: str, language: str
) -> None:
    made = typesetting.pdf(a_document(Paragraph(Written(text, language))))

    assert sorted(c for c in words_of(made) if c in text) == sorted(text)
    assert f"/Lang({language})".encode() in made


@pytest.mark.parametrize(
    "hostile",
    ["漢字", "ไทย", "\U0001f600", "\x00", "\x07", "\ud800", "\uffff", "\U000e0041", "\u0b95"],
)
def test_what_the_letters_lack_is_marked_and_said(hostile: str) -> None:
    made = typesetting.pdf(a_document(Paragraph(f"before {hostile} after")))

    said = words_of(made)
    assert re.search("before\ufffd+after", said)
    assert "Somethingisnotshown." in said


@pytest.mark.slow
def test_everything_at_once_becomes_a_document() -> None:
    every = "".join(map(chr, [*range(0xD800), *range(0xE000, 0x11000)]))

    made = typesetting.pdf(a_document(Paragraph(every), Paragraph(every[::-1])))

    assert "Somethingisnotshown." in words_of(made)


def test_it_is_tagged_for_those_who_hear_it() -> None:
    table = Table(["Place", "Provider"], [["1", "a"], ["2", "b"]], [1, 2])

    made = typesetting.pdf(
        a_document(Heading("One"), Heading("Two", 2), Items(["a", "b"]), table, language="fr")
    )

    tags = tags_of(made)
    assert b"<pdfuaid:part>1</pdfuaid:part>" in made
    assert b"/Lang(fr)" in made
    assert b"/Marked true" in made
    assert b"/DisplayDocTitle true" in made
    assert [tag for tag in tags if tag in {"Title", "H1", "H2"}] == ["Title", "H1", "H2"]
    assert (tags.count("TH"), tags.count("TD"), tags.count("TR")) == (2, 4, 3)
    assert tags.count("LI") == 2


def test_the_same_is_the_same_and_says_when_it_was() -> None:
    document = a_document(Paragraph("Same"))

    made = typesetting.pdf(document)

    assert made == typesetting.pdf(document)
    assert b"<xmp:CreateDate>2026-11-24T10:00:00" in made


def test_a_page_longer_table_repeats_its_head() -> None:
    rows: list[list[Text]] = [[str(n)] for n in range(200)]

    said = words_of(typesetting.pdf(a_document(Table(["Heading"], rows, [1]))))

    assert said.count("Heading") > 1


# Mixed scripts at which Typst 0.15 fails itself; found by trying many.
FAILING = (
    "\u0576\u0577\u0578\u0579\u057a\u057b\u057c\u057d\u057e\u057f\u0580\u0581\u0582\u0583\u0584\u0585\u0586\u0587\u0588\u0589"
    "\u058a\u058b\u058c\u05c3\u05c4\u05c5\u05c6\u05c7\u05c8\u05c9\u05ca\u05cb\u05cc\u05cd\u05ce\u05cf\u05d0\u05d1\u05d2\u05d3\u05d4"
)


@pytest.mark.parametrize("text", ["\ufeffBom title", "x\ufeff", f"{FAILING} {FAILING}"])
@pytest.mark.parametrize("place", PLACES)
def test_no_text_keeps_a_document_from_being_made(place: str, text: str) -> None:
    made = typesetting.pdf(a_document(PLACES[place](text), title=text))

    assert made.startswith(b"%PDF-")


def test_what_is_no_fault_of_the_text_is_not_hidden(monkeypatch: pytest.MonkeyPatch) -> None:
    def stop(*_: object) -> bytes:
        raise KeyboardInterrupt

    monkeypatch.setattr(typesetting, "_set", stop)

    with pytest.raises(KeyboardInterrupt):
        typesetting.pdf(a_document(Paragraph("x")))


def a_card(title: str, **fields: str) -> Card:
    said = {"over": "Published challenge CH-2026-001", "who": "Portugal", "name": "Counterpart"}
    return Card(Written(title, "en"), **said | {"language": "en"} | fields)


@pytest.mark.parametrize(
    "title", ["Floods", MARKUP, "A word " * 28, "W" * 200, "Наводнения \u6c34 \U0001f30a"]
)
def test_a_card_is_a_picture_of_one_size_whatever_its_title(title: str) -> None:
    made = typesetting.picture(a_card(title, who="W" * 300))

    assert made[:8] == b"\x89PNG\r\n\x1a\n"
    assert struct.unpack(">II", made[16:24]) == (1200, 630)


def test_the_same_card_gives_the_same_picture_and_another_title_another_one() -> None:
    first, same, other = (typesetting.picture(a_card(t)) for t in ("Floods", "Floods", "Fire"))

    assert first == same != other
