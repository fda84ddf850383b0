"""Recognition is measured without what is no part of the project, and that is said."""

import gzip
import io
import json
from pathlib import Path

import pytest
from rich.console import Console

from benchmarks.recognition import main, measured
from benchmarks.recognition_texts import MOST, Told, of_messages, of_text, told

PAGE = (
    ".TH x\n.SH BESCHREIBUNG\n"
    + "Die Stadt warnt alle Menschen am Fluss, sobald das Wasser steigt, per Telefon. " * 20
)


@pytest.mark.server
def test_it_measures_what_is_there_and_says_what_is_not(tmp_path: Path) -> None:
    out = io.StringIO()
    console = Console(file=out, width=200)

    code = main(
        [
            "--data",
            str(tmp_path / "none"),
            "--manuals",
            str(tmp_path),
            "--peers",
            "here",
            "CLD2",
        ],
        console,
    )

    assert code == 0
    shown = out.getvalue()
    assert "its titles and texts are left out" in shown
    assert "five words: English" in shown
    assert "here" in shown


def test_each_text_is_held_against_its_language_and_an_unread_one_against_unknown() -> None:
    texts = [
        Told("title", "en", "We want to warn all of the people in time"),
        Told("title", "en", "42"),
        Told("title", "is", "Borgin vill vara alla íbúa við við ána í tíma"),
    ]

    found = measured("here", io.StringIO(json.dumps(texts)))

    assert found["counts"] == {"title": {"en": [2, 1, 1], "is": [1, 1, 1]}}


def test_headings_are_titles_and_sentences_give_their_first_words() -> None:
    messages = {
        "Sign in": "Se connecter",
        "a": "petit",
        "b": "Le %(n)s mot",
        "c": "Il est temps de le faire maintenant et ici.",
        "Stop": "Stop",
    }

    assert list(of_messages("fr", messages)) == [
        Told("two words", "fr", "Se connecter"),
        Told("five words", "fr", "Il est temps de le"),
    ]


def test_english_within_another_language_is_no_text_of_it() -> None:
    ours = "Seuls les noms qui commencent ainsi sont pris en compte."
    text = f"Only those that start with the letter are taken. {ours}"

    assert [one.text for one in of_text("fr", text)] == ["Seuls les noms qui commencent"]


@pytest.mark.slow
def test_manual_pages_and_names_are_among_the_texts(tmp_path: Path) -> None:
    page = tmp_path / "de" / "man1" / "x.1.gz"
    page.parent.mkdir(parents=True)
    page.write_bytes(gzip.compress(PAGE.encode()))

    found = told(tmp_path / "none", tmp_path)

    german = [one for one in found if one.language == "de" and one.text.startswith("Die Stadt")]
    assert {one.kind for one in german} == {"five words", "passage"}
    names = [one for one in found if one.kind == "names"]
    assert len(names) == MOST
    assert all(one.language == "en" for one in names)
    assert found == told(tmp_path / "none", tmp_path)
